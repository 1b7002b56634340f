"""The call screen in a browser: the walks of docs/desk.md, key by key, and what they leave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.desk.accounts import Accounts
from bot.desk.services import Desk
from bot.people.callback import CallBack
from bot.store.calls import SqlCalls
from tests.bot.conftest import free_port
from tests.browser.axe import problems
from tests.browser.conftest import watched
from tests.browser.desk import PASSWORD, assert_fits, enter, opened, run, see, step, walks
from tests.browser.widget import serving

pytestmark = pytest.mark.xdist_group("browser")

_WALKS = walks("Three calls by keyboard")
_TYPED_AT_ONCE = """text => {
  const box = document.getElementById("q");
  for (const key of text) {
    box.value += key;
    box.dispatchEvent(new Event("input"));
  }
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calls")


@pytest.fixture(scope="module")
def address(chromium: Path, folder: Path) -> Iterator[str]:
    """A server with two clerks and two call backs, one of them overdue."""
    run(_prepare(folder))
    with serving(folder, free_port(), ()) as server:
        yield server.url


async def _prepare(folder: Path) -> None:
    now = datetime.now(timezone.utc)
    async with opened(folder) as desk:
        for name in ("li", "chen"):
            await Accounts(desk).add(name, "clerk", PASSWORD)
        await _promise(desk, "CW-00000-00001", "old@example.com", now - timedelta(hours=2))
        await _promise(desk, "CW-00000-00002", "13800138000", now + timedelta(days=2))


async def _promise(desk: Desk, ticket: str, contact: str, due: datetime) -> None:
    sealed = desk.vault.seal(contact)
    created = due - timedelta(hours=4)
    await desk.callbacks.add(CallBack(ticket, "en", sealed, "sz-2016/6.2", created, due))


@pytest.fixture
def page(context: BrowserContext, address: str, complaints: list[str]) -> Iterator[Page]:
    """The call screen of a clerk without a call; the browser must find nothing wrong."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = watched(context.new_page(), complaints)
    sign_in(page, address)
    yield page
    if page.locator("[data-do=discard]").count():
        page.locator("[data-do=discard]").click()
        expect(page.locator("[data-do=new]")).to_be_visible()
    assert complaints == []


def sign_in(page: Page, address: str, name: str = "li") -> None:
    enter(page, address, name)
    expect(page.locator("#q")).to_be_focused()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_walks_of_the_documentation_answer_three_calls(page: Page, number: int) -> None:
    assert len(_WALKS) == 3
    for row in _WALKS[number]:
        step(page, row)
    expect(page.locator("#q")).to_be_focused()


def test_a_walk_leaves_its_record_and_its_promise(page: Page, address: str, folder: Path) -> None:
    for row in _WALKS[1]:
        step(page, row)
    ticket = page.locator(".ticket").inner_text()
    assert page.locator(".ticket").evaluate("each => each.scrollWidth <= each.clientWidth")
    kept = run(_kept(folder, ticket))

    assert kept is not None
    call, contact = kept
    assert contact == "138 0013 8000"
    assert call.outcome == "call_back"
    assert call.language == "en"
    assert call.note == "asks for the form, ID ***"
    assert [lookup.opened for lookup in call.looked_up] == ["sz-2016/6.2"]


async def _kept(folder: Path, ticket: str):  # type: ignore[no-untyped-def]
    async with opened(folder) as desk:
        callback = await desk.callbacks.find(ticket)
        if callback is None or callback.call is None:
            return None
        call = (await SqlCalls(desk.store).numbered([callback.call]))[callback.call]
        return call, desk.vault.open(callback.contact)


def test_digits_are_text_in_the_box_and_pick_from_the_list(page: Page) -> None:
    page.keyboard.type("6")
    page.keyboard.type(".2")
    expect(page.locator("#q")).to_have_value("6.2")
    expect(page.locator("#opened")).to_have_count(0)
    expect(page.locator("#option-1")).to_contain_text("6.2")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("1")
    expect(page.locator("#opened")).to_contain_text("6.2")
    expect(page.locator("#opened")).to_be_focused()
    page.keyboard.press("2")
    expect(page.locator("#opened")).to_contain_text("6.1")
    page.keyboard.press("Escape")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("Alt+1")
    expect(page.locator("#opened")).to_contain_text("6.2")


def test_enter_that_comes_before_the_answer_opens_its_first(page: Page) -> None:
    page.route("**/desk/found?*", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.keyboard.type("6.2")
    page.keyboard.press("Enter")

    expect(page.locator("#opened")).to_contain_text("6.2")
    page.unroute_all(behavior="wait")


def test_an_older_answer_never_replaces_a_newer_one(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/desk/found" in r.url else None)
    page.evaluate(_TYPED_AT_ONCE, "chuangxinquan")
    expect(page.locator("[role=option]").first).to_contain_text("18.1")
    page.wait_for_timeout(300)

    expect(page.locator("[role=option]").first).to_contain_text("18.1")
    # Of keys that follow each other fast the first and the last.
    assert len(asked) == 2


def test_what_was_typed_before_the_scripts_came_is_looked_up(page: Page) -> None:
    page.route("**/calls.js*", lambda route: (page.wait_for_timeout(500), route.continue_()))
    page.reload(wait_until="commit")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("6.2")

    expect(page.locator("#option-1")).to_contain_text("6.2")
    expect(page.locator("[data-do=discard]")).to_be_visible()
    page.unroute_all(behavior="wait")


def test_that_something_is_not_covered_is_told_by_key_and_by_click(page: Page) -> None:
    page.keyboard.type("上海创业补贴", delay=30)
    told = page.locator(".not-covered").get_by_role("button", name="Told")
    expect(told).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Alt+S")
    expect(page.locator("#record .told")).to_have_text("Not in this policy: Shanghai")
    expect(page.locator("#record summary")).to_have_text("Looked up: 1")
    expect(told).to_have_attribute("aria-pressed", "true")
    told.click()
    see(page, "No longer noted as told")
    expect(page.locator("#record .told")).to_have_count(0)
    # With a card open the key is the card's, and the button still the sentence's.
    page.keyboard.press("Alt+1")
    expect(page.locator("#opened")).to_be_focused()
    page.keyboard.press("s")
    expect(page.locator("#card [data-tells]")).to_have_attribute("aria-pressed", "true")
    expect(told).to_have_attribute("aria-pressed", "false")
    told.click()
    expect(page.locator("#record .told li")).to_have_count(2)


def test_an_unfinished_call_outlives_a_reload(page: Page) -> None:
    page.keyboard.type("6.2")
    page.keyboard.press("Enter")
    expect(page.locator("#opened")).to_be_focused()
    page.keyboard.press("s")
    see(page, "Noted as told")
    page.keyboard.press("m")
    page.keyboard.type("second call")
    page.keyboard.press("Escape")
    expect(page.locator("#q")).to_be_focused()
    # Kept: what the server sent again stands in the markup.
    expect(page.locator("#note")).to_have_js_property("defaultValue", "second call")
    page.reload()

    expect(page.locator("#note")).to_have_value("second call")
    expect(page.locator("#record .told")).to_contain_text("6.2")


def test_a_combobox_says_what_is_chosen(page: Page) -> None:
    box = page.get_by_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("6")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(box).to_have_attribute("aria-activedescendant", "option-1")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "option-2")
    expect(page.get_by_role("option", selected=True)).to_contain_text("6.2")
    expect(page.locator("#status")).to_contain_text("2 found")


def test_letters_are_text_in_a_field_and_the_keys_stand_under_the_question_mark(
    page: Page,
) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.type("slcte?")
    expect(page.locator("#q")).to_have_value("slcte?")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_link_that_is_copied_leads_to_the_provision(page: Page, address: str) -> None:
    page.keyboard.type("6.2")
    page.keyboard.press("Enter")
    expect(page.locator("#opened")).to_be_focused()
    page.keyboard.press("c")
    see(page, "Copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{address}/en/measures/6#p6.2"
    page.keyboard.press("t")
    see(page, "Copied")
    page.wait_for_function("() => navigator.clipboard.readText().then(t => t.includes('70%'))")


def test_the_district_of_the_caller_brings_its_office(page: Page) -> None:
    page.keyboard.type("5.2")
    page.keyboard.press("Enter")
    expect(page.locator("#opened")).to_be_focused()
    page.locator("#district").select_option(label="Nanshan District")

    expect(page.locator("#card .offices")).to_contain_text("南山区")
    expect(page.locator("#district")).to_be_focused()


def test_a_new_call_asks_for_the_end_of_the_old_one(page: Page) -> None:
    page.keyboard.type("6.2")
    page.keyboard.press("Enter")
    expect(page.locator("#opened")).to_be_focused()
    page.keyboard.press("n")

    see(page, "First choose how this call ended")
    expect(page.locator("#end-answered")).to_be_focused()


def test_a_call_back_is_taken_looked_at_and_done(page: Page, address: str) -> None:
    see(page, "1 call back(s) overdue")
    page.get_by_role("link", name="1 call back(s) overdue").click()
    entry = page.locator(".promise")
    expect(entry).to_have_count(1)
    expect(entry.locator(".late").first).to_have_text("Overdue")
    expect(entry).to_contain_text("***@example.com")
    expect(entry.get_by_role("button", name="Show")).to_have_count(0)
    entry.get_by_role("button", name="Take it").click()
    see(page, "The call back is yours now.")
    entry.get_by_role("button", name="Show").click()
    expect(entry.locator("a.contact")).to_have_text("old@example.com")
    entry.get_by_placeholder("Result (optional)").fill("told him")
    entry.get_by_role("button", name="Done").click()

    see(page, "Recorded as done.")
    see(page, "None is overdue.")
    expect(page.locator(".reminder")).to_be_empty()
    page.goto(f"{address}/desk")


def test_the_list_keeps_itself_current(page: Page, browser: Browser, address: str) -> None:
    page.goto(f"{address}/desk/callbacks")
    entry = page.locator(".promise", has_text="CW-00000-00002")
    expect(entry).to_contain_text("Nobody has it yet")
    context = browser.new_context(locale="en-GB")
    other = context.new_page()
    sign_in(other, address, "chen")
    other.goto(f"{address}/desk/callbacks")
    other.locator(".promise", has_text="CW-00000-00002").get_by_role("button").first.click()
    see(other, "The call back is yours now.")

    expect(entry).to_contain_text("With chen")
    other.get_by_role("button", name="Release").click()
    expect(entry).to_contain_text("Nobody has it yet")
    context.close()
    page.goto(f"{address}/desk")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_screens_are_accessible(page: Page, address: str, width: int) -> None:
    # Without transitions: a colour on its way to another has less contrast than either.
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})
    assert problems(page) == []
    page.keyboard.type("上海创业补贴", delay=30)
    see(page, "Probably not in this policy")
    assert problems(page) == []
    page.keyboard.press("Escape")
    page.keyboard.type("5.2")
    page.keyboard.press("Enter")
    expect(page.locator("#opened")).to_be_focused()
    page.keyboard.press("s")
    see(page, "Noted as told")
    assert problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("?")
    assert problems(page) == []
    page.keyboard.press("Escape")
    page.goto(f"{address}/desk/callbacks")
    assert problems(page) == []
    page.goto(f"{address}/desk")


def test_what_is_finished_is_read_again_and_accessible(page: Page, address: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    for row in _WALKS[2]:
        step(page, row)
    page.get_by_role("link", name="My finished calls").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My finished calls")
    assert problems(page) == []
    assert_fits(page)
    page.get_by_role("row").nth(1).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Record of a call Not covered")
    expect(page.locator("dl")).to_contain_text("Not in this policy: Shanghai")
    assert problems(page) == []
    assert_fits(page)
    page.goto(f"{address}/desk/callbacks")
    page.get_by_role("link", name="Finished").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Call backs that I finished")
    assert problems(page) == []
    assert_fits(page)
    page.goto(f"{address}/desk")


def test_what_is_typed_on_a_slow_line_stays_in_the_field_that_was_meant(page: Page) -> None:
    page.keyboard.type("6.2")
    page.keyboard.press("Enter")
    expect(page.locator("#opened")).to_be_focused()
    page.route(
        re.compile(r"/desk/calls"), lambda route: (page.wait_for_timeout(200), route.continue_())
    )
    page.keyboard.press("s")
    page.keyboard.press("m")
    page.keyboard.type("needs a loan soon", delay=20)
    expect(page.locator("#note")).to_have_value("needs a loan soon")
    page.keyboard.press("Alt+L")
    page.keyboard.press("Alt+P")
    page.keyboard.type("13800138000", delay=20)
    page.keyboard.press("Alt+E")
    expect(page.locator("#end-answered")).to_be_focused()
    expect(page.locator(".kept-contact")).to_contain_text("***8000")
    page.locator("#show-contact").click()
    expect(page.locator(".kept-contact")).to_contain_text("13800138000")
    expect(page.locator("#note")).to_have_value("needs a loan soon")
    page.unroute_all(behavior="wait")


def test_the_first_letters_of_the_next_call_are_not_lost_while_it_begins(page: Page) -> None:
    page.keyboard.type("6.2")
    page.keyboard.press("Enter")
    expect(page.locator("#opened")).to_be_focused()
    page.keyboard.press("e")
    page.keyboard.press("Enter")
    see(page, "The call is recorded")
    page.route(
        re.compile(r"/desk/calls"), lambda route: (page.wait_for_timeout(200), route.continue_())
    )
    page.keyboard.press("Alt+N")
    page.keyboard.type("loan", delay=20)
    expect(page.locator("#q")).to_have_value("loan")
    expect(page.locator("[role=option]").first).to_be_visible()
    page.unroute_all(behavior="wait")
