"""The widget, used on a page of another origin whose policy allows nothing but it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from bot.store.tables import feedback
from tests.bot.conftest import free_port
from tests.browser.widget import HOSTILE, WidgetServer, foreign_site, serving

pytestmark = pytest.mark.xdist_group("browser")

ANSWERS_WITHIN_MILLISECONDS = 10_000
PAGE = """<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>园区</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<body><h1>园区</h1><a href="/other">另一页</a>
<script src="{host}/widget.js" {options} defer></script></body></html>"""
MESSAGES = "**/api/conversations/*/messages"

Embed = Callable[..., Page]


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    return free_port(), free_port()


@pytest.fixture(scope="module")
def widget_server(
    ports: tuple[int, int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WidgetServer]:
    with serving(
        tmp_path_factory.mktemp("widget"), ports[0], (f"http://127.0.0.1:{ports[1]}",)
    ) as server:
        yield server


@pytest.fixture
def embed(browser: Browser, widget_server: WidgetServer, ports: tuple[int, int]) -> Iterator[Embed]:
    """Open a foreign page with the widget: `embed(options="data-open", viewport=…)`."""
    contexts: list[BrowserContext] = []
    sites: list[Any] = []
    complaints: list[str] = []
    widget_server.assistant.asked.clear()
    widget_server.assistant.seconds = 0.0

    def embed(options: str = "", **context_options: Any) -> Page:
        host = widget_server.url
        policy = f"default-src 'none'; script-src {host}; connect-src {host}"
        site = foreign_site(ports[1], PAGE.format(host=host, options=options), policy)
        address = site.__enter__()
        sites.append(site)
        context = browser.new_context(locale="zh-CN", reduced_motion="reduce", **context_options)
        contexts.append(context)
        context.set_default_timeout(ANSWERS_WITHIN_MILLISECONDS)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield embed
    for context in contexts:
        context.close()
    for site in sites:
        site.__exit__(None, None, None)
    # A network that the test cut is no fault of the widget's, and no icon is one of the page's.
    excused = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "favicon", "status of 4")
    assert [text for text in complaints if not any(word in text for word in excused)] == []


def launcher(page: Page) -> Locator:
    return page.locator("chuangwen-chat .launcher")


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="你的问题")


def answers(page: Page) -> Locator:
    return page.locator("chuangwen-chat .answer")


def ask(page: Page, text: str) -> None:
    count = answers(page).count()
    field(page).fill(text)
    field(page).press("Enter")
    expect(answers(page)).to_have_count(count + 1)


def test_visitor_of_another_site_with_a_strict_policy_asks_and_reads_the_clause(
    embed: Embed,
) -> None:
    page = embed()
    launcher(page).click()
    expect(page.locator("chuangwen-chat .welcome")).to_contain_text("不是政府部门")
    ask(page, "有什么支持？")

    card = answers(page).locator(".card")
    expect(card.get_by_role("heading", level=3)).to_be_visible()
    quote = card.locator("blockquote")
    expect(quote).to_be_hidden()
    card.locator("summary").click()
    expect(quote).to_be_visible()
    expect(quote).to_have_attribute("lang", "zh-Hans")
    expect(card.locator("a[href^='tel:']").first).to_be_visible()
    expect(card.locator("a[href^='https://']").first).to_have_attribute(
        "rel", "noopener noreferrer"
    )
    # The styles came through: a constructed sheet needs no leave of the page's policy.
    assert launcher(page).evaluate("node => getComputedStyle(node).position") == "fixed"


def test_site_that_is_not_on_the_list_gets_no_answer(
    widget_server: WidgetServer, browser: Browser
) -> None:
    host = widget_server.url
    policy = f"default-src 'none'; script-src {host}; connect-src {host}"
    with foreign_site(free_port(), PAGE.format(host=host, options="data-open"), policy) as site:
        page = browser.new_page()
        page.goto(site)
        field(page).fill("有什么支持？")
        field(page).press("Enter")
        expect(page.locator("chuangwen-chat [role=status]")).to_contain_text("没有收到回答")
        expect(answers(page)).to_have_count(0)
        page.close()


def test_keyboard_alone_opens_asks_chooses_and_comes_back(
    embed: Embed, widget_server: WidgetServer
) -> None:
    page = embed()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(launcher(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect(field(page)).to_be_focused()
    page.keyboard.type("有什么支持？")
    page.keyboard.press("Enter")
    expect(answers(page)).to_have_count(1)
    expect(field(page)).to_be_focused()
    choice = page.get_by_role("button", name="找哪个部门")
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if choice.evaluate("node => node.matches(':focus')"):
            break
    page.keyboard.press("Enter")
    expect(answers(page)).to_have_count(2)
    assert widget_server.assistant.asked[-1].choice == "1-1"
    page.keyboard.press("Escape")
    expect(page.locator("chuangwen-chat dialog")).to_be_hidden()
    expect(launcher(page)).to_be_focused()


def test_double_click_on_a_choice_sends_once(embed: Embed, widget_server: WidgetServer) -> None:
    page = embed("data-open")
    page.get_by_role("button", name="创业担保贷款找谁？").dblclick()
    expect(answers(page)).to_have_count(1)
    page.wait_for_timeout(600)
    page.get_by_role("button", name="找哪个部门").dblclick()
    expect(answers(page)).to_have_count(2)
    page.wait_for_timeout(300)
    assert len(widget_server.assistant.asked) == 2


def test_question_asked_without_a_network_is_kept_over_a_reload_and_sent_when_it_returns(
    embed: Embed, widget_server: WidgetServer
) -> None:
    page = embed("data-open")
    expect(field(page)).to_be_visible()
    page.context.set_offline(True)
    field(page).fill("断网时的问题")
    field(page).press("Enter")
    expect(page.locator("chuangwen-chat [role=status]")).to_contain_text("现在没有网络")
    expect(page.locator("chuangwen-chat .said")).to_contain_text("断网时的问题")
    page.context.set_offline(False)
    expect(answers(page)).to_have_count(1)
    expect(page.locator("chuangwen-chat [role=status]")).to_be_empty()
    assert [m.text for m in widget_server.assistant.asked] == ["断网时的问题"]


def test_server_that_fails_once_is_asked_again_with_the_same_message(
    embed: Embed, widget_server: WidgetServer
) -> None:
    page = embed("data-open")
    page.route(MESSAGES, lambda route: route.abort(), times=1)
    field(page).fill("有什么支持？")
    with page.expect_request(MESSAGES) as first:
        field(page).press("Enter")
    retry = page.get_by_role("button", name="现在再试")
    with page.expect_request(MESSAGES) as second:
        retry.click()
    expect(answers(page)).to_have_count(1)
    assert first.value.post_data_json["id"] == second.value.post_data_json["id"]
    assert uuid.UUID(second.value.post_data_json["id"])


def test_conversation_survives_a_reload_and_another_page(embed: Embed) -> None:
    page = embed()
    launcher(page).click()
    ask(page, "第一问")
    page.reload()
    expect(answers(page)).to_have_count(1)
    page.get_by_role("link", name="另一页").click()
    expect(answers(page)).to_have_count(1)
    ask(page, "第二问")
    expect(page.locator("chuangwen-chat .said")).to_have_count(2)


def test_server_that_forgot_the_conversation_gets_a_new_one(
    embed: Embed, widget_server: WidgetServer
) -> None:
    page = embed("data-open")
    ask(page, "第一问")
    page.evaluate(
        """() => {
          const kept = JSON.parse(localStorage.chuangwen);
          kept.conversation.token = "no.such.token";
          localStorage.chuangwen = JSON.stringify(kept);
        }"""
    )
    page.wait_for_timeout(600)
    page.get_by_role("button", name="找哪个部门").click()
    expect(answers(page)).to_have_count(2)
    # The choice was that of a conversation gone by; its words are asked instead.
    assert widget_server.assistant.asked[-1].text == "找哪个部门"


def test_two_tabs_share_one_conversation_and_answer_each_question_once(
    embed: Embed, widget_server: WidgetServer
) -> None:
    page = embed("data-open")
    other = page.context.new_page()
    other.goto(page.url)
    ask(page, "甲页的问题")
    expect(answers(other)).to_have_count(1)
    ask(other, "乙页的问题")
    expect(answers(page)).to_have_count(2)
    assert [m.text for m in widget_server.assistant.asked] == ["甲页的问题", "乙页的问题"]
    assert len({m.conversation for m in widget_server.assistant.asked}) == 1


def test_thumbs_down_with_a_reason_is_stored_with_the_turn_and_masked(
    embed: Embed, widget_server: WidgetServer
) -> None:
    page = embed("data-open")
    ask(page, "有什么支持？")
    page.get_by_role("button", name="没帮助").click()
    reason = page.get_by_label("哪里不对？")
    reason.fill("打13812345678没人接")
    reason.press("Enter")
    expect(reason).to_be_hidden()
    expect(page.get_by_role("button", name="没帮助")).to_have_attribute("aria-pressed", "true")
    conversation = widget_server.assistant.asked[-1].conversation
    with widget_server.store._engine.connect() as connection:
        row = connection.execute(
            sa.select(feedback).where(feedback.c.conversation == conversation)
        ).one()
    assert (row.number, row.vote, row.reason) == (1, "down", "打***没人接")


def test_suggestions_are_offered_while_typing_and_taken_by_the_keyboard(
    embed: Embed, widget_server: WidgetServer
) -> None:
    page = embed("data-open")
    field(page).press_sequentially("创业担保贷款", delay=20)
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_be_visible()
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    field(page).press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    heading = options.first.text_content()
    field(page).press("Enter")
    expect(answers(page)).to_have_count(1)
    asked = widget_server.assistant.asked[-1]
    assert asked.text == heading
    assert asked.focus
    field(page).press_sequentially("创业担保贷款", delay=20)
    expect(options.first).to_be_visible()
    field(page).press("Escape")
    expect(options).to_have_count(0)
    expect(page.locator("chuangwen-chat dialog")).to_be_visible()


def test_hostile_words_are_shown_as_text(embed: Embed) -> None:
    page = embed("data-open")
    ask(page, HOSTILE)
    expect(page.locator("chuangwen-chat .said")).to_contain_text(HOSTILE)
    expect(answers(page)).to_contain_text(HOSTILE)
    assert page.title() == "园区"
    assert page.locator("chuangwen-chat img, chuangwen-chat script").count() == 0


def test_language_can_be_switched_and_stays(embed: Embed, widget_server: WidgetServer) -> None:
    page = embed('data-open data-lang="zh-Hant"')
    select = page.get_by_label("語言")
    select.select_option("en")
    expect(page.get_by_role("combobox", name="Your question")).to_be_visible()
    page.reload()
    box = page.get_by_role("combobox", name="Your question")
    box.fill("What is there?")
    box.press("Enter")
    expect(answers(page)).to_have_attribute("lang", "en")
    expect(answers(page)).to_contain_text("This summary is a translation of ours")
    assert widget_server.assistant.asked[-1].language == "en"


def test_owner_sets_focus_topic_position_and_colour_and_hears_events(
    embed: Embed, widget_server: WidgetServer
) -> None:
    page = embed(
        'data-topic="人才住房" data-focus="6.2" data-position="start" data-color="#7a1f1f"'
    )
    page.evaluate(
        """() => { window.heard = [];
          for (const name of ["open", "question", "answer", "feedback", "close"])
            addEventListener(`chuangwen:${name}`, (event) => heard.push([name, event.detail]));
        }"""
    )
    colour = launcher(page).evaluate("node => getComputedStyle(node).backgroundColor")
    assert colour == "rgb(122, 31, 31)"
    box = launcher(page).bounding_box()
    assert box
    assert box["x"] < 100
    launcher(page).click()
    page.get_by_role("button", name="人才住房").click()
    expect(answers(page)).to_have_count(1)
    assert widget_server.assistant.asked[-1].focus == "6.2"
    page.get_by_role("button", name="有帮助").click()
    expect(page.get_by_role("button", name="有帮助")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    heard = page.evaluate("heard")
    assert [name for name, _ in heard] == ["open", "question", "answer", "feedback", "close"]
    assert heard[2][1]["outcome"] == "answer"
    assert "人才住房" not in str(heard)  # what was asked is not for analytics


def test_conversation_can_be_saved_as_text(embed: Embed, tmp_path: Path) -> None:
    page = embed("data-open")
    ask(page, "有什么支持？")
    with page.expect_download() as download:
        page.get_by_role("button", name="保存").click()
    path = tmp_path / "talk.txt"
    download.value.save_as(path)
    text = path.read_text("utf-8-sig")
    assert "你：有什么支持？" in text
    assert "不是政府部门" in text


@pytest.mark.parametrize("width", [320, 768, 1440])
def test_nothing_is_cut_off_and_targets_are_large(embed: Embed, width: int) -> None:
    page = embed("data-open", viewport={"width": width, "height": 640})
    ask(page, "有什么支持？")
    dialog = page.locator("chuangwen-chat dialog")
    assert dialog.evaluate(
        """d => [...d.querySelectorAll('.middle, form, header')]
          .every((n) => n.scrollWidth <= n.clientWidth)"""
    )
    sizes = dialog.locator("button:visible").evaluate_all(
        "nodes => nodes.map((n) => Math.min(n.offsetWidth, n.offsetHeight))"
    )
    assert min(sizes) >= 44
    box = dialog.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_it_can_be_used_within_200_ms_of_its_script(embed: Embed) -> None:
    page = embed()
    expect(launcher(page)).to_be_visible()
    ms = page.evaluate(
        """async () => {
          const source = document.querySelector("script").src;
          const end = performance.getEntriesByName(source)[0].responseEnd;
          return performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd - end;
        }"""
    )
    assert ms < 200


def test_demo_page_talks_to_the_real_assistant(
    browser: Browser, server: str, complaints: list[str]
) -> None:
    page = browser.new_page(locale="zh-CN")
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.goto(f"{server}/demo")
    field(page).fill("孵化器有什么支持？")
    field(page).press("Enter")
    card = answers(page).locator(".card").first
    expect(card).to_be_visible(timeout=20_000)
    expect(card.locator("a[href^='tel:']").first).to_be_attached()
    page.close()
    assert complaints == []
