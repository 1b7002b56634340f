"""`python -m benchmarks.fetch PORT SECONDS CLIENTS < addresses`: pages over keep-alive sockets.

A process of its own, so that asking and answering each have a core. Prints JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from itertools import cycle


@dataclass
class Fetched:
    """`ms`: of each page, from before its request is written to its last byte; `sizes`: bytes of
    each address's body, zipped."""

    seconds: float = 0.0
    ms: list[float] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return len(self.ms) / self.seconds


async def fetch(port: int, seconds: float, clients: int, addresses: list[str]) -> Fetched:
    """All clients at once, each with the next address as soon as it has its page. Raises
    RuntimeError for what is no whole page: no other status, and nothing of unknown length."""
    order, fetched = cycle(addresses), Fetched()
    began = time.perf_counter()
    until = began + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while (started := time.perf_counter()) < until:
                address = next(order)
                request = f"GET {address} HTTP/1.1\r\nHost: bot\r\nAccept-Encoding: gzip\r\n\r\n"
                writer.write(request.encode())
                size = _length(address, await reader.readuntil(b"\r\n\r\n"))
                await reader.readexactly(size)
                fetched.ms.append((time.perf_counter() - started) * 1000)
                fetched.sizes[address] = size
        finally:
            writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    fetched.seconds = time.perf_counter() - began
    return fetched


def _length(address: str, head: bytes) -> int:
    status, _, rest = head.partition(b"\r\n")
    length = rest.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    if not status.startswith(b"HTTP/1.1 200") or not length:
        raise RuntimeError(f"{address}: no page: {status.decode(errors='replace')}")
    return int(length)


if __name__ == "__main__":
    port, seconds, clients = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    print(json.dumps(asdict(asyncio.run(fetch(port, seconds, clients, sys.stdin.read().split())))))
