"""Calls of Tencent's interfaces: one token for all, troubles that pass, errors to read."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import time
import traceback
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress

import pytest

from bot.channels.contracts import TryAgain
from bot.channels.tencent.api import PlatformApi, PlatformError, corp_token, stable_token
from tests.channels.fake_wechat import APP_ID, SECRET, USER, FakeWeChat
from tests.channels.fake_wecom import CORP_ID, FakeWeCom
from tests.channels.fake_wecom import SECRET as KF_SECRET

SEND = "/cgi-bin/message/custom/send"


@pytest.fixture
def platform() -> Iterator[FakeWeChat]:
    fake = FakeWeChat()
    yield fake
    fake.close()


@pytest.fixture
def api(platform: FakeWeChat) -> Iterator[PlatformApi]:
    api = PlatformApi(platform.url + "/", stable_token(APP_ID, SECRET), timeout=0.3)
    yield api
    api.close()


def text(content: str = "你好") -> dict[str, object]:
    return {"touser": USER, "msgtype": "text", "text": {"content": content}}


async def test_a_call_carries_the_token_and_plain_utf8(
    api: PlatformApi, platform: FakeWeChat
) -> None:
    await api.call(SEND, text("“创业担保贷款”找谁？😀"))

    assert platform.texts == ["“创业担保贷款”找谁？😀"]


async def test_the_token_is_asked_for_once_however_many_call_at_once(
    api: PlatformApi, platform: FakeWeChat
) -> None:
    await asyncio.gather(*(api.call(SEND, text(str(n))) for n in range(5)))

    assert sorted(platform.texts) == ["0", "1", "2", "3", "4"]
    assert len(platform.called("stable_token")) == 1


@pytest.mark.parametrize("code", [40001, 40014, 41001, 42001])
async def test_a_token_that_is_not_good_any_more_is_exchanged_and_the_call_repeated_once(
    api: PlatformApi, platform: FakeWeChat, code: int
) -> None:
    await api.call(SEND, text("before"))
    platform.expire_tokens()
    platform.troubles["message/custom/send"] = [{"errcode": code}]

    await api.call(SEND, text("after"))

    assert platform.texts == ["before", "after"]
    assert len(platform.called("stable_token")) == 2


async def test_many_calls_with_an_old_token_exchange_it_once(
    api: PlatformApi, platform: FakeWeChat
) -> None:
    await api.call(SEND, text("before"))
    platform.expire_tokens()

    await asyncio.gather(*(api.call(SEND, text(str(n))) for n in range(4)))

    assert len(platform.sent) == 5
    assert len(platform.called("stable_token")) == 2


async def test_a_token_that_is_refused_twice_is_an_error_and_not_a_circle(
    api: PlatformApi, platform: FakeWeChat
) -> None:
    platform.troubles["message/custom/send"] = [{"errcode": 40001}] * 9

    with pytest.raises(PlatformError, match=r"^40001: "):
        await api.call(SEND, text())
    assert len(platform.called("send")) == 2


@pytest.mark.parametrize(("seconds", "kept"), [(7200, 6900), (400, 200), (2, 1)])
async def test_a_token_is_exchanged_before_it_ends(
    platform: FakeWeChat, seconds: int, kept: float
) -> None:
    now = 0.0
    platform.seconds = seconds
    api = PlatformApi(platform.url, stable_token(APP_ID, SECRET), clock=lambda: now)
    await api.call(SEND, text())

    now = kept - 0.5
    await api.call(SEND, text())
    assert len(platform.called("stable_token")) == 1
    now = kept
    await api.call(SEND, text())
    assert len(platform.called("stable_token")) == 2
    api.close()


@pytest.mark.parametrize("trouble", [500, 502, 429, "garbage", "slow", "lost"])
@pytest.mark.parametrize("path", ["stable_token", "message/custom/send"])
async def test_troubles_that_pass_are_said_to_be_tried_again(
    api: PlatformApi, platform: FakeWeChat, path: str, trouble: object
) -> None:
    platform.troubles[path] = [trouble]

    with pytest.raises(TryAgain):
        await api.call(SEND, text())
    await api.call(SEND, text("and then"))
    assert platform.texts[-1] == "and then"


@pytest.mark.parametrize("head", ["content-length: 100000", "transfer-encoding: chunked"])
async def test_a_body_that_drips_is_given_up_in_time(head: str) -> None:
    piece = b"2\r\n  \r\n" if "chunked" in head else b" "
    async with dripping(head, itertools.repeat(piece), pause=0.02) as url:
        api = PlatformApi(url, stable_token(APP_ID, SECRET), timeout=0.2)
        started = time.monotonic()
        with pytest.raises(TryAgain, match="takes too long"):
            await api.call(SEND, text())
        api.close()

    assert time.monotonic() - started < 1


async def test_a_body_that_does_not_end_is_given_up_before_it_fills_the_memory() -> None:
    async with dripping("x: y", itertools.repeat(b" " * 65536)) as url:
        api = PlatformApi(url, stable_token(APP_ID, SECRET))
        with pytest.raises(TryAgain, match="too large"):
            await api.call(SEND, text())
        api.close()


@asynccontextmanager
async def dripping(head: str, pieces: Iterable[bytes], pause: float = 0) -> AsyncIterator[str]:
    """The address of a server that answers in pieces."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode())
        with suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    ("code", "after"), [(-1, None), (45009, 60.0), (45011, 60.0)], ids=["busy", "day", "minute"]
)
async def test_a_busy_platform_says_when_to_come_back(
    api: PlatformApi, platform: FakeWeChat, code: int, after: float | None
) -> None:
    platform.troubles["message/custom/send"] = [{"errcode": code}]

    with pytest.raises(TryAgain) as raised:
        await api.call(SEND, text())
    assert raised.value.after == after


@pytest.mark.parametrize("answer", [[], "text", 7, None, {"access_token": "x"}, {"expires_in": 1}])
async def test_a_token_answer_without_a_token_is_tried_again(
    api: PlatformApi, platform: FakeWeChat, answer: object
) -> None:
    platform.reply = lambda path, query, body: (200, json.dumps(answer).encode())  # type: ignore[method-assign]

    with pytest.raises(TryAgain):
        await api.call(SEND, text())


@pytest.mark.parametrize("status", [301, 302, 400, 403, 404])
async def test_another_status_is_an_error_and_nobody_is_followed(
    api: PlatformApi, platform: FakeWeChat, status: int
) -> None:
    platform.troubles["message/custom/send"] = [status]

    with pytest.raises(PlatformError, match=str(status)):
        await api.call(SEND, text())
    assert len(platform.called("send")) == 1


async def test_a_platform_that_is_not_there_is_tried_again_and_its_address_stays_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    api = PlatformApi("http://127.0.0.1:9", corp_token("corp", "a-secret-in-the-address"))

    with pytest.raises(TryAgain) as raised:
        await api.call(SEND, text())

    shown = "".join(traceback.format_exception(raised.value)) + caplog.text
    assert "ConnectionError" in shown
    assert "a-secret-in-the-address" not in shown


@pytest.mark.parametrize(
    ("app_id", "secret", "said"),
    [("wx-other", SECRET, "^40013: the AppID"), (APP_ID, "s3cret", "^40125: the AppSecret")],
)
async def test_wrong_credentials_are_said_in_words_without_the_secret(
    platform: FakeWeChat, app_id: str, secret: str, said: str
) -> None:
    api = PlatformApi(platform.url, stable_token(app_id, secret))

    with pytest.raises(PlatformError, match=said) as raised:
        await api.call(SEND, text())
    assert "s3cret" not in str(raised.value)
    assert "s3cret" not in repr(stable_token(app_id, secret))
    api.close()


async def test_an_error_that_nobody_knows_keeps_its_number(
    api: PlatformApi, platform: FakeWeChat
) -> None:
    platform.troubles["message/custom/send"] = [{"errcode": 99999, "errmsg": "token-1 hint"}]

    with pytest.raises(PlatformError, match=r"^99999: unknown error$"):
        await api.call(SEND, text())


async def test_wecoms_token_is_got_its_own_way() -> None:
    fake = FakeWeCom()
    api = PlatformApi(fake.url, corp_token(CORP_ID, KF_SECRET))
    try:
        answer = await api.call("/cgi-bin/kf/sync_msg", {"open_kfid": "wkAccount", "cursor": "0"})
    finally:
        api.close()
        fake.close()

    assert answer["msg_list"] == []
