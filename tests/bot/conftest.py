"""What the tests of bot/ share: assistants (fake and real), servers of their own, PostgreSQL."""

from __future__ import annotations

import asyncio
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import sqlalchemy as sa

from bot.message import Effect, Part, Reply, UserMessage
from bot.settings import PROJECT, Settings
from tests import built

if TYPE_CHECKING:  # Rasa takes seconds to import, and half of these tests need none of it.
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from bot.assistant import RasaAssistant, State

SECRET = "a secret of the tests, which is long enough"
START_SECONDS = 180.0


class FakeAssistant:
    """Follows the Assistant protocol: repeats what it is told, counts turns in its state."""

    def __init__(self) -> None:
        self.asked: list[tuple[UserMessage, str | None, State]] = []
        self.error: Exception | None = None
        self.gate: Callable[[UserMessage], Any] | None = None
        self.choices: tuple[tuple[str, str], ...] = ()
        self.fragments: set[str] = set()
        self.effects: tuple[Effect, ...] = ()

    async def start(self) -> None:
        pass

    async def answer(
        self, message: UserMessage, payload: str | None, state: State
    ) -> tuple[Reply, State]:
        self.asked.append((message, payload, dict(state)))
        if self.gate is not None:
            await self.gate(message)
        if self.error is not None:
            raise self.error
        reply = Reply(
            outcome="smalltalk",
            language=message.language or "zh-Hans",
            intent="greet",
            confidence=1.0,
            parts=(Part(text=f"you said: {payload or message.text}"),),
            choices=self.choices,
            found=(),
            effects=self.effects,
        )
        said = [*state.get("said", []), message.text]
        return reply, {"said": said}

    async def is_fragment(self, text: str) -> bool:
        return text in self.fragments

    async def stop(self) -> None:
        pass


@dataclass
class Talk:
    """One conversation over the API, as a client has it."""

    client: Any
    id: str
    token: str
    last: dict[str, Any] = field(default_factory=dict)

    def post(self, body: Any, token: str | None = None) -> Any:
        return self.client.post(
            f"/api/conversations/{self.id}/messages",
            json=body,
            headers={"Authorization": f"Bearer {token or self.token}"},
        )

    def say(self, text: str, **more: Any) -> dict[str, Any]:
        return self._turn({"text": text, **more})

    def choose(self, position: int, **more: Any) -> dict[str, Any]:
        return self._turn({"choice": self.last["choices"][position]["id"], **more})

    def _turn(self, body: dict[str, Any]) -> dict[str, Any]:
        response = self.post({"id": str(uuid.uuid4()), **body})
        assert response.status_code == 200, response.text
        self.last = response.json()
        return self.last


def start_talk(client: Any) -> Talk:
    response = client.post("/api/conversations")
    assert response.status_code == 201, response.text
    return Talk(client, **response.json())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Ask again and again, for things that another process does."""
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.05)


@pytest.fixture
def fake_assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture(scope="session")
def search_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the search in it, to copy from."""
    return built.copy_to(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def make_data_dir(
    search_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Path]:
    """Makes data folders in which the search need not be built."""

    def make() -> Path:
        folder = tmp_path_factory.mktemp("var")
        shutil.copytree(search_cache, folder / "cache")
        return folder

    return make


@pytest.fixture(scope="session")
def settings(make_data_dir: Callable[[], Path]) -> Settings:
    return Settings(data_dir=make_data_dir(), secret=SECRET, limit_factor=0)


@pytest.fixture(scope="session")
def assistant(settings: Settings) -> Iterator[RasaAssistant]:
    """The real one. Tests that use it are of the xdist group "assistant": one load for all."""
    if not settings.model.exists():
        pytest.fail(f"{settings.model} is missing; `make install` trains it")
    from bot.assistant import RasaAssistant
    from knowledge.live import LIBRARY

    LIBRARY.configure(settings.knowledge_dirs, settings.cache_dir)
    assistant = RasaAssistant(settings.model)
    asyncio.run(assistant.start())
    yield assistant
    asyncio.run(assistant.stop())


class Started:
    """The assistant, already started: the app's own start and stop must not end it."""

    def __init__(self, assistant: RasaAssistant) -> None:
        self.answer, self.is_fragment = assistant.answer, assistant.is_fragment

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass


@pytest.fixture(scope="session")
def app(settings: Settings, assistant: RasaAssistant) -> Starlette:
    from bot.app import make_app

    return make_app(settings, assistant=Started(assistant))


@pytest.fixture(scope="session")
def client(app: Starlette) -> Iterator[TestClient]:
    """The real app, with its start and stop, without a network."""
    from starlette.testclient import TestClient

    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def talk(client: TestClient) -> Talk:
    return start_talk(client)


@pytest.fixture
def another_talk(client: TestClient) -> Talk:
    return start_talk(client)


@pytest.fixture
def new_talk(client: TestClient) -> Callable[[], Talk]:
    return lambda: start_talk(client)


def environment(**settings: object) -> dict[str, str]:
    """That of this process, without the developer's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHUANGWEN_")}
    # A test asks faster than any founder.
    settings = {"limit_factor": 0, **settings}
    given = {f"CHUANGWEN_{name.upper()}": str(value) for name, value in settings.items()}
    return {**kept, "PYTHONWARNINGS": "ignore", "RASA_TELEMETRY_ENABLED": "false", **given}


@pytest.fixture(scope="session")
def run_bot() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `python -m bot …` to its end; keyword arguments are settings, `stdin` its input."""

    def run(
        *arguments: str, stdin: str = "", **settings: object
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=PROJECT,
            env=environment(**settings),
            timeout=START_SECONDS,
        )

    return run


class Server:
    """`python -m bot serve` in a process of its own."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data_dir = folder
        self._log = folder / "server.log"
        self._settings = {"data_dir": folder, **settings}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve", "--port", str(self.port)],
                stdout=log,
                stderr=log,
                cwd=PROJECT,
                env=environment(**self._settings),
            )
        wait_until(self._answers, f"the server on port {self.port}")

    def kill(self) -> None:
        """As `kill -9` does: no goodbye."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        """As a service manager does; it says goodbye and ends by the signal itself."""
        assert self._process is not None
        self._process.terminate()
        assert self._process.wait(timeout=30) in (0, -signal.SIGTERM)

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the server ended:\n{self.log[-2000:]}"
        try:
            return httpx.get(f"{self.url}/ready", timeout=5).status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture(scope="module")
def make_server(make_data_dir: Callable[[], Path]) -> Iterator[Callable[..., Server]]:
    """Makes servers that do not outlive the tests of a file."""
    servers: list[Server] = []

    def make(**settings: object) -> Server:
        servers.append(Server(make_data_dir(), secret=SECRET, **settings))
        return servers[-1]

    yield make
    for server in servers:
        server.kill()


_names = itertools.count()


def empty_database(postgresql: str) -> str:
    """The address of a new database on that server."""
    server = sa.engine.make_url(postgresql)
    name = f"test_{next(_names)}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", future=True)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return str(server.set(database=name))


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))]
)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of SQLite and of PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'folder' / 'chuangwen.db'}"
    return empty_database(request.getfixturevalue("postgresql"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, on a free port, gone afterwards."""
    programs = _postgresql_programs()
    # Not under pytest's folder, which only its owner may enter: PostgreSQL refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="chuangwen-postgresql-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        ids = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        as_user = ["setpriv", *ids]
    port, data, log = free_port(), folder / "data", folder / "log"

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*as_user, str(programs / program), *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=folder,
            timeout=60,
        )
        assert done.returncode == 0, f"{program}: {done.stderr.decode(errors='replace')}"

    try:
        run("initdb", "-D", str(data), "-U", "chuangwen", "-A", "trust", "-E", "UTF8", "-N")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -F"
        run("pg_ctl", "-D", str(data), "-l", str(log), "-o", options, "-w", "start")
        try:
            yield f"postgresql+psycopg2://chuangwen@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _postgresql_programs() -> Path:
    """The folder of initdb and pg_ctl; installs Debian's package where we may."""

    def newest() -> Path | None:
        found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
        return max((f.parent for f in found), key=lambda p: int(p.parent.name), default=None)

    programs = newest()
    if programs is None and (on_path := shutil.which("initdb")):
        programs = Path(on_path).parent
    if programs is None and os.geteuid() == 0 and shutil.which("apt-get"):
        apt_get = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
        for command in (["update"], ["install", "-y", "--no-install-recommends", "postgresql"]):
            subprocess.run([*apt_get, *command], capture_output=True, timeout=300)
        programs = newest()
    if programs is None:
        pytest.fail("these tests need PostgreSQL: install it (Debian: apt-get install postgresql)")
    return programs


@pytest.fixture(scope="session")
def portal() -> Iterator[Any]:
    """An event loop for tests that cannot be coroutines themselves (Hypothesis)."""
    from anyio.from_thread import start_blocking_portal

    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="session")
def tmp_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A store without a server around it."""
    from bot.store.sql import SqlStore

    store = SqlStore(f"sqlite:///{tmp_path_factory.mktemp('store') / 'chuangwen.db'}")
    yield store
    asyncio.run(store.close())
