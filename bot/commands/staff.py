"""Look after the accounts of the desk's staff."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys

from bot.desk.accounts import LINK_LASTS, MOST_OF_A_NAME, Accounts, BadName
from bot.desk.passwords import LONGEST, SHORTEST, BadPassword
from bot.desk.services import Desk, open_desk
from bot.desk.staff import welcome_address
from bot.people.staff import Account, Staff
from bot.settings import Settings
from bot.store.audit import SqlAudit
from bot.store.sql import SqlStore
from bot.store.staff import LastAdmin, NameTaken

_WHY = {
    "too_short": f"that password is too short; it needs at least {SHORTEST} characters",
    "too_long": f"that password is too long; it may have {LONGEST} characters",
    "has_name": "leave the name out of the password",
    "too_easy": "that password is too easy to guess; a few unrelated words in a row are good",
}


class _Refused(Exception):
    """What was asked for cannot be done; the message says why."""


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    try:
        asyncio.run(_run(options, settings))
    except _Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0


async def _run(options: argparse.Namespace, settings: Settings) -> None:
    store = SqlStore(settings.database)
    office = _Office(open_desk(settings, store), settings.public_url or _address(settings))
    name = getattr(options, "name", "")
    try:
        await getattr(office, options.what.replace("-", "_"))(options)
    except BadName as error:
        raise _Refused(
            f"{name!r} cannot be a name; use letters, digits, spaces, dots and hyphens, at most "
            f"{MOST_OF_A_NAME} characters"
        ) from error
    except NameTaken as error:
        raise _Refused(
            f"there is an account {error}; `python -m bot staff list` shows all, also those that "
            "are deactivated"
        ) from error
    except BadPassword as error:
        raise _Refused(_WHY[error.why]) from error
    except LastAdmin as error:
        raise _Refused(
            f"{name} is the last active admin; make somebody else an admin first"
        ) from error
    finally:
        await store.close()


class _Office:
    """One method for each word after `staff`, with - written as _."""

    def __init__(self, desk: Desk, base: str) -> None:
        self._accounts, self._clock, self._base = Accounts(desk), desk.clock, base
        self._trail = SqlAudit(desk.store)

    async def add(self, options: argparse.Namespace) -> None:
        self._accounts.check_name(options.name)
        password = None if options.link else _password(options.name)
        staff = await self._accounts.add(options.name, options.role, password)
        await self._record("staff_added", f"{staff.name}: {staff.role}")
        print(f"added {staff.name} as {staff.role}")
        if options.link:
            await self._print_link(staff)

    async def list(self, options: argparse.Namespace) -> None:
        accounts = await self._accounts.all()
        if not accounts:
            print(
                "nobody yet; `python -m bot staff add NAME --role admin` adds the first",
                file=sys.stderr,
            )
        for account in accounts:
            print(f"{account.staff.name}\t{account.staff.role}\t{self._state(account)}")

    async def role(self, options: argparse.Namespace) -> None:
        staff = await self._staff(options.name)
        await self._accounts.change_role(staff, options.role)
        await self._record("role_changed", f"{staff.name}: {staff.role} > {options.role}")
        print(f"{staff.name} is {options.role}")

    async def link(self, options: argparse.Namespace) -> None:
        staff = await self._staff(options.name)
        if not staff.active:
            raise _Refused(
                f"{staff.name} is deactivated; `python -m bot staff activate` brings it back"
            )
        await self._print_link(staff)

    async def sign_out(self, options: argparse.Namespace) -> None:
        staff = await self._staff(options.name)
        ended = await self._accounts.sign_out(staff)
        await self._record("forced_out", staff.name)
        print(f"signed {staff.name} out of {ended} browser{'' if ended == 1 else 's'}")

    async def deactivate(self, options: argparse.Namespace) -> None:
        staff = await self._staff(options.name)
        await self._accounts.deactivate(staff)
        await self._record("deactivated", staff.name)
        print(f"deactivated {staff.name}")

    async def activate(self, options: argparse.Namespace) -> None:
        staff = await self._staff(options.name)
        if staff.active:
            raise _Refused(f"{staff.name} is active")
        await self._accounts.activate(staff)
        await self._record("activated", staff.name)
        print(f"activated {staff.name} as {staff.role}")
        await self._print_link(staff)

    async def _print_link(self, staff: Staff) -> None:
        address = welcome_address(self._base, await self._accounts.make_link(staff))
        await self._record("link_made", staff.name)
        hours = int(LINK_LASTS.total_seconds() // 3600)
        print(f"hand over this link; it sets the password once, within {hours} hours:\n{address}")

    async def _staff(self, name: str) -> Staff:
        account = await self._accounts.named(name)
        if account is None:
            raise _Refused(f"there is no account {name!r}; `python -m bot staff list` shows all")
        return account.staff

    async def _record(self, action: str, about: str) -> None:
        await self._trail.add(None, action, about, self._clock())

    def _state(self, account: Account) -> str:
        if not account.staff.active:
            return "deactivated"
        if not account.password:
            return "no password yet"
        if account.locked_until and account.locked_until > self._clock():
            return "waits after wrong passwords"
        return "signed in" if account.seen else "signed out"


def _address(settings: Settings) -> str:
    """The server's own, as somebody on this machine reaches it."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def _password(name: str) -> str:
    """Asked for twice on a terminal; from a pipe the first line is taken."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass(f"password for {name}: ")
    if getpass.getpass("the same again: ") != password:
        raise _Refused("the two passwords differ; nothing was added")
    return password
