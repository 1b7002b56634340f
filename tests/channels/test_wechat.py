"""The WeChat Official Account: who is let in, what is answered, in which of three attempts."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

import bot.channels.base
from bot.channels.base import MOST_WAITING
from bot.channels.contracts import Services
from bot.channels.registry import open_channels
from bot.channels.tencent.api import PlatformApi, stable_token
from bot.channels.tencent.crypto import Crypto
from bot.channels.tencent.oa_callback import Callback
from bot.channels.tencent.oa_exchange import Timing
from bot.channels.tencent.oa_menu import keys, read_menu
from bot.channels.tencent.xml import write
from bot.channels.wechat import WeChatChannel
from bot.http import LARGEST_BODY, Problem, problem_response
from bot.message import AssistantUnavailable, UserMessage
from bot.settings import Settings, SettingsError
from tests.bot.conftest import FakeAssistant
from tests.channels.fake_wechat import (
    ACCOUNT,
    AES_KEY,
    APP_ID,
    SECRET,
    TOKEN,
    USER,
    FakeWeChat,
    Pushes,
)  # fmt: skip

TIMING = Timing(patience=4.5, hold=0.05, grace=0.2)
IN_A_HURRY = Timing(patience=0.1, hold=0.05, grace=0.2)  # where the assistant is held back
CONVERSATION = f"wechat:{USER}"
QUESTION, ANSWER = "有什么贷款？", "you said: 有什么贷款？"
HOUR = 3600.0


@dataclass
class Clock:
    """Seconds since 1970, which pass when a test says so."""

    now: float = 1_760_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Phone(Pushes):
    """A founder at WeChat, and the channel behind it."""

    def __init__(self, channel: WeChatChannel, crypto: Crypto | None, clock: Clock) -> None:
        app = Starlette(routes=channel.routes(), exception_handlers={Problem: problem_response})
        transport = httpx.ASGITransport(app=app)
        client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
        super().__init__(client, crypto, clock)
        self.channel = channel

    def attempt(self, values: dict[str, Any]) -> asyncio.Task[str]:
        """One that WeChat may give up on: what it is answered is read by nobody then."""
        return asyncio.create_task(self.ask(values))


Start = Callable[..., Awaitable[Phone]]


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.channels.base, "_FIRST_PAUSE", 0.001)


@pytest.fixture
def platform() -> Iterator[FakeWeChat]:
    fake = FakeWeChat()
    yield fake
    fake.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def start(
    request: pytest.FixtureRequest, services: Services, platform: FakeWeChat, clock: Clock
) -> AsyncIterator[Start]:
    """Starts the channel, as the app does; a second time with the same store is a restart."""
    started: list[Phone] = []
    timing = IN_A_HURRY if "gate" in request.fixturenames else TIMING

    async def begin(encrypted: bool = False, may_call: bool = True) -> Phone:
        crypto = Crypto(TOKEN, AES_KEY, APP_ID) if encrypted else None
        api = PlatformApi(platform.url, stable_token(APP_ID, SECRET), timeout=1.0)
        channel = WeChatChannel(
            services,
            Callback(TOKEN, crypto, clock),
            api if may_call else None,
            keys(read_menu()),
            timing,
            clock,
        )
        await channel.start()
        started.append(Phone(channel, crypto, clock))
        return started[-1]

    yield begin
    for phone in started:
        await phone.channel.stop()
        await phone.client.aclose()


@pytest_asyncio.fixture
async def phone(start: Start) -> Phone:
    return await start()


class Gate:
    """Holds the assistant back until it is opened."""

    def __init__(self, assistant: FakeAssistant) -> None:
        self._opened = asyncio.Event()
        assistant.gate = self._wait

    async def _wait(self, message: UserMessage) -> None:
        await self._opened.wait()

    def open(self) -> None:
        self._opened.set()


@pytest_asyncio.fixture
async def gate(fake_assistant: FakeAssistant) -> Gate:
    return Gate(fake_assistant)


async def until(holds: Callable[[], bool], seconds: float = 2.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        await asyncio.sleep(0.002)


async def settled(services: Services) -> None:
    """What the inbox holds is answered; it hears of it when the response is out."""
    deadline = time.monotonic() + 2
    while await services.inbox.unfinished("wechat"):
        assert time.monotonic() < deadline, "something is left unanswered"
        await asyncio.sleep(0.002)


async def unfinished(services: Services) -> list[str]:
    return [received.message.id for received in await services.inbox.unfinished("wechat")]


async def be_late(phone: Phone, gate: Gate, values: dict[str, Any]) -> None:
    """All three attempts come to nothing, and then the answer is there."""
    for _ in range(3):
        assert await phone.ask(values) == ""
    gate.open()


# Who is let in.


async def test_the_address_is_verified_by_giving_back_what_was_sent(phone: Phone) -> None:
    query, _ = phone.signed("")
    echo = "<script>4375120948345356249</script>"

    response = await phone.client.get("/channels/wechat", params={**query, "echostr": echo})

    assert (response.status_code, response.text) == (200, echo)
    assert response.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("after", [-301, 301])
async def test_a_verification_that_is_not_of_now_is_refused(
    phone: Phone, clock: Clock, after: float
) -> None:
    query, _ = phone.signed("")
    clock.now += after

    response = await phone.client.get("/channels/wechat", params={**query, "echostr": "e"})

    assert response.status_code == 403


@pytest.mark.parametrize("change", [{"signature": "0" * 40}, {"signature": ""}, {"nonce": "7"}])
async def test_a_verification_that_is_signed_wrongly_is_refused(
    phone: Phone, change: dict[str, str]
) -> None:
    query, _ = phone.signed("")

    response = await phone.client.get(
        "/channels/wechat", params={**query, **change, "echostr": "e"}
    )

    assert response.status_code == 403


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_a_question_is_answered_in_the_same_request(
    start: Start, services: Services, platform: FakeWeChat, encrypted: bool
) -> None:
    phone = await start(encrypted)

    assert await phone.ask(QUESTION) == ANSWER
    await settled(services)
    assert platform.calls == []


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
@pytest.mark.parametrize(
    "change",
    [
        {"signature": "0" * 40, "msg_signature": "0" * 40},
        {"signature": "", "msg_signature": ""},
        {"nonce": "12345"},
        {"timestamp": "1759999000"},
        {"timestamp": ""},
        {"timestamp": "yesterday"},
    ],
    ids=["wrong", "none", "other nonce", "old", "no time", "no number"],
)
async def test_what_is_not_signed_by_wechat_now_is_refused(
    start: Start, fake_assistant: FakeAssistant, encrypted: bool, change: dict[str, str]
) -> None:
    phone = await start(encrypted)
    query, body = phone.signed(write(phone.text(QUESTION)))

    assert (await phone.post({**query, **change}, body)).status_code == 403
    assert fake_assistant.asked == []


@pytest.mark.parametrize("after", [-301, 301])
async def test_a_request_that_is_not_of_now_is_refused_although_its_signature_is_right(
    phone: Phone, clock: Clock, fake_assistant: FakeAssistant, after: float
) -> None:
    query, body = phone.signed(write(phone.text(QUESTION)))
    clock.now += after

    assert (await phone.post(query, body)).status_code == 403
    assert fake_assistant.asked == []


async def test_a_recorded_signature_does_not_open_the_door_for_other_words(
    phone: Phone, fake_assistant: FakeAssistant
) -> None:
    query, body = phone.signed(write(phone.text(QUESTION)))
    assert (await phone.post(query, body)).status_code == 200

    forged = write(phone.text("something else")).encode()
    assert (await phone.post(query, forged)).status_code == 403
    assert len(fake_assistant.asked) == 1


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_a_recorded_request_is_refused_when_it_is_no_attempt_of_wechats_own(
    start: Start, fake_assistant: FakeAssistant, encrypted: bool
) -> None:
    phone = await start(encrypted)
    query, body = phone.signed(write(phone.text(QUESTION)))

    answers = [await phone.post(query, body) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 403, 403]
    assert {phone.opened(answer) for answer in answers[:3]} == {ANSWER}
    assert len(fake_assistant.asked) == 1


async def test_a_recorded_event_that_needs_no_answer_is_refused_too(phone: Phone) -> None:
    query, body = phone.signed(write(phone.event("VIEW", "http://example.com")))

    assert (await phone.post(query, body)).status_code == 200
    assert (await phone.post(query, body)).status_code == 403


async def test_with_a_key_only_encrypted_messages_are_taken(
    start: Start, clock: Clock, fake_assistant: FakeAssistant
) -> None:
    phone = await start(encrypted=True)
    plain = Pushes(phone.client, None, clock)
    query, body = plain.signed(write(plain.text(QUESTION)))

    assert (await phone.post(query, body)).status_code == 403
    assert (await phone.post({**query, "encrypt_type": "raw"}, body)).status_code == 403
    assert (await phone.post({**query, "encrypt_type": "aes"}, body)).status_code == 403
    assert fake_assistant.asked == []


async def test_without_a_key_an_encrypted_message_is_refused_and_the_log_says_what_to_set(
    phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    phone.crypto = Crypto(TOKEN, AES_KEY, APP_ID)

    assert (await phone.push(phone.text(QUESTION))).status_code == 400
    assert "WECHAT_ENCODING_AES_KEY is not set" in caplog.text


async def test_in_compatible_mode_the_encrypted_words_count_and_not_the_plain_ones(
    start: Start, fake_assistant: FakeAssistant
) -> None:
    phone = await start(encrypted=True)
    values = phone.text(QUESTION)
    query, body = phone.signed(write(values))
    both = body.replace(b"</xml>", write({**values, "Content": "forged"})[5:].encode())

    assert phone.opened(await phone.post(query, both)) == ANSWER


async def test_a_message_for_another_account_is_refused(
    start: Start, fake_assistant: FakeAssistant
) -> None:
    phone = await start(encrypted=True)
    phone.crypto = Crypto(TOKEN, AES_KEY, "wx-another-account")

    assert (await phone.push(phone.text(QUESTION))).status_code == 403
    assert fake_assistant.asked == []


BOMB = '<!DOCTYPE xml [<!ENTITY a "ha">]><xml><Content>&a;</Content></xml>'


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
@pytest.mark.parametrize(
    "body",
    [
        "", "not xml", "<xml><Content>", BOMB, "<xml></xml>",
        write({"FromUserName": USER, "MsgType": "text", "Content": QUESTION}),
        write({"MsgId": "1", "MsgType": "text", "Content": QUESTION}),
        write({"FromUserName": USER, "MsgType": "event", "Event": "CLICK"}),
        write({"FromUserName": "x" * 101, "MsgId": "1", "MsgType": "text", "Content": "?"}),
        write({"FromUserName": "发", "MsgId": "1", "MsgType": "text", "Content": "?"}),
        "<xml><Content>&#xD83D; loan</Content></xml>",  # half a character
    ],
    ids=range(11),
)  # fmt: skip
async def test_what_cannot_be_read_is_refused_and_logged_without_its_words(
    start: Start,
    fake_assistant: FakeAssistant,
    caplog: pytest.LogCaptureFixture,
    encrypted: bool,
    body: str,
) -> None:
    phone = await start(encrypted)

    assert (await phone.post(*phone.signed(body))).status_code == 400
    assert fake_assistant.asked == []
    assert "could not be read" in caplog.text
    assert QUESTION not in caplog.text


async def test_a_truncated_encrypted_message_is_refused(start: Start) -> None:
    phone = await start(encrypted=True)
    query, body = phone.signed(write(phone.text(QUESTION)))

    assert (await phone.post(query, body[:-20])).status_code == 400
    assert (
        await phone.post(query, body.replace(b"]]></Encrypt>", b"A]]></Encrypt>"))
    ).status_code == 403


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_a_body_that_is_too_large_is_refused(start: Start, encrypted: bool) -> None:
    phone = await start(encrypted)
    query, body = phone.signed(write(phone.text("长" * LARGEST_BODY)))

    assert (await phone.post(query, body)).status_code == 413


async def test_no_text_no_token_and_no_secret_is_logged(
    phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    await phone.ask("我的电话是13800138000，想贷款")
    await until(lambda: phone.channel.outcomes["answered"] == 1)

    assert "result=answered" in caplog.text
    assert not any(secret in caplog.text for secret in ("13800138000", "想贷款", TOKEN, SECRET))


# What is answered.


async def test_a_voice_message_that_wechat_understood_is_a_question(phone: Phone) -> None:
    heard = phone.message("voice", MediaId="m", Format="amr", Recognition=QUESTION)

    assert await phone.ask(heard) == ANSWER


@pytest.mark.parametrize("heard", [{}, {"Recognition": ""}, {"Recognition": "。"}])
async def test_a_voice_message_that_it_did_not_gets_a_kind_sentence(
    phone: Phone, fake_assistant: FakeAssistant, heard: dict[str, str]
) -> None:
    assert "没听懂" in await phone.ask(phone.message("voice", MediaId="m", **heard))
    assert fake_assistant.asked == []


@pytest.mark.parametrize(
    "kind", ["image", "video", "shortvideo", "location", "link", "file", "", "of-the-future"]
)
async def test_what_the_bot_cannot_read_gets_a_kind_sentence_once(
    phone: Phone, services: Services, fake_assistant: FakeAssistant, kind: str
) -> None:
    values = phone.message(kind, PicUrl="http://example.com/1.jpg", Location_X="22.5")

    assert "我只看得懂文字" in await phone.ask(values)
    assert "我只看得懂文字" in await phone.ask(values)
    assert fake_assistant.asked == []
    await settled(services)


@pytest.mark.parametrize("event", ["subscribe", "SCAN"])
async def test_who_arrives_is_welcomed_with_numbered_topics_and_a_number_picks_one(
    phone: Phone, fake_assistant: FakeAssistant, event: str
) -> None:
    fake_assistant.choices = (("贷款", "/ask_topics{1}"), ("补贴", "/ask_topics{2}"))

    greeting = await phone.ask(phone.event(event, "qrscene_123", Ticket="t"))
    answer = await phone.ask("2")

    assert greeting.startswith("你好，我是创问")
    assert "1. 贷款\n2. 补贴" in greeting
    assert [payload for _, payload, _ in fake_assistant.asked] == ["/ask_topics", "/ask_topics{2}"]
    assert answer.startswith("you said: /ask_topics{2}")


@pytest.mark.parametrize(
    "event", ["unsubscribe", "VIEW", "LOCATION", "view_miniprogram", "TEMPLATESENDJOBFINISH", ""]
)
async def test_other_events_are_taken_and_not_answered(
    phone: Phone, fake_assistant: FakeAssistant, event: str
) -> None:
    await phone.ask(QUESTION)

    assert await phone.ask(phone.event(event, "key")) == ""
    assert len(fake_assistant.asked) == 1
    await phone.ask("还有呢")
    assert fake_assistant.asked[-1][2]["said"] == [QUESTION]  # the conversation is kept


async def test_a_button_of_the_menu_means_an_intent_or_words(
    phone: Phone, fake_assistant: FakeAssistant
) -> None:
    await phone.ask(phone.event("CLICK", "intent:ask_topics"))
    await phone.ask(phone.event("CLICK", "text:创新券是什么？"))

    said = [payload or message.text for message, payload, _ in fake_assistant.asked]
    assert said == ["/ask_topics", "创新券是什么？"]


@pytest.mark.parametrize("key", ["intent:restart", "text:anything", "V1001_GOOD", ""])
async def test_a_button_of_an_old_menu_gets_a_kind_sentence(
    phone: Phone, fake_assistant: FakeAssistant, key: str
) -> None:
    assert "菜单更新了" in await phone.ask(phone.event("CLICK", key))
    assert fake_assistant.asked == []


async def test_what_a_button_asks_is_in_no_id_and_no_log(
    phone: Phone, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await phone.ask(phone.event("CLICK", "text:创新券是什么？"))
    await phone.ask(phone.event("CLICK", "text:old\nforged line"))
    await settled(services)

    ours = [r.getMessage() for r in caplog.records if r.name.startswith("bot.")]
    assert sum("result=answered" in line for line in ours) == 2
    assert not [line for line in ours if "创新券" in line or "\n" in line]


async def test_the_same_button_at_another_time_is_another_question(
    phone: Phone, clock: Clock, fake_assistant: FakeAssistant
) -> None:
    for _ in range(2):
        values = phone.event("CLICK", "intent:ask_topics")
        assert await phone.ask(values) == await phone.ask(values) != ""
        clock.now += 1

    assert len(fake_assistant.asked) == 2


async def test_two_founders_do_not_share_a_message_id(
    phone: Phone, fake_assistant: FakeAssistant
) -> None:
    values = phone.text(QUESTION)

    assert await phone.ask(values) == await phone.ask({**values, "FromUserName": "oOther"})
    assert [m.conversation for m, _, _ in fake_assistant.asked] == [CONVERSATION, "wechat:oOther"]


async def test_words_in_pieces_are_one_question_answered_once(
    phone: Phone, fake_assistant: FakeAssistant
) -> None:
    fake_assistant.fragments = {"我想"}

    first = phone.attempt(phone.text("我想"))
    await asyncio.sleep(0.01)
    second = await phone.ask("贷款")

    assert (await first, second) == ("", "you said: 我想 贷款")
    assert len(fake_assistant.asked) == 1


async def test_a_storm_is_refused_with_a_sentence(phone: Phone, gate: Gate) -> None:
    many = [phone.attempt(phone.text(f"第{n}问")) for n in range(MOST_WAITING + 1)]
    await asyncio.sleep(0.01)
    gate.open()

    answers = await asyncio.gather(*many)

    assert [a for a in answers if "太快" in a] == answers[-1:]


async def test_an_assistant_that_fails_is_told_in_the_same_request_and_asked_again_later(
    start: Start, services: Services, platform: FakeWeChat, fake_assistant: FakeAssistant
) -> None:
    phone = await start()
    fake_assistant.error = AssistantUnavailable("no answer in 20 s")

    assert "没有丢" in await phone.ask(QUESTION)
    assert len(await unfinished(services)) == 1

    fake_assistant.error = None
    await start()
    await until(lambda: platform.texts == [ANSWER])


async def test_a_mistake_of_ours_neither_hangs_nor_shows_and_loses_nothing(
    phone: Phone,
    services: Services,
    fake_assistant: FakeAssistant,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fake_assistant.error = RuntimeError(f"could not read {QUESTION}")

    assert await phone.ask(QUESTION) == ""
    assert len(await unfinished(services)) == 1
    assert "RuntimeError" in caplog.text
    assert QUESTION not in caplog.text


# The 5-second rule.


async def test_an_answer_that_misses_the_first_attempt_goes_to_the_second(
    phone: Phone, gate: Gate, platform: FakeWeChat, fake_assistant: FakeAssistant
) -> None:
    values = phone.text(QUESTION)

    first = phone.attempt(values)
    await asyncio.sleep(IN_A_HURRY.patience + 0.01)
    assert not first.done()  # held until WeChat gives up
    second = phone.attempt(values)
    await asyncio.sleep(0.01)
    gate.open()

    assert await second == ANSWER
    await first
    assert len(fake_assistant.asked) == 1
    assert platform.sent == []


async def test_an_answer_that_comes_between_two_attempts_waits_for_the_next(
    phone: Phone, gate: Gate, platform: FakeWeChat
) -> None:
    values = phone.text(QUESTION)

    assert await phone.ask(values) == ""
    gate.open()
    await asyncio.sleep(0.02)

    assert await phone.ask(values) == ANSWER
    await asyncio.sleep(TIMING.grace * 1.5)
    assert platform.sent == []


async def test_all_attempts_that_get_the_answer_get_the_same_and_no_call_follows(
    phone: Phone, platform: FakeWeChat, fake_assistant: FakeAssistant
) -> None:
    values = phone.text(QUESTION)

    answers = [await phone.ask(values) for _ in range(3)]

    assert answers == [ANSWER] * 3
    assert (len(fake_assistant.asked), platform.calls) == (1, [])


async def test_after_the_last_attempt_the_answer_goes_by_a_call_once(
    phone: Phone, services: Services, gate: Gate, platform: FakeWeChat
) -> None:
    values = phone.text(QUESTION)
    for _ in range(3):
        assert await phone.ask(values) == ""
    assert len(await unfinished(services)) == 1  # acknowledged, and not lost

    gate.open()
    await until(lambda: platform.sent == [(USER, ANSWER)])

    assert await phone.ask(values) == ""
    await asyncio.sleep(TIMING.grace)
    assert platform.sent == [(USER, ANSWER)]
    await settled(services)


async def test_when_wechat_does_not_ask_again_the_answer_goes_by_a_call(
    phone: Phone, gate: Gate, platform: FakeWeChat
) -> None:
    values = phone.text(QUESTION)
    assert await phone.ask(values) == ""
    gate.open()

    await until(lambda: platform.texts == [ANSWER])
    assert await phone.ask(values) == ""


async def test_an_account_that_may_not_call_brings_the_late_answer_with_the_next(
    start: Start,
    services: Services,
    gate: Gate,
    platform: FakeWeChat,
    fake_assistant: FakeAssistant,
) -> None:
    phone = await start(may_call=False)
    fake_assistant.choices = (("别的", "/ask_more"),)
    await be_late(phone, gate, phone.text(QUESTION))
    await asyncio.sleep(0.02)
    await settled(services)

    restarted = await start(may_call=False)  # it is kept over a restart
    answer = await restarted.ask("还有呢")

    assert answer == (
        f"先补上之前没来得及发给你的：\n{ANSWER}\n\n"  # without numbers, which mean the newer ones
        "再答你刚才这一条：\nyou said: 还有呢\n\n回复数字继续：\n1. 别的"
    )
    assert "先补上" not in await restarted.ask("谢谢")
    assert platform.calls == []


async def test_two_messages_at_once_bring_a_late_answer_once(start: Start, gate: Gate) -> None:
    phone = await start(may_call=False)
    await be_late(phone, gate, phone.text(QUESTION))
    await asyncio.sleep(0.02)

    answers = await asyncio.gather(*(phone.ask(f"第{n}问") for n in range(3)))

    assert [ANSWER in answer for answer in answers].count(True) == 1


async def test_a_late_answer_that_is_long_is_brought_in_pieces_that_fit(
    start: Start, services: Services, gate: Gate
) -> None:
    phone = await start(may_call=False)
    long = "".join(f"第{n}句很长的话。" for n in range(180))
    await be_late(phone, gate, phone.text(long))
    await asyncio.sleep(0.02)

    answers = []
    for n in range(5):
        answers.append(await phone.ask(f"第{n}问"))
        await settled(services)

    whole = "".join(answers).replace("\n", "")
    assert all(f"第{n}句很长的话。" in whole for n in range(180))
    assert all(answer.endswith(f"you said: 第{n}问") for n, answer in enumerate(answers))
    assert "先补上" not in answers[-1]


async def test_an_answer_too_long_for_one_text_goes_on_by_calls(
    phone: Phone, platform: FakeWeChat
) -> None:
    long = "".join(f"第{n}句很长的话。" for n in range(180))

    first = await phone.ask(long)
    await until(lambda: len(platform.sent) >= 2)

    assert all(len(text.encode()) <= 2048 for text in platform.texts)
    assert f"{first}{''.join(platform.texts)}" == f"you said: {long}"


async def test_an_answer_too_long_for_one_text_goes_on_with_the_next_message_where_no_call_may(
    start: Start, services: Services
) -> None:
    phone = await start(may_call=False)
    long = "".join(f"第{n}句很长的话。" for n in range(120))

    said = [await phone.ask(long)]
    await settled(services)
    said.append(await phone.ask("然后呢"))

    assert "".join(said).count("很长的话") == 120
    assert said[1].endswith("you said: 然后呢")


# Restarts.


async def test_what_was_accepted_and_not_answered_is_sent_after_a_restart(
    start: Start, services: Services, gate: Gate, platform: FakeWeChat
) -> None:
    phone = await start()
    await phone.ask(phone.text(QUESTION))
    await phone.channel.stop()
    gate.open()

    await start()

    await until(lambda: platform.texts == [ANSWER])
    await settled(services)


async def test_an_attempt_after_a_restart_gets_the_answer_itself(
    start: Start, gate: Gate, platform: FakeWeChat, fake_assistant: FakeAssistant
) -> None:
    phone = await start()
    values = phone.text(QUESTION)
    await phone.ask(values)
    await phone.channel.stop()
    gate.open()

    restarted = await start()

    assert await restarted.ask(values) == ANSWER
    await asyncio.sleep(TIMING.grace * 1.5)
    assert platform.sent == []


async def test_a_repeat_after_a_restart_of_what_was_answered_says_nothing(
    start: Start, services: Services, platform: FakeWeChat, fake_assistant: FakeAssistant
) -> None:
    phone = await start()
    values = phone.text(QUESTION)
    await phone.ask(values)
    await settled(services)

    restarted = await start()

    assert await restarted.ask(values) == ""
    assert (len(fake_assistant.asked), platform.calls) == (1, [])


# How much may be sent.


async def test_a_message_allows_five_and_each_call_is_counted_over_restarts(
    start: Start, gate: Gate, platform: FakeWeChat, clock: Clock
) -> None:
    phone = await start()
    assert (await phone.channel.reach(CONVERSATION)).left == 0
    await be_late(phone, gate, phone.text(QUESTION))
    await until(lambda: len(platform.sent) == 1)

    quota = await (await start()).channel.reach(CONVERSATION)

    assert (quota.left, quota.until) == (4, clock.now + 48 * HOUR)
    clock.now += 48 * HOUR
    assert (await phone.channel.reach(CONVERSATION)).left == 0


async def test_when_it_is_used_up_nothing_is_called_and_the_rest_waits(
    phone: Phone, platform: FakeWeChat, fake_assistant: FakeAssistant
) -> None:
    long = "".join(f"第{n}句很长的话。" for n in range(700))  # more than six texts
    first = await phone.ask(long)
    await until(lambda: len(platform.sent) == 5)
    await asyncio.sleep(0.02)

    assert len(platform.called("send")) == 5
    assert (await phone.channel.reach(CONVERSATION)).left == 0
    rest = await phone.ask("然后呢")
    assert rest.startswith("先补上")
    assert (await phone.channel.reach(CONVERSATION)).left > 0
    assert f"{first}{''.join(platform.texts)}".startswith("you said: 第0句")


async def test_a_tap_allows_three_for_a_minute_and_takes_nothing_from_a_message(
    phone: Phone, clock: Clock
) -> None:
    await phone.ask(phone.event("CLICK", "intent:ask_topics"))
    quota = await phone.channel.reach(CONVERSATION)
    assert (quota.left, quota.until) == (3, clock.now + 60)

    await phone.ask(QUESTION)
    clock.now += 1
    await phone.ask(phone.event("CLICK", "intent:ask_topics"))
    quota = await phone.channel.reach(CONVERSATION)
    assert (quota.left, quota.until) == (5, clock.now - 1 + 48 * HOUR)


@pytest.mark.parametrize("code", [45015, 45047, 48001, 40001, 45002])
async def test_what_the_platform_does_not_take_waits_for_the_next_message(
    phone: Phone, services: Services, gate: Gate, platform: FakeWeChat, code: int
) -> None:
    platform.troubles["message/custom/send"] = [{"errcode": code}] * 2
    await be_late(phone, gate, phone.text(QUESTION))
    await until(lambda: len(platform.called("send")) >= 1)
    await asyncio.sleep(0.05)

    await settled(services)
    assert ANSWER in await phone.ask("还有呢")
    assert platform.sent == []


@pytest.mark.parametrize("code", [45015, 45047])
async def test_a_platform_that_counts_otherwise_is_believed(
    phone: Phone, gate: Gate, platform: FakeWeChat, code: int
) -> None:
    platform.troubles["message/custom/send"] = [{"errcode": code}]
    await be_late(phone, gate, phone.text(QUESTION))
    await until(lambda: len(platform.called("send")) == 1)
    await asyncio.sleep(0.02)

    assert (await phone.channel.reach(CONVERSATION)).left == 0


async def test_an_account_without_the_permission_is_not_tried_again_until_a_restart(
    start: Start,
    services: Services,
    gate: Gate,
    platform: FakeWeChat,
    fake_assistant: FakeAssistant,
) -> None:
    phone = await start()
    platform.may_send = False
    await be_late(phone, gate, phone.text(QUESTION))
    await settled(services)

    await be_late(phone, Gate(fake_assistant), phone.text("还有呢"))
    await settled(services)

    assert len(platform.called("send")) == 1
    assert (await phone.channel.reach(CONVERSATION)).left == 0
    assert (await (await start()).channel.reach(CONVERSATION)).left == 5


async def test_a_founder_who_left_is_dropped_quietly(
    phone: Phone, services: Services, gate: Gate, platform: FakeWeChat,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    platform.followers.clear()
    await be_late(phone, gate, phone.text(QUESTION))
    await until(lambda: phone.channel.outcomes["dropped"] == 1)

    await settled(services)
    assert all(record.levelno < logging.WARNING for record in caplog.records)


async def test_a_platform_that_is_down_for_a_moment_is_tried_again(
    phone: Phone, gate: Gate, platform: FakeWeChat
) -> None:
    platform.troubles["message/custom/send"] = [500, "garbage", {"errcode": -1}]
    await be_late(phone, gate, phone.text(QUESTION))

    await until(lambda: platform.texts == [ANSWER])
    assert (await phone.channel.reach(CONVERSATION)).left == 4


async def test_a_platform_that_stays_down_leaves_the_answer_to_the_next_message(
    phone: Phone, services: Services, gate: Gate, platform: FakeWeChat
) -> None:
    platform.troubles["stable_token"] = [503] * 9
    await be_late(phone, gate, phone.text(QUESTION))
    await until(lambda: phone.channel.outcomes["failed"] == 1)
    await asyncio.sleep(0.02)

    await settled(services)
    assert ANSWER in await phone.ask("还有呢")


# Settings.


GIVEN = {"wechat_app_id": APP_ID, "wechat_token": TOKEN}


def test_without_its_settings_the_channel_is_off(services: Services) -> None:
    assert WeChatChannel.open(Settings(wechat_api_base="http://127.0.0.1:9"), services) is None


@pytest.mark.parametrize(
    "more", [{}, {"wechat_app_secret": SECRET}, {"wechat_encoding_aes_key": AES_KEY}]
)
async def test_an_id_and_a_token_are_enough_and_the_rest_may_be_given(
    services: Services, more: dict[str, str]
) -> None:
    channel = WeChatChannel.open(Settings(**GIVEN, **more), services)

    assert channel is not None
    assert {route.path for route in channel.routes()} == {"/channels/wechat"}
    await channel.stop()


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"wechat_app_id": APP_ID}, "WECHAT_APP_ID is given, but WECHAT_TOKEN is missing"),
        ({"wechat_token": TOKEN}, "WECHAT_TOKEN is given, but WECHAT_APP_ID is missing"),
        ({"wechat_app_secret": SECRET}, "WECHAT_APP_ID, WECHAT_TOKEN is missing"),
        ({"wechat_encoding_aes_key": AES_KEY}, "WECHAT_APP_ID, WECHAT_TOKEN is missing"),
    ],
)
def test_half_of_its_settings_stop_the_start_and_say_what_is_missing(
    services: Services, given: dict[str, str], missing: str
) -> None:
    with pytest.raises(SettingsError, match=missing):
        open_channels(Settings(**given), services)


@pytest.mark.parametrize("key", ["too-short", AES_KEY + "=", "!" * 43])
def test_a_key_that_is_none_stops_the_start_and_is_not_shown(services: Services, key: str) -> None:
    with pytest.raises(SettingsError, match="WECHAT_ENCODING_AES_KEY: an EncodingAESKey") as stop:
        open_channels(Settings(**GIVEN, wechat_encoding_aes_key=key), services)
    assert key not in str(stop.value)


# How fast.


async def test_a_repeat_is_answered_in_less_than_5_ms(start: Start) -> None:
    phone = await start(encrypted=True)
    values = phone.text(QUESTION)
    await phone.ask(values)
    taken = []
    for _ in range(40):
        query, body = phone.signed(write(values))
        started = time.perf_counter()
        await phone.post(query, body)
        taken.append(time.perf_counter() - started)

    assert sorted(taken)[20] < 0.005


async def test_the_account_is_named_in_the_reply_as_it_was_in_the_message(phone: Phone) -> None:
    response = await phone.push(phone.text(QUESTION))

    assert f"<FromUserName><![CDATA[{ACCOUNT}]]></FromUserName>" in response.text
