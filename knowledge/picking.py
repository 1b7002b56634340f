"""Which of a numbered list is meant: "2", 第二个, "the second one", 最后一个."""

from __future__ import annotations

import re

from knowledge.language import fold

_CHINESE = "一二三四五六七八九十"
_ENGLISH = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
)  # fmt: skip
_CARDINAL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_BARE = re.compile(r"^[\s#(（]*(\d{1,2})[\s.)）、。号號]*$")
_NUMBERED = re.compile(
    rf"(?:第|选|選|拣|揀|要|number|no\.?|option|choice|#)\s*(\d{{1,2}}|[{_CHINESE}]{{1,2}})(?![\d.]\d)"
    rf"|(\d{{1,2}}|[{_CHINESE}])\s*(?:号|號|项)|(\d{{1,2}})\s*[个個]$"
)
_ORDINAL = re.compile(rf"\b({'|'.join(_ENGLISH)}|\d{{1,2}}(?:st|nd|rd|th))\b")
_FROM_THE_END = re.compile(r"倒数|\bto last\b|\bfrom the end\b")
_LAST = re.compile(r"最后|最尾|尾嗰|\blast\b|最末")


def ordinal(text: str, count: int) -> int | None:
    """The index into a list of `count` that the text names, or None if it names none of it."""
    folded = fold(text)
    if _FROM_THE_END.search(folded):
        return None
    if count and _LAST.search(folded):
        return count - 1
    number = _number(folded)
    return number - 1 if number is not None and 1 <= number <= count else None


def _number(folded: str) -> int | None:
    bare = _BARE.match(folded)
    if bare:
        return int(bare.group(1))
    if folded in _CHINESE:
        return _CHINESE.index(folded) + 1 if folded else None
    if folded in _CARDINAL:
        return _CARDINAL.index(folded) + 1
    ordinal_word = _ORDINAL.search(folded)
    if ordinal_word:
        word = ordinal_word.group(1)
        return _ENGLISH.index(word) + 1 if word in _ENGLISH else int(word[:-2])
    numbered = _NUMBERED.search(folded)
    if numbered:
        written = next(group for group in numbered.groups() if group)
        if written.isdigit():
            return int(written)
        return _from_chinese(written)
    return None


def _from_chinese(written: str) -> int:
    if len(written) == 1:
        return _CHINESE.index(written) + 1
    head, tail = written[0], written[1]
    return (10 if head == "十" else 0) + _CHINESE.index(tail) + 1
