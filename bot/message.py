"""What a channel knows: a message that comes in and the turn that goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.people.ownership import Owner
from knowledge.card import Card, CardUnit
from knowledge.card_text import text_of, unit_text
from knowledge.language import Language

QUOTING = ("answer", "original")
NAMING_UNITS = ("answer", "contact")
MOST_PROVISIONS = 5


class AssistantUnavailable(Exception):
    """The assistant gave no answer: not started, too slow, or it failed."""


class UnknownChoice(Exception):
    """The choice was not offered in the last turn."""


class UnknownProvision(Exception):
    """The message's focus names no provision and no measure."""


@dataclass(frozen=True)
class UserMessage:
    """One message of a founder. `id` is the channel's own, so that a repeat is known as one.

    Either `text`, `choice` (the id of a choice of the last turn) or `intent` (what a command of
    the channel, like /topics, stands for). `numbered`: the channel shows choices with numbers, so
    a number typed is a choice. `language` fixes the answer's language; `focus` is the provision or
    measure that the founder is looking at.
    """

    conversation: str
    id: str
    text: str = ""
    choice: str | None = None
    language: Language | None = None
    focus: str | None = None
    intent: str | None = None
    numbered: bool = False


@dataclass(frozen=True)
class Choice:
    """Something to tap. `payload` is what tapping it says; it never leaves the server."""

    id: str
    title: str
    payload: str = field(repr=False)


@dataclass(frozen=True)
class Part:
    """One piece of an answer, in order: a text, a card, or a unit's offices."""

    text: str = ""
    card: Card | None = None
    unit: CardUnit | None = None

    def to_text(self) -> str:
        if self.card is not None:
            return text_of(self.card)
        return unit_text(self.unit) if self.unit is not None else self.text


@dataclass(frozen=True)
class Effect:
    """Something that an answer wants done outside of it, such as "hand_over".

    An attendant (bot/attendant.py) does it. `data`: what it needs to know, by name.
    """

    name: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What the assistant says to one message. `found`: provisions behind it, best first."""

    outcome: str
    language: Language
    intent: str
    confidence: float
    parts: tuple[Part, ...]
    choices: tuple[tuple[str, str], ...]  # title, payload
    found: tuple[str, ...]
    effects: tuple[Effect, ...] = ()

    def effect(self, name: str) -> Effect | None:
        """The one of a name, if it is wanted."""
        return next((effect for effect in self.effects if effect.name == name), None)

    @property
    def cards(self) -> tuple[Card, ...]:
        return tuple(part.card for part in self.parts if part.card is not None)

    @property
    def text(self) -> str:
        return "\n\n".join(part.to_text() for part in self.parts)


@dataclass(frozen=True)
class Turn:
    """One finished turn, as it is recorded and as channels render it."""

    id: str
    conversation: str
    number: int
    language: Language
    intent: str
    confidence: float
    outcome: str
    replies: tuple[str, ...]
    cards: tuple[dict[str, Any], ...]
    choices: tuple[Choice, ...]
    provisions: tuple[str, ...]
    units: tuple[str, ...]
    quotes: tuple[str, ...]
    ms: float
    # The answer's parts in order: {"text": words}, {"card": its place in `cards`}, {"unit": …}.
    outline: tuple[dict[str, Any], ...] = ()
    # Who answers from now on.
    owner: Owner = "bot"

    @classmethod
    def of(
        cls, message: UserMessage, number: int, reply: Reply, ms: float, owner: Owner = "bot"
    ) -> Turn:
        cards = reply.cards
        units = [u.id for card in cards if card.view in NAMING_UNITS for u in card.units]
        units += [part.unit.id for part in reply.parts if part.unit is not None]
        return cls(
            id=message.id,
            conversation=message.conversation,
            number=number,
            language=reply.language,
            intent=reply.intent,
            confidence=round(reply.confidence, 4),
            outcome=reply.outcome,
            replies=(reply.text,),
            cards=tuple(card.json for card in cards),
            choices=tuple(
                Choice(f"{number}-{position}", title, payload)
                for position, (title, payload) in enumerate(reply.choices, start=1)
            ),
            provisions=reply.found[:MOST_PROVISIONS],
            units=tuple(dict.fromkeys(units)),
            quotes=tuple(card.quote for card in cards if card.view in QUOTING),
            ms=round(ms, 2),
            outline=outline_of(reply.parts)[0],
            owner=owner,
        )

    @classmethod
    def notice(
        cls,
        message: UserMessage,
        language: Language,
        text: str,
        choices: tuple[Choice, ...] = (),
        number: int = 0,
    ) -> Turn:
        """Words of a channel's own, as a turn that was not asked of the assistant."""
        return cls(
            id=message.id,
            conversation=message.conversation,
            number=number,
            language=language,
            intent=message.intent or "",
            confidence=1.0,
            outcome="status",
            replies=(text,),
            cards=(),
            choices=choices,
            provisions=(),
            units=(),
            quotes=(),
            ms=0.0,
            outline=({"text": text},),
        )

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts again, for channels that mark them up in their own way."""
        return parts_of(self.outline, self.cards)

    @property
    def is_silent(self) -> bool:
        """Whether nothing is said: a person has the conversation."""
        return not self.outline and not any(self.replies)

    def to_json(self) -> dict[str, Any]:
        """For the outside: without the payloads of choices."""
        choices = [{"id": choice.id, "title": choice.title} for choice in self.choices]
        return {**vars(self), "choices": choices}

    def to_record(self) -> dict[str, Any]:
        """For our own store: whole, so that a repeat gets the same answer."""
        return {**vars(self), "choices": [vars(choice) for choice in self.choices]}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Turn:
        lists = ("replies", "cards", "provisions", "units", "quotes", "outline")
        return cls(
            **{
                **record,
                **{name: tuple(record.get(name, ())) for name in lists},
                "choices": tuple(Choice(**choice) for choice in record["choices"]),
            }
        )

    def to_text(self) -> str:
        """The whole turn as plain text, choices numbered, for channels without buttons."""
        lines = [f"{number}. {c.title}" for number, c in enumerate(self.choices, start=1)]
        return "\n\n".join([*self.replies, "\n".join(lines)]).strip()


def outline_of(
    parts: tuple[Part, ...],
) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
    """Parts as plain data: their outline, and the cards that it counts."""
    outline: list[dict[str, Any]] = []
    cards: list[dict[str, Any]] = []
    for part in parts:
        if part.card is not None:
            outline.append({"card": len(cards)})
            cards.append(part.card.json)
        elif part.unit is not None:
            outline.append({"unit": asdict(part.unit)})
        else:
            outline.append({"text": part.text})
    return tuple(outline), tuple(cards)


def parts_of(
    outline: tuple[dict[str, Any], ...], cards: tuple[dict[str, Any], ...]
) -> tuple[Part, ...]:
    """The parts that `outline_of` made plain data of."""

    def part(entry: dict[str, Any]) -> Part:
        if "card" in entry:
            return Part(card=Card.from_json(cards[entry["card"]]))
        if "unit" in entry:
            return Part(unit=CardUnit.from_json(entry["unit"]))
        return Part(text=entry["text"])

    return tuple(part(entry) for entry in outline)
