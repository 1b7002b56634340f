"""Accounts of staff, kept, with the tries to sign in and the one-time links to set a password."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.people.staff import Account, Role, Staff, pause_after
from bot.store.desk_tables import staff, staff_links
from bot.store.sql import SqlStore

_ADMIN = "admin"


class NameTaken(Exception):
    """Somebody has this name, or had it."""


class LastAdmin(Exception):
    """Nobody would be left who may look after the accounts."""


class SqlStaff:
    """Accounts in the database of the conversations."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def add(self, name: str, role: Role, password: str, now: datetime) -> Staff:
        """Raises NameTaken."""
        row = {
            "name": name,
            "role": role,
            "password": password,
            "active": True,
            "failed": 0,
            "created": now,
        }
        try:
            done = await self._store.run(lambda c: c.execute(staff.insert(), row))
        except IntegrityError as error:
            raise NameTaken(name) from error
        return Staff(done.inserted_primary_key[0], name, role, True)

    async def named(self, name: str) -> Account | None:
        return await self._find(staff.c.name == name)

    async def numbered(self, staff_id: int) -> Account | None:
        return await self._find(staff.c.id == staff_id)

    async def all(self) -> list[Account]:
        """Those who are active first, then by name."""
        chosen = sa.select(staff).order_by(staff.c.active.desc(), staff.c.name)
        return await self._store.run(lambda c: [_account(row) for row in c.execute(chosen)])

    async def renew(self, staff_id: int, old: str, new: str) -> None:
        """Another password, or the same hashed as is done today; nothing where it has changed
        meanwhile."""
        row = staff.update().where(staff.c.id == staff_id, staff.c.password == old)
        await self._store.run(lambda c: c.execute(row.values(password=new)))

    async def set_role(self, staff_id: int, role: Role) -> bool:
        """Whether that is another one. Raises LastAdmin."""
        return await self._keeping_an_admin(staff_id, role == _ADMIN, role=role)

    async def deactivate(self, staff_id: int) -> bool:
        """The account stays, for what was done with it; its password and links do not.

        Whether it was active. Raises LastAdmin.
        """
        ended = await self._keeping_an_admin(staff_id, False, active=False, password="")
        links = staff_links.delete().where(staff_links.c.staff == staff_id)
        await self._store.run(lambda c: c.execute(links))
        return ended

    async def activate(self, staff_id: int) -> bool:
        """Whether it was not."""
        row = staff.update().where(staff.c.id == staff_id, staff.c.active.is_(False))
        row = row.values(active=True, failed=0, locked_until=None)
        return await self._store.run(lambda c: bool(c.execute(row).rowcount))

    async def take_try(self, staff_id: int, now: datetime) -> datetime | None:
        """Count a try as wrong before it is judged: many at once are no way around the count.

        None where it may be judged; otherwise until when the account waits.
        """
        mine = staff.c.id == staff_id
        free = sa.or_(staff.c.locked_until.is_(None), staff.c.locked_until <= now)
        counted = staff.update().where(mine, free).values(failed=staff.c.failed + 1)
        chosen = sa.select(staff.c.failed, staff.c.locked_until).where(mine)

        def work(connection: Connection) -> datetime | None:
            allowed = connection.execute(counted).rowcount
            row = connection.execute(chosen).one()
            if not allowed:
                return row.locked_until  # type: ignore[no-any-return]
            pause = pause_after(row.failed)
            if pause:
                connection.execute(staff.update().where(mine).values(locked_until=now + pause))
            return None

        return await self._store.run(work)

    async def passed(self, staff_id: int, password: str) -> bool:
        """The try was right: the count begins anew. False where that is the password no more."""
        row = staff.update().where(
            staff.c.id == staff_id, staff.c.password == password, staff.c.active
        )
        begun = row.values(failed=0, locked_until=None)
        return await self._store.run(lambda c: bool(c.execute(begun).rowcount))

    async def add_link(self, staff_id: int, hash: str, expires: datetime) -> None:
        """A link to set a password; those before it hold no more."""
        row = {"hash": hash, "staff": staff_id, "expires": expires}

        def work(connection: Connection) -> None:
            connection.execute(staff_links.delete().where(staff_links.c.staff == staff_id))
            connection.execute(staff_links.insert(), row)

        await self._store.run(work)

    async def linked(self, hash: str, now: datetime) -> Staff | None:
        """Whose link it is; None for one that is used, too old, or none of ours."""
        chosen = (
            sa.select(staff)
            .join(staff_links, staff_links.c.staff == staff.c.id)
            .where(staff_links.c.hash == hash, staff_links.c.expires > now, staff.c.active)
        )

        def work(connection: Connection) -> Staff | None:
            row = connection.execute(chosen).first()
            return None if row is None else _account(row).staff

        return await self._store.run(work)

    async def use_link(self, hash: str, password: str, now: datetime) -> Staff | None:
        """Set a password by a link, which holds once; None where it holds no more."""
        used = staff_links.delete().where(staff_links.c.hash == hash, staff_links.c.expires > now)
        owner = sa.select(staff_links.c.staff).where(staff_links.c.hash == hash)

        def work(connection: Connection) -> Staff | None:
            staff_id = connection.execute(owner).scalar()
            # Of two at once only one has deleted it.
            if staff_id is None or not connection.execute(used).rowcount:
                return None
            mine = sa.and_(staff.c.id == staff_id, staff.c.active)
            new = {"password": password, "failed": 0, "locked_until": None}
            if not connection.execute(staff.update().where(mine).values(**new)).rowcount:
                return None
            row = connection.execute(sa.select(staff).where(mine)).one()
            return _account(row).staff

        return await self._store.run(work)

    async def _find(self, where: Any) -> Account | None:
        def work(connection: Connection) -> Account | None:
            row = connection.execute(sa.select(staff).where(where)).first()
            return None if row is None else _account(row)

        return await self._store.run(work)

    async def _keeping_an_admin(self, staff_id: int, stays: bool, **values: object) -> bool:
        """Change an account, but not the last admin's so that there is none; whether that changed
        anything."""
        admins = sa.and_(staff.c.role == _ADMIN, staff.c.active)
        can_sign_in = staff.c.password != ""  # one whose link was never used cannot
        # Changes nothing, but from here on no other can change the admins until this is done.
        hold = staff.update().where(admins).values(role=staff.c.role)
        others = sa.select(sa.func.count()).where(admins, can_sign_in, staff.c.id != staff_id)
        is_one = sa.select(sa.func.count()).where(admins, staff.c.id == staff_id)

        differs = sa.or_(*(staff.c[name] != value for name, value in values.items()))
        change = staff.update().where(staff.c.id == staff_id, differs).values(**values)

        def work(connection: Connection) -> bool:
            connection.execute(hold)
            ends_one = not stays and connection.execute(is_one).scalar()
            if ends_one and not connection.execute(others).scalar():
                raise LastAdmin
            return bool(connection.execute(change).rowcount)

        return await self._store.run(work)


def _account(row: Any) -> Account:
    who = Staff(row.id, row.name, row.role, row.active)
    return Account(who, row.password, row.locked_until, row.created)
