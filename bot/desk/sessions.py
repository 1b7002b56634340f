"""Sessions of the desk: a random token in a cookie, its hash in the database, a time to end."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from bot.store.sign_ins import SignIn, SqlSignIns
from knowledge.language import Language

COOKIE = "cw_desk"
PATH = "/desk"
# A shift and its breaks; whoever is there longer signs in anew.
LASTS = timedelta(hours=12)
# Longer than a call and lunch at the desk, short enough for a screen that was left alone.
IDLE = timedelta(minutes=60)
# `seen` is written at most this often: not each keystroke of a clerk is worth a transaction.
_TOUCH = timedelta(minutes=1)
_TOKEN_BYTES = 32  # 256 bits
_LOCAL = ("127.0.0.1", "localhost", "::1")


class Sessions:
    """Begins, finds and ends sessions."""

    def __init__(self, kept: SqlSignIns, clock: Callable[[], datetime]) -> None:
        self._kept, self._clock = kept, clock

    async def begin(self, request: Request, staff_id: int, language: Language) -> str:
        """A new session, with a token that nobody had before; the browser's old one ends."""
        await self.end(request)
        return await self._add(staff_id, language)

    async def begin_alone(self, staff_id: int, language: Language) -> str:
        """A new session in place of all that somebody has, in this browser and in others."""
        await self._kept.end_all(staff_id)
        return await self._add(staff_id, language)

    async def _add(self, staff_id: int, language: Language) -> str:
        token = new_token()
        await self._kept.add(hashed(token), staff_id, new_token(), language, self._clock())
        return token

    async def find(self, request: Request, *, background: bool = False) -> SignIn | None:
        """The session of a request. `background`: nobody is there who asks, only a script."""
        token = request.cookies.get(COOKIE, "")
        if not token:
            return None
        now = self._clock()
        found = await self._kept.find(hashed(token), now - LASTS, now - IDLE)
        if found is not None and not background and now - found.seen >= _TOUCH:
            await self._kept.touch(found.hash, now)
        return found

    async def lasts(self, hash: str) -> bool:
        """Whether a session has neither ended nor been ended."""
        now = self._clock()
        return await self._kept.find(hash, now - LASTS, now - IDLE) is not None

    async def speak(self, hash: str, language: Language) -> None:
        await self._kept.speak(hash, language)

    async def end(self, request: Request) -> None:
        """End the session that the browser has, if any."""
        token = request.cookies.get(COOKIE, "")
        if token:
            await self._kept.end(hashed(token))

    async def end_all(self, staff_id: int) -> int:
        return await self._kept.end_all(staff_id)

    async def present(self) -> dict[int, datetime]:
        """Who is signed in now, and when each was last seen."""
        now = self._clock()
        return await self._kept.present(now - LASTS, now - IDLE)


def new_token() -> str:
    """Random, for an address or a cookie."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def hashed(token: str) -> str:
    """By what a token is kept: random ones need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def set_cookie(request: Request, response: Response, name: str, value: str) -> None:
    """A cookie of the desk, for as long as the browser is open."""
    response.set_cookie(
        name, value, path=PATH, secure=not _is_local(request), httponly=True, samesite="strict"
    )


def drop_cookie(request: Request, response: Response, name: str) -> None:
    """Let the browser forget a cookie of the desk."""
    response.delete_cookie(
        name, path=PATH, secure=not _is_local(request), httponly=True, samesite="strict"
    )


def _is_local(request: Request) -> bool:
    """Plain http that stays on the machine: the only place where a cookie may go without TLS."""
    return request.url.scheme == "http" and (request.url.hostname or "") in _LOCAL
