"""What WeCom sends to our address: checked, opened, and taken once."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.requests import Request

from bot.channels.tencent.crypto import Crypto, Forged, Replays
from bot.channels.tencent.xml import BadXml, parse
from bot.http import Problem, read_body

logger = logging.getLogger(__name__)


class Callback:
    """Raises Problem: 403 for what is not WeCom's, 400 for what cannot be read, 413."""

    def __init__(self, crypto: Crypto, clock: Callable[[], float] = time.time) -> None:
        self._crypto, self._clock = crypto, clock
        self._replays = Replays()

    def echo(self, request: Request) -> str:
        """What the console wants to read when the address is saved; it is encrypted too."""
        opened = self._opened(request, request.query_params.get("echostr", ""))
        if not self._replays.is_current(_signed_parts(request)[0], self._clock()):
            raise _refused("its time stamp is not of now; is the clock of this machine right?")
        return opened

    @asynccontextmanager
    async def event(self, request: Request) -> AsyncIterator[dict[str, str]]:
        """The event of a request; it may be sent once more when the block ends in an error."""
        # The signature covers what is inside, so the outside has to be read first.
        encrypted = _parsed(await read_body(request)).get("Encrypt", "")
        event = _parsed(self._opened(request, encrypted).encode())
        seen = _signed_parts(request)
        if not self._replays.fresh(*seen, self._clock()):
            raise _refused("old, or sent before")
        try:
            yield event
        except BaseException:
            self._replays.forget(*seen)
            raise

    def _opened(self, request: Request, encrypted: str) -> str:
        timestamp, nonce, signature = _signed_parts(request)
        if not self._crypto.is_signed(signature, timestamp, nonce, encrypted):
            raise _refused("wrong signature")
        try:
            return self._crypto.decrypt(encrypted)
        except Forged as error:
            raise _refused(str(error)) from error


def _signed_parts(request: Request) -> tuple[str, str, str]:
    query = request.query_params
    return query.get("timestamp", ""), query.get("nonce", ""), query.get("msg_signature", "")


def _parsed(body: bytes) -> dict[str, str]:
    try:
        return parse(body)
    except BadXml as error:
        raise Problem(400, "Not XML", "The body is not the XML that WeCom sends.") from error


def _refused(why: str) -> Problem:
    logger.warning("wecom: a request was refused: %s", why)
    return Problem(403, "Refused", "This is not a request of WeCom.")
