"""Tencent's signatures, encryption and XML: its published vectors, and what must be refused.

The vectors are those of developers.weixin.qq.com (message push, in plain and safe mode, and of a
third-party platform) and of the samples beside developer.work.weixin.qq.com, path/90968.
"""

from __future__ import annotations

import base64
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.tencent.crypto import Crypto, Forged, Replays, is_signed, signature
from bot.channels.tencent.xml import BadXml, parse, write

KEY = "A" * 43
WECHAT = Crypto("AAAAA", KEY, "wxba5fad812f8e6fb9")
THIRD_PARTY = Crypto("AAAAA", KEY, "wx134c8103faa5a59e")
WECOM = Crypto("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
PUSH = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcv"
    "ZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3F"
    "n2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSe"
    "OBrebufAlr7F9mFUPAJGj04="
)
THIRD_PARTY_PUSH = (
    "D7yzvUNAL930rd28wf21s4hvXhz0L6Uit/p2Di6C5DHyYGpEgdBRnKjBec34JwoQXicwaZC7fOVihW80F4VtsdvE//1v"
    "r7oAbqjDv8KenVp+ajKYpJnyQ4zMRhIC+a31fCVOMC03FfzV/QuC94kBP55a+Za3sJgvAn+ZbsNqZI5DkyuzkhQN8OBq"
    "CzFhizGmy0xpM0MEA4agpvE+RuNO1rhHTtuJB5yltw1FiYzecSXJ+y/D2r81VkRn2eYjh2ltsoyfbDR7Is6ookXIFxTf"
    "yeNyeHxMeT4KN5WpCDmSbTcUYrbBUlkGLJ9n/rU8YOywma6G7aTb7KZKOqCxgfoUlYEZPk4FUL/TK7ShriFDMVCLyjQJ"
    "15Ob++agDWtcxhfUfe6HIoIpRW8mKNBQiY/Jd1svvuskA1wLef1RTtzKfMpagSCX/laZINmdnX4zrF6kIaR9P4xQrWXb"
    "sTFHTYe0Mg=="
)
WECOM_PUSH = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUp"
    "j911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue"
    "06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+"
    "3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH"
    "27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8"
    "R07+qN+E7Q=="
)
WECOM_ECHO = (
    "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        (("1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
    ],
)
def test_the_published_plain_signatures_are_ours(parts: tuple[str, str], expected: str) -> None:
    assert signature("AAAAA", *parts) == expected
    assert is_signed("AAAAA", expected, *parts)
    assert not is_signed("AAAAB", expected, *parts)


@pytest.mark.parametrize(
    ("crypto", "signed", "parts", "encrypted", "inside"),
    [
        (
            WECHAT,
            "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
            ("1714112445", "415670741"),
            PUSH,
            '{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY",'
            '"CreateTime":1714112445,"MsgType":"event","Event":"debug_demo",'
            '"debug_str":"hello world"}',
        ),
        (
            WECOM,
            "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
            ("1409659589", "263014780"),
            WECOM_ECHO,
            "1616140317555161061",
        ),
    ],
    ids=["wechat", "wecom"],
)
def test_the_published_encrypted_messages_are_signed_and_open(
    crypto: Crypto, signed: str, parts: tuple[str, str], encrypted: str, inside: str
) -> None:
    assert crypto.is_signed(signed, *parts, encrypted)
    assert crypto.decrypt(encrypted) == inside


@pytest.mark.parametrize(
    ("crypto", "signed", "parts", "encrypted", "inside"),
    [
        (
            THIRD_PARTY,
            "6c12a4205838198b8fa631b3220723bb07f1015c",
            ("1715943329", "1590219412"),
            THIRD_PARTY_PUSH,
            {
                "ToUserName": "gh_97417a04a28d",
                "FromUserName": "o9AgO5Kd5ggOC-bXrbNODIiE3bGY",
                "CreateTime": "1715943329",
                "MsgType": "event",
                "Event": "debug_demo",
                "debug_str": "hello world",
            },
        ),
        (
            WECOM,
            "477715d11cdb4164915debcba66cb864d751f3e6",
            ("1409659813", "1372623149"),
            WECOM_PUSH,
            {
                "ToUserName": "wx5823bf96d3bd56c7",
                "FromUserName": "mycreate",
                "CreateTime": "1409659813",
                "MsgType": "text",
                "Content": "hello",
                "MsgId": "4561255354251345929",
                "AgentID": "218",
            },
        ),
    ],
    ids=["third-party platform", "wecom"],
)
def test_the_published_encrypted_xml_is_signed_opens_and_can_be_read(
    crypto: Crypto,
    signed: str,
    parts: tuple[str, str],
    encrypted: str,
    inside: dict[str, str],
) -> None:
    assert crypto.is_signed(signed, *parts, encrypted)
    assert parse(crypto.decrypt(encrypted).encode()) == inside


@pytest.mark.parametrize(
    ("crypto", "text", "random", "encrypted", "signed"),
    [
        (
            WECHAT,
            '{"demo_resp":"good luck"}',
            b"707722b803182950",
            "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==",
            "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1",
        ),
        (
            THIRD_PARTY,
            "<xml><demo_resp>[CDATA[good luck]]</demo_resp></xml>",
            b"999951349e8ee746",
            "hE8R6mGXHkJJjU72KxzKUd1GEkKJaEZq7vRL8XgK3o+00k8JGq6+pZJUIlTSyhsX+bxIBQ72g3GyvDdIZcr6+3HA"
            "ZbSvPT9t/o11MI7d6WELwqrGd7jMnV0zv3Zc9Nq7",
            "03e0812039325c2712ef5f0f980fd14c70d6e307",
        ),
    ],
    ids=["wechat", "third-party platform"],
)
def test_the_published_replies_are_ours_to_the_last_bit(
    crypto: Crypto, text: str, random: bytes, encrypted: str, signed: str
) -> None:
    assert crypto.encrypt(text, "1713424427", "415670741", random) == {
        "Encrypt": encrypted,
        "MsgSignature": signed,
        "TimeStamp": "1713424427",
        "Nonce": "415670741",
    }


@given(st.text(max_size=700))
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    closed = WECHAT.encrypt(text, "1", "2")

    assert WECHAT.decrypt(closed["Encrypt"]) == text
    assert WECHAT.is_signed(closed["MsgSignature"], "1", "2", closed["Encrypt"])
    assert closed != WECHAT.encrypt(text, "1", "2")  # never the same random bytes


def test_a_message_for_another_account_is_refused() -> None:
    other = Crypto("AAAAA", KEY, "wxba5fad812f8e6fb8")

    with pytest.raises(Forged, match="somebody else"):
        other.decrypt(PUSH)


@pytest.mark.parametrize(
    "encrypted",
    [
        "",
        "A",
        "你好",
        "====",
        PUSH[:-8],
        PUSH[:64],
        PUSH[:20] + "!" + PUSH[21:],
        PUSH[:40] + "\n" + PUSH[40:],
        base64.b64encode(b"x" * 31).decode(),
        base64.b64encode(b"x" * 64).decode(),
        WECOM_PUSH,  # another key
    ],
)
def test_what_is_broken_is_refused_whatever_is_broken(encrypted: str) -> None:
    with pytest.raises(Forged):
        WECHAT.decrypt(encrypted)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_get_another_error_than_refusal(data: bytes) -> None:
    with pytest.raises(Forged):
        WECHAT.decrypt(base64.b64encode(data).decode())


def test_a_length_beyond_the_message_is_refused() -> None:
    inner = Crypto("AAAAA", KEY, "")
    # Without a receiver of its own, what is encrypted may claim any length and any receiver.
    good = WECHAT.encrypt("text", "1", "2")["Encrypt"]
    shorter = base64.b64encode(base64.b64decode(good)[:32]).decode()

    with pytest.raises(Forged):
        WECHAT.decrypt(shorter)
    with pytest.raises(Forged):
        inner.decrypt(good)


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44, "A" * 42 + "!", "A" * 42 + "文"])
def test_a_key_that_is_none_is_refused_at_the_start_and_not_shown(key: str) -> None:
    with pytest.raises(ValueError, match="an EncodingAESKey") as refused:
        Crypto("token", key, "wx1")
    assert not key or key not in str(refused.value)


@pytest.mark.parametrize(
    "given_", ["", "f464b24f", "文" * 40, "F464B24FC39322E44B38AA78F5EDD27BD1441696"]
)
def test_a_signature_that_is_none_is_only_wrong(given_: str) -> None:
    assert not is_signed("AAAAA", given_, "1714036504", "1514711492")


NOW = 1_714_036_504.0
REQUEST = ("1714036504", "1514711492", "f464b24f")


def test_the_same_request_is_fresh_once() -> None:
    replays = Replays()

    assert replays.fresh(*REQUEST, NOW)
    assert not replays.fresh(*REQUEST, NOW)
    assert not replays.fresh(*REQUEST, NOW + 299)
    assert replays.fresh("1714036504", "another", "signature", NOW)


@pytest.mark.parametrize("now", [NOW - 301, NOW + 301, 0.0])
def test_a_time_stamp_of_another_time_is_not_fresh(now: float) -> None:
    assert not Replays().fresh(*REQUEST, now)


@pytest.mark.parametrize("timestamp", ["", "now", "-1714036504", "1714036504.5", "９", "1" * 5000])
def test_a_time_stamp_that_is_none_is_not_fresh(timestamp: str) -> None:
    assert not Replays().fresh(timestamp, "nonce", "signature", NOW)


def test_a_request_of_the_near_future_does_not_come_back_when_its_time_comes() -> None:
    replays = Replays()
    early = NOW - 299

    assert replays.fresh(*REQUEST, early)
    assert not replays.fresh(*REQUEST, NOW + 299)


def test_a_flood_of_requests_does_not_fill_the_memory() -> None:
    replays = Replays()
    tracemalloc.start()
    for nonce in range(40_000):
        replays.fresh("1714036504", str(nonce), "signature", NOW)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 8 * 1024 * 1024
    assert not replays.fresh("1714036504", "39999", "signature", NOW)


def test_the_platforms_xml_is_read_without_its_wrapping() -> None:
    body = (
        "<xml>\n <ToUserName><![CDATA[gh_1]]></ToUserName>\n <CreateTime>1460537339</CreateTime>"
        "<Content><![CDATA[贷款 <&> ]]></Content><Empty></Empty><Nested><x>1</x></Nested></xml>"
    )

    assert parse(body.encode()) == {
        "ToUserName": "gh_1",
        "CreateTime": "1460537339",
        "Content": "贷款 <&>",
        "Empty": "",
        "Nested": "",
    }


LAUGHS = '<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><xml><C>&b;</C></xml>'
FILE = '<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/hostname">]><xml><C>&f;</C></xml>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml><a>",
        b"{}",
        b"\xff\xfe<\x00x\x00",
        b"<xml>\xff</xml>",
        b"<html></html>",
        b"<xml/><xml/>",
        b"<xml>&nbsp;</xml>",
        b"<!DOCTYPE xml><xml></xml>",
        LAUGHS.encode(),
        FILE.encode(),
        LAUGHS.encode("utf-16"),
        b"<xml>" * 5000,
    ],
    ids=range(13),
)
def test_other_xml_and_bombs_are_refused(body: bytes) -> None:
    with pytest.raises(BadXml):
        parse(body)


@given(st.text())
def test_any_text_survives_our_xml_except_what_xml_cannot_hold(text: str) -> None:
    written = write({"Content": text, "CreateTime": 7}).encode()

    kept = "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
    kept = kept.replace("\r\n", "\n").replace("\r", "\n").strip()  # as XML reads line ends
    assert parse(written) == {"Content": kept, "CreateTime": "7"}
