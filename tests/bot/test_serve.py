"""The server as a process: it is killed, it is told to reload, it is asked to stop."""

from __future__ import annotations

import signal
import socket
import sqlite3
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.bot.conftest import Server, Talk, start_talk, wait_until
from tests.knowledge.test_mistakes import FAIR, replace

pytestmark = pytest.mark.xdist_group("serve")

TEXTS = ("有没有贷款？", "还有别的吗", "第二个详细说说", "who do I ask?", "6.2", "谢谢")


class Client(threading.Thread):
    """Talks until the server is gone; keeps what was acknowledged."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._http = httpx.Client(base_url=url, timeout=30)
        self.talk = start_talk(self._http)
        self.acknowledged: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def run(self) -> None:
        number = 0
        while True:
            body = {"id": str(uuid.uuid4()), "text": TEXTS[number % len(TEXTS)]}
            number += 1
            try:
                response = self.talk.post(body)
            except httpx.TransportError:
                return
            assert response.status_code == 200, response.text
            self.acknowledged.append((body, response.json()))


def test_no_acknowledged_turn_is_lost_when_the_server_is_killed(
    make_server: Callable[..., Server],
) -> None:
    server = make_server()
    server.start()
    clients = [Client(server.url) for _ in range(6)]
    for client in clients:
        client.start()
    wait_until(lambda: sum(len(c.acknowledged) for c in clients) >= 120, "120 turns", 60)

    server.kill()  # in the middle of turns
    for client in clients:
        client.join(timeout=30)

    acknowledged = {
        (client.talk.id, body["id"]): turn
        for client in clients
        for body, turn in client.acknowledged
    }
    assert len(acknowledged) >= 120
    with sqlite3.connect(server.data_dir / "chuangwen.db") as database:
        rows = database.execute("SELECT conversation, message_id, number FROM turns").fetchall()
        states = dict(database.execute("SELECT id, turns FROM conversations").fetchall())
    stored = {(name.removeprefix("web:"), message): number for name, message, number in rows}
    assert set(acknowledged) <= set(stored)
    # At most the one turn of each client that nobody heard of.
    assert len(stored) <= len(acknowledged) + len(clients)
    # Turn and state go together.
    for name, turns in states.items():
        numbers = [n for (own, _), n in stored.items() if own == name.removeprefix("web:")]
        assert sorted(numbers) == list(range(1, turns + 1))

    server.start()  # with the same data folder
    with httpx.Client(base_url=server.url, timeout=30) as http:
        for client in clients:
            again = Talk(http, client.talk.id, client.talk.token)
            for body, turn in client.acknowledged:
                response = again.post(body)
                assert response.status_code == 200, response.text
                assert response.json() == turn
            following = again.say("谢谢")
            assert following["number"] == states[f"web:{client.talk.id}"] + 1


def find(server: Server, question: str) -> str:
    """The provision that the running server finds first."""
    found = httpx.get(f"{server.url}/api/search", params={"q": question}, timeout=30).json()
    return str(found["matches"][0]["provision"])


def version(server: Server) -> str:
    return str(httpx.get(f"{server.url}/ready", timeout=30).json()["content"])


# Words that are nowhere in the content.
QUESTION = "办公室租金补贴跳舞企鹅"


def test_changed_content_is_taken_whole_or_not_at_all_while_the_server_answers(
    make_server: Callable[..., Server], run_bot: Callable[..., Any], city_copy: Path
) -> None:
    server = make_server(knowledge_dirs=city_copy)
    settings = {"data_dir": server.data_dir, "knowledge_dirs": city_copy}
    server.start()
    before = version(server)
    assert find(server, QUESTION) != "yz-2021/40.1"

    # A question is added, as the README tells.
    replace(city_copy, FAIR, "    - 竹编摆摊要钱吗", f"    - 竹编摆摊要钱吗\n    - {QUESTION}")
    assert version(server) == before  # not before it is told
    done = run_bot("reload", **settings)
    assert done.returncode == 0, done.stderr
    wait_until(lambda: version(server) != before, "the new content")
    assert version(server) in done.stdout
    assert find(server, QUESTION) == "yz-2021/40.1"

    # Then a mistake: the command says it, and the server is not even told.
    new = version(server)
    file = city_copy / FAIR
    good = file.read_text(encoding="utf-8")
    replace(city_copy, FAIR, "measure: 40", "mesure: 40")
    done = run_bot("reload", **settings)
    assert done.returncode == 1
    assert "measures/40.yml" in done.stderr
    assert "Traceback" not in done.stderr
    assert version(server) == new

    # And if it is told all the same, it keeps what it has and says why.
    server.signal(signal.SIGHUP)
    wait_until(lambda: "content not reloaded" in server.log, "the refusal", 60)
    assert "measures/40.yml" in server.log
    assert version(server) == new
    assert find(server, QUESTION) == "yz-2021/40.1"
    with httpx.Client(base_url=server.url, timeout=30) as http:
        turn = start_talk(http).say("40.1")
    assert turn["provisions"][0] == "yz-2021/40.1"

    # Mended, it is as before.
    file.write_text(good, encoding="utf-8")
    assert run_bot("reload", **settings).returncode == 0
    assert version(server) == new

    server.stop()
    done = run_bot("reload", **settings)
    assert done.returncode == 1
    assert str(server.data_dir) in done.stderr


def test_a_port_that_is_taken_is_said_and_ends_the_server(
    make_data_dir: Callable[[], Path], run_bot: Callable[..., Any]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        done = run_bot("serve", "--port", port, data_dir=make_data_dir())

    assert done.returncode == 1
    assert "address already in use" in done.stderr.lower()
    assert port in done.stderr
    assert "Traceback" not in done.stderr
