"""The closed list of words for mentors and projects, and founders' own words for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from knowledge.language import fold
from knowledge.text import Text

Kind = Literal["fields", "stages", "tongues"]
KINDS: tuple[Kind, ...] = ("fields", "stages", "tongues")
SERVICES = ("mentors", "projects", "events")


@dataclass(frozen=True)
class Word:
    """One entry: what it is called, and what else founders call it."""

    id: str
    name: Text
    words: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """Fields of business, stages of a venture, and languages that mentors speak ("tongues", since
    `language` is that of an answer), by id. `clauses`: the provision behind each service."""

    fields: Mapping[str, Word] = field(default_factory=dict)
    stages: Mapping[str, Word] = field(default_factory=dict)
    tongues: Mapping[str, Word] = field(default_factory=dict)
    clauses: Mapping[str, str] = field(default_factory=dict)

    def of(self, kind: Kind) -> Mapping[str, Word]:
        words: Mapping[str, Word] = getattr(self, kind)
        return words

    def named(self, kind: Kind, written: str) -> str | None:
        """The id of what is written: an id, a name in any language, or another word for it."""
        return self._ids[kind].get(fold(written).strip())

    def find(self, kind: Kind, text: str) -> list[str]:
        """The ids that a text names, in its order, each once; of words in one place the longest."""
        ids = self._ids[kind]
        found = self._patterns[kind].findall(fold(text))
        return list(dict.fromkeys(ids[word] for word in found))

    def names(self, kind: Kind, ids: Iterable[str], language: str) -> list[str]:
        """What these are called; an id that is no longer in the list stands for itself."""
        known = self.of(kind)
        return [known[i].name[language] if i in known else i for i in ids]

    @cached_property
    def _ids(self) -> dict[Kind, dict[str, str]]:
        return {
            kind: {
                fold(written).strip(): word.id
                for word in self.of(kind).values()
                for written in (*word.words, *word.name.values(), word.id)
            }
            for kind in KINDS
        }

    @cached_property
    def _patterns(self) -> dict[Kind, re.Pattern[str]]:
        return {kind: _pattern(self._ids[kind]) for kind in KINDS}


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Finds the longest first; Latin words whole, since "ip" is no part of "shipping"."""
    parts = [
        rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word)
        for word in sorted(words, key=lambda word: (-len(word), word))
    ]
    return re.compile("|".join(parts) or r"(?!)")
