"""A mentor of the office's library, and which of them suit what a founder looks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from knowledge.vocabulary import KINDS, Kind

ABOUT = "mentor:"  # what a call back is about, before the mentor's id


@dataclass(frozen=True)
class Mentor:
    """`fields`, `stages` and `tongues` are ids of knowledge/vocabulary.yml.

    `contact` is sealed (bot/people/vault.py) and never shown to founders. `consent`: the day on
    which the mentor agreed to be listed. `demo`: nobody real, there to try things out.
    """

    id: str
    name: str
    fields: tuple[str, ...]
    stages: tuple[str, ...]
    tongues: tuple[str, ...]
    times: str
    contact: str
    consent: date
    active: bool = True
    demo: bool = False

    def of(self, kind: Kind) -> tuple[str, ...]:
        words: tuple[str, ...] = getattr(self, kind)
        return words


class Mentors(Protocol):
    """Keeps mentors."""

    async def active(self) -> list[Mentor]:
        """Those that founders are told of, by id."""


@dataclass(frozen=True)
class Wanted:
    """What a founder names; nothing of a kind means that any will do."""

    fields: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    tongues: tuple[str, ...] = ()

    def of(self, kind: Kind) -> tuple[str, ...]:
        words: tuple[str, ...] = getattr(self, kind)
        return words

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(kind for kind in KINDS if self.of(kind))


@dataclass(frozen=True)
class Match:
    """A mentor, what of the wanted they have, and which kinds they have nothing of."""

    mentor: Mentor
    met: tuple[tuple[Kind, tuple[str, ...]], ...]
    unmet: tuple[Kind, ...]


def suitable(mentors: Iterable[Mentor], wanted: Wanted, limit: int = 3) -> list[Match]:
    """The best few: those with something of every kind that is wanted, the one with most first.

    Without such: those who have at least the first kind that was named, a field before a stage
    before a language. Without these nobody: a mentor for something else is none.
    """
    matches = [_match(mentor, wanted) for mentor in mentors]
    matches.sort(key=lambda match: (-sum(len(ids) for _, ids in match.met), match.mentor.id))
    whole = [match for match in matches if not match.unmet]
    first = wanted.kinds[:1]
    near = [match for match in matches if match.met and match.met[0][0] in first]
    near.sort(key=lambda match: len(match.unmet))
    return (whole or near)[:limit]


def _match(mentor: Mentor, wanted: Wanted) -> Match:
    met = tuple(
        (kind, tuple(each for each in wanted.of(kind) if each in mentor.of(kind)))
        for kind in wanted.kinds
    )
    return Match(
        mentor,
        tuple((kind, ids) for kind, ids in met if ids),
        tuple(kind for kind, ids in met if not ids),
    )
