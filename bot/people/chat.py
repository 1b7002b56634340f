"""A conversation as the desk lists it: whose it is, since when, and what was said last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.people.ownership import Ownership, Reason


@dataclass(frozen=True)
class Chat:
    """`words`: the founder's last, masked. `reason`: of the last change of owner. `staff`: who has
    it, or had it last."""

    ownership: Ownership
    words: str
    reason: Reason
    staff: int | None

    @property
    def conversation(self) -> str:
        return self.ownership.conversation

    @property
    def channel(self) -> str:
        return self.conversation.partition(":")[0]

    def waits(self, now: datetime) -> int:
        """Minutes since the founder asked for a person."""
        asked = self.ownership.asked
        return 0 if asked is None else max(0, int((now - asked).total_seconds() // 60))
