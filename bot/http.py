"""What every HTTP route shares: problems as JSON, bodies read with a limit."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 64 * 1024
# An answer for a program is data: nothing in it runs, and no cache keeps what was said.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
COME_AGAIN = 3  # seconds after which a start that takes some is looked at again
_RAW = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


class Problem(Exception):
    """A request that cannot be served; becomes an application/problem+json answer (RFC 9457)."""

    def __init__(
        self, status: int, title: str, detail: str, headers: dict[str, str] | None = None
    ) -> None:
        self.status, self.title, self.detail = status, title, detail
        self.headers = headers or {}
        super().__init__(f"{status} {title}: {detail}")


class NotReady(Problem):
    """Asked before the server has started."""

    def __init__(self, detail: str = "Still starting; try again in a moment.") -> None:
        super().__init__(503, "Not ready", detail, {"Retry-After": str(COME_AGAIN)})


def problem_response(request: Request, error: Exception) -> JSONResponse:
    """The problem as the client gets it."""
    assert isinstance(error, Problem)
    body = {"title": error.title, "status": error.status, "detail": error.detail}
    more = {"WWW-Authenticate": "Bearer"} if error.status == 401 else error.headers
    # Here too, because a mistake of ours is answered outside of every middleware.
    headers = {**HEADERS, **more}
    return JSONResponse(
        body, status_code=error.status, headers=headers, media_type="application/problem+json"
    )


class Guarded:
    """Gives HEADERS to every answer that has no policy of its own, as the pages have."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message["headers"]
                names = {name for name, _ in given}
                if _RAW[0][0] not in names:
                    given.extend(pair for pair in _RAW if pair[0] not in names)
            await send(message)

        await self._app(scope, receive, guarded)


async def read_body(request: Request, largest: int = LARGEST_BODY) -> bytes:
    """The body, refused before it is read if it says that it is too large, and while it is."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > largest:
        raise _too_large(largest)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise _too_large(largest)
    return body


async def read_json(request: Request, largest: int = LARGEST_BODY) -> Any:
    """The body as JSON; raises Problem 413, 415 or 400."""
    body = await read_body(request, largest)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(
            415, "Unsupported media type", "Send JSON with content-type application/json."
        )
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "Not JSON", "The body is not valid JSON in UTF-8.") from error


def _too_large(largest: int) -> Problem:
    return Problem(413, "Too large", f"A body may have at most {largest // 1024} KB.")
