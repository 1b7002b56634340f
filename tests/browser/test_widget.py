"""The widget, used on a page of another origin whose policy allows nothing but it."""

from __future__ import annotations

import re
import uuid

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Route, expect

from bot.store.tables import feedback
from tests.bot.conftest import free_port
from tests.browser.conftest import Embed
from tests.browser.widget import (
    HOSTILE,
    WidgetServer,
    answers,
    ask,
    foreign_site,
    launcher,
    page_with,
    policy_for,
    question,
)

pytestmark = pytest.mark.xdist_group("browser")

MESSAGES = "**/api/conversations/*/messages"


def test_visitor_of_another_site_with_a_strict_policy_asks_and_reads_the_clause(
    embed: Embed,
) -> None:
    page = embed()
    launcher(page).click()
    expect(page.locator("chuangwen-chat .welcome")).to_contain_text("不是政府部门")
    ask(page, "有什么支持？")

    card = answers(page).locator(".card")
    expect(card.get_by_role("heading", level=2)).to_be_visible()
    quote = card.locator("blockquote")
    expect(quote).to_be_hidden()
    card.locator("summary").click()
    expect(quote).to_be_visible()
    expect(quote).to_have_attribute("lang", "zh-Hans")
    expect(card.locator("a[href^='tel:']").first).to_be_visible()
    expect(card.locator("a[href^='https://']").first).to_have_attribute("rel", "noreferrer")
    # The styles came through: a constructed sheet needs no leave of the page's policy.
    assert launcher(page).evaluate("node => getComputedStyle(node).position") == "fixed"


def test_site_that_is_not_on_the_list_gets_no_answer(
    widget_server: WidgetServer, browser: Browser
) -> None:
    host = widget_server.url
    policy = policy_for(host)
    with foreign_site(free_port(), page_with(host, "data-open"), policy) as site:
        page = browser.new_page()
        page.goto(site)
        question(page).fill("有什么支持？")
        question(page).press("Enter")
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
    expect(question(page)).to_be_focused()
    page.keyboard.type("有什么支持？")
    page.keyboard.press("Enter")
    expect(answers(page)).to_have_count(1)
    expect(question(page)).to_be_focused()
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
    expect(question(page)).to_be_visible()
    page.context.set_offline(True)
    question(page).fill("断网时的问题")
    question(page).press("Enter")
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
    question(page).fill("有什么支持？")
    with page.expect_request(MESSAGES) as first:
        question(page).press("Enter")
    retry = page.get_by_role("button", name="现在再试")
    with page.expect_request(MESSAGES) as second:
        retry.click()
    expect(answers(page)).to_have_count(1)
    assert first.value.post_data_json["id"] == second.value.post_data_json["id"]
    assert uuid.UUID(second.value.post_data_json["id"])


def test_server_that_asks_to_wait_is_asked_again_after_that_time_and_not_before(
    embed: Embed, widget_server: WidgetServer
) -> None:
    page = embed("data-open")
    page.clock.install()
    times: list[str] = []
    page.on("request", lambda r: times.append(r.url) if r.url.endswith("/messages") else None)

    def wait(route: Route) -> None:
        shared = {
            "access-control-allow-origin": route.request.headers["origin"],
            "access-control-expose-headers": "Retry-After",
        }
        route.fulfill(status=429, headers={**shared, "retry-after": "600"})

    page.route(MESSAGES, wait, times=1)
    question(page).fill("有什么支持？")
    question(page).press("Enter")
    expect(page.locator("chuangwen-chat [role=status]")).to_contain_text("一下子问得太多")

    page.clock.run_for(500_000)
    expect(page.locator("chuangwen-chat .said")).to_contain_text("有什么支持？")
    assert len(times) == 1
    page.clock.run_for(110_000)
    expect(answers(page)).to_have_count(1)
    expect(page.locator("chuangwen-chat [role=status]")).to_be_empty()
    assert [m.text for m in widget_server.assistant.asked] == ["有什么支持？"]


def test_suggestions_that_are_refused_are_just_not_there(embed: Embed) -> None:
    page = embed("data-open")
    offered = page.locator("chuangwen-chat #suggestions")
    question(page).press_sequentially("创业担保贷款")
    expect(offered).to_be_visible()
    page.route("**/api/search?*", lambda route: route.fulfill(status=429))
    question(page).press_sequentially("找谁")
    expect(offered).to_be_hidden()
    expect(page.locator("chuangwen-chat [role=status]")).to_be_empty()
    ask(page, "创业担保贷款找谁")


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


def test_starting_over_asks_first_and_is_called_off_by_going_elsewhere(embed: Embed) -> None:
    page = embed("data-open")
    ask(page, "有什么支持？")
    restart = page.locator(".tools button").last
    restart.dblclick()
    expect(restart).to_have_text("再按一次就删除")
    expect(restart).to_have_attribute("aria-live", "polite")
    question(page).focus()
    expect(restart).to_have_text("重新开始")
    restart.press("Enter")
    expect(answers(page)).to_have_count(1)
    restart.press("Enter")
    expect(answers(page)).to_have_count(0)
    expect(question(page)).to_be_focused()
    expect(page.locator(".welcome")).to_be_visible()
    assert page.evaluate("JSON.parse(localStorage.chuangwen).entries") == []
    ask(page, "有什么贷款？")
    expect(restart).to_have_text("重新开始")


def test_page_can_tell_an_open_chat_and_closes_it_without_losing_its_focus(embed: Embed) -> None:
    page = embed()
    element, link = page.locator("chuangwen-chat"), page.get_by_role("link", name="另一页")
    expect(element).not_to_have_attribute("open", "")
    launcher(page).click()
    expect(element).to_have_attribute("open", "")
    link.focus()
    element.evaluate("node => node.close()")
    expect(element).not_to_have_attribute("open", "")
    expect(link).to_be_focused()


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
    question(page).press_sequentially("创业担保贷款", delay=20)
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_be_visible()
    expect(question(page)).to_have_attribute("aria-expanded", "true")
    question(page).press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    heading = options.first.text_content()
    question(page).press("Enter")
    expect(answers(page)).to_have_count(1)
    asked = widget_server.assistant.asked[-1]
    assert asked.text == heading
    assert asked.focus
    question(page).press_sequentially("创业担保贷款", delay=20)
    expect(options.first).to_be_visible()
    question(page).press("Escape")
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


@pytest.mark.parametrize("question_asked", ["网络借贷平台怎么设立", "What about P2P lending?"])
def test_what_has_ended_is_said_to_have_before_anything_else(
    embed: Embed, widget_server: WidgetServer, question_asked: str
) -> None:
    page = embed('data-open data-focus="29.1"')
    ask(page, question_asked)

    first = answers(page).locator(".card > :nth-child(2)")
    expect(first).to_have_class("note")
    expect(first).to_contain_text(re.compile("已经没有了|is no longer there"))


def test_first_question_is_answered_though_what_it_was_about_is_not_there(
    embed: Embed, widget_server: WidgetServer
) -> None:
    page = embed('data-open data-focus="99.9"')
    ask(page, "有什么支持？")

    expect(answers(page).locator(".card")).to_be_visible()
    expect(page.locator("chuangwen-chat .failed")).to_have_count(0)
    assert [m.focus for m in widget_server.assistant.asked] == ["99.9", None]
    assert {m.text for m in widget_server.assistant.asked} == {"有什么支持？"}


def test_sources_stand_apart_and_a_title_is_whole(embed: Embed) -> None:
    page = embed('data-open data-focus="5.2"')
    ask(page, "有什么支持？")

    sources = answers(page).locator(".sources").first
    expect(sources).to_have_text(re.compile("^来源： "))
    titles = sources.locator("//ancestor::ul[1]").locator(".sources a").all_text_contents()
    assert max(map(len, titles)) > 48


def test_arrow_to_an_office_of_today_stands_beside_the_name_before_it(embed: Embed) -> None:
    page = embed('data-open data-lang="en"')
    ask(page, "What is there?")

    unit = answers(page).locator(".unit").first
    expect(unit.locator(".translation")).to_be_visible()
    said = unit.locator(":scope > :last-child")
    assert "→" in said.evaluate("node => getComputedStyle(node, '::after').content")


def test_answer_of_an_earlier_conversation_cannot_be_rated(embed: Embed) -> None:
    page = embed("data-open")
    ask(page, "第一问")
    expect(answers(page).locator(".rating")).to_have_count(1)
    page.evaluate(
        """() => {
          const kept = JSON.parse(localStorage.chuangwen);
          kept.conversation.token = "no.such.token";
          localStorage.chuangwen = JSON.stringify(kept);
        }"""
    )
    ask(page, "第二问")

    expect(answers(page).first.locator(".rating")).to_have_count(0)
    expect(answers(page).last.locator(".rating")).to_have_count(1)


def test_demo_page_talks_to_the_real_assistant(
    browser: Browser, server: str, complaints: list[str]
) -> None:
    page = browser.new_page(locale="zh-CN")
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.goto(f"{server}/demo")
    launcher(page).click()
    question(page).fill("孵化器有什么支持？")
    question(page).press("Enter")
    card = answers(page).locator(".card").first
    expect(card).to_be_visible(timeout=20_000)
    expect(card.locator("a[href^='tel:']").first).to_be_attached()
    page.close()
    assert complaints == []
