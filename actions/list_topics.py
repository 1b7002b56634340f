"""List what the policy covers, by topic; or what it has on one topic."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn
from knowledge.models import Policy, Topic
from knowledge.topics import provisions_of


class ActionListTopics(Action):
    """All topics as choices, or the provisions of the topic that was chosen."""

    def name(self) -> str:
        return "action_list_topics"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        policy = turn.policy
        topic = policy.topics.get(turn.entity("topic") or "")
        if topic is None:
            count = sum(len(measure.provisions) for measure in policy.measures.values())
            turn.say("utter_topics", measures=len(policy.measures), provisions=count)
            for entry in policy.topics.values():
                turn.offer(entry.name[turn.language], "ask_topics", topic=entry.id)
            return turn.end("choices", listed=True, found=[], shown=0)
        return list_topic(turn, policy, topic)


def list_topic(
    turn: Turn, policy: Policy, topic: Topic, intent: str = "ask_measure"
) -> list[EventType]:
    """The provisions of a topic as choices; `intent`: what is wanted of the one that is chosen."""
    turn.say("utter_topic", topic=topic.name[turn.language])
    provisions = provisions_of(turn.knowledge, policy.id, topic.id)
    turn.offer_provisions(provisions, intent)
    turn.offer_follow(f"topic:{policy.id}/{topic.id}")
    found = [provision.id for provision in provisions]
    return turn.end("choices", listed=True, found=found, shown=len(found))
