"""The founder says no, or a word in passing."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.profiling import answer_to_ask
from actions.turn import Turn


class ActionReact(Action):
    """To what was asked about the founder, or to nothing."""

    def name(self) -> str:
        return "action_react"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        told = answer_to_ask(turn)
        if told is not None:
            return told
        turn.say("utter_deny" if turn.intent == "deny" else "utter_react")
        return turn.end("smalltalk")
