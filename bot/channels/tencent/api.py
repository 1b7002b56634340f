"""Calls of Tencent's HTTP interfaces: one access token for all, errors that can be read."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from bot.channels.contracts import TryAgain
from bot.channels.tencent.codes import EXPLAINED

TIMEOUT = 5.0  # seconds that a call may take, from the connection to the last byte
_LARGEST = 1024 * 1024  # bytes of an answer
_EARLY = 300  # seconds before its end that a token is exchanged; both are good meanwhile
# A token that the platform does not know, or not any more.
_STALE = frozenset({40001, 40014, 41001, 42001})
# Seconds to wait: the platform is busy, or has had too many calls today or in this minute.
_LATER: dict[int, float | None] = {-1: None, 45009: 60.0, 45011: 60.0}


class PlatformError(Exception):
    """The platform refused a call, and would again."""

    def __init__(self, code: int, said: str = "") -> None:
        self.code = code
        super().__init__(f"{code}: {EXPLAINED.get(code) or said or 'unknown error'}")


@dataclass(frozen=True)
class TokenRequest:
    """How to ask for an access token."""

    path: str
    query: dict[str, str] = field(default_factory=dict, repr=False)
    data: dict[str, str] | None = field(default=None, repr=False)


def stable_token(app_id: str, secret: str) -> TokenRequest:
    """WeChat's, which other programs with the same account do not invalidate."""
    return TokenRequest(
        "/cgi-bin/stable_token",
        data={"grant_type": "client_credential", "appid": app_id, "secret": secret},
    )


def corp_token(corp_id: str, secret: str) -> TokenRequest:
    """WeCom's."""
    return TokenRequest("/cgi-bin/gettoken", query={"corpid": corp_id, "corpsecret": secret})


class PlatformApi:
    """One account's calls. Every call raises TryAgain or PlatformError, neither with a token."""

    def __init__(
        self,
        base: str,
        token_request: TokenRequest,
        timeout: float = TIMEOUT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base, self._request = base.rstrip("/"), token_request
        self._timeout, self._clock = timeout, clock
        self._session = requests.Session()
        self._token, self._until = "", 0.0
        self._fetching = asyncio.Lock()

    async def call(self, path: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
        """The platform's answer; POST with data, GET without."""
        token = await self._valid_token()
        answer = await self._ask(path, {"access_token": token}, data)
        if _code(answer) in _STALE:
            token = await self._valid_token(stale=token)
            answer = await self._ask(path, {"access_token": token}, data)
        return _checked(answer)

    def close(self) -> None:
        self._session.close()

    async def _valid_token(self, stale: str = "") -> str:
        """The token at hand, or a new one; all who need it meanwhile wait for the same."""
        async with self._fetching:
            if self._token in ("", stale) or self._clock() >= self._until:
                request = self._request
                answer = _checked(await self._ask(request.path, request.query, request.data))
                try:
                    token, seconds = str(answer["access_token"]), float(answer["expires_in"])
                except (KeyError, TypeError, ValueError):
                    raise TryAgain("the platform gave no access token") from None
                self._token = token
                self._until = self._clock() + max(seconds - _EARLY, seconds / 2)
            return self._token

    async def _ask(
        self, path: str, query: dict[str, str], data: dict[str, Any] | None
    ) -> dict[str, Any]:
        return await asyncio.to_thread(self._ask_now, path, query, data)

    def _ask_now(
        self, path: str, query: dict[str, str], data: dict[str, Any] | None
    ) -> dict[str, Any]:
        body = None if data is None else _json(data)
        deadline = time.monotonic() + self._timeout
        try:
            response = self._session.request(
                "GET" if body is None else "POST",
                self._base + path,
                params=query,
                data=body,
                headers={"Content-Type": "application/json"} if body else {},
                timeout=self._timeout,
                allow_redirects=False,  # nobody else is shown the token
                stream=True,
            )
            with response:
                content = _content(response, deadline)
        except (requests.RequestException, HTTPError, OSError) as error:
            # Its words hold the address, and that the token.
            raise TryAgain(f"the platform cannot be reached: {type(error).__name__}") from None
        status = response.status_code
        if status == 429 or status >= 500:
            raise TryAgain(f"the platform answered {status}", _seconds(response))
        if status != 200:
            raise PlatformError(status, "the platform's answer in HTTP")
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise TryAgain("the platform answered something that is no JSON object")
        return answer


def _json(data: dict[str, Any]) -> bytes:
    """Plain UTF-8: \\uxxxx would be shown to the founder as it stands."""
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")


def _content(response: requests.Response, deadline: float) -> bytes:
    """The body, as it arrives: requests limits only the time between two of its bytes."""
    content = b""
    while part := response.raw.read1(_LARGEST, decode_content=True):
        content += part
        if len(content) > _LARGEST:
            raise TryAgain("the platform's answer is too large")
        if time.monotonic() > deadline:
            raise TryAgain("the platform's answer takes too long")
    return content


def _code(answer: dict[str, Any]) -> int:
    code = answer.get("errcode", 0)
    return code if isinstance(code, int) else 0


def _checked(answer: dict[str, Any]) -> dict[str, Any]:
    code = _code(answer)
    if code in _LATER:
        raise TryAgain(f"{code}: {EXPLAINED[code]}", _LATER[code])
    if code:
        raise PlatformError(code)
    return answer


def _seconds(response: requests.Response) -> float | None:
    asked = response.headers.get("Retry-After", "")
    return float(asked) if asked.isascii() and asked.isdigit() else None
