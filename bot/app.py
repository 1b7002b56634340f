"""The one process: channels, store, assistant, put together."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.assistant import Assistant, RasaAssistant
from bot.attendant import Attendant
from bot.channels.contracts import Services
from bot.channels.registry import open_channels
from bot.channels.texts import channel_texts
from bot.channels.tokens import Tokens
from bot.channels.web import WebChannel
from bot.channels.web_letters import WebLetters
from bot.conversation import Conversations, UnknownConversation
from bot.desk.routes import desk_routes
from bot.desk.services import Desk, open_desk
from bot.http import Guarded, NotReady, Problem, problem_response
from bot.library import library_attendants, open_calendar
from bot.limits import RateLimits
from bot.message import AssistantUnavailable, UnknownChoice, UnknownProvision
from bot.people.outbox import Outbox
from bot.privacy import without_text
from bot.retention import Retention
from bot.running import running
from bot.secretary.calendar import Calendar
from bot.secretary.event_file import EventsError
from bot.secretary.following import Following
from bot.secretary.list_links import ListLinks
from bot.secretary.my_list import MyList
from bot.secretary.news import Bulletin
from bot.settings import Settings
from bot.site.api import KnowledgeApi
from bot.site.demo import Demo
from bot.site.lists import Lists
from bot.site.pages import Pages
from bot.site.widget_routes import Widget, cross_origin
from bot.store.feedback import SqlFeedback
from bot.store.following import SqlFollows
from bot.store.inbox import SqlInbox
from bot.store.news import SqlNews
from bot.store.sql import SqlStore
from knowledge.card import Card
from knowledge.cards import make_card
from knowledge.language import Language
from knowledge.live import LIBRARY, Library
from knowledge.lookup import look_up
from knowledge.reader import ContentError

logger = logging.getLogger(__name__)


def make_app(
    settings: Settings,
    assistant: Assistant | None = None,
    store: SqlStore | None = None,
    library: Library = LIBRARY,
    desk: Desk | None = None,
) -> Starlette:
    """The ASGI application; what is not given is made from the settings."""
    library.configure(settings.knowledge_dirs, settings.cache_dir)
    assistant = assistant or RasaAssistant(settings.model)
    store = store or SqlStore(settings.database)
    desk = desk or open_desk(settings, store)
    calendar = open_calendar(settings)
    links = ListLinks(settings.signing_key())
    # Before the reception: a tap that stops something works while a person is waited for.
    following = Following(SqlFollows(store, desk.clock), lambda: library.content.knowledge)
    secretary = library_attendants(desk, library, calendar, settings.public_url)
    attendants: tuple[Attendant, ...] = (
        following,
        desk.reception,
        MyList(links, settings.public_url),
        *secretary,
    )
    conversations = Conversations(assistant, store, attendants, desk.events, way=desk.way)

    def lookup(question: str, language: Language, limit: int) -> list[Card]:
        content = library.content
        found = look_up(content, question, limit)
        return [make_card(content.knowledge, provision, language) for provision in found]

    services = Services(conversations, SqlInbox(store), channel_texts(), lookup)
    channels = open_channels(settings, services)
    by_name = {channel.name: channel for channel in channels}
    outbox = Outbox(desk.letters, by_name, desk.events)
    retention = Retention(
        store,
        timedelta(days=settings.keep_conversations_days),
        timedelta(days=settings.keep_calls_days),
        desk.clock,
    )
    bulletin = Bulletin(SqlNews(store, desk.clock), library.show_news)
    pages = Pages(library, settings.public_url, calendar)
    page_routes = pages.routes()  # first of all: they teach Starlette the languages
    tokens = Tokens(settings.signing_key())

    async def start() -> None:
        await assistant.start()
        for channel in channels:
            await channel.start()
        outbox.start()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        # Loading takes seconds; /health and /ready answer meanwhile.
        app.state.started = loop.create_task(start())
        beside = [loop.create_task(desk.watch()), loop.create_task(retention.run())]
        beside.append(loop.create_task(bulletin.run()))
        with suppress(NotImplementedError, ValueError, RuntimeError):
            # Not the main thread, as in tests: there is no signal to take.
            loop.add_signal_handler(
                signal.SIGHUP, lambda: loop.create_task(_reload(library, calendar))
            )
        with running(settings.pid_file):
            yield
        app.state.started.cancel()
        for task in beside:
            task.cancel()
        await outbox.stop()
        for channel in channels:
            await channel.stop()
        await assistant.stop()
        await store.close()

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(request: Request) -> Response:
        if not is_ready(request.app):
            raise NotReady("The assistant is still starting; try again in a moment.")
        return JSONResponse({"status": "ready", "content": library.content.knowledge.version})

    app = Starlette(
        routes=[
            Route("/health", health),
            Route("/ready", ready),
            *WebChannel(conversations, SqlFeedback(store), tokens).routes(),
            *WebLetters(tokens, desk.letters, desk.owners, desk.events).routes(),
            *(route for channel in channels for route in channel.routes()),
            *KnowledgeApi(library).routes(),
            *Widget().routes(),
            *Demo(settings.public_url).routes(),
            *desk_routes(desk, settings, library, by_name, conversations, bulletin.refresh),
            *Lists(pages, links, conversations).routes(),
            *page_routes,
        ],
        exception_handlers={
            Problem: problem_response,
            NotReady: _not_ready(pages),
            HTTPException: _http_error(pages),
            UnknownConversation: _problem(
                404, "No such conversation", "Start one with POST /api/conversations."
            ),
            UnknownChoice: _problem(
                422, "No such choice", "A choice must be one that the last turn offered."
            ),
            UnknownProvision: _problem(
                422,
                "No such provision",
                "focus is a provision or a measure, like 6.2, sz-2016/6.2 or 6.",
            ),
            AssistantUnavailable: _problem(
                503, "No answer", "The assistant did not answer; try again in a moment."
            ),
            Exception: _problem(
                500, "Our mistake", "Something went wrong here. Nothing was lost; try again."
            ),
        },
        middleware=[
            Middleware(Guarded),
            *_behind_proxies(settings.trusted_proxies),
            *cross_origin(settings.widget_origins),
            *_limits(settings.limit_factor, tokens, pages),
        ],
        lifespan=lifespan,
    )
    app.state.end_streams = desk.events.end
    return app


def _behind_proxies(proxies: tuple[str, ...]) -> list[Middleware]:
    """Whose word for a visitor's address is taken; nobody's where none is trusted."""
    if not proxies:
        return []
    networks = [ipaddress.ip_network(proxy) for proxy in proxies]
    # A socket for both kinds of IP shows 10.0.0.1 as ::ffff:10.0.0.1.
    mapped = [f"::ffff:{n.network_address}/{96 + n.prefixlen}" for n in networks if n.version == 4]
    return [Middleware(ProxyHeadersMiddleware, trusted_hosts=[*proxies, *mapped])]


def _limits(factor: float, tokens: Tokens, pages: Pages) -> list[Middleware]:
    if not factor:
        return []
    return [Middleware(RateLimits, holder=tokens.holder, busy=pages.busy, factor=factor)]


def is_ready(app: Starlette) -> bool:
    """Whether the assistant has started; `app.state.started` is the task that starts it."""
    started: asyncio.Task[None] | None = getattr(app.state, "started", None)
    return started is not None and started.done() and not started.exception()


def _problem(status: int, title: str, detail: str):  # type: ignore[no-untyped-def]
    def handler(request: Request, error: Exception) -> Response:
        if status >= 500:
            # The kind of error and where it came from, never what a founder wrote.
            trace = without_text(error) if status == 500 else None
            logger.error("%s on %s", type(error).__name__, request.url.path, exc_info=trace)
        return problem_response(request, Problem(status, title, detail))

    return handler


def _not_ready(pages: Pages):  # type: ignore[no-untyped-def]
    def handler(request: Request, error: Exception) -> Response:
        return pages.starting(request) or problem_response(request, error)

    return handler


def _http_error(pages: Pages):  # type: ignore[no-untyped-def]
    def handler(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404 and pages.reader(request):
            return pages.missing(request)
        headers = dict(error.headers or {})
        detail = f"Allowed here: {headers['Allow']}." if "Allow" in headers else error.detail
        return problem_response(request, Problem(error.status_code, error.detail, detail, headers))

    return handler


async def _reload(library: Library, calendar: Calendar) -> None:
    """Exchange the content and the events; with any mistake in one of them its old stays."""
    try:
        calendar.reload()
        logger.info("events reloaded, there are %d", len(calendar.events))
    except EventsError as error:
        logger.error("events not reloaded, the old stay in use: %s", error)
    try:
        changed = await asyncio.to_thread(library.reload)
        logger.info("content reloaded, %s", "new" if changed else "unchanged")
    except ContentError as error:
        logger.error("content not reloaded, the old stays in use: %s", error)
