"""Say more about what was shown last."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import with_focus
from actions.find_measures import not_answered
from actions.turn import Turn


class ActionShowDetail(Action):
    """The full card of what is in focus; with a subject of its own, a search."""

    def name(self) -> str:
        return "action_show_detail"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        asked = with_focus(turn)
        if asked.decision != "answer":
            return not_answered(turn, asked)
        for provision in asked.provisions:
            turn.show(provision)
        first = asked.provisions[0]
        turn.offer_next(first)
        found = [provision.id for provision in asked.ranked]
        return turn.end("answer", focus=first.id, found=found, shown=len(asked.provisions))
