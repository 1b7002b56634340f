"""`python -m bot publish` as one uses it in a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import __main__ as command_line
from bot.secretary.follow import Follow
from bot.store.following import SqlFollows
from bot.store.letters import SqlLetters
from bot.store.sql import SqlStore
from tests.channels.newsroom import moved
from tests.desk.conftest import Clock

ME = "web:me"
Publish = Callable[..., "tuple[int, str]"]


@pytest.fixture
def database(tmp_path: Path) -> str:
    """With one who follows everything."""
    address = f"sqlite:///{tmp_path / 'chuangwen.db'}"

    async def follow() -> None:
        store = SqlStore(address)
        await store.create(ME)
        await SqlFollows(store, Clock()).add(ME, Follow("all"))
        await store.close()

    asyncio.run(follow())
    return address


def letters(database: str) -> int:
    async def count() -> int:
        store = SqlStore(database)
        found = await SqlLetters(store).after(ME)
        await store.close()
        return len(found)

    return asyncio.run(count())


@pytest.fixture
def publish(
    database: str,
    city_copy: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Publish:
    monkeypatch.setenv("CHUANGWEN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CHUANGWEN_KNOWLEDGE_DIRS", str(city_copy))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(command_line, "set_up_logging", lambda level: None)

    def run(*options: str) -> tuple[int, str]:
        code = command_line.main(["publish", *options])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def change(city: Path) -> None:
    contacts = city / "places" / "yunze" / "contacts.yml"
    contacts.write_text(moved(contacts.read_text("utf-8")), "utf-8")


def test_the_first_time_says_that_it_sends_nothing(publish: Publish, database: str) -> None:
    assert "nothing was published yet" in publish()[1]
    assert "nothing was published yet" in publish()[1]
    code, said = publish("--send")

    assert code == 0
    assert "took note of 3 provisions as they are and sent nothing" in said
    assert letters(database) == 0
    assert "nothing has changed since the last release" in publish()[1]


def test_it_shows_what_changed_and_sends_only_when_told_to(
    publish: Publish, database: str, city_copy: Path
) -> None:
    publish("--send")
    change(city_copy)

    for _ in range(2):
        said = publish()[1]
        assert "yz-2021/1.1" in said
        assert "office or telephone: 云泽市企业服务局" in said
        assert "1 message to send, one to each follower (web 1)." in said
        assert "nothing was sent" in said
        assert letters(database) == 0

    assert "1 message written" in publish("--send")[1]
    assert letters(database) == 1
    assert "nothing has changed" in publish("--send")[1]
    assert letters(database) == 1


def test_it_prints_the_message_without_sending_it(
    publish: Publish, database: str, city_copy: Path
) -> None:
    publish("--send")
    assert "nothing has changed" in publish("--show", "en")[1]
    change(city_copy)

    assert "Something that you follow has changed:" in publish("--show", "en")[1]
    assert "你订阅的内容有变化" in publish("--show", "zh-Hans")[1]
    assert letters(database) == 0


def test_what_is_taken_quietly_is_not_sent_later(
    publish: Publish, database: str, city_copy: Path
) -> None:
    publish("--send")
    change(city_copy)

    assert "nobody was told" in publish("--quietly")[1]
    assert "nothing has changed" in publish("--send")[1]
    assert letters(database) == 0


def test_broken_content_is_never_published(
    publish: Publish, database: str, city_copy: Path
) -> None:
    publish("--send")
    contacts = city_copy / "places" / "yunze" / "contacts.yml"
    contacts.write_text("contacts: [", "utf-8")

    code, said = publish("--send")

    assert code == 1
    assert "contacts.yml" in said
    assert letters(database) == 0
