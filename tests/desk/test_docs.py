"""docs/desk.md, "Set up" and "Take over a chat": what it says is so."""

from __future__ import annotations

import re

import pytest

from bot.__main__ import _STAFF, main
from bot.desk import chat_actions, chat_views, chats, sessions
from bot.desk.accounts import LINK_LASTS, MOST_OF_A_NAME
from bot.desk.passwords import SHORTEST
from bot.people.handover import Patience
from bot.people.staff import ROLES
from bot.settings import PROJECT


@pytest.fixture(scope="module")
def page() -> str:
    return (PROJECT / "docs" / "desk.md").read_text("utf-8")


@pytest.fixture(scope="module")
def chat(page: str) -> str:
    return page.partition("\n## Take over a chat\n")[2].partition("\n## ")[0]


def test_each_word_after_staff_is_in_the_table_and_the_other_way_round(page: str) -> None:
    assert set(re.findall(r"^\| `([a-z-]+)[^`]*` \|", page, re.M)) >= set(_STAFF) | set(ROLES)
    table = page[page.index("`python -m bot staff …`") : page.index("**Names**")]
    assert set(re.findall(r"^\| `([a-z-]+)", table, re.M)) == set(_STAFF)


@pytest.mark.parametrize("what", _STAFF)
def test_each_explains_itself(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["staff", what, "--help"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert f"python -m bot staff {what}" in said
    assert any(line.endswith(".") for line in said.splitlines())


def test_the_times_and_lengths_are_those_of_the_code(page: str) -> None:
    assert f"lasts {sessions.LASTS.total_seconds() / 3600:.0f} hours at most" in page
    assert f"after {sessions.IDLE.total_seconds() / 60:.0f} minutes without" in page
    assert f"holds for {LINK_LASTS.total_seconds() / 3600:.0f} hours" in page
    assert f"at least {SHORTEST} characters" in page
    assert f"at most {MOST_OF_A_NAME} characters" in page
    assert f"cookie `{sessions.COOKIE}`" in page


def test_the_settings_of_patience_are_all_there(chat: str) -> None:
    assert set(re.findall(r"^\| `(\w+)` \| (?:nobody|the)", chat, re.M)) == set(vars(Patience()))


def test_the_keys_of_a_chat_are_those_of_its_screen(chat: str) -> None:
    folder = PROJECT / "bot" / "desk" / "templates"
    on_screen = re.findall(r'"((?:Alt|Ctrl)\+\w+|\?)"', (folder / "chat_keys.html").read_text())
    table = chat[chat.index("| key | does |") : chat.index("### A chat by keyboard")]
    in_table = [k for keys in re.findall(r"^\| ([^|]+) \|", table, re.M) for k in _keys(keys)]
    assert in_table == on_screen


def _keys(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_limits_of_a_reply_are_those_of_the_code(chat: str) -> None:
    assert f"at most {chats.LONGEST:,} characters" in chat
    assert chat_actions._MOST_CARDS == 3
    assert "to the reply, at most three" in chat
    assert chat_views._SUGGESTIONS == 5
    assert "up to five provisions" in chat
