"""The widget: one script that any site embeds with one line, and the page that shows it."""

from __future__ import annotations

import json
from pathlib import Path

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
_DEMO, _DEMO_STYLES = _FOLDER / "demo.html", (_FOLDER / "tokens.css", _FOLDER / "demo.css")
# The address never changes, so that it is asked for again after an hour.
_SCRIPT_CACHE = "public, max-age=3600, stale-while-revalidate=86400"


def make_script() -> str:
    """The widget's parts in one function, with its texts and styles as data."""
    texts = json.dumps(read_texts("widget"), ensure_ascii=False, separators=(",", ":"))
    styles = json.dumps([bare_style(style.read_text("utf-8")) for style in _STYLES])
    parts = [(_FOLDER / "widget" / part).read_text("utf-8") for part in PARTS]
    data = f"const TEXTS = {texts};\nconst STYLES = {styles};\n"
    return '(() => {\n"use strict";\n' + data + bare_script("\n".join(parts)) + "\n})();\n"


class Widget:
    """Serves the script, made once, and the demo page."""

    def __init__(self) -> None:
        style = "".join(part.read_text("utf-8") for part in _DEMO_STYLES)
        self._script = Document(make_script().encode(), "text/javascript")
        self._demo = Document(_DEMO.read_bytes(), "text/html")
        self._style = Document(style.encode(), "text/css")

    def routes(self) -> list[Route]:
        return [
            Route("/widget.js", self._serve_script, methods=["GET"]),
            Route("/demo", self._serve(self._demo), methods=["GET"]),
            Route("/demo.css", self._serve(self._style), methods=["GET"]),
        ]

    async def _serve_script(self, request: Request) -> Response:
        shared = {"Cross-Origin-Resource-Policy": "cross-origin"}
        return served(request, self._script, cache=_SCRIPT_CACHE, more=shared)

    @staticmethod
    def _serve(document: Document):  # type: ignore[no-untyped-def]
        async def serve(request: Request) -> Response:
            return served(request, document)

        return serve


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
