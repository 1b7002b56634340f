"""The page that shows the widget to those who run a site: the line to copy, and what it takes."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.site.serving import Document, served
from bot.site.texts import read_texts
from knowledge.language import LANGUAGE_NAMES, LANGUAGES

_FOLDER = Path(__file__).parent
_WORDS = _FOLDER / "demo.yml"
_STYLES = ("tokens.css", "demo.css")
_COLOUR = re.compile("#[0-9a-fA-F]{6}")


class Demo:
    """Serves the page, in the colour and the corner that are tried, and its style."""

    def __init__(self, public_url: str = "") -> None:
        self._public_url = public_url
        environment = Environment(
            autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        environment.filters["coded"] = coded
        environment.globals.update(
            languages={code: LANGUAGE_NAMES[code] for code in LANGUAGES},
            words=read_texts("page", _WORDS),
            tables={name: read_texts(name, _WORDS) for name in ("options", "events")},
            candours={code: texts["candour"] for code, texts in read_texts("widget").items()},
        )
        self._page = environment.from_string((_FOLDER / "demo.html").read_text("utf-8"))
        style = "".join((_FOLDER / name).read_text("utf-8") for name in _STYLES)
        self._style = Document(style.encode(), "text/css")

    def routes(self) -> list[Route]:
        return [
            Route("/demo", self._show, methods=["GET"]),
            Route("/demo.css", self._serve_style, methods=["GET"]),
        ]

    async def _show(self, request: Request) -> Response:
        color = request.query_params.get("color", "")
        position = request.query_params.get("position", "")
        page = self._page.render(
            host=self._public_url or str(request.base_url).rstrip("/"),
            color=color if _COLOUR.fullmatch(color) else "",
            position=position if position in ("start", "end") else "",
        )
        return served(request, Document(page.strip().encode(), "text/html"))

    async def _serve_style(self, request: Request) -> Response:
        return served(request, self._style)


def coded(text: str) -> Markup:
    """A sentence in which what stands in `…` is code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if i % 2 else escape(part)
        for i, part in enumerate(parts)
    )
