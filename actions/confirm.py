"""The founder agrees; what to is in what was offered."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn


class ActionConfirm(Action):
    """A yes with nothing to do: offer what may come next."""

    def name(self) -> str:
        return "action_confirm"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        turn.say("utter_confirm")
        if turn.focus is not None:
            turn.offer_next(turn.focus)
        else:
            turn.offer(turn.label("show_topics"), "ask_topics")
        return turn.end("smalltalk")
