"""What supervisors see, in a browser: a draft is downloaded, figures are read and taken along."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.settings import PROJECT
from tests.browser.axe import problems
from tests.browser.conftest import watched
from tests.browser.desk import assert_fits, enter
from tests.browser.supervision import QUESTIONS, supervised

pytestmark = pytest.mark.xdist_group("browser")

PATHS = ("/desk/figures", "/desk/figures?days=365", "/desk/inbox")
VENTURE = QUESTIONS[2][0]


@pytest.fixture(scope="module")
def address(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with supervised(tmp_path_factory.mktemp("supervision")) as server:
        yield server.url


@pytest.fixture
def page(context: BrowserContext, address: str, complaints: list[str]) -> Iterator[Page]:
    """The inbox; the browser must find nothing wrong, the policy's refusals among it."""
    page = watched(context.new_page(), complaints)
    enter(page, address, "anna", "/desk/inbox")
    yield page
    assert [each for each in complaints if "422" not in each] == []


def group(page: Page):  # type: ignore[no-untyped-def]
    """The one about the venture fund."""
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=VENTURE))


def test_a_question_is_drafted_by_one_click_reworded_and_downloaded(
    page: Page, tmp_path: Path
) -> None:
    group(page).get_by_role("button", name="Venture capital tax deduction").click()
    change = page.get_by_role("group", name="The change")
    expect(change).to_contain_text("+++ b/knowledge/policies/sz-2016/measures/06.yml")
    expect(change).to_contain_text(f'+    - "{VENTURE}"')

    wording = "基金入股初创公司，税上能少算多少"
    page.get_by_label("Wording").fill(wording)
    page.get_by_role("button", name="Draft again").click()
    expect(change).to_contain_text(f'+- say: "{wording}"')
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the patch").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    expect(page.get_by_role("group", name="Apply and check")).to_contain_text(file.name)

    done = subprocess.run(["git", "apply", "--check", file], cwd=PROJECT, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert wording in file.read_text("utf-8")


def test_what_cannot_be_drafted_is_said_and_can_be_mended(page: Page) -> None:
    group(page).get_by_label("Wording").fill("免税")
    group(page).get_by_role("button", name="Not in this policy").click()
    expect(page.get_by_role("alert")).to_contain_text("This wording is there already: 6.1")
    page.get_by_label("Wording").fill("这个问法还没有人写过呢")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("button", name="Download the patch")).to_be_visible()


def test_a_group_that_was_seen_leaves_the_inbox(page: Page) -> None:
    tenancy = page.get_by_role("listitem").filter(has_text=QUESTIONS[3][0])
    tenancy.get_by_role("button", name="Seen, nothing to change").click()
    expect(page.get_by_role("status")).to_have_text("That group is marked as seen.")
    expect(page.get_by_role("heading", name=QUESTIONS[3][0])).to_have_count(0)
    expect(page.get_by_role("heading", name=VENTURE)).to_be_visible()


def test_figures_are_read_as_plots_as_tables_and_as_files(page: Page, tmp_path: Path) -> None:
    page.get_by_role("link", name="Figures").click()
    topics = page.get_by_role("region", name="Topics")
    highest = topics.get_by_role("img", name="Topics")
    expect(highest).to_be_visible()
    topics.get_by_text("Numbers").press("Enter")
    first = topics.get_by_role("row").nth(1)
    name, count = (
        first.get_by_role("rowheader").inner_text(),
        first.get_by_role("cell").inner_text(),
    )
    # What a screen reader says of the plot is what the table has.
    expect(highest.locator("desc")).to_have_text(f"Highest: {name}, {count}")
    with page.expect_download() as download:
        topics.get_by_role("link", name="CSV").click()
    download.value.save_as(tmp_path / "topics.csv")
    with (tmp_path / "topics.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))

    assert rows[1] == [name, count]
    assert len(rows) == topics.get_by_role("row").count()


def test_bars_lie_in_their_plots_on_any_screen(page: Page, address: str) -> None:
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{address}/desk/figures")
        outside = page.evaluate(
            """() => [...document.querySelectorAll(".area rect, .area circle, .bars rect")].filter(
              (each) => {
                const one = each.getBoundingClientRect();
                const all = each.closest(".area, .bars").getBoundingClientRect();
                return one.left < all.left - 8 || one.right > all.right + 8 || one.top < all.top - 8
                  || one.bottom > all.bottom + 1;
              }).length"""
        )
        assert outside == 0, width


def test_axe_finds_nothing(page: Page, address: str) -> None:
    for path in PATHS:
        page.goto(f"{address}{path}")
        page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
        assert problems(page) == [], path
    group(page).get_by_role("button", name="Not in this policy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Draft of a change")
    assert problems(page) == []
    page.get_by_label("Wording").fill("免税")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert problems(page) == []


@pytest.mark.parametrize("locale", ["zh-CN", "zh-HK", "en-GB"])
def test_no_page_is_wider_than_the_screen(browser: Browser, address: str, locale: str) -> None:
    context = browser.new_context(locale=locale, viewport={"width": 320, "height": 800})
    page = context.new_page()
    try:
        enter(page, address, "anna", "/desk/inbox")
        expect(page.locator(".questions")).to_be_visible()
        for path in PATHS:
            page.goto(f"{address}{path}")
            assert_fits(page)
        page.locator("button.target").first.click()
        expect(page.locator(".diff")).to_be_visible()
        assert_fits(page)
    finally:
        context.close()
