"""The founder looks for a mentor."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.clause import show_clause
from actions.turn import Turn
from knowledge.vocabulary import KINDS


class ActionFindMentor(Action):
    """Have mentors looked up by what the founder names: a field, a stage, a language."""

    def name(self) -> str:
        return "action_find_mentor"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        words = turn.knowledge.vocabulary
        wanted = {
            kind: ",".join([*turn.entities(kind), *words.find(kind, turn.text)]) for kind in KINDS
        }
        turn.effect("find_mentor", **wanted)
        return show_clause(turn, "mentors", "utter_no_mentors")
