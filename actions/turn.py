"""What an action sees of the conversation, and how it answers; shared by all actions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Literal, cast

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from knowledge.card import View
from knowledge.cards import menu_entry
from knowledge.contacts import unit_card
from knowledge.deduction import PROVISION as DEDUCTION
from knowledge.language import DEFAULT, LANGUAGES, Language
from knowledge.live import LIBRARY, Content
from knowledge.models import Knowledge, Policy, Provision
from knowledge.place import Place, Unit

Outcome = Literal[
    "answer", "contact", "choices", "decline", "result", "form", "handoff", "status", "smalltalk"
]
Effect = Literal[
    "hand_over", "follow", "unfollow", "my_list", "find_mentor", "submit_project", "list_events"
]
# Kept together in the slot `offered`.
_OFFERED = ("options", "listed", "shown", "asked_district", "asking")
Option = tuple[str, str]  # title, payload


class Turn:
    """One turn of an action: reads the tracker, says through the dispatcher, returns slots."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self._dispatcher, self._tracker = dispatcher, tracker
        self.content: Content = LIBRARY.content
        self.message: dict[str, Any] = tracker.latest_message
        self.options: list[Option] = []

    @property
    def knowledge(self) -> Knowledge:
        return self.content.knowledge

    @property
    def text(self) -> str:
        """What the founder wrote; empty for a tapped choice."""
        text = self.message.get("text") or ""
        return "" if text.startswith("/") else text

    @property
    def language(self) -> Language:
        language = self._tracker.get_slot("language")
        return cast(Language, language) if language in LANGUAGES else DEFAULT

    @property
    def intent(self) -> str:
        return (self.message.get("intent") or {}).get("name") or ""

    def slot(self, name: str) -> Any:
        """A slot, or a part of what the last turn offered."""
        if name in _OFFERED:
            return (self._tracker.get_slot("offered") or {}).get(name)
        return self._tracker.get_slot(name)

    def entities(self, kind: str) -> list[str]:
        """The values of the message's entities of a kind, in order, each once."""
        found = [e["value"] for e in self.message.get("entities") or [] if e["entity"] == kind]
        return list(dict.fromkeys(found))

    def entity(self, kind: str) -> str | None:
        return next(iter(self.entities(kind)), None)

    def intent_confidence(self, name: str) -> float:
        """What the classifier gives an intent, 0 where it is not in the ranking."""
        ranking = self.message.get("intent_ranking") or []
        return next((float(r["confidence"]) for r in ranking if r["name"] == name), 0.0)

    @property
    def is_about_focus(self) -> bool:
        """Whether the message was sent from the page of the provision that is in focus."""
        return bool((self.message.get("metadata") or {}).get("about"))

    @property
    def focus(self) -> Provision | None:
        """The provision that was talked about last, if it is still there after a reload."""
        return self.knowledge.provision(self.slot("focus") or "")

    @property
    def found(self) -> list[Provision]:
        """The last list of provisions, best first."""
        known = (self.knowledge.provision(identity) for identity in self.slot("found") or [])
        return [provision for provision in known if provision is not None]

    @property
    def policy(self) -> Policy:
        """The policy that is talked about; the first where nothing is yet."""
        focus = self.focus
        policies = self.knowledge.policies
        return policies[focus.policy] if focus else next(iter(policies.values()))

    @property
    def place(self) -> Place:
        return self.knowledge.places[self.policy.place]

    def say(self, response: str, **values: str | int) -> None:
        """One of the texts under nlu/responses/, in the founder's language."""
        self._dispatcher.utter_message(response=response, **values)

    def show_unit(self, unit: Unit) -> None:
        """What a unit of 2016 is today, with all its offices."""
        card = unit_card(self.knowledge, self.place, unit, self.language)
        self._dispatcher.utter_message(
            json_message={"unit": json.dumps(asdict(card), ensure_ascii=False)}
        )

    def show_policy_changes(self) -> None:
        """What happened to the policy as a whole; said here and not on every card."""
        colon = ": " if self.language == "en" else "："
        shown = [
            f"{change.when[self.language]}{colon}{change.text[self.language]}"
            for change in self.knowledge.changes
            if self.policy.id in change.policies and change.status == "confirmed"
        ]
        if shown:
            heading = self.label("changes").format(year=self.policy.date[:4])
            self.show_lines(heading, [f"• {line}" for line in shown])

    def show_lines(self, heading: str, lines: Iterable[str]) -> None:
        """A list under a heading, as one message."""
        self._dispatcher.utter_message(text="\n".join([f"【{heading}】", *lines]))

    def show(
        self, provision: Provision, view: View = "answer", district: str | None = None
    ) -> None:
        written = self.content.card(
            provision, self.language, view, district or self.slot("district")
        )
        self._dispatcher.utter_message(json_message={"card": written})

    def effect(self, name: Effect, **data: str) -> None:
        """Have something done outside of the answer; an attendant does it (bot/attendant.py)."""
        self._dispatcher.utter_message(json_message={"effect": name, "data": data})

    def offer(self, title: str, intent: str, **entities: str) -> None:
        """Add a choice to the end of the answer; tapping it is saying the intent."""
        payload = f"/{intent}"
        if entities:
            payload += json.dumps(entities, ensure_ascii=False, separators=(",", ":"))
        self.options.append((title, payload))

    def offer_provisions(
        self, provisions: Iterable[Provision], intent: str = "ask_measure"
    ) -> None:
        for provision in provisions:
            title = menu_entry(self.knowledge, provision, self.language)
            self.offer(title, intent, provision=provision.id)

    def offer_next(self, provision: Provision, *shown: str) -> None:
        """What a founder may want after a card, less what was just shown."""
        for name, intent in (
            ("show_original", "ask_original"),
            ("show_contact", "ask_contact"),
            ("show_validity", "ask_validity"),
        ):
            if name not in shown:
                self.offer(self.label(name), intent, provision=provision.id)
        if provision.id == DEDUCTION:
            self.offer(self.label("sum_offer"), "ask_calculation", sum="go_on")
        if "show_related" not in shown and len(self.found) > 1:
            self.offer(self.label("show_related"), "ask_more")
        self.offer(self.label("show_human"), "ask_human")

    def offer_follow(self, key: str) -> None:
        """To be told when it changes; `key` as in bot/secretary/follow.py."""
        self.offer(self.label("show_follow"), "follow", follow=key)

    def intent_to_repeat(self) -> str:
        """What a choice between provisions leads to: what was asked, of the one chosen."""
        repeatable = ("ask_contact", "ask_original", "ask_validity")
        return self.intent if self.intent in repeatable else "ask_measure"

    def label(self, name: str) -> str:
        return self.knowledge.labels[name][self.language]

    def end(self, outcome: Outcome, listed: bool = False, **slots: Any) -> list[EventType]:
        """Close the turn: its outcome and choices go out, the slots are remembered.

        `listed`: the choices are the list that "the second one" refers to.
        """
        choices = [{"title": title, "payload": payload} for title, payload in self.options]
        found = slots.get("found", [])
        self._dispatcher.utter_message(
            json_message={"outcome": outcome, "choices": choices, "found": found}
        )
        remembered = {name: slots.pop(name) for name in _OFFERED if name in slots}
        slots["offered"] = {
            **(self._tracker.get_slot("offered") or {}),
            "options": self.options,
            "listed": listed,
            "asking": None,
            **remembered,
        }
        # Few events: Rasa copies and checks each of them several times.
        return [
            SlotSet(name, value)
            for name, value in slots.items()
            if value != self._tracker.get_slot(name)
        ]

    def hotline(self) -> str:
        return self.place.fallback_hotline

    def district_options(self, provision: Provision | None = None) -> None:
        place = self.knowledge.place_of(provision) if provision else self.place
        for district in place.districts.values():
            self.offer(district.name[self.language], "inform_district", district=district.id)
