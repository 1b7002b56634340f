"""The conversation to take away: copied, saved, printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Embed
from tests.browser.widget import ask

pytestmark = pytest.mark.xdist_group("browser")

# Printing opens a dialog of the browser's that no test can close.
NO_PRINTER = "window.print = () => { window.printed = true }"


@pytest.fixture
def page(embed: Embed) -> Page:
    page = embed("data-open")
    ask(page, "有什么支持？")
    return page


def test_the_conversation_is_copied_whole(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="复制").click()
    expect(page.get_by_role("status")).to_have_text("已复制。")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("你：有什么支持？")
    assert "创问：[有什么支持？]" in text
    assert "不是政府部门" in text.splitlines()[-1]


def test_without_a_clipboard_of_the_new_kind_the_old_way_copies(page: Page) -> None:
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.evaluate(
        "document.addEventListener('copy', () => { window.copied = String("
        "document.querySelector('chuangwen-chat').shadowRoot.activeElement.value) })"
    )
    page.get_by_role("button", name="复制").click()
    expect(page.get_by_role("status")).to_have_text("已复制。")
    assert page.evaluate("copied").startswith("你：有什么支持？")
    expect(page.get_by_role("button", name="复制")).to_be_focused()


def test_where_nothing_can_be_copied_the_visitor_is_told(page: Page) -> None:
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.evaluate("document.execCommand = () => false")
    page.get_by_role("button", name="复制").click()
    expect(page.get_by_role("status")).to_contain_text("可以改用保存")


def test_the_conversation_is_saved_as_text(page: Page, tmp_path: Path) -> None:
    with page.expect_download() as download:
        page.get_by_role("button", name="保存").click()
    assert re.fullmatch(r"chuangwen-\d{4}-\d\d-\d\d\.txt", download.value.suggested_filename)
    path = tmp_path / "talk.txt"
    download.value.save_as(path)
    text = path.read_text("utf-8-sig")
    assert text.startswith("你：有什么支持？")
    assert "不是政府部门" in text


def test_the_conversation_is_printed_alone_with_its_quotes_unfolded(page: Page) -> None:
    page.evaluate(NO_PRINTER)
    page.get_by_role("button", name="打印").click()
    assert page.evaluate("printed")
    page.emulate_media(media="print")
    expect(page.locator("blockquote")).to_be_visible()
    expect(page.locator(".said")).to_be_visible()
    expect(page.locator(".middle > .small")).to_contain_text("不是政府部门")
    for left_out in ("body > main", ".launcher", "header", "form.ask", ".rating", ".offered"):
        expect(page.locator(left_out)).to_be_hidden()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("body > main")).to_be_visible()
    expect(page.locator("blockquote")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator("body > main")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_a_long_conversation_is_printed_over_as_many_sheets_as_it_needs(
    embed: Embed, width: int
) -> None:
    page = embed("data-open", viewport={"width": width, "height": 640})
    for number in range(6):
        ask(page, f"第{number}问")
    page.evaluate(NO_PRINTER)
    page.get_by_role("button", name="打印").click()
    sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A5")))
    assert sheets >= 6
