"""The page to talk on, for who wants nothing else."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from bot.site.serving import ASK_AGAIN, HEADERS

_PAGE = Path(__file__).with_name("talk.html")
_ASSETS = ("talk.js", "talk.css")
# After an upgrade no old script meets a new page.
_HEADERS = {**HEADERS, "Cache-Control": ASK_AGAIN}


def talk_routes() -> list[Route]:
    """The page and what it loads."""
    return [Route("/talk", _page), *(Route(f"/{name}", _asset) for name in _ASSETS)]


async def _page(request: Request) -> Response:
    return FileResponse(_PAGE, headers=_HEADERS)


async def _asset(request: Request) -> Response:
    return FileResponse(_PAGE.with_name(request.url.path.lstrip("/")), headers=_HEADERS)
