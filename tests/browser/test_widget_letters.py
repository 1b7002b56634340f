"""A person answers in the widget: their words arrive, once, over reloads, tabs and cut lines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.message import Effect, Part
from bot.people.handover import Handover
from bot.store.desk_tables import staff
from bot.store.sign_ins import SqlSignIns
from knowledge.cards import make_card
from knowledge.live import LIBRARY
from tests.browser.conftest import Embed
from tests.browser.test_widget_log import OBSERVE, announced
from tests.browser.widget import WidgetServer, ask, question

pytestmark = pytest.mark.xdist_group("browser")

CLERK = 1
EVENTS = "**/events?*"
Do = Callable[[Callable[[Handover, str], Any]], None]


@pytest.fixture
def do(widget_server: WidgetServer) -> Iterator[Do]:
    """Do something as the clerk, on the server's loop: `do(lambda h, c: h.take(c, CLERK))`."""
    clerk = {"id": CLERK, "name": "Li", "role": "clerk", "password": "", "active": True}
    row = {**clerk, "failed": 0, "created": datetime.now(timezone.utc)}

    async def hire() -> None:
        known = await widget_server.store.run(lambda c: c.execute(staff.select()).first())
        if known is None:  # one server for all of these tests
            await widget_server.store.run(lambda c: c.execute(staff.insert(), row))
            signed_in = SqlSignIns(widget_server.store)
            await signed_in.add("a session", CLERK, "", "en", datetime.now(timezone.utc))

    def do(work: Callable[[Handover, str], Any]) -> None:
        async def working() -> None:
            owned = await widget_server.desk.owners.with_owner("waiting", "human")
            await work(widget_server.desk.handover, owned[-1].conversation)

        asyncio.run_coroutine_threadsafe(working(), widget_server.loop).result(10)

    asyncio.run_coroutine_threadsafe(hire(), widget_server.loop).result(10)
    yield do
    widget_server.assistant.effects = ()


def says(text: str, key: str) -> Callable[[Handover, str], Any]:
    return lambda handover, talk: handover.say(talk, key, CLERK, (Part(text=text),))


def ask_for_a_person(page: Page, server: WidgetServer) -> None:
    server.assistant.effects = (Effect("hand_over"),)
    ask(page, "找真人")
    server.assistant.effects = ()
    expect(page.get_by_role("status")).to_contain_text("正在等工作人员接手")


def take(page: Page, do: Do) -> None:
    do(lambda handover, talk: handover.take(talk, CLERK))
    expect(page.get_by_role("log")).to_contain_text("现在由真人回答你")
    expect(page.get_by_role("status")).to_contain_text("现在由工作人员回答")


def until(page: Page, true: Callable[[], bool]) -> None:
    """Let the page's clock run until it is so."""
    for _ in range(100):
        if true():
            return
        page.clock.run_for(500)
        page.wait_for_timeout(20)
    raise AssertionError("it did not come to that")


def said_by_staff(page: Page) -> Any:
    return page.locator(".answer.staff")


def test_a_person_takes_over_writes_and_gives_back(
    embed: Embed, widget_server: WidgetServer, do: Do
) -> None:
    page = embed("data-open")
    ask_for_a_person(page, widget_server)
    take(page, do)
    asked = len(widget_server.assistant.asked)

    question(page).fill("我在南山")
    question(page).press("Enter")
    expect(page.locator(".delivered")).to_have_text("已送达")
    do(says("你好，我姓李。", "a"))
    expect(said_by_staff(page)).to_contain_text("你好，我姓李。")
    assert len(widget_server.assistant.asked) == asked

    do(lambda handover, talk: handover.give_back(talk, CLERK))
    expect(page.get_by_role("log")).to_contain_text("接下来还是由我（创问）回答")
    expect(page.get_by_role("status")).to_be_empty()
    ask(page, "有什么贷款？")
    assert len(widget_server.assistant.asked) == asked + 1


def test_letters_survive_a_reload_and_are_there_once(
    embed: Embed, widget_server: WidgetServer, do: Do
) -> None:
    page = embed("data-open")
    ask_for_a_person(page, widget_server)
    take(page, do)
    do(says("第一句", "a"))
    expect(said_by_staff(page)).to_have_count(1)
    page.goto("about:blank")
    do(says("离开时写的", "b"))
    page.go_back()
    expect(said_by_staff(page)).to_have_count(2)
    page.reload()
    expect(said_by_staff(page).last).to_contain_text("离开时写的")
    expect(said_by_staff(page)).to_have_count(2)


def test_two_tabs_show_each_letter_once(embed: Embed, widget_server: WidgetServer, do: Do) -> None:
    page = embed("data-open")
    ask_for_a_person(page, widget_server)
    take(page, do)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("log")).to_contain_text("现在由真人回答你")
    do(says("两边都看到", "a"))
    for tab in (page, other):
        expect(said_by_staff(tab)).to_have_count(1)
    do(says("第二句", "b"))
    for tab in (page, other):
        expect(said_by_staff(tab)).to_have_count(2)


def test_each_letter_is_announced_once(embed: Embed, widget_server: WidgetServer, do: Do) -> None:
    page = embed("data-open")
    ask_for_a_person(page, widget_server)
    page.evaluate(OBSERVE)
    take(page, do)
    do(says("第一句", "a"))
    expect(said_by_staff(page)).to_have_count(1)
    question(page).fill("收到")
    question(page).press("Enter")
    expect(page.locator(".delivered")).to_be_visible()

    assert announced(page) == ["answer notice", "answer staff", "said", "small delivered"]


def test_a_message_for_the_person_is_delivered_and_asks_for_no_opinion(
    embed: Embed, widget_server: WidgetServer, do: Do
) -> None:
    page = embed("data-open")
    ask_for_a_person(page, widget_server)
    take(page, do)
    status = page.get_by_role("status")
    question(page).fill("我在南山")
    question(page).press("Enter")

    entry = page.locator(".entry").last
    expect(entry).to_contain_text("已送达")
    expect(entry.locator(".rating, .answer, .choices")).to_have_count(0)
    expect(status).to_have_text("现在由工作人员回答。")


def test_a_card_of_the_clerk_is_a_card(embed: Embed, widget_server: WidgetServer, do: Do) -> None:
    page = embed("data-open")
    ask_for_a_person(page, widget_server)
    take(page, do)
    knowledge = LIBRARY.content.knowledge
    provision = knowledge.provision("6.2")
    assert provision is not None
    parts = (Part(text="请看："), Part(card=make_card(knowledge, provision, "zh-Hans")))
    do(lambda handover, talk: handover.say(talk, "card", CLERK, parts))

    letter = said_by_staff(page)
    expect(letter).to_contain_text("工作人员")
    expect(letter.locator(".card h2")).to_contain_text("6.2")
    letter.locator("summary").click()
    expect(letter.locator("blockquote")).to_contain_text("落实创业投资企业税收抵扣政策")


def test_after_a_cut_line_what_was_written_meanwhile_arrives(
    embed: Embed, widget_server: WidgetServer, do: Do
) -> None:
    page = embed("data-open")
    ask_for_a_person(page, widget_server)
    take(page, do)
    page.context.set_offline(True)
    do(says("断线时写的", "a"))
    page.context.set_offline(False)
    expect(said_by_staff(page)).to_contain_text("断线时写的", timeout=15_000)
    do(says("之后写的", "b"))
    expect(said_by_staff(page)).to_have_count(2)


def test_where_no_stream_gets_through_letters_are_asked_for_and_the_stream_tried_again(
    embed: Embed, widget_server: WidgetServer, do: Do
) -> None:
    page = embed("data-open")
    page.clock.install()
    page.context.route(EVENTS, lambda route: route.abort())
    ask_for_a_person(page, widget_server)
    do(lambda handover, talk: handover.take(talk, CLERK))
    until(page, lambda: "现在由真人回答你" in page.get_by_role("log").inner_text())
    do(says("问来的", "a"))
    until(page, lambda: said_by_staff(page).count() == 1)

    page.context.unroute(EVENTS)
    with page.expect_request(EVENTS):
        for _ in range(20):
            page.clock.run_for(5_000)
    expect(page.get_by_role("status")).to_contain_text("现在由工作人员回答")
    do(says("流来的", "b"))
    expect(said_by_staff(page)).to_have_count(2)


def test_a_proxy_that_holds_the_stream_back_is_noticed(
    embed: Embed, widget_server: WidgetServer, do: Do
) -> None:
    page = embed("data-open")
    page.clock.install()
    page.context.route(EVENTS, lambda route: None)  # never answered
    with page.expect_request(EVENTS):
        ask_for_a_person(page, widget_server)
    do(lambda handover, talk: handover.take(talk, CLERK))
    page.clock.run_for(30_000)
    expect(page.get_by_role("status")).to_contain_text("正在等工作人员接手")

    page.clock.run_for(11_000)
    until(page, lambda: "现在由真人回答你" in page.get_by_role("log").inner_text())
    expect(page.get_by_role("status")).to_contain_text("现在由工作人员回答")


def test_a_browser_that_cannot_read_streams_asks_for_the_letters(
    embed: Embed, widget_server: WidgetServer, do: Do
) -> None:
    page = embed("data-open")
    page.evaluate("delete window.TextDecoderStream")
    page.clock.install()
    ask_for_a_person(page, widget_server)
    do(lambda handover, talk: handover.take(talk, CLERK))
    until(page, lambda: "现在由真人回答你" in page.get_by_role("log").inner_text())


def test_who_starts_over_hears_nothing_more_of_the_old_conversation(
    embed: Embed, widget_server: WidgetServer, do: Do
) -> None:
    page = embed("data-open")
    ask_for_a_person(page, widget_server)
    take(page, do)
    page.get_by_role("button", name="重新开始").click()
    page.get_by_role("button", name="再按一次就删除").click()
    expect(page.get_by_role("status")).to_be_empty()
    do(says("给以前的对话", "a"))
    ask(page, "有什么贷款？")
    expect(page.locator(".answer")).to_have_count(1)
    expect(said_by_staff(page)).to_have_count(0)


def test_a_conversation_that_was_deleted_is_let_go_of(
    embed: Embed, widget_server: WidgetServer, do: Do
) -> None:
    page = embed("data-open")
    ask_for_a_person(page, widget_server)
    take(page, do)

    async def forget(handover: Handover, talk: str) -> None:
        await widget_server.store.forget(talk)
        widget_server.desk.events.publish(talk)

    do(forget)
    expect(page.get_by_role("status")).to_be_empty()
    ask(page, "有什么贷款？")
    expect(page.locator(".answer").last).to_contain_text("有什么贷款？")


def test_nobody_coming_offers_a_call_back_to_tap(
    embed: Embed, widget_server: WidgetServer, do: Do
) -> None:
    page = embed("data-open")
    ask_for_a_person(page, widget_server)

    async def nobody(handover: Handover, talk: str) -> None:
        ownership = await widget_server.desk.owners.read(talk)
        await handover._apply(ownership, ownership.change("nobody_came"))

    do(nobody)
    # Only then is the last button that of the letter.
    expect(page.get_by_role("log")).to_contain_text("一直没有工作人员接手")
    page.get_by_role("button", name="留电话，等回电").last.click()
    expect(page.get_by_role("log")).to_contain_text("请发来电话号码或邮箱")
    question(page).fill("13800138000")
    question(page).press("Enter")
    expect(page.get_by_role("log")).to_contain_text("查询号是 CW-")
