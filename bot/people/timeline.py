"""What happened in a conversation, in order: messages and answers, letters, changes of owner."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import merge

from bot.message import Turn
from bot.people.letter import Letter
from bot.people.ownership import Change

_CURSOR = re.compile(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})", re.ASCII)
_NONE_YET = 10**9 - 1


@dataclass(frozen=True)
class Entry:
    """One thing that happened, and the only one of these: what a founder said with the bot's
    answer (`text`, `turn`), what a clerk wrote (`letter`), or a `change` of owner, with the
    `letter` that told the founder of it where there was one."""

    at: datetime
    turn: Turn | None = None
    text: str = ""
    letter: Letter | None = None
    change: Change | None = None


@dataclass(frozen=True)
class Cursor:
    """Where a page ends: before a turn, a letter, and a change, by their numbers."""

    turn: int = _NONE_YET
    letter: int = _NONE_YET
    change: int = _NONE_YET

    @classmethod
    def read(cls, text: str) -> Cursor:
        """What `str` made; the newest for anything else."""
        found = _CURSOR.fullmatch(text)
        return cls(*map(int, found.groups())) if found else cls()

    def __str__(self) -> str:
        return f"{self.turn}.{self.letter}.{self.change}"


@dataclass(frozen=True)
class Page:
    """Entries, the oldest first; `earlier` where there are more before them."""

    entries: tuple[Entry, ...]
    earlier: Cursor | None


def last_of(
    turns: Iterable[Entry],
    changes: Iterable[Entry],
    letters: Iterable[Entry],
    before: Cursor,
    limit: int,
) -> Page:
    """The last of three kinds of entries, each in its own order.

    Each holds its last `limit` + 1 before the cursor, or all where there are fewer. At the same
    time a message comes before what it changed, and the change before what is said after it.
    """
    entries = tuple(merge(turns, changes, letters, key=lambda entry: entry.at))
    shown = entries[-limit:]
    return Page(shown, _first(shown, before) if len(entries) > limit else None)


def _first(shown: tuple[Entry, ...], before: Cursor) -> Cursor:
    turns = [entry.turn.number for entry in shown if entry.turn is not None]
    changes = [entry.change.version for entry in shown if entry.change is not None]
    letters = [
        entry.letter.number for entry in shown if entry.letter is not None and entry.change is None
    ]
    return Cursor(
        min(turns, default=before.turn),
        min(letters, default=before.letter),
        min(changes, default=before.change),
    )
