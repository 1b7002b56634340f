"""Held-out questions: read, and checked against the seal that says nobody has touched them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from bot.settings import PROJECT

FOLDER = PROJECT / "tests" / "held-out"
Kind = Literal["measure", "contact", "fit", "detail", "out_of_scope", "small_talk", "human", "call"]
IN_SCOPE: tuple[Kind, ...] = ("measure", "contact", "fit", "detail")


class EvaluationError(Exception):
    """The evaluation cannot be run; says why and what to do."""


@dataclass(frozen=True)
class Question:
    """One question and what a fair judge expects. `provisions`: right ones, best first."""

    id: str
    text: str
    language: str
    kind: Kind
    provisions: tuple[str, ...]
    difficulty: str
    persona: str


@dataclass(frozen=True)
class QuestionFile:
    """Where a file comes from, and its questions."""

    name: str
    source: str
    date: str
    questions: tuple[Question, ...]


def held_out(folder: Path = FOLDER) -> list[QuestionFile]:
    """Every sealed file of what founders ask. Raises EvaluationError where one is not what was
    sealed."""
    return [_read(folder, entry) for entry in _sealed(folder)["files"]]


def call_openings(folder: Path = FOLDER) -> QuestionFile:
    """What callers say first, as a clerk types it. Raises as `held_out` does."""
    return _read(folder, _sealed(folder)["calls"])


def _sealed(folder: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((folder / "sealed.yml").read_text(encoding="utf-8")))


def _read(folder: Path, entry: dict[str, Any]) -> QuestionFile:
    data = (folder / entry["name"]).read_bytes()
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise EvaluationError(
            f"{entry['name']} is not the file that was sealed on {entry['date']}; undo the "
            "edit, or give its dated reason in sealed.yml with the new hash"
        )
    lines = [json.loads(line) for line in data.decode("utf-8").splitlines()]
    questions = tuple(
        Question(**{**line, "provisions": tuple(line["provisions"])}) for line in lines
    )
    return QuestionFile(entry["name"], entry["source"], str(entry["date"]), questions)
