"""What goes to a founder beside the bot's turns: a clerk's words, and who answers from now on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from bot.message import Choice, Part, Turn, outline_of, parts_of
from knowledge.language import Language

Author = Literal["staff", "notice"]
# "kept": the platform takes it only with the founder's next message, which will bring it.
Delivery = Literal["open", "sent", "kept", "failed"]


@dataclass(frozen=True)
class Letter:
    """One message of a person, or one sentence about the change of owner.

    `number` counts a conversation's letters from 1; `key` is the sender's own, so that what is
    sent twice is there once. `staff`: who wrote it. `why`: what a failed delivery failed for.
    """

    conversation: str
    number: int
    key: str
    author: Author
    staff: int | None
    language: Language
    parts: tuple[Part, ...]
    choices: tuple[Choice, ...]
    delivery: Delivery
    why: str
    created: datetime

    def to_turn(self) -> Turn:
        """As channels render it."""
        outline, cards = outline_of(self.parts)
        return Turn(
            id=f"letter-{self.number}",
            conversation=self.conversation,
            number=0,
            language=self.language,
            intent="",
            confidence=1.0,
            outcome="handoff",
            replies=("\n\n".join(part.to_text() for part in self.parts),),
            cards=cards,
            choices=self.choices,
            provisions=(),
            units=(),
            quotes=(),
            ms=0.0,
            outline=outline,
        )

    def to_json(self) -> dict[str, Any]:
        """For the founder: without who of the staff it was."""
        outline, cards = outline_of(self.parts)
        return {
            "number": self.number,
            "author": self.author,
            "language": self.language,
            "text": "\n\n".join(part.to_text() for part in self.parts),
            "cards": cards,
            "outline": outline,
            "choices": [{"id": choice.id, "title": choice.title} for choice in self.choices],
            "created": self.created.isoformat(),
        }


class Letters(Protocol):
    """Keeps letters."""

    async def after(self, conversation: str, number: int = 0) -> list[Letter]:
        """Those of a conversation that come after a number, oldest first."""

    async def undelivered(self, channel: str) -> list[Letter]:
        """What waits to be sent by a channel, or is kept by it, oldest first."""

    async def mark(self, letter: Letter, delivery: Delivery, why: str = "") -> None: ...


def content_to_json(parts: tuple[Part, ...], choices: tuple[Choice, ...]) -> dict[str, Any]:
    """Plain data, from which `content_from_json` makes the same."""
    outline, cards = outline_of(parts)
    return {"outline": outline, "cards": cards, "choices": [vars(choice) for choice in choices]}


def content_from_json(data: dict[str, Any]) -> tuple[tuple[Part, ...], tuple[Choice, ...]]:
    """The parts and choices that `content_to_json` made plain data of."""
    parts = parts_of(tuple(data["outline"]), tuple(data["cards"]))
    return parts, tuple(Choice(**choice) for choice in data["choices"])
