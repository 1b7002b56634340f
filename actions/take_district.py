"""The founder says which district."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn
from knowledge.contacts import needs_district


class ActionTakeDistrict(Action):
    """Remember it; where contacts were talked about, show that district."""

    def name(self) -> str:
        return "action_take_district"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        district = turn.place.districts.get(turn.entity("district") or "")
        if district is None:
            turn.say("utter_ask_district")
            turn.district_options()
            return turn.end("form", listed=True, asked_district=True)
        focus = turn.focus
        if focus is None or not needs_district(turn.knowledge, focus):
            turn.say("utter_district_noted", district=district.name[turn.language])
            return turn.end("smalltalk", district=district.id)
        turn.show(focus, "contact", district=district.id)
        turn.offer_next(focus, "show_contact")
        found = [focus.id, *(p.id for p in turn.found if p.id != focus.id)]
        return turn.end("contact", district=district.id, found=found)
