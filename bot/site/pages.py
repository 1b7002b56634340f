"""The routes of the website that people read: pages made on the server, no script needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.http import COME_AGAIN, NotReady
from bot.secretary.calendar import Calendar
from bot.secretary.event import Event
from bot.secretary.ical import feed_of
from bot.site.preferred import LANGUAGE_PATTERN, language_named, preferred
from bot.site.serving import ASK_AGAIN, FOR_GOOD, HEADERS, Document, served
from bot.site.site import HTML, Site
from bot.site.starting import starting_pages
from knowledge.language import Language, clean
from knowledge.live import Library
from knowledge.lookup import look_up
from knowledge.models import Knowledge

_FOLDER = Path(__file__).parent
_STYLES = ("tokens.css", "site.css")
_RESULTS = 8
_LONGEST_QUESTION = 1000
_HOUR, _WEEK = 3600, 604800  # in seconds


class _LanguageConvertor(Convertor[str]):
    """The first part of an address where it names a language, in any spelling."""

    regex = LANGUAGE_PATTERN

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class Pages:
    """Serves the Site of the content in use."""

    def __init__(
        self, library: Library, public_url: str = "", calendar: Calendar | None = None
    ) -> None:
        self._library, self._calendar = library, calendar or Calendar()
        self._public_url = public_url
        style = "\n".join((_FOLDER / name).read_text("utf-8") for name in _STYLES)
        self._style = Document(style.encode(), "text/css")
        self._starting = starting_pages(self._style.etag)
        self._site: Site | None = None

    def routes(self) -> list[Route]:
        register_url_convertor("language", _LanguageConvertor())
        return [
            Route("/", self._choose, methods=["GET"]),
            Route("/robots.txt", self._whole(Site.robots), methods=["GET"]),
            Route("/sitemap.xml", self._whole(Site.sitemap), methods=["GET"]),
            Route("/site.css", self._css, methods=["GET"]),
            Route("/events.ics", self._feed, methods=["GET"]),
            Route("/talk", self._talk, methods=["GET"]),
            Route("/favicon.svg", self._file, methods=["GET"]),
            Route("/og.png", self._file, methods=["GET"]),
            Route("/ask.js", self._file, methods=["GET"]),
            Route("/print.js", self._file, methods=["GET"]),
            Route("/{language:language}", self._page, methods=["GET"]),
            Route("/{language:language}/search", self._search, methods=["GET"]),
            Route("/{language:language}/search/", self._search, methods=["GET"]),
            Route("/{language:language}/changes.atom", self._changes, methods=["GET"]),
            Route("/{language:language}/{name:path}", self._page, methods=["GET"]),
        ]

    @property
    def site(self) -> Site:
        """The site of the content in use; a new one after a reload."""
        if not self._library.loaded:
            raise NotReady
        knowledge = self._library.content.knowledge
        site = self._site
        if site is None or site.version != knowledge.version:
            site = self._site = Site(knowledge, self._public_url, self._style.etag, self._coming)
        return site

    @property
    def knowledge(self) -> Knowledge:
        """The content in use."""
        return self._library.content.knowledge

    def reader(self, request: Request) -> bool:
        """Whether somebody reads the answer in a browser, who is helped by a page, not by JSON."""
        return self._library.loaded and _is_read(request)

    def missing(self, request: Request) -> Response:
        """The page for an address that leads nowhere, in the visitor's language."""
        language = self._language(request)
        return served(request, self.site.missing(language), 404)

    @staticmethod
    def _language(request: Request) -> Language:
        """The one that the address names, or the browser prefers."""
        named = language_named(request.url.path.split("/")[1])
        return named or preferred(request.headers.get("accept-language", ""))

    def busy(self, request: Request) -> Response | None:
        """The page for who asks too much at once; None where a program asks."""
        if not self.reader(request):
            return None
        language = self._language(request)
        return served(request, self.site.busy(language), 429, cache="no-store")

    def starting(self, request: Request) -> Response | None:
        """The page that comes again by itself; None where a program asks."""
        if not _is_read(request):
            return None
        asked = language_named(request.query_params.get("language", ""))  # as /talk is
        page = self._starting[asked or self._language(request)]
        wait = {"Retry-After": str(COME_AGAIN)}
        return served(request, page, 503, cache="no-store", more=wait)

    async def _choose(self, request: Request) -> Response:
        language = preferred(request.headers.get("accept-language", ""))
        headers = {**HEADERS, "Vary": "Accept-Language", "Cache-Control": ASK_AGAIN}
        return RedirectResponse(f"/{language}/", 302, headers=headers)

    async def _page(self, request: Request) -> Response:
        site = self.site
        name = request.path_params.get("name", "")
        language = language_named(request.path_params["language"])
        if language is None:
            return self.missing(request)
        page = site.page(language, name)
        proper = f"/{language}/{name}"
        if page is None:
            moved = site.moved(language, name)
            return _redirect(moved) if moved else self.missing(request)
        if request.url.path != proper:
            return _redirect(proper)
        return served(request, page)

    async def _search(self, request: Request) -> Response:
        site = self.site
        language = language_named(request.path_params["language"])
        if language is None:
            return self.missing(request)
        question = clean(request.query_params.get("q", ""))
        if request.url.path != f"/{language}/search":
            asked = f"?{urlencode({'q': question})}" if question else ""
            return _redirect(f"/{language}/search{asked}")
        if len(question) > _LONGEST_QUESTION:
            return _answer(site.results(language, "", None), 400)
        content = self._library.content
        found = await asyncio.to_thread(look_up, content, question, _RESULTS) if question else []
        return _answer(site.results(language, question, found))

    async def _talk(self, request: Request) -> Response:
        asked = request.query_params
        accepted = preferred(request.headers.get("accept-language", ""))
        language = language_named(asked.get("language", "")) or accepted
        page = self.site.talk(language, asked.get("focus", ""))
        return served(request, page, more={"Vary": "Accept-Encoding, Accept-Language"})

    async def _changes(self, request: Request) -> Response:
        language: Language | None = language_named(request.path_params["language"])
        if language is None:
            return self.missing(request)
        if request.path_params["language"] != language:
            return _redirect(f"/{language}/changes.atom")
        return served(request, self.site.changes(language))

    async def _feed(self, request: Request) -> Response:
        host = urlsplit(self._public_url).hostname or "chuangwen"
        feed = feed_of(self._calendar, self.site.events_name, host)
        return served(request, Document(feed, "text/calendar; charset=utf-8"))

    def _coming(self) -> list[Event]:
        return self._calendar.coming(datetime.now(timezone.utc))

    async def _css(self, request: Request) -> Response:
        # Pages name the version, so what they name never changes.
        named = request.query_params.get("v") == self._style.etag
        return served(request, self._style, cache=FOR_GOOD if named else ASK_AGAIN)

    async def _file(self, request: Request) -> Response:
        seconds = _WEEK if request.url.path.endswith(".png") else _HOUR
        headers = {**HEADERS, "Cache-Control": f"public, max-age={seconds}"}
        return FileResponse(_FOLDER / request.url.path.lstrip("/"), headers=headers)

    def _whole(self, document: Callable[[Site], Document]):  # type: ignore[no-untyped-def]
        async def serve(request: Request) -> Response:
            return served(request, document(self.site))

        return serve


def _is_read(request: Request) -> bool:
    html = "text/html" in request.headers.get("accept", "")
    return html and not request.url.path.startswith("/api/")


def _answer(page: str, status: int = 200) -> Response:
    return Response(page, status, {**HEADERS, "Cache-Control": "no-store"}, HTML)


def _redirect(address: str) -> Response:
    return RedirectResponse(address, 301, headers={**HEADERS, "Cache-Control": ASK_AGAIN})
