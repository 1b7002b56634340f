"""The founder wants no more messages about changes, or to know which they get."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.follow import EVERYTHING, THIS, measure_key, measure_named, topic_named
from actions.turn import Turn

_WHICH = re.compile(
    r"什么|甚麼|哪些|哪几|哪幾|哪条|哪條|邊啲|邊幾|邊條|乜嘢|咩|列出|清单|清單|多少|几个|幾個|看看"
    r"|\b(what|which|list|show|see)\b",
    re.IGNORECASE,
)


class ActionUnfollow(Action):
    """Stop one, all, or show what there is to stop."""

    def name(self) -> str:
        return "action_unfollow"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        # An attendant says what is done; without one there is nothing that is followed.
        turn.effect("unfollow", what=turn.entity("follow") or _named(turn))
        turn.say("utter_cannot_follow")
        return turn.end("status")


def _named(turn: Turn) -> str:
    """A key of what is named, or "every", "list", "ask" (bot/secretary/following.py)."""
    if _WHICH.search(turn.text):
        return "list"
    measures = turn.entities("measure") or turn.entities("provision")
    if measures or (turn.focus is not None and THIS.search(turn.text)):
        measure = measure_named(turn)
        return measure_key(turn, measure) if measure is not None else "ask"
    if EVERYTHING.search(turn.text):
        return "every"
    topic = topic_named(turn)
    return f"topic:{turn.policy.id}/{topic.id}" if topic is not None else "ask"
