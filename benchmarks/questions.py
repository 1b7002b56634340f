"""The founders' questions of the knowledge base, in an order that is the same in every run."""

from __future__ import annotations

import random

from bot.settings import Settings
from knowledge.models import Knowledge
from knowledge.storage import load


def content() -> Knowledge:
    """The content that is shipped, whatever the environment says."""
    return load(*Settings().knowledge_dirs)


def questions() -> list[str]:
    """Every question once, languages and subjects mixed."""
    found = [q for p in content().provisions.values() for q in p.questions]
    found = sorted(set(found))
    random.Random(2016).shuffle(found)
    return found


class Supply:
    """Hands out questions so that no server is asked one twice: a repeat would meet a cache."""

    def __init__(self, texts: list[str]) -> None:
        self._left = list(texts)

    def take(self, count: int) -> list[str]:
        if count > len(self._left):
            raise ValueError(f"{count} questions wanted, {len(self._left)} left")
        taken, self._left = self._left[:count], self._left[count:]
        return taken
