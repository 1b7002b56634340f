"""The load: clients that talk to a server, in a process of their own.

`python -m benchmarks.load` reads a plan as JSON from standard input and prints what it measured.
"""

from __future__ import annotations

import http.client
import json
import queue
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

_PATIENCE_SECONDS = 60

Protocol = Literal["ours", "stock"]


@dataclass(frozen=True)
class Plan:
    """Who asks what: each conversation takes the next `turns` texts, `clients` talk at once."""

    protocol: Protocol
    port: int
    clients: int
    turns: int
    texts: list[str]


@dataclass(frozen=True)
class Measured:
    """`seconds` from the first message to the last answer, conversations' beginnings included;
    `taken`: of each turn its number in its conversation, and milliseconds."""

    seconds: float
    taken: list[tuple[int, float]]

    def ms(self, first: int = 1, last: int = sys.maxsize) -> list[float]:
        """Milliseconds of the turns numbered `first` to `last`."""
        return [ms for number, ms in self.taken if first <= number <= last]


def execute(plan: Plan) -> Measured:
    """Talk until all texts are answered. Raises the first error of any client."""
    conversations: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    for start in range(0, len(plan.texts), plan.turns):
        conversations.put(plan.texts[start : start + plan.turns])
    taken: list[tuple[int, float]] = []
    errors: list[Exception] = []
    start_together = threading.Barrier(plan.clients + 1)
    talk = _talk_to_ours if plan.protocol == "ours" else _talk_to_stock

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", plan.port, timeout=_PATIENCE_SECONDS)
        start_together.wait()
        try:
            while not errors:
                taken.extend(talk(connection, conversations.get_nowait()))
        except queue.Empty:
            pass
        except Exception as error:  # noqa: BLE001 - reported by the main thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=client, daemon=True) for _ in range(plan.clients)]
    for thread in threads:
        thread.start()
    start_together.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    if errors:
        raise errors[0]
    return Measured(seconds, taken)


def _talk_to_ours(
    connection: http.client.HTTPConnection, texts: list[str]
) -> list[tuple[int, float]]:
    made = _post(connection, "/api/conversations", {}, {})
    path = f"/api/conversations/{made['id']}/messages"
    headers = {"Authorization": f"Bearer {made['token']}"}
    return _timed(
        texts,
        lambda text: _post(connection, path, {"id": str(uuid.uuid4()), "text": text}, headers),
    )


def _talk_to_stock(
    connection: http.client.HTTPConnection, texts: list[str]
) -> list[tuple[int, float]]:
    sender = str(uuid.uuid4())
    path = "/webhooks/rest/webhook"
    return _timed(
        texts, lambda text: _post(connection, path, {"sender": sender, "message": text}, {})
    )


def _timed(texts: list[str], ask: Callable[[str], Any]) -> list[tuple[int, float]]:
    taken = []
    for number, text in enumerate(texts, start=1):
        started = time.perf_counter()
        ask(text)
        taken.append((number, (time.perf_counter() - started) * 1000))
    return taken


def _post(
    connection: http.client.HTTPConnection, path: str, data: Any, headers: dict[str, str]
) -> Any:
    body = json.dumps(data).encode()
    connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
    response = connection.getresponse()
    answer = json.loads(response.read())
    # Rasa answers 200 with an empty list where something failed.
    if response.status not in (200, 201) or not answer:
        raise RuntimeError(f"{path}: {response.status} {str(answer)[:200]}")
    return answer


if __name__ == "__main__":
    json.dump(asdict(execute(Plan(**json.load(sys.stdin)))), sys.stdout)
