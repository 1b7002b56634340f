"""The widget: one script that any site embeds with one line, and the page that shows it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment
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
_TOKEN = re.compile(r"(--cw-[\w-]+):[^;}]*;?")
_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_KEY = re.compile(r'"(\w+)":')  # which needs no quotation marks in a script
_LAST = re.compile(r";(?=\n?\})")  # of a block
# The address never changes, so that it is asked for again after an hour.
_SCRIPT_CACHE = "public, max-age=3600, stale-while-revalidate=86400"


def make_script() -> str:
    """The widget's parts in one function, with its texts and styles as data."""
    texts = _KEY.sub(r"\1:", _plain(read_texts("widget")))
    # In JSON a double quotation mark would need a sign before it.
    tokens, style = (bare_style(s.read_text("utf-8")).replace('"', "'") for s in _STYLES)
    styles = _plain([_used(tokens, style), style])
    parts = [(_FOLDER / "widget" / part).read_text("utf-8") for part in PARTS]
    data = f"const STYLES = {styles};\nconst TEXTS = {texts};\n"
    code = _LAST.sub("", bare_script("\n".join(parts)))
    return f'(() => {{\n"use strict";\n{data}{code}\n}})();\n'


def _plain(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _used(tokens: str, style: str) -> str:
    """The tokens without those that only pages have a use for."""
    return _TOKEN.sub(lambda token: token[0] if f"var({token[1]})" in style else "", tokens)


class Widget:
    """Serves the script, made once, and the demo page."""

    def __init__(self) -> None:
        style = "".join(part.read_text("utf-8") for part in _DEMO_STYLES)
        self._script = Document(make_script().encode(), "text/javascript")
        environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
        self._demo = environment.from_string(_DEMO.read_text("utf-8"))
        self._candours = {code: texts["candour"] for code, texts in read_texts("widget").items()}
        self._style = Document(style.encode(), "text/css")

    def routes(self) -> list[Route]:
        return [
            Route("/widget.js", self._serve_script, methods=["GET"]),
            Route("/demo", self._show, methods=["GET"]),
            Route("/demo.css", self._serve_style, methods=["GET"]),
        ]

    async def _serve_script(self, request: Request) -> Response:
        shared = {"Cross-Origin-Resource-Policy": "cross-origin"}
        return served(request, self._script, cache=_SCRIPT_CACHE, more=shared)

    async def _show(self, request: Request) -> Response:
        """The demo page with the line to copy, in the colour and the corner that are tried."""
        color = request.query_params.get("color", "")
        position = request.query_params.get("position", "")
        page = self._demo.render(
            host=f"{request.url.scheme}://{request.url.netloc}",
            color=color if _COLOUR.fullmatch(color) else "",
            position=position if position in ("start", "end") else "",
            candours=self._candours,
        )
        return served(request, Document(page.strip().encode(), "text/html"))

    async def _serve_style(self, request: Request) -> Response:
        return served(request, self._style)


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
