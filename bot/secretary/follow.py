"""What a founder can follow: one measure, a topic, or everything."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from knowledge.cards import chinese_number
from knowledge.language import Language
from knowledge.models import Knowledge

What = Literal["measure", "topic", "all"]


@dataclass(frozen=True)
class Follow:
    """Its `key` is how it is kept, and what a button says: "measure:sz-2016/6", "topic:sz-2016/tax"
    or "all"."""

    what: What
    policy: str = ""
    part: str = ""

    @classmethod
    def of(cls, key: str) -> Follow | None:
        """What a key means; None where it means nothing."""
        if key == "all":
            return cls("all")
        what, _, rest = key.partition(":")
        policy, _, part = rest.partition("/")
        if what == "measure" and policy and part.isdigit():
            return cls("measure", policy, part)
        return cls("topic", policy, part) if what == "topic" and policy and part else None

    @property
    def key(self) -> str:
        return self.what if self.what == "all" else f"{self.what}:{self.policy}/{self.part}"

    def exists(self, knowledge: Knowledge) -> bool:
        """Whether the content has it."""
        if self.what == "all":
            return True
        policy = knowledge.policies.get(self.policy)
        if policy is None:
            return False
        return (
            self.part in policy.topics if self.what == "topic" else self._number in policy.measures
        )

    def covers(self, policy: str, measure: int | None, topics: Collection[str]) -> bool:
        """Whether what happened there is to be told. What happened to a policy as a whole, where
        there is no measure, is told to all who follow anything of it."""
        if self.what == "all":
            return True
        if self.policy != policy:
            return False
        if measure is None:
            return True
        return self.part in topics if self.what == "topic" else self._number == measure

    def title(self, knowledge: Knowledge, language: Language, everything: str) -> str:
        """How it is called; its bare name where the content no longer has it. `everything`: the
        words for that."""
        if self.what == "all":
            return everything
        if not self.exists(knowledge):
            return self.part
        policy = knowledge.policies[self.policy]
        if self.what == "topic":
            return policy.topics[self.part].name[language]
        title = policy.measures[self._number].title[language]
        if language == "en":
            return f"Measure {self.part}: {title}"
        return f"（{chinese_number(self._number)}）{title}"

    @property
    def _number(self) -> int:
        return int(self.part)
