"""WeChat as our tests see it: its interfaces as a real HTTP server, and the pushes it makes.

Its rules are those of the documents; `troubles` happen on demand.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from bot.channels.tencent.crypto import Crypto, signature
from bot.channels.tencent.xml import parse, write

APP_ID, SECRET, TOKEN = "wx0123456789abcdef", "app-secret-of-the-tests", "token-of-the-tests"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
_ids, _nonces = itertools.count(24_000_000_000_000_000), itertools.count(1_000_000)
ACCOUNT, USER = "gh_0123456789ab", "oFounder-1_of-the-tests"


class FakeWeChat:
    """The interfaces. `troubles` of a path happen first, one a call: an HTTP status, an errcode
    as a dict, "garbage", "slow" (nothing is done), or "lost" (done, but nobody hears of it).
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.sent: list[tuple[str, str]] = []  # to whom, what
        self.menu: dict[str, Any] | None = None
        self.troubles: dict[str, list[Any]] = defaultdict(list)
        self.followers = {USER}
        self.may_send = True
        self.left: dict[str, int] = defaultdict(lambda: 5)
        self.seconds = 7200
        self.released = threading.Event()
        self._tokens = 0
        self._is_stale = True
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.sent]

    def called(self, name: str) -> list[Any]:
        return [data for path, data in self.calls if path.endswith(name)]

    def expire_tokens(self) -> None:
        self._is_stale = True

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def reply(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, bytes] | None:
        """Status and body; None hangs up."""
        troubles = self.troubles[path.removeprefix("/cgi-bin/")]
        trouble = troubles.pop(0) if troubles else None
        self.calls.append((path, json.loads(body) if body else {}))
        if trouble == "slow":
            self.released.wait(5)
            return None
        if isinstance(trouble, int):
            return trouble, b"<html>sorry</html>"
        if trouble == "garbage":
            return 200, b"\xff\xfe no json"
        answer = self._answer(path, query, body) if trouble in (None, "lost") else trouble
        if trouble == "lost":
            return None
        return 200, json.dumps({"errmsg": "hint: [x]", **answer}, ensure_ascii=False).encode()

    def _answer(self, path: str, query: dict[str, str], body: bytes) -> dict[str, Any]:
        if b"\\u" in body:
            return {"errcode": 40033}
        data = json.loads(body) if body else {}
        if path == "/cgi-bin/stable_token":
            return self._token(data)
        given = query.get("access_token", "")
        if not given:
            return {"errcode": 41001}
        if given != f"token-{self._tokens}":
            return {"errcode": 40001}
        if self._is_stale:
            return {"errcode": 42001}
        if path == "/cgi-bin/menu/get":
            return {"menu": self.menu} if self.menu else {"errcode": 46003}
        if path == "/cgi-bin/menu/create":
            return self._create(data)
        return self._send(data) if path == "/cgi-bin/message/custom/send" else {"errcode": 40066}

    def _token(self, data: dict[str, Any]) -> dict[str, Any]:
        if data.get("grant_type") != "client_credential":
            return {"errcode": 40002}
        if data.get("appid") != APP_ID:
            return {"errcode": 40013}
        if data.get("secret") != SECRET:
            return {"errcode": 40125}
        # The same again as long as it is good, as this interface promises.
        self._tokens += self._is_stale
        self._is_stale = False
        return {"access_token": f"token-{self._tokens}", "expires_in": self.seconds}

    def _send(self, data: dict[str, Any]) -> dict[str, Any]:
        user, text = data["touser"], data["text"]["content"]
        if not self.may_send:
            return {"errcode": 48001}
        if user not in self.followers:
            return {"errcode": 43004}
        if len(text.encode()) > 2048:
            return {"errcode": 45002}
        if not self.left[user]:
            return {"errcode": 45047}
        self.left[user] -= 1
        self.sent.append((user, text))
        return {"errcode": 0}

    def _create(self, data: dict[str, Any]) -> dict[str, Any]:
        buttons = data["button"]
        below = [b for button in buttons for b in button.get("sub_button", [])]
        if not 1 <= len(buttons) <= 3:
            return {"errcode": 40016}
        if any(len(b["name"].encode()) > 16 for b in buttons):
            return {"errcode": 40018}
        if any(not 1 <= len(b.get("sub_button", [0])) <= 5 for b in buttons):
            return {"errcode": 40023}
        if any(b["type"] not in ("click", "view") for b in below):
            return {"errcode": 40024}
        if any(len(b["name"].encode()) > 60 for b in below):
            return {"errcode": 40025}
        if any(len(b.get("key", "").encode()) > 128 for b in below):
            return {"errcode": 40026}
        self.menu = data
        return {"errcode": 0}


class Pushes:
    """WeChat's side of our address: writes, signs, perhaps encrypts, posts, reads the reply."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        crypto: Crypto | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.client, self.crypto, self.clock = client, crypto, clock

    def message(self, kind: str = "text", user: str = USER, **more: Any) -> dict[str, Any]:
        common = {"ToUserName": ACCOUNT, "FromUserName": user, "CreateTime": int(self.clock())}
        identity = {} if kind == "event" else {"MsgId": str(next(_ids))}
        return {**common, "MsgType": kind, **identity, **more}

    def text(self, content: str, user: str = USER) -> dict[str, Any]:
        return self.message("text", user, Content=content)

    def event(self, event: str, key: str = "", user: str = USER, **more: Any) -> dict[str, Any]:
        return self.message("event", user, Event=event, EventKey=key, **more)

    def signed(self, body: str) -> tuple[dict[str, str], bytes]:
        """Query and body of a request."""
        timestamp, nonce = str(int(self.clock())), str(next(_nonces))
        query = {"timestamp": timestamp, "nonce": nonce}
        query["signature"] = signature(TOKEN, timestamp, nonce)
        if self.crypto is None:
            return query, body.encode()
        parts = self.crypto.encrypt(body, timestamp, nonce)
        query |= {"encrypt_type": "aes", "msg_signature": parts["MsgSignature"]}
        return query, write({"ToUserName": ACCOUNT, "Encrypt": parts["Encrypt"]}).encode()

    async def post(self, query: dict[str, str], body: bytes) -> httpx.Response:
        return await self.client.post("/channels/wechat", params=query, content=body)

    async def push(self, values: dict[str, Any]) -> httpx.Response:
        return await self.post(*self.signed(write(values)))

    async def ask(self, values: dict[str, Any] | str) -> str:
        """What the founder sees; empty where the response says nothing."""
        values = self.text(values) if isinstance(values, str) else values
        return self.opened(await self.push(values), values["FromUserName"])

    def opened(self, response: httpx.Response, user: str = USER) -> str:
        """As WeChat reads a response: anything but these is "out of order" to the founder."""
        assert response.status_code == 200, response.text
        if response.content in (b"", b"success"):
            return ""
        values = parse(response.content)
        if self.crypto is not None:
            signed = values["TimeStamp"], values["Nonce"], values["Encrypt"]
            assert self.crypto.is_signed(values["MsgSignature"], *signed)
            values = parse(self.crypto.decrypt(values["Encrypt"]).encode())
        assert (values["ToUserName"], values["FromUserName"]) == (user, ACCOUNT)
        assert values["MsgType"] == "text"
        assert int(values["CreateTime"])
        assert len(values["Content"].encode()) <= 2048
        return values["Content"]


def _handler(fake: FakeWeChat) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one: the client would wait 40 ms between them

        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            address = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            reply = fake.reply(address.path, dict(parse_qsl(address.query)), body)
            if reply is None:
                self.close_connection = True
                return
            status, answer = reply
            self.send_response(status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments: Any) -> None:
            pass

    return Handler
