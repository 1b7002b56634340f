"""微信客服: bells, pulling, who has the conversation, and answers that go once."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from wechatpy.work.crypto import PrpCrypto, WeChatCrypto

import bot.channels.base
import bot.channels.tencent.kf_bells
from bot.channels.contracts import Received, Services
from bot.channels.tencent.api import PlatformApi, corp_token
from bot.channels.tencent.crypto import Crypto
from bot.channels.tencent.kf_calls import OWNERS
from bot.channels.tencent.xml import write
from bot.channels.wecom import WeComChannel
from bot.http import Problem, problem_response
from bot.message import AssistantUnavailable, Part, UserMessage
from bot.settings import Settings, SettingsError
from tests.bot.conftest import FakeAssistant
from tests.channels.fake_wecom import ACCOUNT, CORP_ID, SECRET, USED_ID, USER, FakeWeCom

TOKEN, KEY = "token-of-the-tests", "A" * 43
CONVERSATION = f"wecom:{ACCOUNT}:{USER}"
ROUTE = "/channels/wecom"
Restart = Callable[[], WeComChannel]


@pytest.fixture
def platform() -> Iterator[FakeWeCom]:
    platform = FakeWeCom()
    yield platform
    platform.close()


@pytest_asyncio.fixture
async def restart(
    services: Services, platform: FakeWeCom, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Restart]:
    """Makes a channel over what is kept, as after a restart."""
    monkeypatch.setattr(bot.channels.base, "_FIRST_PAUSE", 0.001)
    monkeypatch.setattr(bot.channels.tencent.kf_bells, "_FIRST_PAUSE", 0.001)
    channels: list[WeComChannel] = []

    def make() -> WeComChannel:
        api = PlatformApi(platform.url, corp_token(CORP_ID, SECRET), timeout=0.2)
        channels.append(WeComChannel(services, Crypto(TOKEN, KEY, CORP_ID), api))
        return channels[-1]

    yield make
    for channel in channels:
        await channel.stop()


@pytest_asyncio.fixture
async def channel(restart: Restart) -> WeComChannel:
    channel = restart()
    await channel.start()
    return channel


@pytest_asyncio.fixture
async def client(channel: WeComChannel) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(channel) as client:
        yield client


def client_of(channel: WeComChannel) -> httpx.AsyncClient:
    app = Starlette(routes=channel.routes(), exception_handlers={Problem: problem_response})
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://bot")


def push(
    platform: FakeWeCom,
    account: str = ACCOUNT,
    corp_id: str = CORP_ID,
    at: float = 0.0,
    **event: str,
) -> tuple[dict[str, str], str]:
    """Query and body of a callback, made by the peer library."""
    inner = {"ToUserName": corp_id, "MsgType": "event", "Event": "kf_msg_or_event"}
    inner |= {"Token": platform.bell(), "OpenKfId": account, **event}
    timestamp, nonce = str(int(at or time.time())), secrets.token_hex(8)
    body = WeChatCrypto(TOKEN, KEY, corp_id).encrypt_message(write(inner), nonce, timestamp)
    signature = body.partition("<MsgSignature><![CDATA[")[2].partition("]]>")[0]
    return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}, body


async def ring(client: httpx.AsyncClient, platform: FakeWeCom, **more: Any) -> httpx.Response:
    query, body = push(platform, **more)
    return await client.post(ROUTE, params=query, content=body)


async def quiet(channel: WeComChannel) -> None:
    """Until nothing is under way."""
    while channel._background:
        await asyncio.wait_for(asyncio.gather(*channel._background), 10)


async def rung(client: httpx.AsyncClient, channel: WeComChannel, platform: FakeWeCom) -> None:
    response = await ring(client, platform)
    assert (response.status_code, response.text) == (200, "success")
    await quiet(channel)


# The address is checked.


def echo(
    text: str = "1616140317555161061", corp_id: str = CORP_ID, late: float = 0
) -> dict[str, str]:
    timestamp = str(int(time.time() - late))
    crypto = WeChatCrypto(TOKEN, KEY, corp_id)
    encrypted = PrpCrypto(crypto.key).encrypt(text, corp_id).decode()
    signature = Crypto(TOKEN, KEY, CORP_ID).signature(timestamp, "n", encrypted)
    return {
        "msg_signature": signature, "timestamp": timestamp, "nonce": "n", "echostr": encrypted,
    }  # fmt: skip


async def test_the_console_gets_back_what_it_sent_encrypted(client: httpx.AsyncClient) -> None:
    response = await client.get(ROUTE, params=echo())

    assert (response.status_code, response.text) == (200, "1616140317555161061")
    assert response.headers["content-type"].startswith("text/plain")


async def test_the_example_that_tencent_published_is_opened(services: Services) -> None:
    """developer.work.weixin.qq.com, path/90968."""
    key, company = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7"
    api = PlatformApi("http://127.0.0.1:9", corp_token(company, SECRET))
    crypto = Crypto("QDG6eK", key, company)
    channel = WeComChannel(services, crypto, api, clock=lambda: 1409659589.0)
    async with client_of(channel) as client:
        response = await client.get(
            ROUTE,
            params={
                "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
                "timestamp": "1409659589",
                "nonce": "263014780",
                "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8T"
                "gAE7OaBO+FZXvnaqQ==",
            },
        )

    assert response.text == "1616140317555161061"


@pytest.mark.parametrize(
    "query",
    [  # Made in the test: pytest collects long before it comes to the last of them.
        dict,
        lambda: {**echo(), "msg_signature": "0" * 40},
        lambda: {**echo(), "nonce": "m"},
        lambda: echo(corp_id="wwother"),
        lambda: echo(late=301),
        lambda: echo(late=-900),
    ],
    ids=["nothing", "signature", "nonce", "company", "old", "of the future"],
)
async def test_an_address_check_that_is_not_wecoms_is_refused(
    client: httpx.AsyncClient, query: Callable[[], dict[str, str]]
) -> None:
    assert (await client.get(ROUTE, params=query())).status_code == 403


# Callbacks are checked.


async def test_a_forged_an_old_and_another_companys_callback_are_refused(
    client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    query, body = push(platform)
    refused = [
        await client.post(ROUTE, params={**query, "msg_signature": "f" * 40}, content=body),
        await client.post(ROUTE, params={**query, "timestamp": "1700000001"}, content=body),
        await client.post(ROUTE, content=body),
        await ring(client, platform, at=time.time() - 400),
        await ring(client, platform, at=time.time() + 400),
        await ring(client, platform, corp_id="wwother"),
    ]

    assert [response.status_code for response in refused] == [403] * 6
    assert platform.calls == []


async def test_a_callback_that_is_sent_again_by_anyone_is_refused(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    query, body = push(platform)
    await client.post(ROUTE, params=query, content=body)
    await quiet(channel)

    assert (await client.post(ROUTE, params=query, content=body)).status_code == 403
    assert len(platform.called("sync_msg")) == 1


async def test_a_callback_that_could_not_be_noted_may_be_sent_again(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    platform.writes("有什么贷款？")
    query, body = push(platform)
    with monkeypatch.context() as broken:
        broken.setattr(channel.inbox, "keep", fails)
        assert (await client.post(ROUTE, params=query, content=body)).status_code == 500

    assert (await client.post(ROUTE, params=query, content=body)).status_code == 200
    await quiet(channel)
    assert platform.texts == ["you said: 有什么贷款？"]


async def fails(*_: Any) -> None:
    raise OSError("the disk is full")


async def test_what_is_no_xml_cut_off_or_too_large_is_refused(
    client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    query, body = push(platform)
    bomb = '<!DOCTYPE xml [<!ENTITY a "aaaa">]><xml><Encrypt>&a;</Encrypt></xml>'

    async def status(content: str) -> int:
        return (await client.post(ROUTE, params=query, content=content)).status_code

    assert [await status(text) for text in ("", "{}", body[:100], bomb)] == [400] * 4
    assert await status("<xml>" + "x" * 70_000 + "</xml>") == 413
    assert await status("<xml><Encrypt></Encrypt></xml>") == 403
    assert platform.calls == []


async def test_other_events_are_acknowledged_and_nothing_is_pulled(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    response = await ring(client, platform, Event="kf_account_auth_change")
    await quiet(channel)

    assert (response.status_code, response.text) == (200, "success")
    assert platform.calls == []


# What rang is pulled.


async def test_a_bell_is_acknowledged_at_once_and_the_message_is_answered(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    platform.writes("有什么贷款？")
    platform.troubles["kf/sync_msg"] = ["slow"]

    response = await ring(client, platform)
    assert (response.status_code, response.text) == (200, "success")
    assert channel._background  # the pull, which hangs

    await quiet(channel)
    assert platform.texts == ["you said: 有什么贷款？"]
    assert platform.sent[0]["touser"] == USER
    assert platform.sent[0]["open_kfid"] == ACCOUNT


async def test_all_pages_are_pulled_though_some_are_empty_and_the_cursor_is_kept(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom, restart: Restart
) -> None:
    platform.page_size = 2
    platform.accounts.add("wkOther")
    for number in range(5):
        platform.writes(f"第{number}问", user=f"wm{number}")
        platform.writes("别处的", open_kfid="wkOther", origin=5)
        platform.writes("别处的", open_kfid="wkOther", origin=5)
    await rung(client, channel, platform)
    assert sorted(platform.texts) == [f"you said: 第{number}问" for number in range(5)]
    assert len(platform.called("sync_msg")) == 8

    restarted = restart()
    await restarted.start()
    await quiet(restarted)
    assert platform.called("sync_msg")[-1]["cursor"] == "15"
    assert len(platform.texts) == 5


async def test_the_bells_token_goes_along_and_as_many_as_may_be_are_asked_for(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    await rung(client, channel, platform)

    assert platform.called("sync_msg") == [{"open_kfid": ACCOUNT, "limit": 1000, "token": "bell-0"}]


async def test_the_cursor_does_not_pass_a_message_that_was_not_accepted(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(3):
        platform.writes(f"第{number}问", user=f"wm{number}")
    accept, troubles = channel.inbox.accept, ["the disk is full"]

    async def accept_or_fail(name: str, received: Received) -> Any:
        if received.message.text == "第1问" and troubles:
            raise OSError(troubles.pop())
        return await accept(name, received)

    monkeypatch.setattr(channel.inbox, "accept", accept_or_fail)
    await rung(client, channel, platform)

    assert [call.get("cursor") for call in platform.called("sync_msg")] == [None, None]
    assert sorted(platform.texts) == [f"you said: 第{number}问" for number in range(3)]


async def test_a_bell_that_rang_before_an_end_is_pulled_at_the_start(
    restart: Restart, platform: FakeWeCom
) -> None:
    platform.writes("有什么贷款？")
    killed = restart()  # never started: the bell is noted, and that is all
    async with client_of(killed) as client:
        assert (await ring(client, platform)).status_code == 200
    await quiet(killed)
    assert platform.calls == []

    restarted = restart()
    await restarted.start()
    await quiet(restarted)

    assert platform.texts == ["you said: 有什么贷款？"]
    assert platform.called("sync_msg")[0]["token"] == "bell-0"


async def test_messages_that_came_while_no_bell_could_ring_are_pulled_at_the_start(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom, restart: Restart
) -> None:
    await rung(client, channel, platform)
    platform.writes("有什么贷款？")

    restarted = restart()
    await restarted.start()
    await quiet(restarted)

    assert platform.texts == ["you said: 有什么贷款？"]
    assert "token" not in platform.called("sync_msg")[-1]


async def test_a_bell_with_an_old_token_is_pulled_without_it(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    platform.writes("有什么贷款？")
    query, body = push(platform)
    platform.expire_bells()
    await client.post(ROUTE, params=query, content=body)
    await quiet(channel)

    assert [call.get("token") for call in platform.called("sync_msg")] == ["bell-0", None]
    assert platform.texts == ["you said: 有什么贷款？"]


async def test_bells_that_ring_during_a_pull_lead_to_one_more_and_never_to_two_at_once(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, running, most = channel._service.page, 0, 0

    async def one_page(*arguments: str) -> Any:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(5):
            await ring(client, platform)
        platform.writes("后来的", user=f"wm{len(platform.entries)}")
        monkeypatch.setattr(channel._service, "page", counted)
        result = await page(*arguments)
        running -= 1
        return result

    async def counted(*arguments: str) -> Any:
        nonlocal running, most
        running += 1
        most = max(most, running)
        result = await page(*arguments)
        running -= 1
        return result

    monkeypatch.setattr(channel._service, "page", one_page)
    await rung(client, channel, platform)

    assert most == 1
    assert len(platform.called("sync_msg")) == 2
    assert platform.texts == ["you said: 后来的"]


@pytest.mark.parametrize(
    "trouble", [500, 429, "garbage", "slow", "lost", {"errcode": -1}, {"errcode": 60020}, []]
)
async def test_a_pull_that_fails_is_tried_again_and_the_log_says_why(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    caplog: pytest.LogCaptureFixture,
    trouble: Any,
) -> None:
    platform.writes("有什么贷款？")
    platform.troubles["kf/sync_msg"] = [trouble, trouble]
    await rung(client, channel, platform)

    assert platform.texts == ["you said: 有什么贷款？"]
    if trouble != []:
        assert f"messages of {ACCOUNT} not pulled, tried again" in caplog.text


async def test_entries_that_cannot_be_read_are_left_out_and_the_rest_is_answered(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    for strange in (
        {"origin": 3, "msgtype": "text"},
        {"external_userid": None},
        {"external_userid": "a:b"},
        {"external_userid": "x" * 500},
        {"msgid": 17},
        {"send_time": "yesterday"},
        {"send_time": 10**400},
        {"send_time": -1},
        {"send_time": float("inf")},
        {"send_time": float("nan")},
        {"msgtype": ["text"]},
        {"msgtype": {}, "origin": [3]},
        {"text": "no object"},
        {"text": {"content": ["a"]}},
    ):
        platform.entries.append({**platform.writes("?", user="wmX"), **strange})
        platform.entries.pop(-2)
    platform.entries += [{}, {"msgtype": "event"}, {"msgtype": "event", "event": 3}]
    for event in (
        {"event_type": "msg_send_fail", "fail_type": [1]},
        {"event_type": "msg_send_fail", "fail_type": {"a": 1}},
        {"event_type": ["enter_session"]},
        {"event_type": "session_status_change", "change_type": {"a": 1}},
        {"event_type": "enter_session", "welcome_code": 10**400},
    ):
        platform.happens({"open_kfid": ACCOUNT, "external_userid": "wmX", **event})
    platform.writes("有什么\x00贷款？\ud800")
    await rung(client, channel, platform)

    assert [m["text"]["content"] for m in platform.sent if m["touser"] == USER] == [
        "you said: 有什么贷款？"
    ]


async def test_an_entry_that_cannot_be_read_is_logged_without_its_words(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    caplog: pytest.LogCaptureFixture,
) -> None:
    event = {"event_type": "msg_send_fail", "fail_type": ["秘密"], "open_kfid": ACCOUNT}
    entry = platform.happens(event)
    await rung(client, channel, platform)

    said = f"an entry is left out, msgtype=event msgid={entry['msgid']} (TypeError)"
    assert said in caplog.text
    assert "秘密" not in caplog.text


async def test_half_a_character_is_left_out_of_what_is_heard_and_said(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    platform.writes("\ud83d loan")
    await rung(client, channel, platform)

    assert platform.texts == ["you said: loan"]


# What a message is.


async def test_what_a_person_of_the_company_writes_is_not_answered(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    platform.writes("您好，我来为您解答", origin=5)
    platform.happens({"event_type": "session_status_change", "open_kfid": ACCOUNT})
    await rung(client, channel, platform)

    assert platform.texts == []


async def test_a_number_and_a_tapped_menu_choose_and_a_menu_of_ours_that_is_old_says_so(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    fake_assistant: FakeAssistant,
) -> None:
    fake_assistant.choices = (("原文", "/ask_original"), ("找谁", "/ask_contact"))
    for text, more in (
        ("有什么贷款？", {}),
        ("2", {}),
        ("原文", {"text": {"content": "原文", "menu_id": "2-1"}}),
        ("原文", {"text": {"content": "原文", "menu_id": "1-1"}}),
        ("人工", {"text": {"content": "人工服务", "menu_id": "operators-own"}}),
    ):
        platform.entries.append({**platform.writes(text), **more})
        platform.entries.pop(-2)
        await rung(client, channel, platform)

    said = [text.partition("\n")[0] for text in platform.texts]
    assert said[:3] == [
        "you said: 有什么贷款？",
        "you said: /ask_contact",
        "you said: /ask_original",
    ]
    assert "过期" in said[3]
    assert said[4] == "you said: 人工服务"


@pytest.mark.parametrize("kind", ["image", "voice", "video", "file", "location", "link", "new"])
async def test_what_is_no_text_gets_a_kind_sentence(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    fake_assistant: FakeAssistant,
    kind: str,
) -> None:
    platform.sends(kind, {"media_id": "MEDIA"})
    await rung(client, channel, platform)

    assert "我只看得懂文字" in platform.texts[0]
    assert fake_assistant.asked == []


async def test_a_text_without_words_gets_the_kind_sentence_too(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    platform.writes(" \u200b😀？")
    await rung(client, channel, platform)

    assert "我只看得懂文字" in platform.texts[0]


async def test_what_is_older_than_two_days_is_recorded_and_not_answered(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    services: Services,
    fake_assistant: FakeAssistant,
) -> None:
    platform.writes("很久以前的", send_time=int(time.time()) - 49 * 3600)
    await rung(client, channel, platform)

    assert platform.texts == []
    assert fake_assistant.asked == []
    assert await services.inbox.unfinished("wecom") == []
    old = Received(UserMessage(CONVERSATION, platform.entries[0]["msgid"]))
    assert await services.inbox.accept("wecom", old) == "done"


async def test_who_comes_in_is_greeted_with_topics_that_a_number_chooses(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    fake_assistant: FakeAssistant,
) -> None:
    fake_assistant.choices = (("场地", '/ask_topics{"topic": "space"}'), ("资金", "/ask_money"))
    platform.enters()
    await rung(client, channel, platform)

    assert platform.called("send_msg_on_event")[0]["code"] == "welcome-0"
    assert platform.texts[0].startswith("你好，我是创问")
    assert "you said: /ask_topics" in platform.texts[0]
    assert platform.texts[0].endswith("1. 场地\n2. 资金")
    assert len(platform.texts[0].encode()) <= 2048
    assert platform.states[USER] == 4  # who came in and said nothing has no conversation yet

    platform.writes("2")
    await rung(client, channel, platform)
    assert platform.texts[1].startswith("you said: /ask_money")


async def test_who_was_greeted_already_or_came_in_long_ago_is_not_greeted(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    fake_assistant: FakeAssistant,
) -> None:
    platform.enters(welcome=False)
    platform.enters(send_time=int(time.time()) - 25)
    await rung(client, channel, platform)

    assert platform.texts == []
    assert fake_assistant.asked == []


@pytest.mark.parametrize("trouble", ["lost", "slow", 500])
async def test_a_greeting_goes_once_whatever_the_platform_does(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom, trouble: Any
) -> None:
    platform.enters()
    platform.troubles["kf/send_msg_on_event"] = [trouble]
    await rung(client, channel, platform)

    assert len(platform.texts) == 1


# Who has the conversation.


async def test_a_new_conversation_is_taken_by_the_bot(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    platform.writes("有什么贷款？")
    await rung(client, channel, platform)
    platform.writes("还有呢")
    await rung(client, channel, platform)

    assert [call["service_state"] for call in platform.called("trans")] == [1]
    assert await channel.owner(CONVERSATION) == "bot"


@pytest.mark.parametrize("state", [2, 3])
async def test_what_a_person_has_or_is_to_have_is_not_answered_and_not_even_asked(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    fake_assistant: FakeAssistant,
    services: Services,
    caplog: pytest.LogCaptureFixture,
    state: int,
) -> None:
    caplog.set_level(logging.INFO)
    platform.states[USER] = state
    platform.writes("那我要带什么材料")
    platform.sends("image", {"media_id": "MEDIA"})
    await rung(client, channel, platform)

    assert platform.texts == []
    assert platform.called("send_msg") == []
    assert fake_assistant.asked == []
    assert platform.states[USER] == state
    assert await services.inbox.unfinished("wecom") == []
    assert "result=dropped" in caplog.text
    assert "why=a person of the company has the conversation" in caplog.text


async def test_an_answer_that_a_person_was_faster_than_is_dropped(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    fake_assistant: FakeAssistant,
    services: Services,
) -> None:
    async def person_takes_it(message: UserMessage) -> None:
        platform.states[USER] = 3

    fake_assistant.gate = person_takes_it
    platform.writes("有什么贷款？")
    await rung(client, channel, platform)

    assert platform.texts == []
    assert len(platform.called("send_msg")) == 1
    assert await services.inbox.unfinished("wecom") == []


@pytest.mark.parametrize("trouble", [500, "garbage", {"errcode": 60020}, {"service_state": 9}])
async def test_a_state_that_is_not_known_does_not_keep_the_answer_back(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom, trouble: Any
) -> None:
    platform.writes("有什么贷款？")
    platform.troubles["kf/service_state/get"] = [trouble]
    await rung(client, channel, platform)

    assert platform.texts == ["you said: 有什么贷款？"]


@pytest.mark.parametrize(("state", "owner"), OWNERS.items())
async def test_the_platforms_states_are_our_owners(
    channel: WeComChannel, platform: FakeWeCom, state: int, owner: str
) -> None:
    platform.states[USER] = state

    assert await channel.owner(CONVERSATION) == owner


async def test_a_conversation_is_handed_over_as_far_as_the_platform_allows(
    channel: WeComChannel, platform: FakeWeCom
) -> None:
    platform.states[USER] = 1

    assert await channel.hand_over(CONVERSATION, "waiting")
    assert await channel.hand_over(CONVERSATION, "human", "zhangsan")
    assert platform.called("trans")[-1]["servicer_userid"] == "zhangsan"
    assert not await channel.hand_over(CONVERSATION, "bot")
    assert await channel.hand_over(CONVERSATION, "closed")
    assert not await channel.hand_over(CONVERSATION, "bot")
    assert platform.states[USER] == 4


class HandsOver(FakeAssistant):
    """Says whom to call, whatever is asked."""

    async def answer(self, *arguments: Any) -> Any:
        reply, state = await super().answer(*arguments)
        return replace(reply, outcome="handoff", parts=(Part("可拨12345"),)), state


@pytest.fixture
def fake_assistant(request: pytest.FixtureRequest) -> FakeAssistant:
    return HandsOver() if "handed" in request.node.name else FakeAssistant()


async def test_who_wants_a_person_is_handed_to_the_queue_and_told(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    platform.writes("转人工")
    await rung(client, channel, platform)

    assert platform.texts[0] == "可拨12345"
    assert "刚帮你转接了人工" in platform.texts[1]
    assert platform.states[USER] == 2


async def test_where_nobody_is_on_duty_a_conversation_that_should_be_handed_over_stays_the_bots(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    platform.somebody_on_duty = False
    platform.writes("转人工")
    await rung(client, channel, platform)

    assert platform.texts == ["可拨12345"]
    assert platform.states[USER] == 1


@pytest.mark.parametrize("path", ["kf/service_state/trans", "kf/send_msg_on_event"])
@pytest.mark.parametrize("trouble", ["lost", "slow", 500, {"errcode": 60020}])
async def test_handed_over_and_answered_once_whatever_the_platform_does(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    services: Services,
    path: str,
    trouble: Any,
) -> None:
    platform.states[USER] = 1
    platform.writes("转人工")
    platform.troubles[path] = [trouble]
    await rung(client, channel, platform)

    assert platform.texts.count("可拨12345") == 1
    assert len(platform.texts) <= 2
    assert await services.inbox.unfinished("wecom") == []


# Answers go once, and as many as may.


@pytest.mark.parametrize("refuses_used_ids", [True, False])
@pytest.mark.parametrize("troubles", [["lost"], ["slow", 500, "lost"], [500, 429, "garbage"]])
async def test_an_answer_goes_once_whatever_the_platform_does(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    services: Services,
    refuses_used_ids: bool,
    troubles: list[Any],
) -> None:
    platform.refuses_used_ids = refuses_used_ids
    platform.writes("有什么贷款？")
    platform.troubles["kf/send_msg"] = troubles
    await rung(client, channel, platform)

    assert platform.texts == ["you said: 有什么贷款？"]
    assert len({call["msgid"] for call in platform.called("send_msg")}) == 1
    assert await services.inbox.unfinished("wecom") == []
    assert (await channel.reach(CONVERSATION)).left == 4


async def test_an_answer_that_went_before_an_end_does_not_go_again(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom, restart: Restart
) -> None:
    platform.writes("有什么贷款？")
    platform.troubles["kf/send_msg"] = ["lost", 500, 500, 500]
    await rung(client, channel, platform)
    assert len(platform.texts) == 1

    restarted = restart()
    await restarted.start()
    await quiet(restarted)

    assert len(platform.texts) == 1
    assert await restarted.inbox.unfinished("wecom") == []


async def test_a_refusal_that_is_explained_is_no_proof_that_it_went(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom, restart: Restart
) -> None:
    platform.writes("有什么贷款？")
    platform.troubles["kf/send_msg"] = [500, *[{"errcode": 60020}] * 3]
    await rung(client, channel, platform)
    assert platform.texts == []

    restarted = restart()
    await restarted.start()
    await quiet(restarted)

    assert platform.texts == ["you said: 有什么贷款？"]


async def test_an_unknown_refusal_at_the_first_try_is_no_success(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    services: Services,
    caplog: pytest.LogCaptureFixture,
) -> None:
    platform.writes("有什么贷款？")
    platform.troubles["kf/send_msg"] = [{"errcode": USED_ID}] * 4
    await rung(client, channel, platform)

    assert len(await services.inbox.unfinished("wecom")) == 1
    assert "result=failed attempts=4" in caplog.text
    assert f"why={USED_ID}: unknown error" in caplog.text


async def test_a_long_answer_goes_in_pieces_that_the_platform_takes_in_order(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    question = "".join(f"第{number}句贷款。" for number in range(250))
    platform.writes(question)
    platform.troubles["kf/send_msg"] = [None, "lost"]
    await rung(client, channel, platform)

    assert len(platform.texts) > 1
    assert "".join(platform.texts) == f"you said: {question}"
    assert (await channel.reach(CONVERSATION)).left == 5 - len(platform.texts)


async def test_what_is_more_than_five_waits_for_the_next_message_and_no_call_is_made_for_it(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    question = "".join(f"第{number}句贷款。" for number in range(800))
    platform.writes(question)
    await rung(client, channel, platform)
    assert len(platform.texts) == 5
    assert len(platform.called("send_msg")) == 5
    assert (await channel.reach(CONVERSATION)).left == 0

    platform.writes("然后呢")
    await rung(client, channel, platform)

    assert "".join(platform.texts[:-1]) == f"you said: {question}"
    assert platform.texts[-1] == "you said: 然后呢"


@pytest.mark.parametrize("code", [95001, 95002, 95013])
async def test_what_the_platform_does_not_take_now_goes_before_the_next_answer_without_its_numbers(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    fake_assistant: FakeAssistant,
    code: int,
) -> None:
    fake_assistant.choices = (("原文", "/ask_original"),)
    platform.writes("第一问")
    platform.troubles["kf/send_msg"] = [{"errcode": code}]
    await rung(client, channel, platform)
    assert platform.texts == []

    platform.writes("第二问")
    await rung(client, channel, platform)

    assert platform.texts == [
        "you said: 第一问",
        "you said: 第二问\n\n回复数字继续：\n1. 原文",
    ]


async def test_two_messages_at_once_bring_what_waited_once_and_first(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    platform.refuses_used_ids = False
    platform.writes("第一问")
    platform.troubles["kf/send_msg"] = [{"errcode": 95001}]
    await rung(client, channel, platform)
    platform.writes("第二问")
    platform.writes("第三问")
    await rung(client, channel, platform)

    assert platform.texts == ["you said: 第一问", "you said: 第二问", "you said: 第三问"]
    assert len(platform.called("send_msg")) == 4


async def test_each_message_of_the_customer_allows_five_for_two_days_after_it(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    at = int(time.time()) - 3600
    platform.writes("第一问", send_time=at)
    await rung(client, channel, platform)

    quota = await channel.reach(CONVERSATION)
    assert (quota.left, quota.until) == (4, at + 48 * 3600)


async def test_a_customer_that_is_none_is_dropped(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom, services: Services
) -> None:
    platform.writes("有什么贷款？")
    platform.troubles["kf/send_msg"] = [{"errcode": 40096}]
    await rung(client, channel, platform)

    assert len(platform.called("send_msg")) == 1
    assert await services.inbox.unfinished("wecom") == []


async def test_an_assistant_that_failed_answers_after_a_restart_though_a_sentence_went_before(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    fake_assistant: FakeAssistant,
    restart: Restart,
) -> None:
    fake_assistant.error = AssistantUnavailable("no answer in 20 s")
    platform.writes("有什么贷款？")
    await rung(client, channel, platform)
    assert "没有丢" in platform.texts[0]

    fake_assistant.error = None
    restarted = restart()
    await restarted.start()
    await quiet(restarted)
    assert platform.texts[1:] == ["you said: 有什么贷款？"]


async def test_an_answer_that_did_not_arrive_is_in_the_log(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    caplog: pytest.LogCaptureFixture,
) -> None:
    platform.happens(
        {
            "event_type": "msg_send_fail", "open_kfid": ACCOUNT, "external_userid": USER,
            "fail_msgid": "x", "fail_type": 10,
        }
    )  # fmt: skip
    await rung(client, channel, platform)

    assert f"did not arrive, conversation={CONVERSATION}: the customer refuses" in caplog.text


async def test_the_log_holds_no_words_and_no_secrets(
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    platform.writes("我的电话13800138000，有什么贷款？")
    platform.troubles["gettoken"] = ["slow", 500]
    platform.troubles["kf/send_msg"] = ["slow", "garbage", 500]
    platform.expire_tokens()
    await rung(client, channel, platform)

    assert len(platform.texts) == 1
    ours = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith("bot.")
    )
    assert "not pulled, tried again" in ours and "result=answered" in ours
    for word in ("13800138000", "贷款", SECRET, TOKEN, KEY, "token-1", "bell-0"):
        assert word not in ours


async def test_an_access_token_that_expired_is_exchanged_and_the_answer_goes(
    channel: WeComChannel, client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    platform.writes("第一问")
    await rung(client, channel, platform)
    platform.expire_tokens()
    platform.writes("第二问")
    await rung(client, channel, platform)

    assert platform.texts == ["you said: 第一问", "you said: 第二问"]
    assert len(platform.called("gettoken")) == 2


# Settings.


def given(**settings: str) -> Settings:
    everything = {
        "wecom_corp_id": CORP_ID, "wecom_kf_secret": SECRET, "wecom_token": TOKEN,
        "wecom_encoding_aes_key": KEY,
    }  # fmt: skip
    return Settings(**{**everything, **settings})  # type: ignore[arg-type]


async def test_the_channel_is_off_without_its_settings_and_on_with_all(services: Services) -> None:
    assert WeComChannel.open(Settings(), services) is None
    assert WeComChannel.open(given(), services) is not None


@pytest.mark.parametrize("missing", ["corp_id", "kf_secret", "token", "encoding_aes_key"])
async def test_half_of_the_settings_stop_the_start_and_the_missing_one_is_named(
    services: Services, missing: str
) -> None:
    with pytest.raises(SettingsError, match=f"WECOM_{missing.upper()} is missing"):
        WeComChannel.open(given(**{f"wecom_{missing}": ""}), services)


@pytest.mark.parametrize("key", ["short", "A" * 44, "!" * 43])
async def test_a_key_that_is_none_stops_the_start(services: Services, key: str) -> None:
    with pytest.raises(SettingsError, match="WECOM_ENCODING_AES_KEY") as raised:
        WeComChannel.open(given(wecom_encoding_aes_key=key), services)
    assert key not in str(raised.value)
