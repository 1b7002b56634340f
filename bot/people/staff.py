"""Who works at the desk, and what each may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args

Role = Literal["clerk", "supervisor", "admin"]  # each may do what the one before may
ROLES: tuple[Role, ...] = get_args(Role)
# Typing errors cost nothing; guessing gets 24 tries a day.
_FREE_TRIES = 5
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class Staff:
    """A member of staff."""

    id: int
    name: str
    role: Role
    active: bool

    def may(self, role: Role) -> bool:
        """Whether this one may do what that role may."""
        return ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True)
class Account:
    """What is kept of a member of staff. `password`: its hash, empty until one is set."""

    staff: Staff
    password: str = field(repr=False)
    locked_until: datetime | None
    created: datetime
    seen: datetime | None = None  # by a session that still lasts


def pause_after(failed: int) -> timedelta:
    """How long an account waits after so many wrong passwords in a row."""
    if failed < _FREE_TRIES:
        return timedelta()
    doublings = min(failed - _FREE_TRIES, 10)  # more is longer than the longest
    return min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)
