"""Say which units the policy makes responsible, and whom to ask today."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import best_of_close, with_focus
from actions.find_measures import not_answered
from actions.turn import Turn
from knowledge.contacts import needs_district


class ActionFindContact(Action):
    """The contacts of what the question is about, else of what was talked about."""

    def name(self) -> str:
        return "action_find_contact"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        unit = turn.entity("unit")
        asked = best_of_close(with_focus(turn))
        if unit and (asked.decision != "answer" or not asked.own_subject):
            return self._unit(turn, unit)
        if asked.decision != "answer":
            return not_answered(turn, asked)
        for provision in asked.provisions:
            turn.show(provision, "contact")
        first = asked.provisions[0]
        slots: dict[str, Any] = {
            "focus": first.id,
            "found": [provision.id for provision in asked.ranked],
            "shown": len(asked.provisions),
        }
        if needs_district(turn.knowledge, first) and not turn.slot("district"):
            if not turn.slot("asked_district"):
                turn.say("utter_ask_district")
                slots["asked_district"] = True
            turn.district_options(first)
            return turn.end("contact", listed=True, **slots)
        turn.offer_next(first, "show_contact")
        return turn.end("contact", **slots)

    def _unit(self, turn: Turn, identity: str) -> list[EventType]:
        """The question names a unit and no matter: what that unit is today."""
        unit = turn.place.units[identity]
        turn.show_unit(unit)
        turn.offer(turn.label("show_topics"), "ask_topics")
        turn.offer(turn.label("show_human"), "ask_human")
        return turn.end("contact")
