"""What WeChat sends to an Official Account's address: checked, opened; and replies, closed."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.channels.tencent.crypto import Crypto, Forged, Replays, is_signed
from bot.channels.tencent.xml import BadXml, parse, write
from bot.http import Problem, read_body

logger = logging.getLogger(__name__)

_PLAIN = {"X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True)
class Push:
    """A message or an event that WeChat sent. `fresh`: not the same request once more."""

    values: dict[str, str]
    nonce: str
    fresh: bool


class Callback:
    """Raises Problem: 403 for what is not WeChat's, 400 for what cannot be read, 413.

    With `crypto` only encrypted messages are taken; without, only plain ones.
    """

    def __init__(
        self, token: str, crypto: Crypto | None, clock: Callable[[], float] = time.time
    ) -> None:
        self._token, self._crypto, self._clock = token, crypto, clock
        self._replays = Replays()

    def echo(self, request: Request) -> Response:
        """What the console wants to read when the address is saved; plain in every mode."""
        query = request.query_params
        parts = query.get("timestamp", ""), query.get("nonce", "")
        if not is_signed(self._token, query.get("signature", ""), *parts):
            raise refused("wrong signature")
        self._check_time(parts[0])
        return PlainTextResponse(query.get("echostr", ""), headers=_PLAIN)

    async def open(self, request: Request) -> Push:
        """What a request holds, once it is known to be WeChat's."""
        query = request.query_params
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        body = await read_body(request)
        self._check_time(timestamp)
        if self._crypto is None:
            signature = query.get("signature", "")
            if not is_signed(self._token, signature, timestamp, nonce):
                raise refused("wrong signature")
            values = _parsed(body)
            if "Encrypt" in values and "FromUserName" not in values:
                raise bad("it is encrypted, but WECHAT_ENCODING_AES_KEY is not set")
        else:
            if query.get("encrypt_type") != "aes":
                raise refused("it is plain, but WECHAT_ENCODING_AES_KEY is set")
            signature = query.get("msg_signature", "")
            values = self._decrypted(body, signature, timestamp, nonce)
        fresh = self._replays.fresh(timestamp, nonce, signature, self._clock())
        return Push(values, nonce, fresh)

    def reply(self, push: Push, text: str, handed_over: Callable[[], Awaitable[None]]) -> Response:
        """A text to the founder. `handed_over` runs when the response is out."""
        now = int(self._clock())
        written = write(
            {
                "ToUserName": push.values["FromUserName"],
                "FromUserName": push.values.get("ToUserName", ""),
                "CreateTime": now,
                "MsgType": "text",
                "Content": text,
            }
        )
        if self._crypto is not None:
            written = write({**self._crypto.encrypt(written, str(now), push.nonce)})
        background = BackgroundTask(handed_over)
        return Response(written, media_type="application/xml", background=background)

    def _check_time(self, timestamp: str) -> None:
        if not self._replays.is_current(timestamp, self._clock()):
            raise refused("its time stamp is not of now; is the clock of this machine right?")

    def _decrypted(self, body: bytes, signature: str, timestamp: str, nonce: str) -> dict[str, str]:
        assert self._crypto is not None
        # The signature covers what is inside, so the outside has to be read first.
        encrypted = _parsed(body).get("Encrypt", "")
        if not self._crypto.is_signed(signature, timestamp, nonce, encrypted):
            raise refused("wrong signature")
        try:
            return _parsed(self._crypto.decrypt(encrypted).encode())
        except Forged as error:
            raise refused(str(error)) from error


def nothing() -> Response:
    """Tells WeChat that all is well, and that the founder gets nothing in this response."""
    return PlainTextResponse("success", headers=_PLAIN)


def refused(why: str) -> Problem:
    """403, and a line in the log."""
    logger.warning("wechat: a request was refused: %s", why)
    return Problem(403, "Refused", "This is not a request of WeChat.")


def bad(why: str) -> Problem:
    """400, and a line in the log."""
    logger.warning("wechat: a request could not be read: %s", why)
    return Problem(400, "Not readable", "The body is not the XML that WeChat sends.")


def _parsed(body: bytes) -> dict[str, str]:
    try:
        return parse(body)
    except BadXml as error:
        raise bad(str(error)) from error
