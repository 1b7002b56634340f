"""Many widgets at once, each with a conversation and an open stream of what people write."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack

import httpx

from benchmarks.processes import BenchmarkError, memory
from benchmarks.questions import Supply

MESSAGES = 2
_PATIENCE = 60.0  # seconds


def connected_mb(host: str, pid: int, widgets: int, supply: Supply) -> float:
    """Megabytes of resident memory that the server `pid` grows by for each. Raises
    BenchmarkError."""
    try:
        return asyncio.run(_connect(host, pid, widgets, supply))
    except httpx.HTTPError as error:
        raise BenchmarkError(f"widgets: {type(error).__name__} {error}") from error


async def _connect(host: str, pid: int, widgets: int, supply: Supply) -> float:
    listening: list[asyncio.Task[None]] = []
    async with AsyncExitStack() as stack:

        async def connect() -> None:
            # As a browser does, each asks over its own connections; none of them is encrypted.
            client = httpx.AsyncClient(base_url=host, timeout=_PATIENCE, verify=False)
            await stack.enter_async_context(client)
            path, headers = await _talk(client, supply.take(MESSAGES))
            events = client.stream("GET", f"{path}/events", headers=headers, timeout=None)
            response = await stack.enter_async_context(events)
            response.raise_for_status()
            listening.append(asyncio.create_task(_listen(response)))

        try:
            await connect()  # warms up
            before = memory(pid).steady_mb
            for _ in range(widgets):
                await connect()
            after = memory(pid).steady_mb
            for task in listening:
                if task.done():
                    raise task.exception() or BenchmarkError("widgets: a stream has ended")
        finally:
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)
    return (after - before) / widgets


async def _talk(client: httpx.AsyncClient, texts: Sequence[str]) -> tuple[str, dict[str, str]]:
    """A conversation's address and the header that opens it, when all is answered."""
    begun = (await client.post("/api/conversations", json={})).raise_for_status().json()
    path = f"/api/conversations/{begun['id']}"
    headers = {"Authorization": f"Bearer {begun['token']}"}
    for text in texts:
        message = {"id": str(uuid.uuid4()), "text": text}
        answer = await client.post(f"{path}/messages", json=message, headers=headers)
        answer.raise_for_status()
    return path, headers


async def _listen(events: httpx.Response) -> None:
    """Until the stream ends, which it does only when the server leaves."""
    async for _ in events.aiter_raw():
        pass
