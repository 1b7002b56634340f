"""Whole conversations, one a file, named by what the user does.

A turn is what the user says (`say`) or taps (`tap`, a part of a choice's title) and what must come
back: `outcome`, `provisions` (those named, best first; the first ones are compared), `phrase` (some
words of the rendered answer), and where it matters `language`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.bot.conftest import Talk

pytestmark = pytest.mark.xdist_group("assistant")

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.yml"))
KNOWN = {"say", "tap", "outcome", "provisions", "phrase", "language"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_conversation(talk: Talk, path: Path) -> None:
    for number, turn in enumerate(read(path), start=1):
        answer = talk.say(turn["say"]) if "say" in turn else tap(talk, turn["tap"])
        where = f"{path.name}, turn {number} ({turn.get('say') or turn['tap']})"
        named = [identity.partition("/")[2] for identity in answer["provisions"]]
        assert answer["outcome"] == turn["outcome"], where
        assert named[: len(turn["provisions"])] == turn["provisions"], where
        assert turn["phrase"] in rendered(answer), f"{where}:\n{rendered(answer)}"
        if "language" in turn:
            assert answer["language"] == turn["language"], where


def test_there_are_conversations_enough_in_each_language() -> None:
    first = [read(path)[0] for path in FILES]
    assert len(FILES) >= 60
    for language in ("zh-Hans", "zh-Hant", "en"):
        assert sum(turn.get("language") == language for turn in first) >= 15


def read(path: Path) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["turns"]
    for turn in turns:
        assert set(turn) <= KNOWN, f"{path.name}: {set(turn) - KNOWN}"
        assert {"outcome", "provisions", "phrase"} <= set(turn), path.name
    return turns


def tap(talk: Talk, title: str) -> dict[str, Any]:
    titles = [choice["title"] for choice in talk.last["choices"]]
    return talk.choose(next(at for at, shown in enumerate(titles) if title in shown))


def rendered(answer: dict[str, Any]) -> str:
    """The answer as a channel without buttons shows it: texts, then numbered choices."""
    choices = [f"{n}. {c['title']}" for n, c in enumerate(answer["choices"], start=1)]
    return "\n\n".join([*answer["replies"], "\n".join(choices)])
