"""WeCom's customer service as a real HTTP server: its rules as documented, its troubles on demand.

Not known from the documents, and so ours: the code of a message id that was used (they only say
that it is refused), and those of a change of state that is not allowed or finds nobody on duty.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter, defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

CORP_ID, SECRET, ACCOUNT, USER = "wwcorp0123456789", "kf-secret-of-the-tests", "wkAccount", "wmUser"
USED_ID, NOT_ALLOWED, NOBODY = 95901, 95902, 95903
_MOVES = {0: {1, 2, 3, 4}, 1: {1, 2, 3, 4}, 2: {3, 4}, 3: {3, 4}, 4: set()}


class FakeWeCom:
    """The platform. `troubles` of a path happen first, one a call: an HTTP status, an errcode as
    a dict, "garbage", "slow" (nothing is done), or "lost" (done, but the answer does not arrive).
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.sent: list[dict[str, Any]] = []  # what customers see
        self.entries: list[dict[str, Any]] = []
        self.states: dict[str, int] = defaultdict(lambda: 4)
        self.troubles: dict[str, list[Any]] = defaultdict(list)
        self.accounts = {ACCOUNT}
        self.page_size = 1000  # entries of all accounts: a page for one of them may be empty
        self.refuses_used_ids = True
        self.somebody_on_duty = True
        self.seconds = 7200
        self.released = threading.Event()
        self._left: Counter[str] = Counter()
        self._heard: dict[str, float] = {}
        self._ids: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        self._bells: set[str] = set()
        self._tokens = 0
        self._oldest_token = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    # What people do.

    def writes(self, text: str, user: str = USER, **more: Any) -> dict[str, Any]:
        return self.sends("text", {"content": text}, user, **more)

    def sends(
        self, kind: str, what: dict[str, Any], user: str = USER, **more: Any
    ) -> dict[str, Any]:
        """A customer sends anything; a conversation that had ended begins anew."""
        entry = {"msgtype": kind, kind: what, "external_userid": user, "open_kfid": ACCOUNT}
        entry |= {"origin": 3, "send_time": int(time.time()), **more}
        if entry["origin"] == 3:
            self._left[user], self._heard[user] = 5, entry["send_time"]
            if self.states[user] == 4:
                self.states[user] = 0
        return self._log(entry)

    def enters(self, user: str = USER, welcome: bool = True, **more: Any) -> dict[str, Any]:
        event = {"event_type": "enter_session", "open_kfid": ACCOUNT, "external_userid": user}
        if welcome:
            event["welcome_code"] = f"welcome-{len(self.entries)}"
            self._codes[event["welcome_code"]] = user
        return self.happens(event, **more)

    def happens(self, event: dict[str, Any], **more: Any) -> dict[str, Any]:
        return self._log(
            {"msgtype": "event", "event": event, "origin": 4, "send_time": int(time.time()), **more}
        )

    def bell(self) -> str:
        """The token of a new callback."""
        token = f"bell-{len(self._bells)}"
        self._bells.add(token)
        return token

    def expire_bells(self) -> None:
        self._bells.clear()

    def expire_tokens(self) -> None:
        self._oldest_token = self._tokens + 1

    def called(self, name: str) -> list[dict[str, Any]]:
        return [data for path, data in self.calls if path.endswith(name)]

    @property
    def texts(self) -> list[str]:
        return [message["text"]["content"] for message in self.sent]

    def _log(self, entry: dict[str, Any]) -> dict[str, Any]:
        # Longer than the 32 characters that an id of ours may have, as the real ones are.
        self.entries.append({"msgid": f"{len(self.entries):0>44}", **entry})
        return self.entries[-1]

    # What the platform does.

    def reply(
        self, path: str, query: dict[str, str], data: dict[str, Any]
    ) -> tuple[int, bytes] | None:
        """Status and body; None hangs up."""
        self.calls.append((path, data))
        troubles = self.troubles[path.removeprefix("/cgi-bin/")]
        trouble = troubles.pop(0) if troubles else None
        if trouble == "slow":
            self.released.wait(5)
            return None
        if isinstance(trouble, int):
            return trouble, b"<html>sorry</html>"
        if trouble == "garbage":
            return 200, b"\xff\xfe no json"
        answer = self.answer(path, query, data) if trouble in (None, "lost") else trouble
        return None if trouble == "lost" else (200, json.dumps(answer).encode())

    def answer(self, path: str, query: dict[str, str], data: dict[str, Any]) -> dict[str, Any]:
        if path == "/cgi-bin/gettoken":
            if query != {"corpid": CORP_ID, "corpsecret": SECRET}:
                return {"errcode": 40001}
            self._tokens += 1
            return {
                "errcode": 0,
                "access_token": f"token-{self._tokens}",
                "expires_in": self.seconds,
            }
        number = query.get("access_token", "").removeprefix("token-")
        if not number:
            return {"errcode": 41001}
        if not number.isdigit() or int(number) > self._tokens:
            return {"errcode": 40014}
        if int(number) < self._oldest_token:
            return {"errcode": 42001}
        method = {
            "/cgi-bin/kf/sync_msg": self._sync,
            "/cgi-bin/kf/send_msg": self._send,
            "/cgi-bin/kf/send_msg_on_event": self._on_event,
            "/cgi-bin/kf/service_state/get": self._state,
            "/cgi-bin/kf/service_state/trans": self._trans,
        }.get(path)
        return {"errcode": 0, "errmsg": "ok", **method(data)} if method else {"errcode": 40066}

    def _sync(self, data: dict[str, Any]) -> dict[str, Any]:
        if data["open_kfid"] not in self.accounts:
            return {"errcode": 95000}
        if data.get("token", "") not in {"", *self._bells}:
            return {"errcode": 95007, "msg_list": []}
        start = int(data.get("cursor", "0"))
        end = start + min(self.page_size, data.get("limit", 1000))

        def is_of(entry: dict[str, Any]) -> bool:
            event = entry.get("event")
            inside = event.get("open_kfid") if isinstance(event, dict) else None
            return entry.get("open_kfid", inside) in (data["open_kfid"], None)

        page = [entry for entry in self.entries[start:end] if is_of(entry)]
        return {
            "msg_list": page,
            "next_cursor": str(min(end, len(self.entries))),
            "has_more": int(end < len(self.entries)),
        }

    def _send(self, data: dict[str, Any]) -> dict[str, Any]:
        user, identity = data["touser"], data.get("msgid") or f"theirs-{len(self.sent)}"
        refusal = self._refusal(data, identity)
        if data["open_kfid"] not in self.accounts:
            return {"errcode": 95000}
        if user not in self._heard:
            return {"errcode": 40096}
        if refusal:
            return refusal
        if identity in self._ids:
            return {"errcode": USED_ID} if self.refuses_used_ids else {"msgid": identity}
        if self.states[user] in (2, 3):
            return {"errcode": 95018}
        if self.states[user] == 4:
            return {"errcode": 95013}
        if time.time() - self._heard[user] > 48 * 3600:
            return {"errcode": 95002}
        if not self._left[user]:
            return {"errcode": 95001}
        self._left[user] -= 1
        return self._deliver(identity, user, data)

    def _on_event(self, data: dict[str, Any]) -> dict[str, Any]:
        identity = data.get("msgid") or f"theirs-{len(self.sent)}"
        refusal = self._refusal(data, identity)
        if refusal:
            return refusal
        user = self._codes.pop(data["code"], None)
        return self._deliver(identity, user, data) if user else {"errcode": 40096}

    def _refusal(self, data: dict[str, Any], identity: str) -> dict[str, Any]:
        if not re.fullmatch(r"[0-9a-zA-Z_-]{1,32}", identity):
            return {"errcode": 40058}
        if data["msgtype"] != "text" or not data["text"]["content"]:
            return {"errcode": 40008}
        return {"errcode": 45002} if len(data["text"]["content"].encode()) > 2048 else {}

    def _deliver(self, identity: str, user: str, data: dict[str, Any]) -> dict[str, Any]:
        self._ids[identity] = user
        self.sent.append(data)
        return {"msgid": identity}

    def _state(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"service_state": self.states[data["external_userid"]], "servicer_userid": ""}

    def _trans(self, data: dict[str, Any]) -> dict[str, Any]:
        user, state = data["external_userid"], data["service_state"]
        if state not in _MOVES[self.states[user]] or (state == 3 and not data["servicer_userid"]):
            return {"errcode": NOT_ALLOWED}
        if state in (2, 3) and not self.somebody_on_duty:
            return {"errcode": NOBODY}
        self.states[user] = state
        if state == 1:
            return {}
        self._codes[f"state-{len(self.calls)}"] = user
        return {"msg_code": f"state-{len(self.calls)}"}


def _handler(fake: FakeWeCom) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one: the client would wait 40 ms between them

        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            address = urlsplit(self.path)
            length = int(self.headers.get("content-length", "0"))
            data = json.loads(self.rfile.read(length) or "{}")
            reply = fake.reply(address.path, dict(parse_qsl(address.query)), data)
            if reply is None:
                self.close_connection = True
                return
            status, body = reply
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    return Handler
