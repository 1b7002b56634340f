"""Which pages are measured, and how the load asks for them."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.fetch import fetch
from benchmarks.pages import addresses, largest_of_each_kind, searches
from benchmarks.processes import BenchmarkError

HOST = "http://127.0.0.1:8765"
SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>"""


class Pages:
    """A server that notes its requests by connection, and answers each with a page."""

    def __init__(self, status: str = "200 OK", head: str = "Content-Length: 5\r\n") -> None:
        self.answer = f"HTTP/1.1 {status}\r\n{head}\r\nhello".encode()
        self.connections: list[list[str]] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said: list[str] = []
        self.connections.append(said)
        while request := await self._request(reader):
            said.append(request)
            writer.write(self.answer)
        writer.close()

    @staticmethod
    async def _request(reader: asyncio.StreamReader) -> str:
        try:
            return (await reader.readuntil(b"\r\n\r\n")).decode()
        except asyncio.IncompleteReadError:
            return ""


async def _fetch(pages: Pages, clients: int = 1, asked: tuple[str, ...] = ("/a", "/b")):  # type: ignore[no-untyped-def]
    server = await asyncio.start_server(pages, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        return await fetch(port, 0.05, clients, list(asked))


async def test_each_client_keeps_its_connection_and_asks_for_the_addresses_in_turn() -> None:
    pages = Pages()
    fetched = await _fetch(pages, clients=3)
    asked = [request.split()[1] for said in pages.connections for request in said]
    assert len(pages.connections) == 3
    assert len(asked) == len(fetched.ms) > 6
    assert abs(asked.count("/a") - asked.count("/b")) <= 1
    assert fetched.sizes == {"/a": 5, "/b": 5}
    assert fetched.per_second == len(fetched.ms) / fetched.seconds


async def test_pages_are_asked_for_zipped_and_whole() -> None:
    pages = Pages()
    await _fetch(pages)
    request = pages.connections[0][-1].lower()
    assert "accept-encoding: gzip" in request
    assert "if-none-match" not in request


@pytest.mark.parametrize(
    "pages",
    [
        Pages(status="429 Too Many Requests"),
        Pages(status="304 Not Modified"),
        Pages(head="Transfer-Encoding: chunked\r\n"),
    ],
    ids=["refused", "unchanged", "of unknown length"],
)
async def test_what_is_no_whole_page_ends_the_measurement(pages: Pages) -> None:
    with pytest.raises(RuntimeError, match="/a: no page"):
        await _fetch(pages)


def test_the_sitemap_gives_the_addresses_of_its_own_host() -> None:
    named = "".join(f"<url><loc>{HOST}{path}</loc></url>" for path in ("/en/", "/en/terms"))
    assert addresses(SITEMAP.format(named), HOST) == ["/en/", "/en/terms"]


@pytest.mark.parametrize("named", ["", "<url><loc>https://elsewhere.example/en/</loc></url>"])
def test_a_sitemap_without_a_page_of_the_server_is_an_error(named: str) -> None:
    with pytest.raises(BenchmarkError, match="names no page"):
        addresses(SITEMAP.format(named), HOST)


def test_of_each_kind_and_language_the_largest_page_is_weighed() -> None:
    sizes = {
        "/en/": 9,
        "/en/measures/1": 5,
        "/en/measures/2": 7,
        "/en/offices": 3,
        "/en/offices/gequ": 2,
        "/zh-Hans/measures/1": 4,
        "/zh-Hans/measures/2": 4,
    }
    assert sorted(largest_of_each_kind(sizes)) == [
        "/en/",
        "/en/measures/2",
        "/en/offices",
        "/en/offices/gequ",
        "/zh-Hans/measures/1",
    ]


def test_searches_are_asked_in_the_three_languages_by_turns() -> None:
    assert searches(["贷款", "a b", "c", "d"]) == [
        "/zh-Hans/search?q=%E8%B4%B7%E6%AC%BE",
        "/zh-Hant/search?q=a+b",
        "/en/search?q=c",
        "/zh-Hans/search?q=d",
    ]
