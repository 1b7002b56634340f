"""A server for the tests of the widget: the real app with an assistant that answers at once."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Locator, Page, expect
from starlette.applications import Starlette

from bot.commands.serve import Server
from bot.desk.services import Desk, open_desk
from bot.message import Effect, Part, Reply, UnknownProvision, UserMessage
from bot.settings import Settings
from bot.store.sql import SqlStore
from knowledge.cards import make_card
from knowledge.language import detect
from knowledge.live import LIBRARY
from tests import built

PAGE = """<!doctype html><html lang="zh-Hans" {root}><meta charset="utf-8"><title>园区</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<body><main><h1>园区</h1><a href="/other">另一页</a></main>
<script src="{host}/widget.js" {options} defer></script></body></html>"""
SECRET = "a secret of the tests " * 2
HOSTILE = "<script>document.title='broken'</script><img src=x onerror=alert(1)>"


@dataclass
class Answering:
    """Follows the Assistant protocol: the card of the focus, else of 6.2, and two choices."""

    asked: list[UserMessage] = field(default_factory=list)
    effects: tuple[Effect, ...] = ()
    seconds: float = 0.0

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    async def is_fragment(self, text: str) -> bool:
        return False

    async def answer(
        self, message: UserMessage, payload: str | None, state: dict[str, Any]
    ) -> tuple[Reply, dict[str, Any]]:
        self.asked.append(message)
        await asyncio.sleep(self.seconds)
        language = message.language or detect(message.text or "创业")
        knowledge = LIBRARY.content.knowledge
        provision = knowledge.provision(message.focus or "6.2")
        if provision is None:
            raise UnknownProvision(message.focus)
        said = Part(text=f"[{payload or message.text}]")
        return (
            Reply(
                outcome="answer",
                language=language,
                intent="ask_measure",
                confidence=1.0,
                parts=(said, Part(card=make_card(knowledge, provision, language))),
                choices=(("找哪个部门", "/ask_contact"), ("看原文", "/ask_original")),
                found=(provision.id,),
                effects=self.effects,
            ),
            {},
        )


@dataclass
class WidgetServer:
    """A running app and what it was asked."""

    url: str
    assistant: Answering
    store: SqlStore
    desk: Desk
    loop: asyncio.AbstractEventLoop


@contextlib.contextmanager
def serving(
    folder: Path,
    port: int,
    origins: tuple[str, ...],
    assistant: Answering | None = None,
    **more: Any,
) -> Iterator[WidgetServer]:
    """`more`: other settings."""
    from bot.app import make_app

    settings = Settings(data_dir=folder, secret=SECRET, widget_origins=origins, **more)
    built.in_use()
    assistant, store = assistant or Answering(), SqlStore(settings.database)
    desk = open_desk(settings, store)
    app: Starlette = make_app(settings, assistant=assistant, store=store, desk=desk)
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", ws="none")
    url = f"http://127.0.0.1:{port}"
    server = Server(config, app, url)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve()), daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            thread.join(0.02)
        yield WidgetServer(url, assistant, store, desk, loop)
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@contextlib.contextmanager
def foreign_site(port: int, page: str, policy: str) -> Iterator[str]:
    """A site of another origin: one page at every address, with a policy of its own."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        server.server_close()


def page_with(host: str, options: str = "", root: str = "") -> str:
    """A page of another site with the widget; `root`: attributes of its html element."""
    return PAGE.format(host=host, options=options, root=root)


def policy_for(host: str) -> str:
    """The strictest policy that lets the widget in, as docs/widget.md gives it."""
    return f"default-src 'none'; script-src {host}; connect-src {host}"


def launcher(page: Page) -> Locator:
    return page.locator("chuangwen-chat .launcher")


def question(page: Page) -> Locator:
    return page.locator("chuangwen-chat #question")


def answers(page: Page) -> Locator:
    return page.locator("chuangwen-chat .answer")


def ask(page: Page, text: str) -> None:
    count = answers(page).count()
    question(page).fill(text)
    question(page).press("Enter")
    expect(answers(page)).to_have_count(count + 1)
