"""Which of our languages does a visitor, or an address, mean?"""

from __future__ import annotations

import re

from knowledge.language import DEFAULT, LANGUAGES, Language

# What may name a language at the head of an address: zh-hans, zh-cn, ZH_TW, en-gb.
LANGUAGE_PATTERN = "(?:[Zz][Hh]|[Ee][Nn])(?:[-_][A-Za-z]{2,4}){0,2}"
_TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})
_RANGE = re.compile(r"\s*([A-Za-z*-]+)\s*(?:;\s*q\s*=\s*([0-9.]{1,5}))?\s*")


def language_named(tag: str) -> Language | None:
    """The language that a tag means: zh-TW is zh-Hant, en-GB is en."""
    if tag in LANGUAGES:
        return tag
    main, *rest = re.split("[-_]", tag.casefold())
    if main == "en":
        return "en"
    if main == "yue":
        return "zh-Hant"
    if main == "zh":
        if "hans" in rest:
            return "zh-Hans"
        return "zh-Hans" if _TRADITIONAL.isdisjoint(rest) else "zh-Hant"
    return None


def preferred(accept_language: str) -> Language:
    """The first of a browser's languages that we have, by its weights."""
    wanted: list[tuple[float, Language]] = []
    for part in accept_language.split(",")[:20]:
        match = _RANGE.fullmatch(part)
        language = language_named(match[1]) if match else None
        if match and language:
            wanted.append((_weight(match[2]), language))
    wanted = [(weight, language) for weight, language in wanted if weight > 0]
    # max keeps the first of equals.
    return max(wanted, key=lambda each: each[0])[1] if wanted else DEFAULT


def _weight(text: str | None) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
