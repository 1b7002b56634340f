"""Taking over a chat in two browsers, the clerk's and the founder's, and on Telegram.

The assistant is a stub that keeps the subject in its state, as the real one keeps its own, and
says it with every answer: so one sees whether the state outlived the person.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from bot.desk.accounts import Accounts
from bot.message import Effect, Part, Reply, UserMessage
from tests.bot.conftest import free_port, wait_until
from tests.browser.axe import problems
from tests.browser.conftest import ANSWERS_WITHIN_MILLISECONDS, watched
from tests.browser.desk import PASSWORD, enter, opened, run, see, step, walks
from tests.browser.widget import Answering, answers, ask, launcher, question, serving
from tests.channels.fake_telegram import TOKEN, FakeTelegram, fake_telegram, shown
from tests.channels.telegram_said import said

pytestmark = pytest.mark.xdist_group("browser")

CHATS = "/desk/chats"
SUBJECT = "What tax deduction is there for venture capital firms?"
WAITING = "How much of our investment in a startup can our fund deduct from tax?"
PERSON = "talk to a person"
TAKEN = "A member of staff has joined"
BACK = "I, ChuangWen, am answering again"
RECONNECTS_WITHIN_MILLISECONDS = 60_000
_CLICK_AT = """at => setTimeout(() => document.getElementById("take-1").click(), at - Date.now())"""


class Telegram:
    """The fake Bot API on a loop of its own, and one founder who writes there."""

    def __init__(self, fake: FakeTelegram, loop: asyncio.AbstractEventLoop) -> None:
        self._fake, self._loop = fake, loop

    @property
    def base(self) -> str:
        return self._fake.base

    def write(self, text: str) -> None:
        message = said(text, language_code="en")
        self._loop.call_soon_threadsafe(partial(self._fake.push, message=message))

    def read(self) -> list[str]:
        """All that the founder got so far."""
        return [shown(message["text"]) for message in list(self._fake.sent)]

    def until(self, true: Callable[[list[str]], bool]) -> list[str]:
        wait_until(lambda: true(self.read()), "a message on Telegram", 30)
        return self.read()


@pytest.fixture(scope="module")
def telegram() -> Iterator[Telegram]:
    ready: Future[tuple[FakeTelegram, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        ended = asyncio.Event()
        async with fake_telegram() as fake:
            ready.set_result((fake, asyncio.get_running_loop(), ended))
            await ended.wait()

    thread = Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    fake, loop, ended = ready.result(10)
    yield Telegram(fake, loop)
    loop.call_soon_threadsafe(ended.set)
    thread.join(10)


class Remembering(Answering):
    """Answers about the first thing that was asked, with the card of 6.2."""

    async def answer(
        self, message: UserMessage, payload: str | None, state: dict[str, Any]
    ) -> tuple[Reply, dict[str, Any]]:
        reply, _ = await super().answer(message, payload, state)
        if message.text == PERSON:
            return replace(reply, effects=(Effect("hand_over"),)), state
        subject = state.get("subject", message.text)
        _, card = reply.parts
        reply = replace(reply, parts=(Part(text=f"{message.text} About: {subject}"), card))
        return reply, {"subject": subject}


class House:
    """The app with a folder and a port of its own, to be ended and begun anew."""

    def __init__(self, folder: Path, telegram: Telegram) -> None:
        self._port, self._running = free_port(), ExitStack()
        self._settings = {"telegram_bot_token": TOKEN, "telegram_api_base": telegram.base}
        self._folder = folder
        self.start()

    def start(self) -> None:
        app = serving(self._folder, self._port, (), Remembering(), **self._settings)
        self.server = self._running.enter_context(app)

    def stop(self) -> None:
        self._running.close()

    @property
    def url(self) -> str:
        return self.server.url

    def empty(self) -> None:
        """Let nobody wait or be waited for."""

        async def work() -> None:
            for each in await self.server.desk.owners.with_owner("waiting", "human"):
                await self.server.store.forget(each.conversation)

        asyncio.run_coroutine_threadsafe(work(), self.server.loop).result(10)

    @property
    def asked(self) -> list[str]:
        """What the assistant was asked since the start."""
        return [message.text for message in self.server.assistant.asked]


@pytest.fixture(scope="module")
def house(
    chromium: Path, telegram: Telegram, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """With two clerks."""
    folder = tmp_path_factory.mktemp("chats")
    run(_hire(folder))
    house = House(folder, telegram)
    yield house
    house.stop()


async def _hire(folder: Path) -> None:
    async with opened(folder) as desk:
        for name in ("li", "chen"):
            await Accounts(desk).add(name, "clerk", PASSWORD)


@pytest.fixture
def clerk(context: BrowserContext, house: House, complaints: list[str]) -> Iterator[Page]:
    """The list of chats, as li sees it; no browser may find anything wrong."""
    page = watched(context.new_page(), complaints)
    house.empty()  # of what a test that failed has left
    enter(page, house.url, "li", CHATS)
    yield page
    assert complaints == []


@pytest.fixture
def founder(browser: Browser, house: House, complaints: list[str]) -> Iterator[Page]:
    """One who has asked something in the widget, waits for a person and goes on writing."""
    context = browser.new_context(locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(ANSWERS_WITHIN_MILLISECONDS)
    page = watched(context.new_page(), complaints)
    wait_for_a_person(page, house.url)
    yield page
    context.close()


def wait_for_a_person(page: Page, address: str) -> None:
    """Ask in the widget, first the bot and then for a person, and go on writing."""
    page.goto(f"{address}/en/")
    launcher(page).click()
    ask(page, SUBJECT)
    expect(answers(page).last.locator(".card")).to_contain_text("6.2")
    ask(page, PERSON)
    expect(answers(page).last).to_contain_text("You are number 1 in the queue")
    ask(page, WAITING)
    expect(answers(page).last).to_contain_text("Noted")


def log(page: Page) -> Locator:
    """The talk, as the founder sees it."""
    return page.locator("chuangwen-chat").get_by_role("log")


def by_staff(page: Page) -> Locator:
    return page.locator("chuangwen-chat .answer.staff")


def write(page: Page, text: str) -> None:
    """What a person will read: it is delivered, and nothing answers."""
    question(page).fill(text)
    question(page).press("Enter")
    expect(page.locator("chuangwen-chat .entry").last).to_contain_text(text)
    expect(page.locator("chuangwen-chat .delivered").last).to_be_visible()


def send(clerk: Page, text: str) -> None:
    clerk.keyboard.press("Alt+R")
    clerk.keyboard.type(text)
    clerk.keyboard.press("Control+Enter")
    expect(clerk.locator("#text")).to_have_value("")


def give_back(clerk: Page) -> None:
    clerk.keyboard.press("Alt+B")
    expect(clerk.get_by_role("status").first).to_have_text("Given back to ChuangWen.")


def test_the_walk_of_the_documentation_takes_answers_and_gives_back(
    clerk: Page, founder: Page, house: House
) -> None:
    (walk,) = walks("A chat by keyboard")
    take, *sending, give = walk
    step(clerk, take)
    expect(log(founder)).to_contain_text(TAKEN)
    for row in sending:
        step(clerk, row)
    expect(by_staff(founder)).to_have_count(1)
    expect(by_staff(founder)).to_contain_text("Hello, I am a member of staff.")
    expect(by_staff(founder)).to_contain_text("It is 70%: see the card.")
    expect(by_staff(founder).locator(".card h2")).to_contain_text("6.2")

    answered = answers(founder).count()
    write(founder, "Thank you, we are in Nanshan.")
    see(clerk, "Thank you, we are in Nanshan.")
    expect(answers(founder)).to_have_count(answered)

    step(clerk, give)
    expect(log(founder)).to_contain_text(BACK)
    ask(founder, "Whom do I ask?")
    expect(answers(founder).last).to_contain_text(f"Whom do I ask? About: {SUBJECT}")
    assert house.asked[-3:] == [SUBJECT, PERSON, "Whom do I ask?"]


def test_of_two_clerks_who_grab_a_chat_one_has_it_and_the_other_is_told_who(
    clerk: Page, founder: Page, browser: Browser, house: House, complaints: list[str]
) -> None:
    context = browser.new_context(locale="en-GB")
    other = watched(context.new_page(), complaints)
    enter(other, house.url, "chen", CHATS)
    for page in (clerk, other):
        expect(page.locator("#take-1")).to_be_visible()
    at = time.time() * 1000 + 500
    for page in (clerk, other):
        page.evaluate(_CLICK_AT, at)
    for page in (clerk, other):
        expect(page.locator("#owner, main > .note")).to_be_visible()

    pages = {"li": clerk, "chen": other}
    (winner,) = [name for name, page in pages.items() if page.locator("#owner").count()]
    (loser,) = {*pages} - {winner}
    expect(pages[winner].locator("#owner")).to_have_text("You have this chat")
    told = pages[loser].get_by_role("alert")
    expect(told).to_have_text(f"This chat was just taken by {winner}.")
    see(pages[loser], "Nobody is waiting.")
    see(pages[loser], "You have no chat now.")
    pages[loser].goto(pages[winner].url)
    expect(pages[loser].get_by_role("heading", level=1)).to_have_text("A colleague has this chat")
    expect(log(founder).get_by_text(TAKEN)).to_have_count(1)
    give_back(pages[winner])
    context.close()
    complaints[:] = [each for each in complaints if "403" not in each]  # as it should be


def test_what_is_typed_while_a_reply_is_on_its_way_goes_with_the_next(
    clerk: Page, founder: Page
) -> None:
    clerk.keyboard.press("Alt+T")
    see(clerk, "You have this chat")
    clerk.route("**/say", lambda route: (clerk.wait_for_timeout(300), route.continue_()))
    clerk.keyboard.type("One.")
    clerk.keyboard.press("Alt+1")
    clerk.keyboard.press("Control+Enter")
    clerk.keyboard.type("Two.")
    clerk.keyboard.press("Control+Enter")
    expect(by_staff(founder)).to_have_count(2)
    expect(by_staff(founder).first).to_contain_text("One.")
    expect(by_staff(founder).first.locator(".card")).to_have_count(1)
    expect(by_staff(founder).last).to_contain_text("Two.")
    expect(by_staff(founder).last.locator(".card")).to_have_count(0)
    expect(clerk.locator("#text")).to_have_value("")
    clerk.unroute_all(behavior="wait")
    give_back(clerk)


def test_over_a_restart_the_bot_stays_silent_and_each_letter_is_there_once(
    clerk: Page, founder: Page, house: House, complaints: list[str]
) -> None:
    clerk.keyboard.press("Alt+T")
    see(clerk, "You have this chat")
    send(clerk, "Before the restart.")
    expect(by_staff(founder)).to_have_count(1)

    house.stop()
    clerk.keyboard.type("After the restart.")
    clerk.keyboard.press("Control+Enter")
    see(clerk, "It was not sent. Your text is still here")
    house.start()
    clerk.keyboard.press("Control+Enter")
    expect(clerk.locator("#text")).to_have_value("")
    # What broke off is begun anew, at the latest after a minute.
    expect(by_staff(founder)).to_have_count(2, timeout=RECONNECTS_WITHIN_MILLISECONDS)
    expect(by_staff(founder).last).to_contain_text("After the restart.")
    answered = answers(founder).count()
    write(founder, "Still there?")
    expect(clerk.locator("#timeline")).to_contain_text(
        "Still there?", timeout=RECONNECTS_WITHIN_MILLISECONDS
    )
    expect(answers(founder)).to_have_count(answered)
    send(clerk, "Yes.")
    expect(by_staff(founder)).to_have_count(3)

    for page in (founder, clerk):
        page.reload()
        page.wait_for_load_state("domcontentloaded")
    expect(by_staff(founder)).to_have_count(3)
    expect(clerk.locator("#timeline .ours")).to_have_count(3)
    expect(clerk.locator("#timeline").get_by_text("Still there?")).to_have_count(1)
    give_back(clerk)
    expect(log(founder)).to_contain_text(BACK)
    ask(founder, "Whom do I ask?")
    expect(answers(founder).last).to_contain_text(f"Whom do I ask? About: {SUBJECT}")
    assert house.asked == ["Whom do I ask?"]
    complaints[:] = [each for each in complaints if "net::ERR_" not in each]  # nobody was there


def test_a_founder_on_telegram_is_taken_over_in_the_browser(
    clerk: Page, telegram: Telegram
) -> None:
    telegram.write(SUBJECT)
    telegram.until(lambda got: len(got) == 1)
    telegram.write(PERSON)
    telegram.until(lambda got: "You are number 1 in the queue" in got[-1])
    expect(clerk.locator(".chat").first).to_contain_text("Telegram")
    clerk.keyboard.press("Alt+T")
    see(clerk, "You have this chat")
    telegram.until(lambda got: TAKEN in got[-1])

    before = len(telegram.read())
    for text in ("We are in Nanshan.", "/help"):
        telegram.write(text)
    see(clerk, "We are in Nanshan.")
    clerk.locator("#bot-found-1").click()
    send(clerk, "See this card.")
    got = telegram.until(lambda got: "See this card." in "".join(got[before:]))
    assert "70%" in "".join(got[before:])
    assert len(got) == before + 1
    expect(clerk.locator("#timeline .ours .mark")).to_have_text("sent")

    give_back(clerk)
    telegram.until(lambda got: BACK in got[-1])
    telegram.write("Whom do I ask?")
    answer = telegram.until(lambda got: len(got) == before + 3)[-1]
    assert f"Whom do I ask? About: {SUBJECT}" in answer


@pytest.mark.parametrize("width", [1280, 360])
def test_the_screens_are_accessible_and_no_wider_than_the_screen(
    clerk: Page, founder: Page, complaints: list[str], width: int
) -> None:
    # Without transitions: a colour on its way to another has less contrast than either.
    clerk.emulate_media(reduced_motion="reduce")
    clerk.set_viewport_size({"width": width, "height": 800})

    def judge() -> None:
        assert problems(clerk) == []
        assert clerk.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

    expect(clerk.locator("#take-1")).to_be_visible()
    judge()
    clerk.keyboard.press("?")
    expect(clerk.get_by_role("dialog")).to_be_visible()
    judge()
    clerk.keyboard.press("Escape")
    clerk.get_by_role("region", name="Waiting").get_by_role("link", name=WAITING).click()
    expect(clerk.locator("#owner")).to_have_text("Waiting for a person")
    judge()
    clerk.keyboard.press("Alt+T")
    expect(clerk.locator("#owner")).to_have_text("You have this chat")
    clerk.keyboard.press("Alt+1")
    send(clerk, "See this card.")
    clerk.keyboard.press("Control+Enter")
    expect(clerk.locator("#problem")).to_contain_text("Write something")
    clerk.keyboard.press("Alt+1")
    clerk.keyboard.press("Alt+F")
    clerk.keyboard.type("6.2")
    expect(clerk.locator("#found [data-card]").first).to_be_in_viewport()
    judge()
    clerk.locator("#cards [data-do=remove]").click()
    give_back(clerk)
    judge()
    clerk.locator(".chat a").first.click()
    expect(clerk.locator("#owner")).to_have_text("ChuangWen answers")
    judge()
    complaints[:] = [each for each in complaints if "422" not in each]  # as it should be
