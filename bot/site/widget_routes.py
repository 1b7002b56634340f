"""The widget: one script that any site embeds with one line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.site.bare import bare_script, bare_style
from bot.site.serving import Document, served
from bot.site.texts import read_texts

_FOLDER = Path(__file__).parent
# In this order: what a part needs is above it.
PARTS = (
    "dom.js",
    "memory.js",
    "colour.js",
    "card.js",
    "suggest.js",
    "export.js",
    "chat.js",
    "log.js",
    "letters.js",
    "element.js",
)
_STYLES = (_FOLDER / "tokens.css", _FOLDER / "widget" / "widget.css")
_TOKEN = re.compile(r"(--cw-[\w-]+):[^;}]*;?")
_LAST = re.compile(r";(?=\})")  # of a block
# The address never changes, so that it is asked for again after an hour.
_SCRIPT_CACHE = "public, max-age=3600, stale-while-revalidate=86400"


def make_script() -> str:
    """The widget's parts in one function, with its texts and styles as data."""
    texts = read_texts("widget")
    words = {code: list(each.values()) for code, each in texts.items()}
    # In JSON a double quotation mark would need a sign before it.
    tokens, style = (bare_style(s.read_text("utf-8")).replace('"', "'") for s in _STYLES)
    parts = [(_FOLDER / "widget" / part).read_text("utf-8") for part in PARTS]
    code = _LAST.sub("", bare_script("\n".join(parts)))
    # In this order, which was tried, gzip makes it smallest.
    data = f"const WORDS = {_plain(words)};\nconst NAMES = {_plain(' '.join(texts['en']))};\n"
    styles = _plain([_used(tokens, style), style])
    return f'((STYLES) => {{\n"use strict";\n{data}{code}\n}})({styles});\n'


def _plain(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _used(tokens: str, style: str) -> str:
    """The tokens without those that only pages have a use for."""
    return _TOKEN.sub(lambda token: token[0] if f"var({token[1]})" in style else "", tokens)


class Widget:
    """Serves the script, made once."""

    def __init__(self) -> None:
        self._script = Document(make_script().encode(), "text/javascript")

    def routes(self) -> list[Route]:
        return [Route("/widget.js", self._serve, methods=["GET"])]

    async def _serve(self, request: Request) -> Response:
        shared = {"Cross-Origin-Resource-Policy": "cross-origin"}
        return served(request, self._script, cache=_SCRIPT_CACHE, more=shared)


def cross_origin(origins: tuple[str, ...]) -> list[Middleware]:
    """What lets the pages of these origins, and of no other, speak to the API."""
    return [Middleware(_CrossOrigin, origins=origins)] if origins else []


class _CrossOrigin:
    """CORS for the API and the script alone; pages are for our own origin."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        self._app = app
        self._open = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Retry-After"],
            max_age=86400,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        shared = scope["type"] == "http" and (path.startswith("/api/") or path == "/widget.js")
        await (self._open if shared else self._app)(scope, receive, send)
