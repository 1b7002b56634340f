"""The frame of the desk in a browser: signing in by keyboard, accounts, the trail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.desk.accounts import Accounts
from bot.store.audit import SqlAudit
from tests.bot.conftest import free_port
from tests.browser.axe import problems
from tests.browser.conftest import watched
from tests.browser.desk import PASSWORD, assert_fits, opened, run, sign_in
from tests.browser.widget import serving

pytestmark = pytest.mark.xdist_group("browser")

LANGUAGES = ("zh-CN", "zh-HK", "en-GB")


@pytest.fixture(scope="module")
def desk_address(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with an admin, a clerk, one who waits for the link and one who has left."""
    folder = tmp_path_factory.mktemp("desk")
    run(_people(folder))
    with serving(folder, free_port(), ()) as server:
        yield server.url


async def _people(folder: Path) -> None:
    async with opened(folder) as desk:
        accounts = Accounts(desk)
        await accounts.add("root", "admin", PASSWORD)
        await accounts.add("陈晓明", "clerk", PASSWORD)
        await accounts.add("newcomer", "supervisor")
        await accounts.deactivate(await accounts.add("gone", "clerk", PASSWORD))
        talk = "web:3f2b7f1e-9c1d-4a55-8d2e-0a1b2c3d4e5f"
        await SqlAudit(desk.store).add(None, "conversation_exported", talk, desk.clock())


@pytest.fixture
def page(context: BrowserContext, desk_address: str, complaints: list[str]) -> Iterator[Page]:
    """The sign-in page; the browser must find nothing wrong, the policy's refusals among it."""
    page = watched(context.new_page(), complaints)
    page.goto(f"{desk_address}/desk/sign-in?next=/desk/staff")
    yield page
    assert [each for each in complaints if "422" not in each and "410" not in each] == []


def test_an_admin_signs_in_and_makes_a_link_by_keyboard_alone(page: Page) -> None:
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("root")
    page.keyboard.press("Tab")
    page.keyboard.type("not the password at all")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is not right.")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Staff")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_role("textbox", name="Name").focus()
    page.keyboard.type("Keyboard")
    page.keyboard.press("Enter")
    link = page.get_by_label("Link to set a password")
    expect(link).to_be_focused()
    address = link.input_value()

    page.get_by_role("button", name="Sign out", exact=True).press("Enter")
    expect(page.get_by_role("status")).to_have_text("You have signed out.")
    page.goto(address)
    expect(page.get_by_label("New password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Your password is set")


def test_the_session_is_out_of_reach_of_scripts(page: Page, context: BrowserContext) -> None:
    sign_in(page, "root")
    expect(page.get_by_role("heading", level=1)).to_have_text("Staff")
    assert page.evaluate("document.cookie") == ""
    (cookie,) = [each for each in context.cookies() if each["name"] == "cw_desk"]  # type: ignore[typeddict-item]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/desk")


def test_the_language_changes_on_the_page_one_is_on(page: Page) -> None:
    page.get_by_role("link", name="繁體中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("登入熱線台")
    sign_in(page, "root")
    expect(page.get_by_role("heading", level=1)).to_have_text("人員")
    page.get_by_role("link", name="操作紀錄").click()
    page.get_by_role("button", name="English").click()
    expect(page).to_have_url(page.url.partition("/desk")[0] + "/desk/audit")
    expect(page.get_by_role("heading", level=1)).to_have_text("Audit trail")


def test_the_trail_is_filtered_without_a_script(page: Page) -> None:
    sign_in(page, "root")
    page.get_by_role("link", name="Audit trail").click()
    page.get_by_label("Person").select_option("newcomer")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nothing is recorded.")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(page.get_by_role("cell", name="signed in", exact=True).first).to_be_visible()


def test_axe_finds_nothing_on_any_page_of_the_frame(page: Page, desk_address: str) -> None:
    def judge(where: str) -> None:
        assert problems(page) == [], where

    judge("sign-in")
    page.locator("[name=name]").fill("root")
    page.locator("[name=password]").fill("not it, not it")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    judge("sign-in refused")
    sign_in(page, "root")
    expect(page.get_by_role("heading", level=1)).to_have_text("Staff")
    judge("staff")
    page.get_by_role("button", name="New link: newcomer").click()
    address = page.get_by_label("Link to set a password").input_value()
    judge("staff with a link")
    page.goto(f"{desk_address}/desk/account")
    judge("own account")
    page.goto(f"{desk_address}/desk/audit")
    judge("audit")
    page.goto(address)
    judge("welcome")
    page.goto(address[:-1])
    judge("welcome over")


@pytest.mark.parametrize("locale", LANGUAGES)
def test_no_page_is_wider_than_the_screen(browser: Browser, desk_address: str, locale: str) -> None:
    context = browser.new_context(locale=locale, viewport={"width": 320, "height": 800})
    page = context.new_page()
    try:
        for path in ("/desk/sign-in", "/desk/staff", "/desk/account", "/desk/audit"):
            page.goto(f"{desk_address}{path}")
            if path == "/desk/staff":
                sign_in(page, "root")
                page.wait_for_url("**/desk/staff")
            assert_fits(page)
        # On a phone the audit's rows become cards, and a long id goes on in the next line.
        page.set_viewport_size({"width": 390, "height": 800})
        scrolls = "each => each.scrollWidth > each.clientWidth"
        assert not page.locator(".scroll").evaluate(scrolls)
    finally:
        context.close()
