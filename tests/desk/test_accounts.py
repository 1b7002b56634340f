"""Accounts: names, roles, links, and tries to sign in; on both databases where they race."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from bot.desk.accounts import Accounts, BadName, Wrong
from bot.desk.passwords import BadPassword, Passwords
from bot.desk.services import open_desk
from bot.people.staff import Staff
from bot.settings import Settings
from bot.store.desk_tables import staff as staff_table
from bot.store.desk_tables import staff_links
from bot.store.sql import SqlStore
from bot.store.staff import LastAdmin, NameTaken
from tests.desk.conftest import PASSWORD, QUICK, Clock

WRONG = "not the right one at all"


def open_accounts(
    settings: Settings, store: SqlStore, clock: Clock, hasher: PasswordHasher = QUICK
) -> Accounts:
    desk = open_desk(settings, store, clock)
    return Accounts(replace(desk, passwords=Passwords(hasher)))


@pytest.fixture
def accounts(desk_settings: Settings, both_stores: SqlStore, clock: Clock) -> Accounts:
    return open_accounts(desk_settings, both_stores, clock)


@pytest.fixture
async def anna(accounts: Accounts) -> Staff:
    return await accounts.add("anna", "clerk", PASSWORD)


async def fails(accounts: Accounts, name: str, password: str = WRONG) -> Wrong:
    with pytest.raises(Wrong) as wrong:
        await accounts.prove(name, password)
    return wrong.value


async def test_a_name_is_the_same_however_it_is_typed(accounts: Accounts) -> None:
    staff = await accounts.add("  Ａnna  Li ", "clerk", PASSWORD)

    assert staff.name == "anna li"
    assert await accounts.prove("ANNA LI", PASSWORD) == staff
    with pytest.raises(NameTaken):
        await accounts.add("anna li", "admin", PASSWORD)


@pytest.mark.parametrize("name", ["", " ", "-", "a<b", "a" * 41, "anna@home", "a/b", "a\nb>"])
async def test_what_is_no_name_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(BadName):
        await accounts.add(name, "clerk", PASSWORD)


@pytest.mark.parametrize("name", ["李雷", "j. o'neil-smith", "x", "a" * 40, "職員07"])
async def test_names_are_of_any_script(accounts: Accounts, name: str) -> None:
    assert (await accounts.add(name, "clerk", PASSWORD)).name == name


async def test_an_account_without_a_password_lets_nobody_in(accounts: Accounts) -> None:
    await accounts.add("anna", "clerk")

    await fails(accounts, "anna", "")
    with pytest.raises(BadPassword):
        await accounts.add("bob", "clerk", "")


async def test_five_wrong_passwords_in_a_row_make_the_account_wait_a_minute(
    accounts: Accounts, anna: Staff, clock: Clock
) -> None:
    for _ in range(4):
        assert (await fails(accounts, "anna")).until is None
    clock.turn(minutes=5)
    start = clock()
    assert (await fails(accounts, "anna")).until == start.replace(minute=start.minute + 1)

    # Not even the right one is heard now.
    clock.turn(seconds=59)
    assert (await fails(accounts, "anna", PASSWORD)).until is not None
    clock.turn(seconds=1)
    assert await accounts.prove("anna", PASSWORD) == anna


async def test_the_wait_doubles_up_to_an_hour(
    accounts: Accounts, anna: Staff, clock: Clock
) -> None:
    for _ in range(4):
        await fails(accounts, "anna")
    waits = []
    for _ in range(8):
        until = (await fails(accounts, "anna")).until
        assert until is not None
        waits.append((until - clock()).total_seconds() / 60)
        clock.now = until
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_the_right_password_begins_the_count_anew(accounts: Accounts, anna: Staff) -> None:
    for _ in range(3):
        for _ in range(4):
            assert (await fails(accounts, "anna")).until is None
        assert await accounts.prove("anna", PASSWORD) == anna


async def test_a_name_that_nobody_has_waits_just_the_same(
    accounts: Accounts, anna: Staff, clock: Clock
) -> None:
    def told(name: str, wrong: Wrong) -> object:
        return wrong.until

    for turn in (0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2):
        clock.turn(minutes=turn)
        ours = told("anna", await fails(accounts, "anna"))
        assert told("nobody", await fails(accounts, "nobody")) == ours


async def test_many_tries_at_once_are_no_way_around_the_count(
    accounts: Accounts, anna: Staff
) -> None:
    tries = [fails(accounts, "anna", f"{WRONG} {number}") for number in range(30)]
    told = await asyncio.gather(*tries)
    judged = [wrong for wrong in told if wrong.until is None]
    assert len(judged) <= 5
    # The guess that would have been right comes too late.
    assert (await fails(accounts, "anna", PASSWORD)).until is not None


async def test_a_password_is_hashed_anew_when_the_parameters_have_changed(
    desk_settings: Settings, both_stores: SqlStore, clock: Clock
) -> None:
    await open_accounts(desk_settings, both_stores, clock).add("anna", "clerk", PASSWORD)
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    accounts = open_accounts(desk_settings, both_stores, clock, stronger)

    await accounts.prove("anna", PASSWORD)

    account = await accounts.named("anna")
    assert account is not None
    assert "t=2" in account.password
    await accounts.prove("anna", PASSWORD)


async def test_a_link_sets_the_password_once(accounts: Accounts, anna: Staff) -> None:
    token = await accounts.make_link(anna)

    assert await accounts.linked(token) == anna
    assert await accounts.use_link(token, "another good long one") == anna
    assert await accounts.prove("anna", "another good long one") == anna
    await fails(accounts, "anna", PASSWORD)
    assert await accounts.linked(token) is None
    assert await accounts.use_link(token, "yet another long one") is None


async def test_a_bad_password_does_not_use_the_link_up(accounts: Accounts, anna: Staff) -> None:
    token = await accounts.make_link(anna)

    with pytest.raises(BadPassword):
        await accounts.use_link(token, "short")
    assert await accounts.use_link(token, "another good long one") == anna


async def test_of_two_who_use_a_link_at_once_one_has_set_the_password(
    accounts: Accounts, anna: Staff
) -> None:
    token = await accounts.make_link(anna)
    used = await asyncio.gather(
        *(accounts.use_link(token, f"another good long one {n}") for n in range(6))
    )
    winners = [number for number, staff in enumerate(used) if staff is not None]
    assert len(winners) == 1
    assert await accounts.prove("anna", f"another good long one {winners[0]}") == anna


async def test_a_link_holds_for_a_day_and_only_the_newest_one(
    accounts: Accounts, anna: Staff, clock: Clock
) -> None:
    first = await accounts.make_link(anna)
    second = await accounts.make_link(anna)
    assert await accounts.linked(first) is None

    clock.turn(hours=23, minutes=59)
    assert await accounts.linked(second) == anna
    clock.turn(minutes=1)
    assert await accounts.linked(second) is None
    assert await accounts.use_link(second, "another good long one") is None


async def test_only_the_hash_of_a_link_is_kept(
    accounts: Accounts, anna: Staff, both_stores: SqlStore
) -> None:
    token = await accounts.make_link(anna)

    rows = await both_stores.run(lambda c: c.execute(sa.select(staff_links)).all())
    assert len(rows) == 1
    assert token not in str(rows)
    assert len(token) >= 22  # 128 bits and more in base64


async def test_a_link_ends_the_wait_after_wrong_passwords(accounts: Accounts, anna: Staff) -> None:
    for _ in range(5):
        await fails(accounts, "anna")
    await accounts.use_link(await accounts.make_link(anna), "another good long one")

    assert await accounts.prove("anna", "another good long one") == anna


async def test_a_deactivated_account_lets_nobody_in_and_its_links_hold_no_more(
    accounts: Accounts, anna: Staff
) -> None:
    token = await accounts.make_link(anna)
    await accounts.deactivate(anna)

    await fails(accounts, "anna", PASSWORD)
    assert await accounts.linked(token) is None
    assert await accounts.use_link(token, "another good long one") is None


async def test_a_reactivated_account_needs_a_new_password(accounts: Accounts, anna: Staff) -> None:
    await accounts.deactivate(anna)
    await accounts.activate(anna)

    await fails(accounts, "anna", PASSWORD)
    token = await accounts.make_link(anna)
    assert await accounts.use_link(token, PASSWORD) == anna


async def test_the_last_active_admin_stays_one(accounts: Accounts) -> None:
    first = await accounts.add("first", "admin", PASSWORD)
    second = await accounts.add("second", "admin", PASSWORD)
    await accounts.deactivate(second)

    with pytest.raises(LastAdmin):
        await accounts.deactivate(first)
    with pytest.raises(LastAdmin):
        await accounts.change_role(first, "supervisor")
    await accounts.change_role(first, "admin")
    assert await accounts.prove("first", PASSWORD) == first


async def test_an_admin_whose_link_was_never_used_is_no_admin_yet(accounts: Accounts) -> None:
    first = await accounts.add("first", "admin", PASSWORD)
    ghost = await accounts.add("ghost", "admin")

    with pytest.raises(LastAdmin):
        await accounts.deactivate(first)
    await accounts.deactivate(ghost)


async def test_two_admins_who_demote_each_other_at_once_leave_one(
    accounts: Accounts, both_stores: SqlStore
) -> None:
    admins = [await accounts.add(f"admin {n}", "admin", PASSWORD) for n in range(6)]
    await asyncio.gather(
        *(accounts.change_role(each, "clerk") for each in admins), return_exceptions=True
    )
    chosen = sa.select(sa.func.count()).where(staff_table.c.role == "admin")
    assert await both_stores.run(lambda c: c.execute(chosen).scalar()) == 1
