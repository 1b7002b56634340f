"""One person who hammers is slowed alone; a whole office behind one address gets through."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from bot.app import make_app
from bot.limits import LISTEN, OFFICE_TALK, TALK, Buckets, RateLimits, network_of
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


class Door:
    """The limits before an app that answers everything; a token is whatever it says."""

    def __init__(self, factor: float = 1.0) -> None:
        self._limits = RateLimits(self._answer, _bare, lambda request: None, factor)

    async def asked(self, method: str, path: str, token: str = "") -> int:
        """The status that a request from the office gets."""
        headers = [(b"authorization", f"Bearer {token}".encode())]
        scope = {"type": "http", "method": method, "path": path, "headers": headers}
        codes = []

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                codes.append(message["status"])

        await self._limits({**scope, "client": (OFFICE, 1)}, _nothing, send)
        return int(codes[0])

    @staticmethod
    async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})


def _bare(authorization: str) -> str:
    return authorization.removeprefix("Bearer ")


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def app(tmp_path: Path, **changed: Any) -> Starlette:
    settings = Settings(data_dir=tmp_path, database_url="sqlite://", secret=SECRET, **changed)
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


async def test_who_hammers_does_not_slow_the_neighbour(clock: Clock) -> None:
    door = Door()
    loud, quiet = "/api/conversations/loud/messages", "/api/conversations/quiet/messages"

    codes = [await door.asked("POST", loud, "loud") for _ in range(2 * OFFICE_TALK.burst)]

    assert codes.count(200) == TALK.burst
    assert await door.asked("POST", quiet, "quiet") == 200


async def test_a_whole_office_behind_one_address_gets_through(clock: Clock) -> None:
    """200 people begin within a minute and talk on, each a message every 5 s; at any time a fifth
    of them types and gets suggestions twice a second."""
    door = Door()
    codes: Counter[int] = Counter()
    for tick in range(1200):  # two minutes in steps of a tenth of a second
        clock.now += 0.1
        here = min(200, tick // 3 + 1)
        if tick % 3 == 0 and tick < 600:
            codes[await door.asked("POST", "/api/conversations")] += 1
        for person in range(tick % 50, here, 50):
            path = f"/api/conversations/{person}/messages"
            codes[await door.asked("POST", path, token=str(person))] += 1
        for person in range(tick % 5, here, 5):
            if person // 5 % 5 == tick // 120 % 5:
                codes[await door.asked("GET", "/api/search")] += 1

    assert set(codes) == {200}
    assert codes[200] > 200 + 35 * 60 + 70 * 60  # as many as the sentence above says


async def test_a_class_that_begins_at_the_same_moment_gets_through(clock: Clock) -> None:
    door = Door()

    codes = {await door.asked("POST", "/api/conversations") for _ in range(200)}

    assert codes == {200}


async def test_webhooks_of_platforms_have_no_limit(clock: Clock) -> None:
    door = Door(factor=0.001)

    for path in ("/telegram", "/wechat", "/wecom"):
        assert {await door.asked("POST", path) for _ in range(100)} == {200}


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


async def test_who_is_quiet_is_forgotten(clock: Clock) -> None:
    buckets = Buckets(TALK)
    for number in range(1000):
        await buckets.take(str(number))

    clock.now += TALK.burst / TALK.per_second
    for number in range(500):
        await buckets.take(f"new {number}")

    assert len(buckets) == 500


async def test_who_is_being_slowed_is_not_forgotten_for_newcomers(clock: Clock) -> None:
    buckets = Buckets(TALK)
    for _ in range(TALK.burst):
        await buckets.take(OFFICE)
    clock.now += 0.5
    for number in range(1000):
        await buckets.take(str(number))

    assert await buckets.take(OFFICE) > 0


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        (STRANGER, OFFICE, STRANGER),  # a visitor's own word is not taken
        (PROXY, OFFICE, OFFICE),
        (f"::ffff:{PROXY}", OFFICE, OFFICE),  # as a socket for both kinds of IP shows the proxy
        (PROXY, f"1.2.3.4, {OFFICE}", OFFICE),  # what the visitor wrote before the proxy did
        (PROXY, f"{OFFICE}, 10.0.0.2", OFFICE),  # through two of ours
        (PROXY, f"{OFFICE}:51234", OFFICE),
        (PROXY, "[2001:db8:1:2::9]:443", "2001:db8:1:2::1"),
        (PROXY, 'garbage"<script>, ', PROXY),
        (PROXY, "", PROXY),
    ],
)
async def test_the_address_is_taken_from_trusted_proxies_alone(
    tmp_path: Path, clock: Clock, peer: str, forwarded: str, counted: str
) -> None:
    server = app(tmp_path, trusted_proxies=("10.0.0.0/24",), limit_factor=0.001)

    async def begins(address: str, **headers: str) -> int:
        async with client(server, address, **headers) as who:
            return (await who.post("/api/conversations", json={})).status_code

    assert await begins(counted) == 201  # the one that this address has
    assert await begins(peer, **{"X-Forwarded-For": forwarded}) == 429
    assert await begins("192.0.2.1") == 201


async def test_a_forged_token_takes_nothing_from_whose_name_it_bears(
    tmp_path: Path, clock: Clock
) -> None:
    async with client(app(tmp_path), OFFICE) as who:
        identity, headers = await begin(who)
        for number in range(TALK.burst + 5):
            forged = (identity, {"Authorization": headers["Authorization"][:-5] + "AAAAA"})
            assert (await say(who, forged, number)).status_code == 401

        assert (await say(who, (identity, headers), 1)).status_code == 200


async def test_a_token_written_otherwise_is_the_same_token(tmp_path: Path, clock: Clock) -> None:
    async with client(app(tmp_path), OFFICE) as who:
        identity, headers = await begin(who)
        _, _, token = headers["Authorization"].partition(" ")
        for number in range(TALK.burst):
            spaced = {"Authorization": "bearer" + " " * (number + 1) + token}
            assert (await say(who, (identity, spaced), number)).status_code == 200

        assert (await say(who, (identity, headers), TALK.burst)).status_code == 429


async def test_a_page_that_polls_too_often_can_still_send(tmp_path: Path, clock: Clock) -> None:
    async with client(app(tmp_path), OFFICE) as who:
        identity, headers = talk = await begin(who)
        letters = f"/api/conversations/{identity}/letters"
        codes = [
            (await who.get(letters, headers=headers)).status_code for _ in range(LISTEN.burst + 1)
        ]

        assert codes == [200] * LISTEN.burst + [429]
        assert (await say(who, talk, 1)).status_code == 200


async def test_a_page_of_another_site_can_read_how_long_to_wait(
    tmp_path: Path, clock: Clock
) -> None:
    site = "https://park.example"
    server = app(tmp_path, limit_factor=0.001, widget_origins=(site,))
    async with client(server, OFFICE, Origin=site) as who:
        await who.post("/api/conversations", json={})
        refused = await who.post("/api/conversations", json={})

    assert refused.status_code == 429
    assert refused.headers["access-control-allow-origin"] == site
    assert refused.headers["access-control-expose-headers"] == "Retry-After"
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in refused.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("language", "title"),
    [("zh-Hans", "请稍等一下"), ("zh-Hant", "請稍等一下"), ("en", "One moment, please")],
)
@pytest.mark.usefixtures("content")
async def test_a_search_page_says_it_kindly_in_the_language_of_the_page(
    tmp_path: Path, clock: Clock, language: str, title: str
) -> None:
    async with client(app(tmp_path, limit_factor=0.001), OFFICE) as who:
        pages = [
            await who.get(f"/{language}/search", headers={"Accept": "text/html"}) for _ in "123"
        ]
        program = await who.get(f"/{language}/search")

    assert [page.status_code for page in pages] == [200, 200, 429]
    assert title in pages[-1].text
    assert int(pages[-1].headers["Retry-After"]) >= 1
    assert pages[-1].headers["cache-control"] == "no-store"
    assert "default-src 'none'" in pages[-1].headers["content-security-policy"]
    assert program.json()["status"] == 429


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


async def test_the_log_says_once_a_minute_which_limit_was_reached_and_not_by_whom(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    door = Door(factor=0.001)

    async def hammer() -> list[str]:
        caplog.clear()
        for _ in range(5):
            await door.asked("POST", "/api/conversations")
        return [record.getMessage() for record in caplog.records]

    assert await hammer() == ["limit reached: starts"]
    clock.now += 59
    assert await hammer() == []
    clock.now += 2
    assert await hammer() == ["limit reached: starts"]


@pytest.mark.parametrize("value", ["10.0.0.0/33", "proxy.example", "10.0.0.1,10.0.0.2"])
def test_a_proxy_that_is_no_address_stops_the_start(value: str) -> None:
    with pytest.raises(SettingsError, match="CHUANGWEN_TRUSTED_PROXIES"):
        Settings.from_environment({"CHUANGWEN_TRUSTED_PROXIES": value})


@pytest.mark.parametrize("value", ["-1", "many", "1e3", "nan", "inf"])
def test_a_factor_that_is_none_stops_the_start(value: str) -> None:
    with pytest.raises(SettingsError, match="CHUANGWEN_LIMIT_FACTOR"):
        Settings.from_environment({"CHUANGWEN_LIMIT_FACTOR": value})
