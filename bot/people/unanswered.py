"""Questions that got no answer, or one that was disliked, and those of them that are alike."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from knowledge.language import Language, fold
from knowledge.likeness import alike

Why = Literal["declined", "asked_back", "disliked"]


@dataclass(frozen=True)
class Question:
    """One question of a founder, masked. `reason`: what was disliked, in the founder's words.

    `conversation` and `number` say which turn it was; no screen shows them.
    """

    conversation: str
    number: int
    text: str
    language: Language
    why: Why
    reason: str
    created: datetime


@dataclass(frozen=True)
class Group:
    """Questions that are alike, in the order in which they came. `key` names the group for as
    long as its first question is there."""

    key: str
    questions: tuple[Question, ...]

    @property
    def size(self) -> int:
        return len(self.questions)

    @property
    def example(self) -> Question:
        """The wording that came most often; of these the first."""
        counts = Counter(fold(question.text) for question in self.questions)
        return max(self.questions, key=lambda question: counts[fold(question.text)])

    @property
    def wordings(self) -> tuple[str, ...]:
        """Each wording once, the example's first."""
        wordings: dict[str, str] = {}
        for text in (self.example.text, *(question.text for question in self.questions)):
            wordings.setdefault(fold(text), text)
        return tuple(wordings.values())

    @property
    def languages(self) -> tuple[Language, ...]:
        """The most frequent first."""
        counts = Counter(question.language for question in self.questions)
        return tuple(sorted(counts, key=lambda language: (-counts[language], language)))

    @property
    def whys(self) -> tuple[tuple[Why, int], ...]:
        """What went wrong, and how often."""
        return tuple(sorted(Counter(question.why for question in self.questions).items()))

    @property
    def reasons(self) -> tuple[str, ...]:
        """What founders said of the answer, each once."""
        return tuple(dict.fromkeys(q.reason for q in self.questions if q.reason))

    @property
    def last(self) -> datetime:
        return self.questions[-1].created


def grouped(questions: Sequence[Question], rarity: Callable[[str], float]) -> list[Group]:
    """Oldest first in; the largest group first out, then the one that was asked last.

    `rarity`: as of knowledge/likeness.py.
    """
    by_text: dict[str, list[Question]] = {}
    for question in questions:
        by_text.setdefault(fold(question.text), []).append(question)
    texts = list(by_text)
    members: dict[int, list[Question]] = {}
    for text, head in zip(texts, alike(texts, rarity), strict=True):
        members.setdefault(head, []).extend(by_text[text])
    groups = [
        Group(_key(texts[head]), tuple(sorted(some, key=_order))) for head, some in members.items()
    ]
    return sorted(groups, key=lambda group: (-group.size, -group.last.timestamp(), group.key))


def _order(question: Question) -> tuple[datetime, str, int]:
    return question.created, question.conversation, question.number


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
