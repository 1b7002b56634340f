"""Adds a question to a content file as a person would: one line more, nothing else touched."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import yaml

from knowledge.language import LANGUAGES, Language

Path = Sequence[str | int]


class CannotEdit(Exception):
    """The file is not as it is expected; `str()` says what is wrong with it."""


def with_question(text: str, path: Path, language: Language, question: str) -> str:
    """The YAML text with a question at the end of the list of its language.

    `path`: keys and places that lead to the questions, as ("provisions", 1, "questions"). Comments,
    order and style stay. Raises CannotEdit, also where the question is there already.
    """
    wanted = _read(text)
    lists = _follow(wanted, path)
    if any(question in (some or []) for some in lists.values()):
        raise CannotEdit("the question is there already")
    at, added = _place(text, path, language, json.dumps(question, ensure_ascii=False))
    edited = text[:at] + added + text[at:]
    # What YAML makes of it is what was meant, or it is not given out.
    lists[language] = [*(lists.get(language) or []), question]
    if _read(edited) != wanted:
        raise CannotEdit("the questions cannot be added to by one line")
    return edited


def _place(text: str, path: Path, language: Language, quoted: str) -> tuple[int, str]:
    """Where in the text something is put in, and what."""
    newline = "\r\n" if "\r\n" in text else "\n"
    questions = _node(text, path)
    lists = {key.value: (key, value) for key, value in questions.value}
    if language not in lists:
        # After the language before it, as all files have them; as a block, whatever the others are.
        before = [each for each in LANGUAGES[: LANGUAGES.index(language)] if each in lists]
        if not before or questions.flow_style:
            raise CannotEdit(f"there is no list of {language} to add to")
        key, last = lists[before[-1]]
        indent = " " * key.start_mark.column
        lines = f"{indent}{language}:{newline}{indent}- {quoted}"
        return _after(text, _end(last), lines, newline)
    key, found = lists[language]
    if isinstance(found, yaml.SequenceNode) and found.value and not found.flow_style:
        line = f"{' ' * found.start_mark.column}- {quoted}"
        return _after(text, _end(found), line, newline)
    if isinstance(found, yaml.SequenceNode):
        comma = ", " if found.value else ""
        at = _end(found.value[-1]) if found.value else found.start_mark.index + 1
        return at, comma + quoted
    raise CannotEdit(f"{language} is no list")


def _after(text: str, at: int, line: str, newline: str) -> tuple[int, str]:
    """A line of its own after the one that `at` is in, comments on it included."""
    end = text.find("\n", at)
    if end == -1:
        return len(text), newline + line
    return end + 1, line + newline


def _end(node: Any) -> int:
    """Where the last word of a node ends; a block's own mark is where the next thing begins."""
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        return _end(node.value[-1])
    return int(node.end_mark.index)


def _read(text: str) -> Any:
    try:
        return yaml.load(text, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise CannotEdit(f"not readable as YAML: {' '.join(str(error).split())}") from error


def _follow(data: Any, path: Path) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError) as error:
            raise CannotEdit(f"there is no {step!r}") from error
    if not isinstance(data, dict):
        raise CannotEdit("the questions are no mapping of languages")
    return data


def _node(text: str, path: Path) -> Any:
    # The pure loader: its marks count characters, as the text does.
    node: Any = yaml.compose(text, yaml.SafeLoader)
    for step in path:
        if isinstance(step, int):
            node = node.value[step]
        else:
            node = next(value for key, value in node.value if key.value == step)
    return node
