"""Say what this document and this service are."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn


class ActionTellAbout(Action):
    """Candour in one answer: who, what, from when, how sure."""

    def name(self) -> str:
        return "action_tell_about"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        policy, language = turn.policy, turn.language
        turn.say(
            "utter_about",
            issuer=policy.issuer[language],
            date=policy.date,
            title=policy.title[language],
            measures=len(policy.measures),
            provisions=sum(len(measure.provisions) for measure in policy.measures.values()),
            register=policy.register or turn.hotline(),
            hotline=turn.hotline(),
        )
        turn.show_policy_changes()
        turn.offer(turn.label("show_topics"), "ask_topics")
        turn.offer(turn.label("show_human"), "ask_human")
        return turn.end("status")
