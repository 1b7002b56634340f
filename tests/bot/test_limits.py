"""One person who hammers is slowed alone; a whole office behind one address gets through."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.app import make_app
from bot.limits import OFFICE_TALK, TALK, Buckets, network_of
from bot.settings import Settings, SettingsError
from tests.bot.conftest import SECRET, FakeAssistant

PROXY, OFFICE, STRANGER = "10.0.0.1", "203.0.113.7", "198.51.100.9"


class Clock:
    """The event loop's time, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: self.now)


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def app(tmp_path: Path, **changed: Any) -> Starlette:
    settings = Settings(data_dir=tmp_path, database_url="sqlite://", secret=SECRET, **{**changed})
    return make_app(settings, assistant=FakeAssistant())


def client(server: Starlette, address: str, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(server, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://bot", headers=headers)


async def begin(who: httpx.AsyncClient) -> tuple[str, dict[str, str]]:
    talk = (await who.post("/api/conversations", json={})).json()
    return talk["id"], {"Authorization": f"Bearer {talk['token']}"}


async def say(who: httpx.AsyncClient, talk: tuple[str, dict[str, str]], number: int) -> Any:
    identity, headers = talk
    body = {"id": f"00000000-0000-4000-8000-{number:012d}", "text": "你好"}
    return await who.post(f"/api/conversations/{identity}/messages", json=body, headers=headers)


async def test_who_hammers_is_told_to_wait_and_is_served_after_it(
    tmp_path: Path, clock: Clock
) -> None:
    async with client(app(tmp_path), OFFICE) as who:
        talk = await begin(who)
        codes = [(await say(who, talk, number)).status_code for number in range(TALK.burst)]
        refused = await say(who, talk, TALK.burst)
        clock.now += int(refused.headers["Retry-After"])
        served = await say(who, talk, TALK.burst)

    assert set(codes) == {200}
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert served.status_code == 200


async def test_who_hammers_does_not_slow_the_neighbour(tmp_path: Path, clock: Clock) -> None:
    async with client(app(tmp_path), OFFICE) as who:
        loud, quiet = await begin(who), await begin(who)
        codes = [(await say(who, loud, number)).status_code for number in range(TALK.burst + 5)]

        assert codes[-1] == 429
        assert (await say(who, quiet, 1)).status_code == 200


async def test_a_whole_office_behind_one_address_gets_through(tmp_path: Path, clock: Clock) -> None:
    """200 people within a minute, each a message every 5 s, a fifth of them typing at any time."""
    server = app(tmp_path)
    limits = server.build_middleware_stack()
    while not hasattr(limits, "_office_talk"):
        limits = limits.app  # type: ignore[attr-defined]
    refused = 0.0
    for tick in range(600):  # a minute in steps of a tenth of a second
        clock.now += 0.1
        if tick % 3 == 0:
            refused += await limits._starts.take(OFFICE)  # type: ignore[attr-defined]
        for person in range(200):
            if tick % 50 == person % 50:
                refused += await limits._talk.take(f"token {person}")  # type: ignore[attr-defined]
                refused += await limits._office_talk.take(OFFICE)  # type: ignore[attr-defined]
            if person % 5 == tick // 120 and tick % 5 == person % 5:
                refused += await limits._reads.take(OFFICE)  # type: ignore[attr-defined]

    assert refused == 0


async def test_many_tokens_do_not_get_one_address_past_its_limit(clock: Clock) -> None:
    buckets = Buckets(OFFICE_TALK)

    waits = [await buckets.take(STRANGER) for _ in range(OFFICE_TALK.burst + 1)]

    assert waits[-1] > 0
    assert not any(waits[:-1])
    assert await buckets.take(OFFICE) == 0


async def test_the_factor_widens_what_an_address_may_ask(clock: Clock) -> None:
    buckets = Buckets(OFFICE_TALK, factor=0.01)

    assert [await buckets.take(OFFICE) for _ in range(7)].count(0.0) == 6


async def test_no_factor_is_no_limit(tmp_path: Path, clock: Clock) -> None:
    async with client(app(tmp_path, limit_factor=0), OFFICE) as who:
        talk = await begin(who)
        codes = {(await say(who, talk, number)).status_code for number in range(2 * TALK.burst)}

    assert codes == {200}


async def test_a_hundred_thousand_addresses_take_no_more_room_than_the_last_of_them(
    clock: Clock,
) -> None:
    buckets = Buckets(TALK)

    for number in range(100_000):
        await buckets.take(str(number))

    assert len(buckets) == 20_000


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        (STRANGER, OFFICE, STRANGER),  # a visitor's own word is not taken
        (PROXY, OFFICE, OFFICE),
        (PROXY, f"1.2.3.4, {OFFICE}", OFFICE),  # what the visitor wrote before the proxy did
        (PROXY, f"{OFFICE}, 10.0.0.2", OFFICE),  # through two of ours
        (PROXY, 'garbage"<script>, ', PROXY),
        (PROXY, "", PROXY),
    ],
)
async def test_the_address_is_taken_from_trusted_proxies_alone(
    tmp_path: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    peer: str,
    forwarded: str,
    counted: str,
) -> None:
    asked: list[str] = []
    take = Buckets.take

    async def remembering(self: Buckets, key: str) -> float:
        asked.append(key)
        return await take(self, key)

    monkeypatch.setattr(Buckets, "take", remembering)
    server = app(tmp_path, trusted_proxies=("10.0.0.0/24",))

    async with client(server, peer, **{"X-Forwarded-For": forwarded}) as who:
        assert (await who.post("/api/conversations", json={})).status_code == 201

    assert asked == [counted]


async def test_a_search_page_says_it_kindly_in_the_language_of_the_page(
    tmp_path: Path, clock: Clock
) -> None:
    from knowledge.live import LIBRARY

    server = app(tmp_path, limit_factor=0.001)
    LIBRARY.content  # noqa: B018 - loaded, as after the start
    async with client(server, OFFICE, Accept="text/html") as who:
        for _ in range(3):
            answer = await who.get("/zh-Hant/search?q=")

    assert answer.status_code == 429
    assert "請稍等一下" in answer.text
    assert int(answer.headers["Retry-After"]) >= 1
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
        ("x" * 500, "x" * 100),
    ],
)
def test_a_line_of_ipv6_is_one_address(address: str, counted: str) -> None:
    assert network_of(address) == counted


async def test_the_log_says_which_limit_was_reached_and_not_by_whom(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    async with client(app(tmp_path), OFFICE) as who:
        talk = await begin(who)
        for number in range(TALK.burst + 5):
            await say(who, talk, number)

    lines = [r.getMessage() for r in caplog.records if "limit" in r.getMessage()]
    assert lines == ["limit reached: talk"]


@pytest.mark.parametrize("value", ["10.0.0.0/33", "proxy.example", "10.0.0.1,10.0.0.2"])
def test_a_proxy_that_is_no_address_stops_the_start(value: str) -> None:
    with pytest.raises(SettingsError, match="CHUANGWEN_TRUSTED_PROXIES"):
        Settings.from_environment({"CHUANGWEN_TRUSTED_PROXIES": value})


@pytest.mark.parametrize("value", ["-1", "many", "1e3", "nan", "inf"])
def test_a_factor_that_is_none_stops_the_start(value: str) -> None:
    with pytest.raises(SettingsError, match="CHUANGWEN_LIMIT_FACTOR"):
        Settings.from_environment({"CHUANGWEN_LIMIT_FACTOR": value})
