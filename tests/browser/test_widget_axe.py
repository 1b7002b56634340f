"""axe finds nothing in any state of the widget, in either theme."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import problems
from tests.browser.conftest import Embed
from tests.browser.states import STATES
from tests.browser.widget import WidgetServer, ask, launcher

pytestmark = pytest.mark.xdist_group("browser")


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_any_state(embed: Embed, state: str) -> None:
    page = embed()
    STATES[state](page)
    assert problems(page) == []


def test_axe_finds_nothing_where_the_dialog_is_the_screen(embed: Embed) -> None:
    page = embed(viewport={"width": 320, "height": 640})
    STATES["quote"](page)
    assert problems(page) == []


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_axe_finds_nothing_on_the_talk_page(
    browser: Browser, widget_server: WidgetServer, language: str
) -> None:
    page = browser.new_page()
    page.goto(f"{widget_server.url}/talk?language={language}")
    expect(page.locator(".welcome")).to_be_visible()
    assert problems(page) == []
    page.locator("#question").fill("有什么支持？")
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_have_count(1)
    assert problems(page) == []
    page.close()


def test_axe_finds_nothing_on_the_demo_page(browser: Browser, widget_server: WidgetServer) -> None:
    page = browser.new_page(locale="zh-CN")
    page.goto(f"{widget_server.url}/demo")
    assert problems(page) == []
    launcher(page).click()
    ask(page, "有什么支持？")
    assert problems(page) == []
    page.close()
