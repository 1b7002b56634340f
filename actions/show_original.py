"""Show the official text, word for word."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import with_focus
from actions.find_measures import not_answered
from actions.turn import Turn


class ActionShowOriginal(Action):
    """The quote of what is named or in focus."""

    def name(self) -> str:
        return "action_show_original"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        asked = with_focus(turn)
        if asked.decision != "answer" and not turn.entities("measure"):
            return not_answered(turn, asked)
        for provision in asked.provisions:
            turn.show(provision, "original")
        first = asked.provisions[0]
        turn.offer_next(first, "show_original")
        found = [provision.id for provision in asked.ranked]
        return turn.end("answer", focus=first.id, found=found, shown=len(asked.provisions))
