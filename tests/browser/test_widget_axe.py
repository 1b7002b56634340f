"""axe finds nothing in any state of the widget, in either theme."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import problems
from tests.browser.conftest import Embed
from tests.browser.states import STATES
from tests.browser.widget import WidgetServer, ask, launcher

pytestmark = pytest.mark.xdist_group("browser")

Theme = Literal["light", "dark"]
themes = pytest.mark.parametrize("theme", ["light", "dark"])


@themes
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_any_state(embed: Embed, state: str, theme: Theme) -> None:
    page = embed(color_scheme=theme)
    STATES[state](page)
    assert problems(page) == []


@themes
def test_axe_finds_nothing_where_the_dialog_is_the_screen(embed: Embed, theme: Theme) -> None:
    page = embed(color_scheme=theme, viewport={"width": 320, "height": 640})
    STATES["quote"](page)
    assert problems(page) == []


@themes
@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_axe_finds_nothing_on_the_talk_page(
    browser: Browser, widget_server: WidgetServer, theme: Theme, language: str
) -> None:
    page = browser.new_page(color_scheme=theme)
    page.goto(f"{widget_server.url}/talk?language={language}")
    expect(page.locator(".welcome")).to_be_visible()
    assert problems(page) == []
    page.locator("#question").fill("有什么支持？")
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_have_count(1)
    assert problems(page) == []
    page.close()


@themes
def test_axe_finds_nothing_on_the_demo_page(
    browser: Browser, widget_server: WidgetServer, theme: Theme
) -> None:
    page = browser.new_page(color_scheme=theme, locale="zh-CN")
    page.goto(f"{widget_server.url}/demo")
    assert problems(page) == []
    launcher(page).click()
    ask(page, "有什么支持？")
    assert problems(page) == []
    page.close()
