"""The channel behind a real server, spoken to by odoo-wechatpy, which others wrote.

Its crypto builds WeChat's pushes and opens our replies; its client talks to our fake WeChat, which
so is shown to answer as WeChat does.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
import wechatpy
import xmltodict
from starlette.applications import Starlette
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatClientException
from wechatpy.utils import WeChatSigner, check_signature

from bot.channels.contracts import Services
from bot.channels.tencent.api import PlatformApi, stable_token
from bot.channels.tencent.crypto import Crypto, signature
from bot.channels.tencent.oa_callback import Callback
from bot.channels.tencent.oa_exchange import Timing
from bot.channels.tencent.oa_menu import read_menu
from bot.channels.wechat import WeChatChannel
from bot.http import Problem, problem_response
from bot.message import UserMessage
from tests.bot.conftest import FakeAssistant
from tests.channels.fake_wechat import (
    ACCOUNT,
    AES_KEY,
    APP_ID,
    SECRET,
    TOKEN,
    USER,
    FakeWeChat,
)

PEER = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
QUESTION, ANSWER = "“创业担保贷款”找谁？😀", "you said: “创业担保贷款”找谁？😀"
WECHATS_PATIENCE = 0.3  # instead of 5 s, where the assistant is held back
IN_A_HURRY = Timing(patience=0.25, hold=0.15, grace=0.3)


@pytest.fixture
def platform() -> Iterator[FakeWeChat]:
    fake = FakeWeChat()
    yield fake
    fake.close()


@pytest_asyncio.fixture
async def url(
    request: pytest.FixtureRequest, services: Services, platform: FakeWeChat
) -> AsyncIterator[str]:
    """The address of a server that runs the channel."""
    api = PlatformApi(platform.url, stable_token(APP_ID, SECRET))
    crypto = Crypto(TOKEN, AES_KEY, APP_ID)
    timing = IN_A_HURRY if "gate" in request.fixturenames else Timing()
    channel = WeChatChannel(services, Callback(TOKEN, crypto), api, timing=timing)
    app = Starlette(routes=channel.routes(), exception_handlers={Problem: problem_response})
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, ws="none", lifespan="off", log_level="warning"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/channels/wechat"
    server.should_exit = True
    await serving
    await channel.stop()


Push = Callable[..., Awaitable[httpx.Response]]
_nonces = itertools.count(100)


@pytest_asyncio.fixture
async def push(url: str) -> AsyncIterator[Push]:
    async with httpx.AsyncClient() as client:

        async def push(
            xml: str, crypto: WeChatCrypto = PEER, patience: float = 5.0
        ) -> httpx.Response:
            timestamp, nonce = str(int(time.time())), str(next(_nonces))
            body = crypto.encrypt_message(xml, nonce, timestamp)
            signed = xmltodict.parse(body)["xml"]["MsgSignature"]
            query = {
                "timestamp": timestamp,
                "nonce": nonce,
                "encrypt_type": "aes",
                "msg_signature": signed,
            }
            return await client.post(url, params=query, content=body.encode(), timeout=patience)

        yield push


def text(identity: int = 23_456_789_012_345_678, content: str = QUESTION) -> str:
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>"
        f"<FromUserName><![CDATA[{USER}]]></FromUserName><CreateTime>1348831860</CreateTime>"
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{content}]]></Content>"
        f"<MsgId>{identity}</MsgId></xml>"
    )


def opened(response: httpx.Response) -> dict[str, Any]:
    """Our reply, as the peer reads it; it checks the signature and the account."""
    assert response.status_code == 200, response.text
    outside = xmltodict.parse(response.text)["xml"]
    signed = outside["MsgSignature"], outside["TimeStamp"], outside["Nonce"]
    inside: dict[str, Any] = xmltodict.parse(PEER.decrypt_message(response.text, *signed))["xml"]
    return inside


async def hangs_up(push: Push, xml: str) -> None:
    with pytest.raises(httpx.ReadTimeout):
        await push(xml, patience=WECHATS_PATIENCE)


@pytest_asyncio.fixture
async def gate(fake_assistant: FakeAssistant) -> asyncio.Event:
    """The assistant answers when this is set."""
    opened = asyncio.Event()

    async def wait(message: UserMessage) -> None:
        await opened.wait()

    fake_assistant.gate = wait
    return opened


async def test_the_peer_opens_the_reply_to_its_own_push(push: Push) -> None:
    reply = opened(await push(text()))

    assert reply["Content"] == ANSWER
    assert (reply["ToUserName"], reply["FromUserName"]) == (USER, ACCOUNT)
    assert (reply["MsgType"], reply["CreateTime"].isdigit()) == ("text", True)


async def test_the_peer_signs_the_verification_as_we_do(url: str) -> None:
    timestamp, nonce = str(int(time.time())), "12345"
    signer = WeChatSigner()
    signer.add_data(TOKEN, timestamp, nonce)
    query = {"timestamp": timestamp, "nonce": nonce, "signature": signer.signature}

    async with httpx.AsyncClient() as client:
        response = await client.get(url, params={**query, "echostr": "4375120948345356249"})

    assert response.text == "4375120948345356249"
    check_signature(TOKEN, signature(TOKEN, timestamp, nonce), timestamp, nonce)  # or it raises


async def test_a_push_that_the_peer_closed_for_another_account_or_with_another_key_is_refused(
    push: Push, fake_assistant: FakeAssistant
) -> None:
    for other in (
        WeChatCrypto(TOKEN, AES_KEY, "wx-another"),
        WeChatCrypto(TOKEN, AES_KEY[::-1], APP_ID),
        WeChatCrypto("another-token", AES_KEY, APP_ID),
    ):
        assert (await push(text(), other)).status_code == 403
    assert fake_assistant.asked == []


async def test_when_wechat_really_hangs_up_its_next_attempt_gets_the_reply(
    push: Push, gate: asyncio.Event, platform: FakeWeChat, fake_assistant: FakeAssistant
) -> None:
    await hangs_up(push, text())
    second = asyncio.create_task(push(text()))
    await asyncio.sleep(0.05)
    gate.set()

    assert opened(await second)["Content"] == ANSWER
    await asyncio.sleep(IN_A_HURRY.grace * 1.5)
    assert len(fake_assistant.asked) == 1
    assert platform.sent == []


async def test_after_two_hang_ups_the_third_attempt_is_told_that_all_is_well_and_a_call_follows(
    push: Push, gate: asyncio.Event, platform: FakeWeChat
) -> None:
    await hangs_up(push, text())
    await hangs_up(push, text())
    third = await push(text())
    assert (third.status_code, third.text) == (200, "success")
    gate.set()

    deadline = time.monotonic() + 2
    while not platform.sent:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)
    assert platform.sent == [(USER, ANSWER)]


class PeersClient(wechatpy.WeChatClient):
    """The peer's own client, led to our fake."""

    def __init__(self, base: str, secret: str = SECRET) -> None:
        self.API_BASE_URL = f"{base}/cgi-bin/"
        super().__init__(APP_ID, secret, timeout=2)

    def fetch_access_token(self) -> Any:
        # Its own asks a fixed address, in the way before stable_token.
        answer = self._http.post(
            f"{self.API_BASE_URL}stable_token",
            json={"grant_type": "client_credential", "appid": self.appid, "secret": self.secret},
            timeout=2,
        ).json()
        if answer.get("errcode"):
            raise WeChatClientException(answer["errcode"], answer["errmsg"], client=self)
        self.session.set(self.access_token_key, answer["access_token"], answer["expires_in"])
        self.expires_at = int(time.time()) + answer["expires_in"]
        return answer


@pytest.fixture
def client(platform: FakeWeChat) -> PeersClient:
    return PeersClient(platform.url)


def test_the_peers_client_sends_and_renews_its_token_at_our_fake(
    client: PeersClient, platform: FakeWeChat
) -> None:
    client.message.send_text(USER, QUESTION)
    platform.expire_tokens()
    client.message.send_text(USER, "again")

    assert platform.texts == [QUESTION, "again"]
    assert len(platform.called("stable_token")) == 2


def test_the_peers_client_understands_the_refusals_of_our_fake(
    client: PeersClient, platform: FakeWeChat
) -> None:
    def code(user: str, content: str) -> int:
        with pytest.raises(WeChatClientException) as refused:
            client.message.send_text(user, content)
        return int(refused.value.errcode)

    assert code("oNobody", "hello") == 43004
    assert code(USER, "长" * 683) == 45002
    for _ in range(5):
        client.message.send_text(USER, "hello")
    assert code(USER, "hello") == 45047
    platform.may_send = False
    assert code(USER, "hello") == 48001


def test_the_peers_client_is_refused_with_a_wrong_secret(platform: FakeWeChat) -> None:
    with pytest.raises(WeChatClientException, match="40125"):
        PeersClient(platform.url, "wrong").message.send_text(USER, "hello")


def test_the_peers_client_creates_and_reads_our_menu_at_our_fake(client: PeersClient) -> None:
    client.menu.create(read_menu())

    assert client.menu.get()["menu"] == read_menu()
