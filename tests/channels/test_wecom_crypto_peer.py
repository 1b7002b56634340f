"""Our encryption and that of npm's @wecom/crypto, which others wrote, understand each other."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from bot.channels.tencent.crypto import Crypto, Forged
from tests import needs

TOKEN, KEY, RECEIVER = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7"
OURS = Crypto(TOKEN, KEY, RECEIVER)
# Of every length around the 32 bytes to which is padded, and of more bytes than characters.
TEXTS = [
    "",
    "success",
    *("x" * length for length in range(1, 66)),
    "<xml><Content><![CDATA[创业担保贷款找谁？😀]]></Content></xml>",
    "長" * 5000,
]


def node(orders: list[dict[str, Any]]) -> list[Any]:
    """What the peer answers to each."""
    needs.npm_package("@wecom/crypto")
    done = subprocess.run(
        [needs.node(), "wecom_crypto.js"],
        cwd=needs.NPM,
        input=json.dumps(orders),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers


def test_the_peer_opens_what_we_closed_and_signs_it_as_we_do() -> None:
    closed = [OURS.encrypt(text, "1714112445", "415670741") for text in TEXTS]

    opened = node([{"do": "decrypt", "key": KEY, "encrypted": c["Encrypt"]} for c in closed])
    signed = node(
        [
            {
                "do": "sign",
                "token": TOKEN,
                "timestamp": c["TimeStamp"],
                "nonce": c["Nonce"],
                "encrypted": c["Encrypt"],
            }
            for c in closed
        ]
    )

    assert opened == [{"message": text, "id": RECEIVER} for text in TEXTS]
    assert signed == [c["MsgSignature"] for c in closed]


def test_we_open_what_the_peer_closed() -> None:
    orders = [{"do": "encrypt", "key": KEY, "message": text, "id": RECEIVER} for text in TEXTS]

    assert [OURS.decrypt(encrypted) for encrypted in node(orders)] == TEXTS


def test_what_the_peer_closed_for_another_company_we_refuse() -> None:
    order = {"do": "encrypt", "key": KEY, "message": "hello", "id": "wx5823bf96d3bd56c8"}

    (encrypted,) = node([order])
    with pytest.raises(Forged):
        OURS.decrypt(encrypted)
