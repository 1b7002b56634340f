"""The founder wants to hand in a project."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.clause import show_clause
from actions.turn import Turn


class ActionSubmitProject(Action):
    """Have the form opened, where an office takes projects."""

    def name(self) -> str:
        return "action_submit_project"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        turn.effect("submit_project")
        return show_clause(turn, "projects", "utter_no_projects")
