"""Accounts of staff: made, changed, ended; and who may sign in with which password."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta

from bot.desk.passwords import BadPassword, check
from bot.desk.services import Desk
from bot.desk.sessions import Sessions, hashed, new_token
from bot.people.staff import Account, Role, Staff, pause_after
from bot.store.sign_ins import SqlSignIns
from bot.store.staff import SqlStaff

LINK_LASTS = timedelta(hours=24)
# Letters of any script and digits, and what stands between them in names.
MOST_OF_A_NAME = 40
_NAME = re.compile(rf"\w(?:[\w .·'-]{{0,{MOST_OF_A_NAME - 2}}}\w)?")
_MOST_STRANGERS = 10_000


class BadName(ValueError):
    """A name that nobody can have."""


class Wrong(Exception):
    """Nobody signs in with that. `until`: when the next try is heard, where that is not now."""

    def __init__(self, until: datetime | None, staff: Staff | None) -> None:
        self.until, self.staff = until, staff
        super().__init__("not signed in")


class Accounts:
    """What can be done with accounts, from the pages and from the command line."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._clock = desk, desk.clock
        self._kept = SqlStaff(desk.store)
        self._passwords = desk.passwords
        self._strangers = _Strangers()
        self.sessions = Sessions(SqlSignIns(desk.store), desk.clock)

    async def add(self, name: str, role: Role, password: str | None = None) -> Staff:
        """A new account; without a password it waits for its link.

        Raises BadName, NameTaken, BadPassword.
        """
        name, kept = self.check_name(name), ""
        if password is not None:
            check(password, name)
            kept = await self._passwords.hash(password)
        return await self._kept.add(name, role, kept, self._clock())

    @staticmethod
    def check_name(name: str) -> str:
        """A new name as it is kept. Raises BadName."""
        name = proper(name)
        if not _NAME.fullmatch(name):
            raise BadName(name)
        return name

    async def named(self, name: str) -> Account | None:
        return await self._kept.named(proper(name))

    async def numbered(self, staff_id: int) -> Account | None:
        return await self._kept.numbered(staff_id)

    async def all(self) -> list[Account]:
        """All there ever were, with when those who are signed in were last seen."""
        present = await self.sessions.present()
        return [replace(a, seen=present.get(a.staff.id)) for a in await self._kept.all()]

    async def change_role(self, staff: Staff, role: Role) -> bool:
        """Whether that is another one. Raises LastAdmin."""
        return await self._kept.set_role(staff.id, role)

    async def deactivate(self, staff: Staff) -> bool:
        """Nobody signs in with it any more; whether somebody did. Raises LastAdmin."""
        ended = await self._kept.deactivate(staff.id)
        await self.sign_out(staff)
        return ended

    async def activate(self, staff: Staff) -> bool:
        """It can be used again, with a new link; whether it could not be."""
        return await self._kept.activate(staff.id)

    async def sign_out(self, staff: Staff) -> int:
        """Everywhere, and no founder is left with nobody; how many sessions ended."""
        ended = await self.sessions.end_all(staff.id)
        await self._desk.handover.clerk_left(staff.id)
        return ended

    async def make_link(self, staff: Staff) -> str:
        """A token with which a password can be set once, within a day."""
        token = new_token()
        await self._kept.add_link(staff.id, hashed(token), self._clock() + LINK_LASTS)
        return token

    async def linked(self, token: str) -> Staff | None:
        """Whose link it is, where it still holds."""
        return await self._kept.linked(hashed(token), self._clock())

    async def use_link(self, token: str, password: str) -> Staff | None:
        """Set a password by a link; None where it holds no more. Raises BadPassword."""
        staff = await self.linked(token)
        if staff is None:
            return None
        check(password, staff.name)
        kept = await self._passwords.hash(password)
        staff = await self._kept.use_link(hashed(token), kept, self._clock())
        if staff is not None:
            await self.sign_out(staff)
        return staff

    async def change_password(self, staff: Staff, old: str, new: str) -> None:
        """Raises BadPassword; Wrong where `old` is not theirs, counted as at the sign-in."""
        check(new, staff.name)
        await self.prove(staff.name, old)
        if new == old:
            raise BadPassword("not_new")
        account = await self._kept.numbered(staff.id)
        if account is not None:
            await self._kept.renew(staff.id, account.password, await self._passwords.hash(new))

    async def prove(self, name: str, password: str) -> Staff:
        """Who that is. Raises Wrong, after the same time whether or not there is that name."""
        name, now = proper(name), self._clock()
        account = await self._kept.named(name)
        if account is None:
            until = self._strangers.take_try(name, now)
        else:
            until = await self._kept.take_try(account.staff.id, now)
        staff = account.staff if account else None
        if until is not None:
            raise Wrong(until, staff)
        kept = account.password if account else ""
        right = await self._passwords.is_right(kept, password)
        if staff is None or not right or not await self._kept.passed(staff.id, kept):
            raise Wrong(await self._waits(name, staff), staff)
        if self._passwords.is_old(kept):
            await self._kept.renew(staff.id, kept, await self._passwords.hash(password))
        return staff

    async def _waits(self, name: str, staff: Staff | None) -> datetime | None:
        """Until when the next try waits, if this wrong one was one too many."""
        if staff is None:
            return self._strangers.locked_until(name)
        account = await self._kept.numbered(staff.id)
        return account.locked_until if account else None


def minutes_until(until: datetime, now: datetime) -> int:
    """Whole minutes to wait, never too few."""
    return max(1, math.ceil((until - now).total_seconds() / 60))


def proper(name: str) -> str:
    """A name as it is kept: however it is typed, it is the same."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())


class _Strangers:
    """Counts tries with names that nobody has, or the count would tell which names there are."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, tuple[int, datetime | None]] = OrderedDict()

    def take_try(self, name: str, now: datetime) -> datetime | None:
        """As `SqlStaff.take_try`."""
        key = hashed(name)
        failed, until = self._tries.pop(key, (0, None))
        waits = until is not None and until > now
        if not waits:
            failed += 1
            pause = pause_after(failed)
            until = now + pause if pause else None
        self._tries[key] = failed, until
        if len(self._tries) > _MOST_STRANGERS:
            self._tries.popitem(last=False)
        return until if waits else None

    def locked_until(self, name: str) -> datetime | None:
        return self._tries.get(hashed(name), (0, None))[1]
