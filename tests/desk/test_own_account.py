"""Somebody at the desk chooses another password."""

from __future__ import annotations

import html

import httpx
import pytest

from tests.desk.conftest import PASSWORD, DeskApp, DeskClient, SignedIn, sign_in_as
from tests.desk.test_staff_pages import TALK, hand_to

PAGE = "/desk/account"
NEW = "seven herons over Mirs Bay"


@pytest.fixture
async def clerk(signed_in: SignedIn) -> DeskClient:
    return await signed_in("clerk", "alice")


async def change(
    client: DeskClient, old: str = PASSWORD, new: str = NEW, again: str = ""
) -> httpx.Response:
    return await client.send_form(PAGE, old=old, password=new, again=again or new)


async def test_the_new_password_holds_and_the_old_one_no_more(
    desk_app: DeskApp, clerk: DeskClient
) -> None:
    answer = await change(clerk)
    assert answer.status_code == 303
    page = await clerk.get(answer.headers["location"])
    assert "Your password is changed." in page.text
    async with desk_app.client() as client:
        assert (await sign_in_as(client, "alice")).status_code == 422
        assert (await sign_in_as(client, "alice", NEW)).status_code == 303


async def test_every_other_browser_is_signed_out_and_no_founder_is_left(
    desk_app: DeskApp, clerk: DeskClient, signed_in: SignedIn
) -> None:
    async with desk_app.client() as elsewhere:
        await sign_in_as(elsewhere, "alice")
        await hand_to(desk_app, clerk.staff.id)
        before = clerk.cookies["cw_desk"]
        await change(clerk)
        assert (await elsewhere.get("/desk")).status_code == 303
    assert clerk.cookies["cw_desk"] != before
    assert (await clerk.get("/desk")).status_code == 200
    assert (await desk_app.desk.owners.read(TALK)).staff == clerk.staff.id


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"old": "a guess of somebody"}, "The current password is not right."),
        ({"again": "another one entirely"}, "The two passwords differ."),
        ({"new": "short"}, "too short"),
        ({"new": PASSWORD}, "That is the current password."),
        ({"new": "alice alice alice"}, "Leave your name out"),
    ],
)
async def test_what_cannot_be_is_said_and_nothing_changes(
    desk_app: DeskApp, clerk: DeskClient, given: dict[str, str], said: str
) -> None:
    answer = await change(clerk, **given)
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    async with desk_app.client() as client:
        assert (await sign_in_as(client, "alice")).status_code == 303


async def test_guessing_the_password_of_an_open_screen_is_slowed_as_at_the_sign_in(
    desk_app: DeskApp, clerk: DeskClient
) -> None:
    for _ in range(5):
        await change(clerk, old="a guess of somebody")
    waits = await change(clerk)  # not even the right one is heard
    assert waits.status_code == 429
    assert int(waits.headers["retry-after"]) >= 60
    desk_app.clock.turn(minutes=2)
    assert (await change(clerk)).status_code == 303


async def test_it_is_in_the_audit_trail(clerk: DeskClient, signed_in: SignedIn) -> None:
    await change(clerk, old="a guess of somebody")
    await change(clerk)
    trail = (await (await signed_in("admin", "root")).get("/desk/audit")).text
    assert "typed a wrong current password for a new one" in trail
    assert "set a password" in trail
    for secret in (PASSWORD, NEW, "a guess of somebody"):
        assert secret not in trail
