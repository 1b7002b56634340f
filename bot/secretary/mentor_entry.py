"""Reads what somebody wrote of a mentor, in a row of a CSV file or a form of the desk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from bot.people.callback import contact_in
from bot.privacy import mask
from bot.secretary.mentor import Mentor
from bot.texts import Texts
from knowledge.language import Language, clean
from knowledge.vocabulary import Kind, Vocabulary

COLUMNS = ("id", "name", "fields", "stages", "languages", "times", "contact", "consent")
_KINDS: dict[str, Kind] = {"fields": "fields", "stages": "stages", "languages": "tongues"}
_MOST = {"name": 40, "times": 80, "contact": 80}
_SHOWN = 40  # characters of what was written that a mistake repeats
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_BETWEEN = re.compile(r"[;；、,，|]")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


@lru_cache(maxsize=1)
def _texts() -> Texts:
    return Texts.read(Path(__file__).with_name("mentor_entry.yml"))


@dataclass(frozen=True)
class Mistake:
    """What is wrong in one column: a text of mentor_entry.yml with its gaps."""

    column: str
    why: str
    gaps: tuple[tuple[str, str], ...] = ()

    def say(self, language: Language = "en") -> str:
        return _texts().of(self.why, language, **dict(self.gaps))


class BadEntry(ValueError):
    """Something of an entry cannot be used."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("; ".join(f"{m.column}: {m.say()}" for m in mistakes))
        self.mistakes = mistakes


def read_entry(written: Mapping[str, str], vocabulary: Vocabulary, today: date) -> Mentor:
    """The mentor, with the contact not yet sealed. Raises BadEntry with every mistake."""
    row = _Row(written)
    mentor = Mentor(
        id=row.identity(),
        name=row.public("name"),
        fields=row.words("fields", vocabulary),
        stages=row.words("stages", vocabulary),
        tongues=row.words("languages", vocabulary),
        times=row.public("times"),
        contact=row.contact(),
        consent=row.day("consent", today),
    )
    if row.mistakes:
        raise BadEntry(row.mistakes)
    return mentor


class _Row:
    """What was written by column; every getter checks, notes a mistake and goes on."""

    def __init__(self, written: Mapping[str, str]) -> None:
        self._written = written
        self.mistakes: list[Mistake] = []

    def _wrong(self, column: str, why: str, **gaps: str) -> None:
        self.mistakes.append(Mistake(column, why, tuple(gaps.items())))

    def _text(self, column: str) -> str:
        value = clean(self._written.get(column) or "")
        if not value:
            self._wrong(column, f"no_{column}")
        elif len(value) > _MOST.get(column, len(value)):
            self._wrong(column, "too_long", most=str(_MOST[column]))
        return value

    def identity(self) -> str:
        value = self._text("id")
        if value and not _ID.fullmatch(value):
            self._wrong("id", "bad_id", value=value[:_SHOWN])
        return value

    def public(self, column: str) -> str:
        """What founders see, so that it must hold nothing by which one is reached."""
        value = self._text(column)
        if mask(value) != value:
            self._wrong(column, "holds_a_number")
        return value

    def words(self, column: str, vocabulary: Vocabulary) -> tuple[str, ...]:
        """The ids of a list of words, each once."""
        kind = _KINDS[column]
        known = vocabulary.of(kind)
        found: list[str] = []
        for word in filter(None, (part.strip() for part in _BETWEEN.split(self._text(column)))):
            identity = vocabulary.named(kind, word)
            if identity is not None:
                found.append(identity)
                continue
            names = [*known, *(each.name["zh-Hans"] for each in known.values())]
            near = "".join(get_close_matches(word, names, n=1))
            why = "unknown_near" if near else "unknown"
            self._wrong(column, why, value=word[:_SHOWN], near=near, known=", ".join(known))
        if not found and not any(mistake.column == column for mistake in self.mistakes):
            self._wrong(column, f"no_{column}")  # nothing but separators
        return tuple(dict.fromkeys(found))

    def contact(self) -> str:
        value = self._text("contact")
        if value and contact_in(value) is None:
            self._wrong("contact", "bad_contact")
        return value

    def day(self, column: str, today: date) -> date:
        """Not after today."""
        value = self._text(column)
        day = _day(value)
        if value and day is None:
            self._wrong(column, "bad_day", value=value[:_SHOWN])
        elif day is not None and day > today:
            self._wrong(column, "future_day", value=day.isoformat())
        return day or today


def _day(value: str) -> date | None:
    match = _DAY.fullmatch(value)
    try:
        return date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None
