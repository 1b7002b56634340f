"""Taking over a chat: who sees what, who has it, what is said, and that nothing is done twice."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.channels.contracts import Reach
from bot.conversation import Conversations
from bot.desk.services import open_desk
from bot.events import DESK
from bot.message import Effect, Part, Reply, Turn, UserMessage
from bot.people.letter import Letter
from bot.store.audit import SqlAudit
from bot.store.sign_ins import SqlSignIns
from bot.store.sql import SqlStore
from knowledge.live import Content
from tests.desk.conftest import BASE, DeskApp, DeskClient, SignedIn, csrf_of, field_of

TALK = "web:talk"
CHAT = f"/desk/chats/{TALK}"
FOCUS = "sz-2016/6.2"


class Asked:
    """Follows the Assistant protocol: "person" asks for one; the rest is answered with what the
    talk is about."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def is_fragment(self, text: str) -> bool:
        return False

    async def answer(
        self, message: UserMessage, payload: str | None, state: dict[str, Any]
    ) -> tuple[Reply, dict[str, Any]]:
        self.asked.append(message.text)
        wants = message.text == "person"
        text = "" if wants else f"about {state.get('focus')}: {message.text}"
        parts = (Part(text=text),) if text else ()
        effects = (Effect("hand_over"),) if wants else ()
        outcome, found = ("handoff", ()) if wants else ("answer", (FOCUS,))
        reply = Reply(outcome, "en", "", 1.0, parts, (), found, effects)
        return reply, {**state, "focus": state.get("focus") or FOCUS}


class Founder:
    """Writes in one conversation."""

    def __init__(self, desk_app: DeskApp, assistant: Asked, conversation: str = TALK) -> None:
        desk = desk_app.desk
        self.conversation, self.assistant, self.desk = conversation, assistant, desk
        self._talk = Conversations(assistant, desk.store, (desk.reception,), desk.events)
        self._count = 0

    async def write(self, text: str) -> Turn:
        await self._talk.create(self.conversation)
        self._count += 1
        return await self._talk.handle(UserMessage(self.conversation, f"m{self._count}", text))

    async def forget(self) -> None:
        await self._talk.forget(self.conversation)

    async def letters(self) -> list[Letter]:
        return await self.desk.letters.after(self.conversation)

    async def said_by_staff(self) -> list[str]:
        return [p.to_text() for x in await self.letters() if x.author == "staff" for p in x.parts]


@pytest.fixture
def assistant() -> Asked:
    return Asked()


@pytest.fixture
async def founder(desk_app: DeskApp, assistant: Asked) -> Founder:
    """One who has asked something, and then for a person."""
    desk_app.store._clock = desk_app.clock
    somebody = await desk_app.accounts.add("somebody", "clerk")
    await SqlSignIns(desk_app.store).add("a session", somebody.id, "", "en", desk_app.clock.now)
    founder = Founder(desk_app, assistant)
    await founder.write("loans for graduates")
    turn = await founder.write("person")
    assert "number 1" in turn.replies[0]
    await desk_app.accounts.sign_out(somebody)
    return founder


@pytest.fixture
async def anna(signed_in: SignedIn) -> DeskClient:
    return await signed_in("clerk", "anna")


@pytest.fixture
async def bob(signed_in: SignedIn) -> DeskClient:
    return await signed_in("clerk", "bob")


async def take(client: DeskClient, version: int = 1) -> httpx.Response:
    return await client.send_form(f"{CHAT}/take", version=str(version))


async def say(
    client: DeskClient, text: str, key: str = "key-of-one", **more: str
) -> httpx.Response:
    return await client.send_form(f"{CHAT}/say", text=text, key=key, **more)


async def trail(desk_app: DeskApp) -> list[tuple[str, str]]:
    entries = await SqlAudit(desk_app.store).read(None, None, None, 1000)
    return [(e.name, e.action) for e in reversed(entries) if e.about == TALK]


def section(page: str, title: str) -> str:
    """The part of the list under a title."""
    start = page.index(f'aria-labelledby="{title}-title"')
    return page[start : page.index("</section>", start)]


async def test_the_queue_shows_who_waits_longest_first(
    desk_app: DeskApp, assistant: Asked, founder: Founder, anna: DeskClient
) -> None:
    desk_app.clock.turn(minutes=5)
    other = Founder(desk_app, assistant, "telegram:7")
    await other.write("person")
    await other.write("<b>my company is in 南山</b>")
    desk_app.clock.turn(minutes=2)

    page = (await anna.get("/desk/chats")).text

    assert "<title>(2) Chats" in page
    queue = section(page, "waiting")
    assert queue.index("Website") < queue.index("Telegram")
    assert re.findall(r"(\d+) min", queue) == ["7", "2"]
    assert "&lt;b&gt;my company is in 南山&lt;/b&gt;" in queue
    assert "10:00" in queue  # in the desk's zone
    assert 'data-live="/desk/chats/list"' in page
    # What is fetched anew is the same.
    assert queue in (await anna.get("/desk/chats/list")).text


async def test_nobody_waits(anna: DeskClient) -> None:
    page = (await anna.get("/desk/chats")).text
    assert "<title>Chats" in page
    assert "Nobody is waiting." in page


async def test_a_chat_is_taken_answered_and_given_back_with_its_subject(
    desk_app: DeskApp, founder: Founder, anna: DeskClient, assistant: Asked
) -> None:
    answer = await take(anna)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/chats/web%3Atalk")
    page = await anna.get(CHAT)
    assert "You have this chat" in page.text
    assert (await say(anna, "Hello.\n\nWhere is the company?")).status_code == 200

    assert (await founder.write("in Nanshan")).is_silent
    assert assistant.asked == ["loans for graduates", "person"]
    answer = await anna.send_form(f"{CHAT}/give-back", version="2")
    assert answer.headers["location"] == "/desk/chats?said=given_back"
    assert "Given back to ChuangWen." in (await anna.get("/desk/chats?said=given_back")).text

    turn = await founder.write("and for how long?")
    assert turn.replies == (f"about {FOCUS}: and for how long?",)
    assert await founder.said_by_staff() == ["Hello.\n\nWhere is the company?"]
    assert [letter.key for letter in await founder.letters()] == [
        "owner-2",
        "say-key-of-one",
        "owner-3",
    ]
    assert await trail(desk_app) == [
        ("anna", "chat_taken"),
        ("anna", "chat_seen"),
        ("anna", "chat_written"),
        ("anna", "chat_given_back"),
    ]


async def test_two_clerks_grab_the_same_chat_and_exactly_one_has_it(
    desk_app: DeskApp, founder: Founder, anna: DeskClient, bob: DeskClient
) -> None:
    both = await asyncio.gather(take(anna), take(bob))

    assert [answer.status_code for answer in both] == [303, 303]
    ways = sorted(answer.headers["location"] for answer in both)
    ownership = await desk_app.desk.owners.read(TALK)
    winner, loser = (anna, bob) if ownership.staff == anna.staff.id else (bob, anna)
    faster = f"/desk/chats?said=faster&by={winner.staff.id}"
    assert ways == ["/desk/chats/web%3Atalk", faster]
    assert ownership.staff == winner.staff.id
    assert ownership.version == 2
    assert f"just taken by {winner.staff.name}." in (await loser.get(faster)).text
    assert "web%3Atalk" not in (await loser.get("/desk/chats")).text
    assert (await loser.get(CHAT)).status_code == 403
    assert len(await founder.letters()) == 1


async def test_who_was_a_moment_late_is_told_so_whatever_is_pressed(
    founder: Founder, anna: DeskClient, bob: DeskClient
) -> None:
    await take(anna)
    assert (await take(bob)).headers["location"] == f"/desk/chats?said=faster&by={anna.staff.id}"
    for way in ("give-back", "close"):
        answer = await bob.send_form(f"{CHAT}/{way}", version="2")
        assert answer.headers["location"] == "/desk/chats?said=changed"
    answer = await bob.send_form(f"{CHAT}/hand-on", version="2", to=str(anna.staff.id))
    assert answer.headers["location"] == "/desk/chats?said=changed"
    answer = await say(bob, "mine!")
    assert answer.status_code == 409
    assert "You no longer have this chat" in answer.text
    assert await founder.said_by_staff() == []


async def test_what_is_sent_twice_is_done_once(
    desk_app: DeskApp, founder: Founder, anna: DeskClient
) -> None:
    first, second = await take(anna), await take(anna)
    assert first.headers["location"] == second.headers["location"] == "/desk/chats/web%3Atalk"
    for _ in range(3):
        assert (await say(anna, "hello", "the-same-key")).status_code == 200
    await say(anna, "hello", "another-key")
    assert await founder.said_by_staff() == ["hello", "hello"]
    for _ in range(2):
        answer = await anna.send_form(f"{CHAT}/close", version="2")
        assert answer.headers["location"] == "/desk/chats?said=closed"
    assert (await desk_app.desk.owners.read(TALK)).version == 3
    done = [action for _, action in await trail(desk_app)]
    assert done == ["chat_taken", "chat_written", "chat_written", "chat_closed"]
    # The same button of another time is not the same.
    answer = await anna.send_form(f"{CHAT}/close", version="3")
    assert answer.headers["location"] == "/desk/chats?said=changed"


async def test_a_chat_is_handed_on_to_a_colleague_who_is_there(
    desk_app: DeskApp, founder: Founder, anna: DeskClient, bob: DeskClient
) -> None:
    await take(anna)
    page = (await anna.get(CHAT)).text
    assert f'name="to" value="{bob.staff.id}"' in page
    assert f'name="to" value="{anna.staff.id}"' not in page
    # Signed out: "somebody".
    assert page.count('name="to"') == 1

    answer = await anna.send_form(f"{CHAT}/hand-on", version="2", to=str(bob.staff.id))
    assert answer.headers["location"] == f"/desk/chats?said=handed_on&by={bob.staff.id}"
    assert "Handed on to bob." in (await anna.get(answer.headers["location"])).text
    assert (await desk_app.desk.owners.read(TALK)).staff == bob.staff.id
    assert "You have this chat" in (await bob.get(CHAT)).text
    assert (await say(anna, "still me")).status_code == 409
    # Anna had it, and may see how it goes on.
    page = (await anna.get(CHAT)).text
    assert "bob has it" in page
    assert 'id="compose"' not in page
    assert "anna handed it on to bob" in page
    # The founder hears of a colleague, and no names.
    told = str((await founder.letters())[-1].to_json())
    assert "A colleague is answering you" in told
    assert "anna" not in told and "bob" not in told


async def test_a_colleague_who_has_gone_is_not_handed_anything(
    desk_app: DeskApp, founder: Founder, anna: DeskClient, bob: DeskClient
) -> None:
    await take(anna)
    await bob.send_form("/desk/sign-out")
    for to in (str(bob.staff.id), str(anna.staff.id), "999", "", "x"):
        answer = await anna.send_form(f"{CHAT}/hand-on", version="2", to=to)
        assert answer.headers["location"] == "/desk/chats/web%3Atalk?said=colleague_gone"
    assert "has just signed out" in (await anna.get(answer.headers["location"])).text
    assert (await desk_app.desk.owners.read(TALK)).staff == anna.staff.id


async def test_after_the_end_the_founder_begins_anew_with_the_bot(
    founder: Founder, anna: DeskClient
) -> None:
    await take(anna)
    await anna.send_form(f"{CHAT}/close", version="2")
    assert (await say(anna, "one more thing")).status_code == 409

    assert (await founder.write("another question")).outcome == "answer"
    page = (await anna.get(CHAT)).text
    for words in ("anna took it", "anna closed it", "ChuangWen answers", "another question"):
        assert words in page
    assert "Mine that ended in the last 24 hours" in (await anna.get("/desk/chats")).text


async def test_the_founders_words_in_each_state_are_there_in_order(
    desk_app: DeskApp, founder: Founder, anna: DeskClient
) -> None:
    desk_app.clock.turn(seconds=1)
    desk_app.clock.turn(seconds=1)
    await founder.write("while waiting")
    desk_app.clock.turn(seconds=1)
    await take(anna)
    desk_app.clock.turn(seconds=1)
    await founder.write("while anna has it")
    desk_app.clock.turn(seconds=1)
    await anna.send_form(f"{CHAT}/give-back", version="2")
    desk_app.clock.turn(seconds=1)
    await founder.write("with the bot again")

    page = (await anna.get(CHAT)).text
    expected = [
        "loans for graduates</p>",
        "person</p>",
        "The founder asked for a person",
        "while waiting",
        "anna took it",
        "while anna has it",
        "anna gave it back",
        "with the bot again",
    ]
    talk = page[page.index("<li", page.index('id="timeline"')) :]
    places = [talk.index(words) for words in expected]
    assert places == sorted(places)


async def test_who_writes_without_having_it_or_says_nothing_is_told_why(
    founder: Founder, anna: DeskClient
) -> None:
    assert (await say(anna, "hello")).status_code == 409
    await take(anna)
    for text, key in ((" \n ", "key-of-one"), ("hello", ""), ("hello", "<key>"), ("hello", "k")):
        answer = await say(anna, text, key)
        assert answer.status_code == 422
        assert "Write something" in answer.text
    assert "in parts" in (await say(anna, "好" * 2001)).text
    assert await founder.said_by_staff() == []


async def test_personal_numbers_of_a_reply_are_masked(founder: Founder, anna: DeskClient) -> None:
    await take(anna)
    await say(anna, "call me\nat 13812345678")
    assert await founder.said_by_staff() == ["call me\nat ***"]


async def test_a_reply_cannot_take_the_place_of_a_notice(
    founder: Founder, anna: DeskClient
) -> None:
    await take(anna)
    await say(anna, "hello", "owner-3")
    await anna.send_form(f"{CHAT}/give-back", version="2")
    letters = await founder.letters()
    assert [letter.author for letter in letters] == ["notice", "staff", "notice"]


async def test_a_card_goes_with_the_reply_in_the_founders_language(
    content: Content, founder: Founder, anna: DeskClient
) -> None:
    await take(anna)
    page = (await anna.get(CHAT)).text
    # What the bot found can be put in.
    assert f'data-card="{FOCUS}"' in page
    await founder.write("大学生创业贷款")
    side = (await anna.get(f"{CHAT}/side")).text
    suggested = side[side.index('aria-labelledby="suggested"') :]
    first = re.search(r'data-card="([^"]+)"', suggested)
    assert first, side
    assert content.search.find("大学生创业贷款", 1).matches[0].provision == first[1]

    answer = await say(anna, "this one", card=first[1])
    assert answer.status_code == 200
    letter = (await founder.letters())[-1]
    assert [bool(part.card) for part in letter.parts] == [False, True]
    card = letter.parts[1].card
    assert card is not None
    assert (card.provision, card.language) == (first[1], "en")
    # A card alone is a reply too; one that is not there is none.
    assert (await say(anna, "", "card-alone", card="6.2")).status_code == 200
    assert (await say(anna, "", "no-such", card="99.9")).status_code == 422


async def test_a_clerk_finds_other_provisions_as_on_the_call_screen(
    content: Content, founder: Founder, anna: DeskClient
) -> None:
    found = (await anna.get(f"{CHAT}/cards", params={"q": "6.2"})).text
    assert f'data-card="{FOCUS}"' in found
    assert (await anna.get(f"{CHAT}/cards", params={"q": " "})).text.strip() == ""


async def test_who_sees_which_chat(
    founder: Founder, anna: DeskClient, bob: DeskClient, signed_in: SignedIn
) -> None:
    boss = await signed_in("supervisor", "boss")
    assert (await bob.get(CHAT)).status_code == 200  # it waits
    await take(anna)
    assert (await anna.get(CHAT)).status_code == 200
    assert (await bob.get(CHAT)).status_code == 403
    for part in ("timeline", "side"):
        gone = await bob.get(f"{CHAT}/{part}")
        assert "loans for graduates" not in gone.text
        assert "You can see chats that wait" in gone.text
    page = await boss.get("/desk/chats")
    assert "anna has it" in section(page.text, "others")
    assert (await boss.get(CHAT)).status_code == 200
    assert "others-title" not in (await bob.get("/desk/chats")).text
    # To look is not to have.
    assert (await say(boss, "hello")).status_code == 409
    await anna.send_form(f"{CHAT}/give-back", version="2")
    assert "web%3Atalk" in section((await anna.get("/desk/chats")).text, "over")
    assert "over-title" not in (await bob.get("/desk/chats")).text
    assert (await bob.get(CHAT)).status_code == 403
    assert (await anna.get(CHAT)).status_code == 200


async def test_what_the_bot_alone_talks_about_is_not_shown_even_to_admins(
    desk_app: DeskApp, assistant: Asked, signed_in: SignedIn
) -> None:
    await Founder(desk_app, assistant).write("loans")
    admin = await signed_in("admin")
    answer = await admin.get(CHAT)
    assert answer.status_code == 404
    assert "loans" not in answer.text


async def test_a_talk_that_its_founder_deletes_while_it_is_open(
    desk_app: DeskApp, founder: Founder, anna: DeskClient
) -> None:
    await take(anna)
    await anna.get(CHAT)
    await founder.forget()

    page = await anna.get(CHAT)
    assert page.status_code == 404
    assert "The founder may have deleted it" in page.text
    assert "The founder may have deleted it" in (await anna.get(f"{CHAT}/timeline")).text
    assert (await say(anna, "hello")).status_code == 404
    for way in ("take", "give-back", "close"):
        answer = await anna.send_form(f"{CHAT}/{way}", version="2")
        assert answer.headers["location"] == "/desk/chats?said=not_there"
    # The trail keeps that somebody looked, and no longer at what.
    assert ("anna", "chat_taken") not in await trail(desk_app)


async def test_each_look_is_recorded_and_a_part_fetched_anew_is_none(
    desk_app: DeskApp, founder: Founder, anna: DeskClient
) -> None:
    await anna.get("/desk/chats")
    await anna.get(CHAT)
    for part in ("timeline", "side"):
        await anna.get(f"{CHAT}/{part}", headers={"X-Background": "1"})
    assert await trail(desk_app) == [("anna", "chat_seen")]
    page = await anna.get("/desk/chats/web:none")
    assert page.status_code == 404
    assert await trail(desk_app) == [("anna", "chat_seen")]


@pytest.mark.parametrize("part", ["timeline", "side"])
async def test_a_part_that_is_fetched_without_its_page_is_a_look_too(
    desk_app: DeskApp, founder: Founder, anna: DeskClient, part: str
) -> None:
    for _ in range(2):
        await anna.get(f"{CHAT}/{part}", headers={"X-Background": "1"})
    assert await trail(desk_app) == [("anna", "chat_seen")]


async def test_a_restart_in_the_middle_changes_nothing(
    desk_app: DeskApp, founder: Founder, anna: DeskClient, assistant: Asked
) -> None:
    from bot.app import make_app

    await take(anna)
    await say(anna, "before")
    store = SqlStore(desk_app.settings.database, clock=desk_app.clock)
    desk = replace(open_desk(desk_app.settings, store, desk_app.clock))
    app = make_app(desk_app.settings, assistant=assistant, store=store, desk=desk)
    after = DeskClient(
        transport=httpx.ASGITransport(app),
        base_url=BASE,
        headers={"Accept": "text/html"},
        cookies=anna.cookies,
    )
    page = await after.get(CHAT)
    assert "You have this chat" in page.text
    after.staff, after.csrf = anna.staff, csrf_of(page.text)
    talk = Conversations(assistant, store, (desk.reception,), desk.events)
    assert (await talk.handle(UserMessage(TALK, "m9", "still there?"))).is_silent
    # A form of before: its key was used.
    await say(after, "before")
    await say(after, "after", field_of(page.text, "key"))
    assert await founder.said_by_staff() == ["before", "after"]
    await after.send_form(f"{CHAT}/give-back", version="2")
    assert (
        (await talk.handle(UserMessage(TALK, "m10", "hm"))).replies[0].startswith(f"about {FOCUS}")
    )
    await store.close()


async def test_a_delivery_that_failed_says_why(
    desk_app: DeskApp, founder: Founder, anna: DeskClient
) -> None:
    await take(anna)
    await say(anna, "hello")
    notice, letter = await founder.letters()
    await desk_app.desk.letters.mark(notice, "sent")
    await desk_app.desk.letters.mark(letter, "failed", "Forbidden: <blocked>")
    timeline = (await anna.get(f"{CHAT}/timeline")).text
    assert "not delivered" in timeline
    assert "Forbidden: &lt;blocked&gt;" in timeline
    assert "on its way" not in timeline


class Limited:
    """A channel that lets little through."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    async def reach(self, conversation: str) -> Reach:
        return self._reach


@pytest.mark.parametrize(
    ("left", "minutes", "said"),
    [
        (3, 60, "Messages left: 3."),
        (None, 60, "Open until 2026-11-25 11:00."),
        (0, 60, "Nothing can be sent until the founder writes again"),
        (3, -1, "Nothing can be sent until the founder writes again"),
        (None, None, "sets no limit"),
    ],
)
async def test_what_the_channel_lets_through_is_said(
    desk_app: DeskApp,
    founder: Founder,
    signed_in: SignedIn,
    left: int | None,
    minutes: int | None,
    said: str,
) -> None:
    from starlette.applications import Starlette

    from bot.desk.routes import desk_routes
    from knowledge.live import LIBRARY

    until = None if minutes is None else desk_app.clock().timestamp() + 60 * minutes
    channels: Any = {"web": Limited(Reach(left, until))}
    conversations: Any = None

    async def refresh() -> None: ...

    routes = desk_routes(
        desk_app.desk, desk_app.settings, LIBRARY, channels, conversations, refresh
    )
    anna = await signed_in("clerk", "anna")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=routes)), base_url=BASE, cookies=anna.cookies
    ) as client:
        side = await client.get(f"{CHAT}/side")
    assert said in side.text


async def test_older_pages_are_reached_and_are_not_live(
    desk_app: DeskApp, founder: Founder, anna: DeskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.store.timeline import ENTRIES

    await take(anna)
    for number in range(ENTRIES):
        desk_app.clock.turn(seconds=1)
        await desk_app.desk.handover.say(
            TALK, f"say-number-{number}", anna.staff.id, (Part(text=f"word {number}."),)
        )
    page = (await anna.get(CHAT)).text
    assert "loans for graduates" not in page
    assert "word 0." in page
    earlier = re.search(r'href="([^"]+before=[^"]+)"', page)
    assert earlier
    older = (await anna.get(earlier[1])).text
    assert "loans for graduates" in older
    assert "word 0." not in older
    assert 'id="compose"' not in older
    assert "/timeline" not in older


async def test_the_desk_hears_of_all_that_changes(
    desk_app: DeskApp, founder: Founder, anna: DeskClient
) -> None:
    with desk_app.desk.events.listen(DESK) as listener:
        for step in (
            take(anna),
            say(anna, "hello"),
            founder.write("yes"),
            anna.send_form(f"{CHAT}/close", version="2"),
        ):
            await step
            assert await listener.wait(0.01)


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-Hans", "由你回答"), ("zh-Hant", "交回創問"), ("en", "You have this chat")],
)
async def test_canned_sentences_are_in_the_founders_language_and_the_rest_in_the_clerks(
    founder: Founder, signed_in: SignedIn, language: str, said: str
) -> None:
    clerk = await signed_in("clerk", "wei", language)
    await take(clerk)
    page = (await clerk.get(CHAT)).text
    assert "In which district of Shenzhen is the company registered?" in page
    assert said in page


def test_nothing_of_a_reply_is_kept_in_the_browser() -> None:
    script = Path("bot/desk/scripts/chats.js").read_text("utf-8")
    assert not re.search(r"localStorage|sessionStorage|indexedDB|cookie", script)
