"""What tests of the desk share: the real app with a clock to turn, and staff who are signed in."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette

from bot.desk.accounts import Accounts
from bot.desk.passwords import Passwords
from bot.desk.services import Desk, open_desk
from bot.people.staff import Role, Staff
from bot.settings import Settings
from bot.store.sql import SqlStore
from tests.bot.conftest import empty_database, postgresql  # noqa: F401 - a fixture
from tests.browser.widget import Answering

PASSWORD = "a lamp beside two rivers"
BASE = "http://127.0.0.1"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class Clock:
    """Stands still until it is turned."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 25, 2, 0, tzinfo=timezone.utc))

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **span: float) -> None:
        """On by minutes=…, hours=…."""
        self.now += timedelta(**span)


@dataclass(frozen=True)
class DeskApp:
    """The app, and what it works with, to look at and to prepare."""

    app: Starlette
    desk: Desk
    accounts: Accounts
    clock: Clock
    settings: Settings
    store: SqlStore
    assistant: Answering

    def client(self, **headers: str) -> httpx.AsyncClient:
        """A browser with cookies of its own; it follows no redirect."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=True)
        accept = {"Accept": "text/html", "Accept-Language": "en"}
        return httpx.AsyncClient(transport=transport, base_url=BASE, headers={**accept, **headers})


class DeskClient(httpx.AsyncClient):
    """A browser in which somebody is signed in; `post` sends the CSRF token along."""

    staff: Staff
    csrf: str

    async def send_form(self, url: str, **fields: str) -> httpx.Response:
        """A form of the desk, as a browser sends it."""
        return await self.post(url, data={"csrf": self.csrf, **fields})


SignedIn = Callable[..., Awaitable[DeskClient]]


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))]
)
async def both_stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqlStore]:
    """An empty store, once in SQLite and once in PostgreSQL."""
    address = f"sqlite:///{tmp_path / 'both.db'}"
    if request.param == "postgresql":
        address = empty_database(request.getfixturevalue("postgresql"))
    store = SqlStore(address)
    yield store
    await store.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk_settings(tmp_path: Path) -> Settings:
    """Overridden by tests that need others."""
    return Settings(data_dir=tmp_path, secret="a secret of the tests " * 2)


@pytest.fixture
async def desk_app(desk_settings: Settings, clock: Clock) -> AsyncIterator[DeskApp]:
    """The real app with an assistant that answers at once; its start and stop are not run."""
    from bot.app import make_app

    store = SqlStore(desk_settings.database, clock=clock)
    # The tests sign in hundreds of times.
    desk = replace(open_desk(desk_settings, store, clock), passwords=Passwords(QUICK))
    assistant = Answering()
    app = make_app(desk_settings, assistant=assistant, store=store, desk=desk)  # type: ignore[arg-type]
    yield DeskApp(app, desk, Accounts(desk), clock, desk_settings, store, assistant)
    await store.close()


@pytest.fixture
async def signed_in(desk_app: DeskApp) -> AsyncIterator[SignedIn]:
    """`await signed_in("clerk")`: a browser of a new member of staff; `name=` chooses another."""
    clients: list[DeskClient] = []

    async def sign_in(role: Role, name: str = "", language: str = "en") -> DeskClient:
        name = name or f"{role}-{len(clients)}"
        staff = await desk_app.accounts.add(name, role, PASSWORD)
        client = DeskClient(
            transport=httpx.ASGITransport(desk_app.app),
            base_url=BASE,
            headers={"Accept": "text/html", "Accept-Language": language},
        )
        clients.append(client)
        await sign_in_as(client, name)
        client.staff, client.csrf = staff, csrf_of((await client.get("/desk/audit")).text)
        return client

    yield sign_in
    for client in clients:
        await client.aclose()


async def sign_in_as(
    client: httpx.AsyncClient, name: str, password: str = PASSWORD, **fields: str
) -> httpx.Response:
    """Through the page, as a browser does."""
    page = await client.get("/desk/sign-in")
    sent = {"csrf": field_of(page.text, "csrf"), "name": name, "password": password, **fields}
    return await client.post("/desk/sign-in", data=sent)


def csrf_of(page: str) -> str:
    """The token that a page of the desk holds for scripts."""
    found = re.search(r'<meta name="csrf" content="([^"]+)">', page)
    assert found, page[:2000]
    return found[1]


def field_of(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', page)
    assert found, page[:2000]
    return found[1]
