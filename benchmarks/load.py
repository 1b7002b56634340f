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
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

_PATIENCE_SECONDS = 60

Protocol = Literal["ours", "stock"]

# Ours must answer every turn. Stock loses one now and then, when its action server closes a
# connection in the moment it is used again; beyond this share the figures would mean nothing.
_MOST_FAILED: dict[Protocol, float] = {"ours": 0.0, "stock": 0.05}
Ask = Callable[[str], bool]


@dataclass(frozen=True)
class Plan:
    """Who asks what: each conversation takes the next `turns` texts, `clients` talk at once."""

    protocol: Protocol
    port: int
    clients: int
    turns: int
    texts: list[str]


@dataclass
class Measured:
    """`seconds` from the first message to the last answer, conversations' beginnings included;
    `taken`: of each answered turn its number in its conversation, and milliseconds;
    `failed`: the numbers of those that got none."""

    seconds: float = 0.0
    taken: list[tuple[int, float]] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)

    @property
    def turns_per_second(self) -> float:
        return len(self.taken) / self.seconds

    def ms(self, first: int = 1, last: int = sys.maxsize) -> list[float]:
        """Milliseconds of the turns numbered `first` to `last`."""
        return [ms for number, ms in self.taken if first <= number <= last]


def execute(plan: Plan) -> Measured:
    """Talk until all texts were said. Raises the first error of any client."""
    conversations: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    for start in range(0, len(plan.texts), plan.turns):
        conversations.put(plan.texts[start : start + plan.turns])
    measured = Measured()
    errors: list[Exception] = []
    start_together = threading.Barrier(plan.clients + 1)
    begin = _begin_ours if plan.protocol == "ours" else _begin_stock

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", plan.port, timeout=_PATIENCE_SECONDS)
        start_together.wait()
        try:
            while not errors:
                texts = conversations.get_nowait()
                _talk(begin(connection), texts, measured)
        except queue.Empty:
            pass
        except Exception as error:  # the main thread raises it
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
    measured.seconds = time.perf_counter() - started
    if errors:
        raise errors[0]
    if len(measured.failed) > _MOST_FAILED[plan.protocol] * len(plan.texts):
        raise RuntimeError(f"{len(measured.failed)} of {len(plan.texts)} turns got no answer")
    return measured


def _talk(ask: Ask, texts: list[str], measured: Measured) -> None:
    for number, text in enumerate(texts, start=1):
        started = time.perf_counter()
        if ask(text):
            measured.taken.append((number, (time.perf_counter() - started) * 1000))
        else:
            measured.failed.append(number)


def _begin_ours(connection: http.client.HTTPConnection) -> Ask:
    made = _post(connection, "/api/conversations", {})
    path = f"/api/conversations/{made['id']}/messages"
    headers = {"Authorization": f"Bearer {made['token']}"}
    return lambda text: bool(
        _post(connection, path, {"id": str(uuid.uuid4()), "text": text}, headers)["replies"]
    )


def _begin_stock(connection: http.client.HTTPConnection) -> Ask:
    sender = str(uuid.uuid4())
    # Rasa answers 200 with an empty list where something failed.
    return lambda text: bool(
        _post(connection, "/webhooks/rest/webhook", {"sender": sender, "message": text})
    )


def _post(
    connection: http.client.HTTPConnection,
    path: str,
    data: Any,
    headers: dict[str, str] | None = None,
) -> Any:
    body = json.dumps(data).encode()
    sent = {"Content-Type": "application/json", **(headers or {})}
    connection.request("POST", path, body, sent)
    response = connection.getresponse()
    answer = json.loads(response.read())
    if response.status not in (200, 201):
        raise RuntimeError(f"{path}: {response.status} {str(answer)[:200]}")
    return answer


if __name__ == "__main__":
    json.dump(asdict(execute(Plan(**json.load(sys.stdin)))), sys.stdout)
