"""A day at the desk: what is done by the walks of docs/desk.md stands in the figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.desk.accounts import Accounts
from tests.bot.conftest import free_port
from tests.browser.conftest import ANSWERS_WITHIN_MILLISECONDS
from tests.browser.desk import PASSWORD, enter, opened, run, step, walks
from tests.browser.test_desk_chats import CHATS, Remembering, wait_for_a_person
from tests.browser.widget import serving

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def address(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on its first day, with a clerk and a supervisor."""
    folder = tmp_path_factory.mktemp("day")
    run(_hire(folder))
    with serving(folder, free_port(), (), Remembering()) as server:
        yield server.url


async def _hire(folder: Path) -> None:
    async with opened(folder) as desk:
        await Accounts(desk).add("li", "clerk", PASSWORD)
        await Accounts(desk).add("anna", "supervisor", PASSWORD)


def numbers(page: Page, title: str) -> dict[str, list[str]]:
    """The table below a plot: its rows by their name."""
    plot = page.get_by_role("region", name=title)
    plot.get_by_text("Numbers").press("Enter")
    rows = plot.locator("tbody tr")
    cells = [row.locator("th, td").all_inner_texts() for row in rows.all()]
    return {name: values for name, *values in cells}


def test_three_calls_and_a_chat_by_keyboard_stand_in_the_figures(
    browser: Browser, address: str
) -> None:
    pages = []
    for _ in range(3):
        context = browser.new_context(locale="en-GB", reduced_motion="reduce")
        context.set_default_timeout(ANSWERS_WITHIN_MILLISECONDS)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        pages.append(context.new_page())
    clerk, founder, supervisor = pages
    enter(clerk, address, "li")
    for walk in walks("Three calls by keyboard"):
        expect(clerk.locator("#q")).to_be_focused()
        for row in walk:
            step(clerk, row)
    wait_for_a_person(founder, address)
    clerk.goto(f"{address}{CHATS}")
    (walk,) = walks("A chat by keyboard")
    for row in walk:
        step(clerk, row)

    enter(supervisor, address, "anna", "/desk/figures")
    ended = {"Answered": ["1"], "Call back": ["1"], "Not covered": ["1"]}
    assert numbers(supervisor, "How calls ended") == ended
    waits = [row[:2] for row in numbers(supervisor, "Wait for a person").values()]
    assert [row for row in waits if row != ["0", "0"]] == [["1", "1"]]
    promised = numbers(supervisor, "Call backs")
    assert promised["Still to be made"] == ["1"]
    for page in pages:
        page.context.close()
