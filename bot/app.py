"""The one process: channels, store, assistant, put together."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.assistant import Assistant, RasaAssistant
from bot.channels.contracts import Services
from bot.channels.registry import open_channels
from bot.channels.texts import Texts
from bot.channels.web import WebChannel
from bot.conversation import Conversations, UnknownConversation
from bot.http import Problem, problem_response
from bot.message import AssistantUnavailable, UnknownChoice, UnknownProvision
from bot.privacy import without_text
from bot.running import running
from bot.settings import Settings
from bot.site.api import KnowledgeApi
from bot.site.pages import Pages
from bot.site.talk import talk_routes
from bot.site.widget_routes import Widget, cross_origin
from bot.store.feedback import SqlFeedback
from bot.store.inbox import SqlInbox
from bot.store.sql import SqlStore
from knowledge.card import Card
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
) -> Starlette:
    """The ASGI application; what is not given is made from the settings."""
    library.configure(settings.knowledge_dirs, settings.cache_dir)
    assistant = assistant or RasaAssistant(settings.model)
    store = store or SqlStore(settings.database)
    conversations = Conversations(assistant, store)

    def lookup(question: str, language: Language, limit: int) -> list[Card]:
        return look_up(library.content, question, language, limit)

    services = Services(conversations, SqlInbox(store), Texts.read(), lookup)
    channels = open_channels(settings, services)
    pages = Pages(library, settings.public_url)

    async def start() -> None:
        await assistant.start()
        for channel in channels:
            await channel.start()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        # Loading takes seconds; /health and /ready answer meanwhile.
        app.state.started = loop.create_task(start())
        with suppress(NotImplementedError, ValueError, RuntimeError):
            # Not the main thread, as in tests: there is no signal to take.
            loop.add_signal_handler(signal.SIGHUP, lambda: loop.create_task(_reload(library)))
        with running(settings.pid_file):
            yield
        app.state.started.cancel()
        for channel in channels:
            await channel.stop()
        await assistant.stop()
        await store.close()

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(request: Request) -> Response:
        if not is_ready(request.app):
            raise Problem(
                503, "Not ready", "The assistant is still starting; try again in a moment."
            )
        return JSONResponse({"status": "ready", "content": library.content.knowledge.version})

    return Starlette(
        routes=[
            Route("/health", health),
            Route("/ready", ready),
            *WebChannel(conversations, SqlFeedback(store), settings.signing_key()).routes(),
            *(route for channel in channels for route in channel.routes()),
            *KnowledgeApi(library).routes(),
            *talk_routes(),
            *Widget().routes(),
            *pages.routes(),
        ],
        exception_handlers={
            Problem: problem_response,
            HTTPException: _http_error(pages),
            UnknownConversation: _problem(
                404, "No such conversation", "Start one with POST /api/conversations."
            ),
            UnknownChoice: _problem(
                422, "No such choice", "A choice must be one that the last turn offered."
            ),
            UnknownProvision: _problem(
                422, "No such provision", "focus must be a provision's id, like 6.2 or sz-2016/6.2."
            ),
            AssistantUnavailable: _problem(
                503, "No answer", "The assistant did not answer; try again in a moment."
            ),
            Exception: _problem(
                500, "Our mistake", "Something went wrong here. Nothing was lost; try again."
            ),
        },
        middleware=cross_origin(settings.widget_origins),
        lifespan=lifespan,
    )


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


def _http_error(pages: Pages):  # type: ignore[no-untyped-def]
    def handler(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404 and pages.reader(request):
            return pages.missing(request)
        headers = dict(error.headers or {})
        detail = f"Allowed here: {headers['Allow']}." if "Allow" in headers else error.detail
        return problem_response(request, Problem(error.status_code, error.detail, detail, headers))

    return handler


async def _reload(library: Library) -> None:
    """Exchange the content; with any mistake in it the old stays."""
    try:
        changed = await asyncio.to_thread(library.reload)
        logger.info("content reloaded, %s", "new" if changed else "unchanged")
    except ContentError as error:
        logger.error("content not reloaded, the old stays in use: %s", error)
