"""Letters on their way to a web page, over a real socket: a stream that resumes, and a list."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from starlette.applications import Starlette

from bot.channels.tokens import Tokens, conversation_of
from bot.channels.web_letters import WebLetters
from bot.desk.services import Desk, open_desk
from bot.http import Problem, problem_response
from bot.message import Part
from bot.people.letter import Letter
from bot.people.ownership import Ownership
from bot.settings import Settings
from bot.store.desk_tables import staff
from bot.store.sql import SqlStore
from tests.bot.conftest import SECRET, FakeAssistant

NOW = datetime(2026, 11, 25, 9, tzinfo=timezone.utc)
CLERK = 1
NEVER = 60.0  # seconds: no beat comes within a test
WITHIN = 5.0


@dataclass
class Page:
    """A page in a browser: one conversation and its token."""

    client: httpx.AsyncClient
    identity: str
    token: str

    @property
    def conversation(self) -> str:
        return conversation_of(self.identity)

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **more}

    def address(self, kind: str) -> str:
        return f"/api/conversations/{self.identity}/{kind}"

    async def letters(self, after: int = 0) -> dict[str, Any]:
        response = await self.client.get(
            self.address("letters"), params={"after": after}, headers=self.headers()
        )
        assert response.status_code == 200, response.text
        assert response.headers["cache-control"] == "no-store"
        data: dict[str, Any] = response.json()
        return data

    @asynccontextmanager
    async def stream(self, query: str = "", **headers: str) -> AsyncIterator[Stream]:
        address = self.address("events") + query
        async with self.client.stream("GET", address, headers=self.headers(**headers)) as response:
            yield Stream(response)


class Stream:
    """Events as they come; a beat is the event "beat"."""

    def __init__(self, response: httpx.Response) -> None:
        self.response, self.status = response, response.status_code
        self._chunks = response.aiter_text()
        self._text = ""

    async def next(self) -> tuple[str, Any, str]:
        """Name, data and id of the next one; raises StopAsyncIteration at the end."""
        while "\n\n" not in self._text:
            self._text += await asyncio.wait_for(self._chunks.__anext__(), WITHIN)
        event, _, self._text = self._text.partition("\n\n")
        if event == ":":
            return "beat", None, ""
        lines = dict(line.split(": ", 1) for line in event.splitlines())
        return lines["event"], json.loads(lines["data"]), lines.get("id", "")

    async def texts(self, count: int) -> list[str]:
        """The texts of the next letters."""
        texts: list[str] = []
        while len(texts) < count:
            name, data, _ = await self.next()
            if name == "letter":
                texts.append(data["text"])
        return texts


@dataclass
class Site:
    """The routes on a port of their own, and the desk behind them."""

    desk: Desk
    tokens: Tokens = field(default_factory=lambda: Tokens(SECRET))
    serving: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def page(self, beat: float = NEVER, letters: Any = None) -> Page:
        """A new conversation, which a clerk has."""
        routes = WebLetters(
            self.tokens, letters or self.desk.letters, self.desk.owners, self.desk.events, beat
        ).routes()
        app = Starlette(routes=routes, exception_handlers={Problem: problem_response})
        server = uvicorn.Server(config(app, lifespan="off"))
        client, _ = await self.serving.enter_async_context(serving(server))
        page = Page(client, *self.tokens.issue())
        await self.desk.store.create(page.conversation)
        asked = Ownership(page.conversation).change("asked")
        await self.desk.owners.apply(asked, NOW, "zh-Hans")
        return page

    async def take(self, page: Page) -> None:
        await self.desk.handover.take(page.conversation, CLERK)

    async def say(self, page: Page, *texts: str) -> None:
        for text in texts:
            await self.desk.handover.say(page.conversation, text, CLERK, (Part(text=text),))


@asynccontextmanager
async def serving(
    server: uvicorn.Server,
) -> AsyncIterator[tuple[httpx.AsyncClient, asyncio.Task[None]]]:
    """A client of a server on a free port, and the server's run."""
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    run = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.001)
    async with httpx.AsyncClient(base_url=address, timeout=WITHIN) as client:
        yield client, run
    server.should_exit = server.force_exit = True
    await run


def config(app: Starlette, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(app, ws="none", log_config=None, **more)


async def desk_in(folder: Path) -> Desk:
    store = SqlStore(f"sqlite:///{folder / 'talk.db'}")
    row = {"id": CLERK, "name": "Li", "role": "clerk", "password": "", "active": True, "failed": 0}
    await store.run(lambda c: c.execute(staff.insert(), {**row, "created": NOW}))
    return open_desk(Settings(data_dir=folder), store, lambda: NOW)


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    site = Site(await desk_in(tmp_path))
    yield site
    await site.serving.aclose()
    await site.desk.store.close()


async def test_what_is_written_arrives_as_it_is_written_with_who_answers(site: Site) -> None:
    page = await site.page()
    async with page.stream() as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        assert stream.response.headers["cache-control"] == "no-store"
        assert await stream.next() == ("owner", {"owner": "waiting"}, "")

        await site.take(page)
        name, letter, identity = await stream.next()
        assert (name, identity, letter["author"]) == ("letter", "1", "notice")
        # The letter that tells of it comes before the new owner: who hears of it may leave.
        assert await stream.next() == ("owner", {"owner": "human"}, "")

        await site.say(page, "你好，\n我姓李。")
        name, letter, identity = await stream.next()

    assert (name, identity) == ("letter", "2")
    assert (letter["number"], letter["author"], letter["text"]) == (2, "staff", "你好，\n我姓李。")
    assert "staff" not in letter  # who of them it was is not the founder's to know
    letters = await site.desk.letters.after(page.conversation)
    assert [each.delivery for each in letters] == ["sent", "sent"]


@pytest.mark.parametrize(
    ("query", "headers"),
    [("?after=2", {}), ("", {"Last-Event-ID": "2"}), ("?after=0", {"Last-Event-ID": "2"})],
    ids=["after", "last event", "last event before after"],
)
async def test_a_stream_goes_on_where_it_broke(
    site: Site, query: str, headers: dict[str, str]
) -> None:
    page = await site.page()
    await site.take(page)
    await site.say(page, "第二封", "第三封")
    async with page.stream() as stream:
        assert (await stream.texts(3))[1:] == ["第二封", "第三封"]
    await site.say(page, "断开时写的")

    async with page.stream(query, **headers) as stream:
        assert await stream.texts(2) == ["第三封", "断开时写的"]


async def test_a_letter_written_between_reading_and_waiting_arrives_at_once_and_once(
    site: Site,
) -> None:
    class Interrupted:
        """Letters, during whose reading one more is written."""

        async def after(self, conversation: str, number: int = 0) -> list[Letter]:
            found = await site.desk.letters.after(conversation, number)
            if len(found) == 1 and number == 0:
                await site.say(page, "正好此时写的")
            return found

        async def mark(self, *what: Any) -> None:
            await site.desk.letters.mark(*what)

    page = await site.page(letters=Interrupted())
    await site.take(page)
    async with page.stream() as stream:
        started = time.monotonic()
        assert (await stream.texts(2))[1] == "正好此时写的"
        assert time.monotonic() - started < WITHIN
        await site.say(page, "后来写的")
        assert await stream.texts(1) == ["后来写的"]


async def test_an_idle_stream_beats_and_sees_what_another_process_wrote(
    site: Site, tmp_path: Path
) -> None:
    page = await site.page(beat=0.05)
    await site.take(page)
    other = open_desk(Settings(data_dir=tmp_path), site.desk.store, lambda: NOW)
    async with page.stream() as stream:
        await stream.texts(1)
        assert (await stream.next())[0] == "owner"
        assert (await stream.next())[0] == "beat"
        # Its events are its own: nothing wakes the stream.
        await other.handover.say(page.conversation, "k", CLERK, (Part(text="别处写的"),))
        assert await stream.texts(1) == ["别处写的"]


async def test_every_tab_gets_every_letter(site: Site) -> None:
    page = await site.page()
    await site.take(page)
    async with page.stream() as one, page.stream() as other:
        await site.say(page, "两边都有")
        assert (await one.texts(2))[1] == (await other.texts(2))[1] == "两边都有"


async def test_the_list_gives_what_came_after_and_who_answers(site: Site) -> None:
    page = await site.page()
    assert await page.letters() == {"owner": "waiting", "letters": []}
    await site.take(page)
    await site.say(page, "请问在哪个区？")

    heard = await page.letters(after=1)

    assert heard["owner"] == "human"
    assert [letter["text"] for letter in heard["letters"]] == ["请问在哪个区？"]
    assert (await page.letters(after=2))["letters"] == []
    (before, seen) = await site.desk.letters.after(page.conversation)
    assert (before.delivery, seen.delivery) == ("open", "sent")


@pytest.mark.parametrize("kind", ["events", "letters"])
async def test_nobody_else_is_told(site: Site, kind: str) -> None:
    page = await site.page()
    _, foreign = site.tokens.issue()
    _, forged = Tokens("another secret of somebody else's").issue()

    async def status(**headers: str) -> int:
        return (await page.client.get(page.address(kind), headers=headers)).status_code

    assert await status() == 401
    assert await status(Authorization=f"Bearer {forged}") == 401
    assert await status(Authorization=f"Bearer {foreign}") == 403
    assert (await page.client.get(f"{page.address(kind)}?token={page.token}")).status_code == 401


@pytest.mark.parametrize("kind", ["events", "letters"])
@pytest.mark.parametrize("after", ["-1", "x", "1.5", "", "９", "9" * 10])
async def test_what_is_no_number_is_refused(site: Site, kind: str, after: str) -> None:
    page = await site.page()

    response = await page.client.get(
        page.address(kind), params={"after": after}, headers=page.headers()
    )

    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


async def test_more_streams_than_anybody_has_tabs_are_refused_until_one_is_closed(
    site: Site,
) -> None:
    page = await site.page()
    async with AsyncExitStack() as tabs:
        seven = [await tabs.enter_async_context(page.stream()) for _ in range(7)]
        assert {(await stream.next())[0] for stream in seven} == {"owner"}
        async with page.stream() as eighth:
            await eighth.next()
            async with page.stream() as ninth:
                assert ninth.status == 429
                assert ninth.response.headers["retry-after"] == "60"
            other = await site.page()
            async with other.stream() as stream:  # of another conversation
                assert stream.status == 200

        async def opened() -> bool:
            async with page.stream() as stream:
                return stream.status == 200

        deadline = time.monotonic() + WITHIN
        while not await opened():
            assert time.monotonic() < deadline


async def test_a_stream_ends_when_the_conversation_is_deleted_and_is_not_opened_again(
    site: Site,
) -> None:
    page = await site.page()
    async with page.stream() as stream:
        await stream.next()
        await site.desk.store.forget(page.conversation)
        site.desk.events.publish(page.conversation)
        with pytest.raises(StopAsyncIteration):
            await stream.next()

    for kind in ("events", "letters"):
        response = await page.client.get(page.address(kind), headers=page.headers())
        assert response.status_code == 404


async def test_an_open_stream_does_not_hold_up_the_end_of_the_server(tmp_path: Path) -> None:
    from bot.app import make_app
    from bot.commands.serve import Server

    desk = await desk_in(tmp_path)
    settings = Settings(data_dir=tmp_path, secret=SECRET)
    app = make_app(settings, FakeAssistant(), desk.store, desk=desk)
    server = Server(config(app), app, "http://bot")
    async with serving(server) as (client, run):
        page = Page(client, *(await client.post("/api/conversations")).json().values())
        async with page.stream() as stream:
            assert await stream.next() == ("owner", {"owner": "bot"}, "")
            begun = time.monotonic()
            server.should_exit = True
            await asyncio.wait_for(asyncio.shield(run), WITHIN)

    assert time.monotonic() - begun < 1.0
