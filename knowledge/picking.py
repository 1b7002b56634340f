"""Which of a numbered list is meant: "2", 第二个, "the second one", 最后一个."""

from __future__ import annotations

import re

from knowledge.language import fold

LAST = -1
_CHINESE = "一二三四五六七八九十"
_ENGLISH = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
)  # fmt: skip
_CARDINAL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_BARE = re.compile(r"^[\s#(（]*(\d{1,2})[\s.)）、。号號]*$")
_NUMBERED = re.compile(
    rf"(?:第|选|選|拣|揀|要|number|no\.?|option|choice|#)\s*(\d{{1,2}}|[{_CHINESE}]{{1,3}})(?![\d.]\d)"
    rf"|(\d{{1,2}}|[{_CHINESE}])\s*(?:号|號|项)|(\d{{1,2}})\s*[个個]$"
)
_ORDINAL = re.compile(rf"\b({'|'.join(_ENGLISH)}|\d{{1,2}}(?:st|nd|rd|th))\b")
_FROM_THE_END = re.compile(r"倒数|\bto last\b|\bfrom the end\b")
_LAST = re.compile(r"最后|最尾|尾嗰|\blast\b|最末")


def ordinal(text: str, count: int) -> int | None:
    """The index into a list of `count` that the text names, or None if it names none of it."""
    place = named_place(text)
    if place == LAST:
        return count - 1 if count else None
    return place - 1 if place is not None and 1 <= place <= count else None


def named_place(text: str) -> int | None:
    """The number that the text gives as a place in a list, from 1; LAST for the last one."""
    folded = fold(text)
    if _FROM_THE_END.search(folded):
        return None
    return LAST if _LAST.search(folded) else _number(folded)


def is_number_alone(text: str) -> bool:
    """Whether the text is a number of one or two digits and nothing else: "2", "(3)", "4."."""
    return number_alone(text) is not None


def number_alone(text: str) -> int | None:
    """The number that is the whole text, or None."""
    bare = _BARE.match(fold(text))
    return int(bare.group(1)) if bare else None


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
    """1 to 99: 三, 十, 十二, 二十, 二十五; 0 for what is no number."""
    if "十" not in written:
        return _CHINESE.index(written) + 1 if len(written) == 1 else 0
    tens, _, ones = written.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return 0
    return 10 * (_CHINESE.index(tens) + 1 if tens else 1) + (
        _CHINESE.index(ones) + 1 if ones else 0
    )
