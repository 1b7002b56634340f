"""Find what the policy has for what the founder says."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import Asked, understand
from actions.turn import Turn


class ActionFindMeasures(Action):
    """Answer with what fits; ask back between close ones; decline what is not there."""

    def name(self) -> str:
        return "action_find_measures"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        asked = understand(turn)
        if asked.decision != "answer":
            return not_answered(turn, asked)
        if len(asked.provisions) > 1:
            turn.say("utter_several")
        for provision in asked.provisions:
            turn.show(provision)
        first = asked.provisions[0]
        turn.offer_next(first, *(() if len(asked.ranked) > 1 else ("show_related",)))
        return turn.end(
            "answer",
            focus=first.id,
            found=[provision.id for provision in asked.ranked],
            shown=len(asked.provisions),
        )


def not_answered(turn: Turn, asked: Asked) -> list[EventType]:
    """Ask back, ask for the subject, or say that the policy does not cover it."""
    if asked.decision == "choose":
        turn.say("utter_choose")
        turn.offer_provisions(asked.provisions, turn.intent_to_repeat())
        found = [provision.id for provision in asked.provisions]
        return turn.end("choices", listed=True, found=found, shown=len(found))
    if asked.decision == "no_subject":
        turn.say("utter_ask_subject")
        for topic in list(turn.policy.topics.values())[:6]:
            turn.offer(topic.name[turn.language], "ask_topics", topic=topic.id)
        return turn.end("choices", listed=True)
    if asked.elsewhere:
        place = turn.place.name[turn.language]
        turn.say("utter_decline_elsewhere", place=asked.elsewhere, home=place)
    else:
        turn.say("utter_decline", hotline=turn.hotline())
    turn.offer(turn.label("show_topics"), "ask_topics")
    turn.offer(turn.label("show_human"), "ask_human")
    return turn.end("decline")
