"""docs/desk.md, "Set up": what it says is so."""

from __future__ import annotations

import re

import pytest

from bot.__main__ import _STAFF, main
from bot.desk import sessions
from bot.desk.accounts import LINK_LASTS, MOST_OF_A_NAME
from bot.desk.passwords import SHORTEST
from bot.people.staff import ROLES
from bot.settings import PROJECT


@pytest.fixture(scope="module")
def page() -> str:
    return (PROJECT / "docs" / "desk.md").read_text("utf-8")


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
