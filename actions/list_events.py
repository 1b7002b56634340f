"""The founder asks which events are coming."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.clause import show_clause
from actions.turn import Turn


class ActionListEvents(Action):
    """Have the coming events listed, where the office keeps any."""

    def name(self) -> str:
        return "action_list_events"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        turn.effect("list_events")
        return show_clause(turn, "events", "utter_no_events")
