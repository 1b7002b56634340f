"""The page of a founder's list in a browser: read, changed without script, printed."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest
import uvicorn
from playwright.sync_api import Browser, expect
from starlette.applications import Starlette

from bot.conversation import Conversations
from bot.message import Turn, UserMessage
from bot.people.ownership import Ownership
from bot.site.lists import Lists
from bot.site.pages import Pages
from bot.store.sql import SqlStore
from knowledge.live import Library
from knowledge.models import Knowledge
from tests.browser.axe import problems
from tests.site.conftest import holding
from tests.site.test_lists import LINKS, STATE, TOKEN, WHOSE

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def address(knowledge: Knowledge) -> Iterator[str]:
    """Where the list is served."""
    store = SqlStore("sqlite://")

    async def keep() -> None:
        turn = Turn.notice(UserMessage(WHOSE, "m1"), "en", "A list.", number=1)
        await store.create(WHOSE)
        await store.record(turn, "", STATE, Ownership(WHOSE))

    # Playwright has an event loop running in this thread.
    keeping = threading.Thread(target=lambda: asyncio.run(keep()))
    keeping.start()
    keeping.join()
    pages = Pages(cast(Library, holding(knowledge)))
    routes = pages.routes()
    lists = Lists(pages, LINKS, Conversations(cast(Any, None), store))
    app = Starlette(routes=[*lists.routes(), *routes])
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = listening.getsockname()[1]
        yield f"http://127.0.0.1:{port}/en/lists/{TOKEN}"
        server.should_exit = True
        thread.join(timeout=10)


def test_a_fact_is_changed_without_script_and_the_verdict_moves(
    browser: Browser, address: str
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(address)
    expect(page.get_by_role("heading", name="Does not fit")).to_have_count(0)

    page.get_by_role("button", name="Turn round").first.click()

    expect(page.get_by_role("heading", name="Does not fit")).to_be_visible()
    page.get_by_role("button", name="Remove").first.click()
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    page.context.close()


def test_the_page_can_be_used_by_everybody(browser: Browser, address: str) -> None:
    page = browser.new_context(bypass_csp=True).new_page()
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(address)

    assert problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


def test_the_whole_list_is_printed_and_nothing_to_tap(browser: Browser, address: str) -> None:
    page = browser.new_context().new_page()
    page.goto(address)
    expect(page.get_by_role("button", name="Print or save as PDF")).to_be_visible()

    page.emulate_media(media="print")

    expect(page.get_by_role("button")).to_have_count(0)
    for words in ("6.1", "6.2", "采取股权投资方式", "12366"):
        expect(page.get_by_text(words).first).to_be_visible()
    page.context.close()
