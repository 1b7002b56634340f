"""The pages alone, on the shipped content, without Rasa."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.site.pages import Pages
from bot.site.widget_routes import Widget
from knowledge.live import Content, Library
from knowledge.models import Knowledge
from tests.browser.conftest import browser, chromium

__all__ = ["browser", "chromium"]  # fixtures

PUBLIC = "https://faq.example"


@dataclass
class Held:
    """Stands for the library: it holds what it is given, to be exchanged."""

    content: Content
    loaded: bool = True


def holding(knowledge: Knowledge) -> Held:
    """Content of which only the knowledge is asked for: no search, no model."""
    return Held(Content(knowledge, None, None, None, None))  # type: ignore[arg-type]


def client_of(library: Held, public_url: str = PUBLIC) -> TestClient:
    pages = Pages(cast(Library, library), public_url)
    return TestClient(Starlette(routes=pages.routes()), follow_redirects=False)


@pytest.fixture(scope="session")
def site(knowledge: Knowledge) -> TestClient:
    """The shipped content's pages, all but the search."""
    return client_of(holding(knowledge))


@pytest.fixture(scope="session")
def searching(content: Content) -> Iterator[TestClient]:
    """The shipped content's pages with the search."""
    with client_of(Held(content)) as client:
        yield client


@pytest.fixture(scope="session")
def address(content: Content) -> Iterator[str]:
    """Where the pages are served to a real browser; search included."""
    pages = Pages(cast(Library, Held(content)))

    async def busy(request: Request) -> Response:
        return pages.busy(request) or Response(status_code=404)

    # As who asks too much meets it, at an address of its own.
    routes = [*Widget().routes(), Route("/{language}/busy", busy), *pages.routes()]
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=routes), log_level="warning", ws="none")
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)
