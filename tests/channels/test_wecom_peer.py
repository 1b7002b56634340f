"""The fake of WeCom's customer service, checked by a client that others wrote (odoo-wechatpy)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from wechatpy.exceptions import WeChatClientException
from wechatpy.work import WeChatClient

from tests.channels.fake_wecom import ACCOUNT, CORP_ID, SECRET, USER, FakeWeCom


@pytest.fixture
def platform() -> Iterator[FakeWeCom]:
    platform = FakeWeCom()
    yield platform
    platform.close()


@pytest.fixture
def peer(platform: FakeWeCom) -> WeChatClient:
    class Peer(WeChatClient):
        API_BASE_URL = f"{platform.url}/cgi-bin/"

        def fetch_access_token(self) -> object:
            return self._fetch_access_token(
                url=f"{platform.url}/cgi-bin/gettoken",
                params={"corpid": self.corp_id, "corpsecret": self.secret},
            )

    return Peer(CORP_ID, SECRET, timeout=5)


def test_the_peer_pulls_pages_with_a_bells_token_and_a_cursor(
    platform: FakeWeCom, peer: WeChatClient
) -> None:
    platform.page_size = 1
    platform.writes("第一问")
    platform.enters()

    first = peer.kf.sync_msg(platform.bell(), ACCOUNT, "0")
    second = peer.kf.sync_msg("", ACCOUNT, first["next_cursor"])

    assert [first["has_more"], second["has_more"]] == [1, 0]
    assert first["msg_list"][0]["text"]["content"] == "第一问"
    assert second["msg_list"][0]["event"]["welcome_code"]


def test_the_peer_answers_and_is_refused_by_the_platforms_rules(
    platform: FakeWeCom, peer: WeChatClient
) -> None:
    platform.writes("有什么贷款？")

    assert peer.kf_message.send_text(USER, ACCOUNT, "有", "id-1")["msgid"] == "id-1"
    for code, user, text, identity in (
        (40096, "wmNobody", "有", "id-2"),
        (45002, USER, "字" * 683, "id-3"),
        (40058, USER, "有", "x" * 33),
    ):
        with pytest.raises(WeChatClientException) as raised:
            peer.kf_message.send_text(user, ACCOUNT, text, identity)
        assert raised.value.errcode == code
    for number in range(4):
        peer.kf_message.send_text(USER, ACCOUNT, "字" * 682, f"more-{number}")
    with pytest.raises(WeChatClientException) as raised:
        peer.kf_message.send_text(USER, ACCOUNT, "有", "id-6")
    assert raised.value.errcode == 95001


def test_the_peer_moves_a_conversation_and_may_not_speak_when_a_person_has_it(
    platform: FakeWeCom, peer: WeChatClient
) -> None:
    platform.writes("转人工")

    assert peer.kf.get_service_state(ACCOUNT, USER)["service_state"] == 0
    for state, servicer in ((1, ""), (2, ""), (3, "zhangsan")):
        peer.kf.trans_service_state(ACCOUNT, USER, state, servicer)
        assert peer.kf.get_service_state(ACCOUNT, USER)["service_state"] == state
    with pytest.raises(WeChatClientException) as raised:
        peer.kf_message.send_text(USER, ACCOUNT, "有")
    assert raised.value.errcode == 95018


def test_the_peer_greets_once(platform: FakeWeCom, peer: WeChatClient) -> None:
    code = platform.enters()["event"]["welcome_code"]
    words = {"text": {"content": "你好"}}

    peer.kf.send_msg_on_event(code, "text", words)
    with pytest.raises(WeChatClientException):
        peer.kf.send_msg_on_event(code, "text", words)

    assert platform.texts == ["你好"]


def test_the_peer_exchanges_an_access_token_that_expired(
    platform: FakeWeCom, peer: WeChatClient
) -> None:
    platform.writes("有什么贷款？")
    peer.kf.get_service_state(ACCOUNT, USER)
    platform.expire_tokens()

    assert peer.kf.get_service_state(ACCOUNT, USER)["service_state"] == 0
    assert len(platform.called("gettoken")) == 2
