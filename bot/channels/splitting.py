"""Cut a text that is too long for one message, where it hurts least."""

from __future__ import annotations

import re
from collections.abc import Callable

# Where to cut, the best first: after a paragraph, a line, a sentence, a pause.
_JOINTS = ("(?<=\n\n)", "(?<=\n)", "(?<=[。！？；])|(?<=[.!?;] )", "(?<=[，、])|(?<=[ ,])")


def utf8_bytes(text: str) -> int:
    """How WeChat measures a text."""
    return len(text.encode("utf-8"))


def utf16_units(text: str) -> int:
    """How Telegram measures one."""
    return len(text.encode("utf-16-le")) // 2


def split(text: str, limit: int, measure: Callable[[str], int] = len) -> list[str]:
    """The text in pieces of at most `limit` by `measure`, nothing lost but blanks at the cuts."""
    return [piece for part in _pieces(text, limit, measure, 0) if (piece := part.strip())]


def _pieces(text: str, limit: int, measure: Callable[[str], int], level: int) -> list[str]:
    if measure(text) <= limit:
        return [text]
    if level == len(_JOINTS):
        return _hard(text, limit, measure)
    pieces = [""]
    for part in re.split(_JOINTS[level], text):
        if measure(pieces[-1] + part) <= limit:
            pieces[-1] += part
        else:
            pieces += _pieces(part, limit, measure, level + 1)
    return pieces


def _hard(text: str, limit: int, measure: Callable[[str], int]) -> list[str]:
    """Between any two characters; each of them fits."""
    pieces = [""]
    for character in text:
        if measure(pieces[-1] + character) > limit:
            pieces.append("")
        pieces[-1] += character
    return pieces
