"""The widget on screens of every kind: small, zoomed, huge, from right to left, in any colours."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import faint, problems
from tests.browser.conftest import Embed
from tests.browser.widget import answers, ask, launcher, question

pytestmark = pytest.mark.xdist_group("browser")

ZOOMED = {"width": 320, "height": 256}  # 1280 x 1024 at 400 %


def dialog(page: Page) -> Locator:
    return page.locator("chuangwen-chat dialog")


def too_wide(page: Page) -> list[str]:
    """What would have to be scrolled sideways."""
    found: list[str] = dialog(page).evaluate(
        """(dialog) => [document.documentElement, dialog, ...dialog.querySelectorAll("*")]
          .filter((n) => n.scrollWidth > n.clientWidth + 1 && n.clientWidth
            && !n.closest(".unseen") && !["INPUT", "SELECT"].includes(n.tagName)
            && getComputedStyle(n).display !== "inline")
          .map((n) => n.className || n.tagName)"""
    )
    return found


@pytest.mark.parametrize("width", [320, 768, 1440])
def test_nothing_is_cut_off_and_targets_are_large(embed: Embed, width: int) -> None:
    page = embed("data-open", viewport={"width": width, "height": 640})
    ask(page, "有什么支持？")
    assert too_wide(page) == []
    sizes = (
        dialog(page)
        .locator("button:visible")
        .evaluate_all("nodes => nodes.map((n) => Math.min(n.offsetWidth, n.offsetHeight))")
    )
    assert min(sizes) >= 44
    box = dialog(page).bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_at_400_percent_everything_is_reached_by_scrolling_down_alone(embed: Embed) -> None:
    page = embed(viewport=ZOOMED)
    launcher(page).click()
    page.get_by_role("button", name="创业担保贷款找谁？").click()
    expect(answers(page)).to_have_count(1)
    assert too_wide(page) == []
    page.locator("summary").click()
    reached = [
        page.get_by_label("语言"),
        page.get_by_role("button", name="关闭"),
        page.get_by_role("button", name="保存"),
        page.locator("blockquote"),
        page.get_by_role("button", name="找哪个部门"),
        page.get_by_role("button", name="没帮助"),
        question(page),
    ]
    for each in reached:
        each.scroll_into_view_if_needed()
        expect(each).to_be_in_viewport()
    # The question stays where it can be typed, and leaves most of the screen to the answer.
    box = page.locator("form.ask").bounding_box()
    assert box
    assert box["y"] + box["height"] <= ZOOMED["height"]
    assert box["height"] < ZOOMED["height"] / 3
    question(page).press_sequentially("创业担保贷款")
    first = page.locator("[role=option]").first
    expect(first).to_be_in_viewport()


def test_on_a_phone_the_page_behind_cannot_be_reached_until_the_chat_is_closed(
    embed: Embed,
) -> None:
    page = embed(viewport={"width": 360, "height": 640})
    launcher(page).click()
    for _ in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") in ("chuangwen-chat", "body")
    page.get_by_role("button", name="关闭").click()
    expect(launcher(page)).to_be_focused()


def test_on_a_huge_screen_the_dialog_grows_and_its_lines_stay_short(embed: Embed) -> None:
    page = embed("data-open", viewport={"width": 3840, "height": 2160})
    ask(page, "有什么支持？")
    box = dialog(page).bounding_box()
    assert box
    assert 480 <= box["width"] <= 640
    assert 900 <= box["height"] <= 1000
    assert box["x"] + box["width"] <= 3840


@pytest.mark.parametrize(("root", "side"), [("", "right"), ('dir="rtl" lang="ar"', "left")])
def test_the_corner_and_the_texts_follow_the_direction_of_the_page(
    embed: Embed, root: str, side: str
) -> None:
    page = embed('data-open data-lang="en"', root=root)
    box = launcher(page).bounding_box() or dialog(page).bounding_box()
    assert box
    view = page.viewport_size
    assert view
    assert (box["x"] > view["width"] / 2) == (side == "right")
    assert too_wide(page) == []
    # Chinese and English read from the left wherever they stand.
    expect(page.locator(".middle")).to_have_css("direction", "ltr")


def test_styles_of_the_page_do_not_get_in_and_its_direction_does(embed: Embed) -> None:
    page = embed("data-open", root='dir="rtl"')
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`
            body { text-indent: 3em; text-transform: uppercase; white-space: nowrap; line-height: 4;
              word-spacing: 2em; text-shadow: 1px 1px red; overflow-wrap: anywhere;
              font-style: italic; cursor: crosshair; visibility: hidden }
            * { letter-spacing: 1em; text-indent: 3em; text-transform: uppercase }`);
          document.adoptedStyleSheets = [sheet];
        }"""
    )
    ask(page, "有什么支持？")

    for part in (dialog(page), page.locator("chuangwen-chat .summary")):
        for name, value in {
            "text-indent": "0px",
            "text-transform": "none",
            "white-space-collapse": "collapse",
            "text-wrap-mode": "wrap",
            "word-spacing": "0px",
            "letter-spacing": "normal",
            "text-shadow": "none",
            "font-style": "normal",
            "cursor": "auto",
            "visibility": "visible",
        }.items():
            expect(part).to_have_css(name, value)
    expect(page.locator("chuangwen-chat")).to_have_css("direction", "rtl")
    expect(dialog(page)).to_have_css("overflow-wrap", "normal")
    page.evaluate("document.querySelector('chuangwen-chat').hidden = true")
    expect(dialog(page)).to_be_hidden()


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_the_name_over_the_dialog_is_on_one_line(embed: Embed, language: str) -> None:
    page = embed(f'data-open data-lang="{language}"', viewport={"width": 320, "height": 640})
    page.evaluate("document.body.style.overflowWrap = 'anywhere'")
    title = page.locator("chuangwen-chat #title")
    lines = "node => { const r = document.createRange(); r.selectNodeContents(node);"
    assert title.evaluate(lines + " return r.getClientRects().length }") == 1
    beside, close = title.bounding_box(), page.locator("chuangwen-chat .close").bounding_box()
    assert beside
    assert close
    assert close["y"] < beside["y"] + beside["height"]


def test_in_forced_colours_every_control_has_an_edge(embed: Embed) -> None:
    page = embed("data-open", forced_colors="active")
    ask(page, "有什么支持？")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    for part in (
        ".said",
        ".card",
        ".offered button",
        ".send",
        "#question",
        ".tools button",
        ".close",
    ):
        expect(page.locator(part).first).to_have_css("border-top-style", "solid")
        expect(page.locator(part).first).not_to_have_css("border-top-width", "0px")
    page.get_by_role("button", name="有帮助").click()
    expect(page.get_by_role("button", name="有帮助")).to_have_css("outline-style", "solid")


@pytest.mark.parametrize("options", ["", 'data-color="#ffd400"'])
def test_who_asks_for_more_contrast_gets_it_before_the_owners_colour(
    embed: Embed, options: str
) -> None:
    page = embed(f"data-open {options}", contrast="more")
    ask(page, "有什么支持？")
    page.locator("summary").click()
    page.get_by_role("button", name="没帮助").click()
    expect(page.get_by_label("哪里不对？")).to_be_visible()
    assert faint(page) == []
    border = page.locator(".card").evaluate("node => getComputedStyle(node).borderTopColor")
    assert border == "rgb(255, 255, 255)"


def test_nothing_moves_so_that_an_answer_is_there_at_once(embed: Embed) -> None:
    # Gliding to an answer would take longer, and more of the machine, than answering.
    page = embed("data-open", reduced_motion="no-preference")
    expect(dialog(page)).to_have_css("animation-name", "none")
    expect(page.locator(".middle")).to_have_css("scroll-behavior", "auto")


@pytest.mark.parametrize("colour", ["#ffd400", "#ff6600", "black", "white", "hsl(120 100% 40%)"])
def test_any_colour_of_the_owner_can_be_read(embed: Embed, colour: str) -> None:
    page = embed(f'data-color="{colour}"')
    assert problems(page) == []
    launcher(page).click()
    ask(page, "有什么支持？")
    assert problems(page) == []


@pytest.mark.parametrize("colour", ["#174f7c", "#7a1f1f"])
def test_a_colour_that_can_be_read_stays_as_it_is(embed: Embed, colour: str) -> None:
    page = embed(f'data-color="{colour}"', color_scheme="light")
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    expect(launcher(page)).to_have_css("background-color", f"rgb({red}, {green}, {blue})")


@pytest.mark.parametrize("colour", ["", "blau", "url(x)", "red; } * { display: none"])
def test_what_is_no_colour_changes_nothing(embed: Embed, colour: str) -> None:
    page = embed(f'data-color="{colour}"', color_scheme="light")
    expect(launcher(page)).to_have_css("background-color", "rgb(23, 79, 124)")
