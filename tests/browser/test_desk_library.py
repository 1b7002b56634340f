"""The office's library and the news in a browser, with the demo data that marks itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.commands.demo import _FILE
from bot.desk.accounts import Accounts
from bot.secretary.demo import read_demo
from bot.secretary.feed import FeedEntry
from bot.secretary.news import Proposed
from bot.store.demo import SqlDemo
from bot.store.news import SqlNews
from knowledge.live import LIBRARY
from tests.bot.conftest import free_port
from tests.browser.axe import problems
from tests.browser.conftest import watched
from tests.browser.desk import PASSWORD, assert_fits, enter, opened, run
from tests.browser.widget import serving

pytestmark = pytest.mark.xdist_group("browser")

PATHS = ("/desk/mentors", "/desk/projects", "/desk/news")
NOTICE = FeedEntry(
    guid="g1",
    link="https://news.example/1",
    title="创投企业抵扣新办法",
    summary="摘要 <b>",
    published="2026-11-28",
    publisher="市税务局",
)


@pytest.fixture(scope="module")
def address(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("library")
    run(_fill(folder))
    with serving(folder, free_port(), ()) as server:
        yield server.url
    LIBRARY.show_news(())


async def _fill(folder: Path) -> None:
    async with opened(folder) as desk:
        await Accounts(desk).add("anna", "supervisor", PASSWORD)
        now = desk.clock()
        await SqlDemo(desk.store).load(*read_demo(_FILE, desk.vault, now), now)
        await SqlNews(desk.store, desk.clock).add([Proposed(NOTICE, ("sz-2016/6.2",))])


@pytest.fixture
def page(context: BrowserContext, address: str, complaints: list[str]) -> Iterator[Page]:
    """The mentors; the browser must find nothing wrong, the policy's refusals among it."""
    page = watched(context.new_page(), complaints)
    enter(page, address, "anna", "/desk/mentors")
    yield page
    assert complaints == []


def test_what_is_made_up_says_so_in_every_row(page: Page, address: str) -> None:
    for path in ("/desk/mentors", "/desk/projects"):
        page.goto(f"{address}{path}")
        entries = page.locator("tbody tr").all() or page.locator("main li").all()
        assert entries
        for entry in entries:
            expect(entry).to_contain_text("demo", ignore_case=True)


def test_a_project_is_opened_and_put_into_review(page: Page, address: str) -> None:
    page.goto(f"{address}/desk/projects")
    page.locator("a.ticket").first.click()
    page.locator("button[value=review]").click()
    expect(page.get_by_role("status")).to_be_visible()
    page.goto(f"{address}/desk/projects?show=review")
    expect(page.locator("a.ticket")).not_to_have_count(0)


def test_a_notice_is_accepted_and_stands_on_the_measures_page(page: Page, address: str) -> None:
    page.goto(f"{address}/desk/news")
    expect(page.locator("main")).to_contain_text("摘要 <b>")  # as text
    page.get_by_role("button", name="Accept").first.click()
    expect(page.get_by_role("status")).to_be_visible()
    page.goto(f"{address}/zh-Hans/measures/6")
    notice = page.get_by_role("link", name="创投企业抵扣新办法").first
    expect(notice).to_have_attribute("href", NOTICE.link)


def test_axe_finds_nothing(page: Page, address: str) -> None:
    for path in PATHS:
        page.goto(f"{address}{path}")
        page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
        assert problems(page) == [], path
    page.goto(f"{address}/desk/projects")
    page.locator("a.ticket").first.click()
    assert problems(page) == []
    page.goto(f"{address}/desk/mentors")
    page.get_by_role("link", name="Change").first.click()
    assert problems(page) == []


@pytest.mark.parametrize("locale", ["zh-CN", "zh-HK", "en-GB"])
def test_no_page_is_wider_than_the_screen(browser: Browser, address: str, locale: str) -> None:
    context = browser.new_context(locale=locale, viewport={"width": 320, "height": 800})
    page = context.new_page()
    try:
        enter(page, address, "anna", "/desk/mentors")
        for path in PATHS:
            page.goto(f"{address}{path}")
            assert_fits(page)
    finally:
        context.close()
