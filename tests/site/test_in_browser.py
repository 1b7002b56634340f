"""The pages in Debian's chromium: read, searched and judged as a visitor meets them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import faint, problems
from tests.browser.desk import assert_fits

pytestmark = pytest.mark.xdist_group("browser")

KINDS = {
    "home": "",
    "measure": "measures/5",
    "measure with what has ended": "measures/29",
    "topic": "topics/loans",
    "offices": "offices",
    "office": "offices/gequ",
    "terms": "terms",
    "term": "terms/four-crowds",
    "about": "about",
    "events": "events",
    "search": "search?q=loan",
    "search in vain": "search?q=weather%20tomorrow",
    "missing": "nowhere",
}

# Served at these addresses to the tests alone.
ALL_KINDS = {**KINDS, "busy": "busy"}


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """A visitor whose browser must find nothing wrong, the policy's refusals among it."""
    context = browser.new_context(locale="en-GB", viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.on("console", lambda m: complaints.append(m.text) if m.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def test_a_visitor_searches_and_reads_without_a_script(browser: Browser, address: str) -> None:
    context = browser.new_context(locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("searchbox").fill("guaranteed startup loans from a bank")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Bank services and startup loans").click()
    expect(page).to_have_url(f"{address}/en/measures/9#p9.1")
    expect(page.locator("blockquote").first).to_contain_text("创业担保贷款")
    page.get_by_role("link", name="繁體中文").click()
    expect(page).to_have_url(f"{address}/zh-Hant/measures/9")
    context.close()


def test_the_policy_of_the_page_leaves_styles_and_data_alone(page: Page, address: str) -> None:
    page.goto(f"{address}/en/measures/6")
    data = page.locator("script[type='application/ld+json']").text_content() or ""
    assert "FAQPage" in data
    # The style sheet was let in: the card has its border.
    border = page.locator(".card").first.evaluate("node => getComputedStyle(node).borderTopWidth")
    assert border == "1px"


def test_asking_about_a_provision_opens_the_chat_with_it_in_focus(
    page: Page, address: str, complaints: list[str]
) -> None:
    page.goto(f"{address}/en/measures/6")
    expect(page.locator("chuangwen-chat")).to_have_count(1)
    page.get_by_role("link", name="Ask about this").last.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.url == f"{address}/en/measures/6"
    field = page.get_by_role("combobox", name="Your question")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("placeholder", "Ask about 6.2")
    page.keyboard.type("Who handles it?")
    with page.expect_request("**/api/conversations"):  # Answered by nobody here; what is sent:
        page.keyboard.press("Enter")
    (entry,) = page.evaluate("JSON.parse(localStorage.chuangwen).entries")
    assert entry["message"] == {"text": "Who handles it?", "focus": "sz-2016/6.2"}
    complaints.clear()


# What has the focus under the chat.
_HIDDEN = """() => {
  const focused = document.activeElement;
  const panel = document.querySelector("chuangwen-chat").shadowRoot.querySelector("dialog");
  const [over, under] = [panel, focused].map((node) => node.getBoundingClientRect());
  const covered = under.right > over.left && under.bottom > over.top && under.top < over.bottom;
  return covered && focused.localName !== "chuangwen-chat" ? focused.outerHTML : "";
}"""


@pytest.mark.parametrize("width", [1024, 1280, 1920])
@pytest.mark.parametrize("name", ["", "measures/29"])
def test_open_chat_hides_nothing_that_has_the_focus(
    browser: Browser, address: str, width: int, name: str
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page.goto(f"{address}/en/{name}")
    page.locator("chuangwen-chat .launcher").click()
    assert_fits(page)
    page.locator(".skip").focus()
    for _ in range(page.locator("a, input, main button").count() - 1):
        page.keyboard.press("Tab")
        assert page.evaluate(_HIDDEN) == ""
    page.close()


def test_escape_uncovers_what_has_the_focus_where_there_is_no_room_beside_the_chat(
    browser: Browser, address: str
) -> None:
    page = browser.new_page(viewport={"width": 768, "height": 800})
    page.goto(f"{address}/en/measures/6")
    page.locator("chuangwen-chat .launcher").click()
    link = page.get_by_role("link", name="Ask about this").first
    link.focus()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(link).to_be_focused()
    page.close()


def test_who_asks_for_more_contrast_gets_it(browser: Browser, address: str) -> None:
    page = browser.new_page(contrast="more")
    found = {}
    for kind, name in ALL_KINDS.items():
        page.goto(f"{address}/en/{name}")
        if wrong := faint(page):
            found[kind] = wrong
    page.close()
    assert found == {}


def test_without_a_script_asking_about_a_provision_leads_to_the_page_to_talk_on(
    browser: Browser, address: str
) -> None:
    page = browser.new_page(locale="en-GB", java_script_enabled=False)
    page.goto(f"{address}/en/measures/6")
    page.get_by_role("link", name="Ask about this").last.click()
    expect(page).to_have_url(f"{address}/talk?language=en&focus=sz-2016/6.2")
    expect(page.locator("main p").first).to_contain_text("The chat needs JavaScript")
    page.close()


def test_the_keyboard_skips_to_the_content(page: Page, address: str) -> None:
    page.goto(f"{address}/en/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_the_button_after_a_vain_search_has_its_words_in_its_middle(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/en/{KINDS['search in vain']}")
    off = page.locator(".ways .button").evaluate(
        """node => {
          const words = document.createRange();
          words.selectNodeContents(node);
          const [inner, outer] = [words, node].map(each => each.getBoundingClientRect());
          return Math.abs(inner.top + inner.bottom - outer.top - outer.bottom) / 2;
        }"""
    )
    assert off < 1


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_nothing_is_wider_than_the_screen(browser: Browser, address: str, language: str) -> None:
    page = browser.new_page()
    for name in ALL_KINDS.values():
        page.goto(f"{address}/{language}/{name}")
        assert_fits(page)
    page.close()


@pytest.mark.parametrize(("width", "languages"), [(320, ("en", "zh-Hans")), (1440, ("zh-Hant",))])
def test_axe_finds_nothing_on_any_kind_of_page(
    browser: Browser, address: str, width: int, languages: tuple[str, ...]
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    found = {}
    for kind, name in ALL_KINDS.items():
        for language in languages:
            page.goto(f"{address}/{language}/{name}")
            if wrong := problems(page):
                found[f"{kind} {language}"] = wrong
    page.close()
    assert found == {}
