"""The other ends of the channels: a Bot API that notes when it is called, and founders who write.

What is timed is ours alone; the platforms here answer at once.
"""

from __future__ import annotations

import http.client
import json
import queue
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode

from bot.channels.tencent.crypto import Crypto
from bot.channels.tencent.xml import parse, write

TELEGRAM = {
    "TELEGRAM_BOT_TOKEN": "1:benchmark",
    "TELEGRAM_WEBHOOK_URL": "https://bot.example",
    "TELEGRAM_WEBHOOK_SECRET": "benchmark",
}
WECHAT = {
    "WECHAT_APP_ID": "wx-benchmark",
    "WECHAT_TOKEN": "benchmark",
    "WECHAT_ENCODING_AES_KEY": "A" * 43,
}
_PATIENCE = 60.0


class BotApi:
    """A Bot API on 127.0.0.1; `sent[chat]` gets the moment of every sendMessage."""

    def __init__(self) -> None:
        self.sent: dict[str, queue.SimpleQueue[float]] = defaultdict(queue.SimpleQueue)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()

    def answer(self, method: str, form: dict[str, str]) -> object:
        if method == "getMe":
            return {"id": 1, "is_bot": True, "first_name": "ChuangWen", "username": "cw_bot"}
        if method != "sendMessage":
            return True
        chat = form["chat_id"]
        self.sent[chat].put(time.perf_counter())
        private = {"id": int(chat), "type": "private"}
        return {"message_id": 1, "date": int(time.time()), "chat": private, "text": form["text"]}


def _handler(api: BotApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:  # named by http.server
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            result = api.answer(self.path.rpartition("/")[2], form)
            data = json.dumps({"ok": True, "result": result}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class TelegramFounder:
    """One private chat; updates come over its own connection, as from Telegram's webhook."""

    def __init__(self, port: int, chat: int, api: BotApi) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        self._chat, self._calls = chat, api.sent[str(chat)]
        self._update = chat * 100_000

    def say(self, text: str) -> float:
        """Milliseconds from the update to the first send call."""
        self._update += 1
        person = {"id": self._chat, "is_bot": False, "first_name": "F"}
        message = {
            "message_id": self._update,
            "date": int(time.time()),
            "chat": {"id": self._chat, "type": "private"},
            "from": person,
            "text": text,
        }
        body = json.dumps({"update_id": self._update, "message": message})
        headers = {
            "Content-Type": "application/json",
            "X-Telegram-Bot-Api-Secret-Token": TELEGRAM["TELEGRAM_WEBHOOK_SECRET"],
        }
        started = time.perf_counter()
        self._connection.request("POST", "/channels/telegram", body, headers)
        response = self._connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"/channels/telegram: {response.status}")
        return (self._calls.get(timeout=_PATIENCE) - started) * 1000


class WeChatFounder:
    """One follower of the account, whose pushes are encrypted and whose replies are opened."""

    def __init__(self, port: int, openid: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        self._openid, self._count = openid, 0
        self._crypto = Crypto(
            WECHAT["WECHAT_TOKEN"], WECHAT["WECHAT_ENCODING_AES_KEY"], WECHAT["WECHAT_APP_ID"]
        )

    def say(self, text: str) -> float:
        """Milliseconds from the push to the opened reply."""
        self._count += 1
        return self._push(text, f"{self._openid}-{self._count}")

    def repeat(self, text: str) -> float:
        """The same message once more, as WeChat does when it got no answer in time."""
        return self._push(text, f"{self._openid}-{self._count}")

    def _push(self, text: str, message: str) -> float:
        started = time.perf_counter()
        now = str(int(time.time()))
        inner = write(
            {
                "ToUserName": "gh_benchmark",
                "FromUserName": self._openid,
                "CreateTime": int(now),
                "MsgType": "text",
                "Content": text,
                "MsgId": message,
            }
        )
        nonce = str(time.perf_counter_ns())
        sealed = self._crypto.encrypt(inner, now, nonce)
        query = urlencode(
            {
                "timestamp": now,
                "nonce": nonce,
                "encrypt_type": "aes",
                "msg_signature": sealed["MsgSignature"],
            }
        )
        body = write({"ToUserName": "gh_benchmark", "Encrypt": sealed["Encrypt"]}).encode()
        self._connection.request("POST", f"/channels/wechat?{query}", body)
        response = self._connection.getresponse()
        data = response.read()
        if response.status != 200:
            raise RuntimeError(f"/channels/wechat: {response.status}")
        if not parse(self._crypto.decrypt(parse(data)["Encrypt"]).encode())["Content"]:
            raise RuntimeError("/channels/wechat: an empty reply")
        return (time.perf_counter() - started) * 1000
