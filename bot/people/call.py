"""One call: what the caller asked, what was looked up and said, and how it ended."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

from bot.privacy import MASK, mask
from knowledge.language import Language, clean

Outcome = Literal["answered", "referred", "call_back", "not_covered"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

LONGEST_NOTE = 2000
# Stands among what was told, beside the provisions, for the sentence that the policy does not have
# it; of what was asked about elsewhere with the place: "not_covered:shanghai".
_NOT_COVERED = "not_covered"
_LONGEST_TYPED = 200
_MOST_LOOKUPS = 100
# In what is typed a number is personal before it is complete; none of ours is so long. A note is
# written to its end, and its sums must be readable.
_LONG_NUMBER = re.compile(r"\d{6,}")


class NoContact(Exception):
    """A call back was promised to nobody that could be reached."""


@dataclass(frozen=True)
class Lookup:
    """Something that was looked up: the words, masked, and the provision that was opened."""

    typed: str
    opened: str = ""


@dataclass(frozen=True)
class Call:
    """A clerk's talk with a caller; without `ended` it still lasts.

    `told`: the provisions that were read out, by id, and `not_covered`. `contact` is sealed
    (bot/people/vault.py).
    """

    id: int
    staff: int
    language: Language
    started: datetime
    looked_up: tuple[Lookup, ...] = ()
    told: tuple[str, ...] = ()
    note: str = ""
    contact: str = ""
    outcome: Outcome | None = None
    ended: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing has happened in it yet."""
        return not (self.looked_up or self.told or self.note or self.contact)

    @property
    def about(self) -> str:
        """The provision that it was about in the end: told last, else opened last."""
        opened = [lookup.opened for lookup in self.looked_up if lookup.opened]
        told = [each for each in self.told if not is_not_covered(each)]
        return [*opened, *told][-1] if opened or told else ""

    def with_lookup(self, typed: str, opened: str = "") -> Call:
        """What was typed on from the last words stands in their place."""
        looked_up = Lookup(_LONG_NUMBER.sub(MASK, mask(clean(typed)))[:_LONGEST_TYPED], opened)
        last = self.looked_up[-1] if self.looked_up else None
        if last == looked_up or not (looked_up.typed or opened):
            return self
        before = self.looked_up
        if last and not last.opened and looked_up.typed.startswith(last.typed):
            before = before[:-1]
        return replace(self, looked_up=(*before, looked_up)[-_MOST_LOOKUPS:])

    def with_told(self, what: str, told: bool = True) -> Call:
        """It was read out; or it was not after all."""
        others = tuple(each for each in self.told if each != what)
        return replace(self, told=(*others, what) if told else others)

    def with_note(self, note: str) -> Call:
        lines = (mask(clean(line)) for line in note[:LONGEST_NOTE].splitlines())
        return replace(self, note="\n".join(lines).strip())


def not_covered(elsewhere: str = "") -> str:
    """How a call keeps that somebody was told so. `elsewhere`: the place that was asked about."""
    return f"{_NOT_COVERED}:{elsewhere}" if elsewhere else _NOT_COVERED


def is_not_covered(told: str) -> bool:
    """Whether something that was told is that sentence, and no provision."""
    return told.partition(":")[0] == _NOT_COVERED
