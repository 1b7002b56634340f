"""Reads what may be asked about a founder, and the conditions that stand on it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from knowledge.conditions import AllOf, AnyOf, Condition, Everybody, Is
from knowledge.language import LANGUAGES
from knowledge.models import Ask, Fact
from knowledge.reader import Item, suggest

_SHAPES = ("is", "everybody", "all", "any")


def read_asks(file: Item) -> tuple[Ask, ...]:
    """The asks of profile.yml."""
    asks: list[Ask] = []
    seen: set[str] = set()
    for item in file.items("asks"):
        facts = []
        for entry in item.items("facts"):
            fact = Fact(entry.string("id"), entry.text("name"), read_words(entry))
            if fact.id in seen:
                entry.wrong(f"id: the fact {fact.id!r} is there twice")
            seen.add(fact.id)
            facts.append(fact)
            entry.done()
        ask = Ask(item.string("id"), item.text("question"), item.flag("many"), tuple(facts))
        if any(ask.id == other.id for other in asks):
            item.wrong(f"id: the ask {ask.id!r} is there twice")
        if not ask.many and len(ask.facts) < 2:
            item.wrong("facts: of an ask without `many` one of several is chosen; there is one")
        asks.append(ask)
        item.done()
    file.done()
    return tuple(asks)


def read_condition(item: Item, facts: Collection[str]) -> Condition | None:
    """The `conditions` of a provision; None where there are none, or what is there is wrong."""
    written = item.data.get("conditions")
    item._read.add("conditions")
    if written is None:
        return None
    if item.data.get("kind") == "duty":
        item.wrong("conditions: a duty is nothing that one could get, and has none")
        return None
    return _condition(item, written, facts)


def _condition(
    item: Item, written: Any, facts: Collection[str], within: str = ""
) -> Condition | None:
    shapes = [key for key in _SHAPES if isinstance(written, dict) and key in written]
    allowed = {"is", "words"} if shapes == ["is"] else set(shapes)
    if len(shapes) != 1 or set(written) != allowed:
        item.wrong(
            "conditions: each is one of {is: fact, words: …}, {all: […]}, {any: […]}, or, within "
            "`any`, {everybody: words}"
        )
        return None
    if shapes == ["is"]:
        return _leaf(item, str(written["is"]), str(written["words"]), facts)
    if shapes == ["everybody"]:
        if within != "any":
            item.wrong("conditions: everybody: asks for nothing, so it stands within `any` alone")
        _check_words(item, str(written["everybody"]))
        return Everybody(str(written["everybody"]))
    shape, parts = shapes[0], written[shapes[0]]
    if not isinstance(parts, list) or len(parts) < 2:
        item.wrong(f"conditions: {shape}: needs at least two parts")
        return None
    read = [_condition(item, part, facts, shape) for part in parts]
    whole = tuple(part for part in read if part is not None)
    if len(whole) < len(read):
        return None
    return AllOf(whole) if shape == "all" else AnyOf(whole)


def _leaf(item: Item, fact: str, words: str, facts: Collection[str]) -> Condition | None:
    if fact not in facts:
        item.wrong(f"conditions: unknown fact {fact!r}{suggest(fact, facts)}; see profile.yml")
    _check_words(item, words)
    return Is(fact, words)


def _check_words(item: Item, words: str) -> None:
    if not words or words not in str(item.data.get("quote")):
        item.wrong(f"conditions: {words!r} are not words of the quote")


def read_words(item: Item) -> tuple[str, ...]:
    """The phrases of all languages; Traditional ones are made from Simplified besides."""
    inner = Item(item.mistakes, f"{item.where}: words", item._get("words", dict, {}, False))
    found: list[str] = []
    for language in LANGUAGES:
        found += inner.strings(language, needed=False)
    inner.done()
    return tuple(dict.fromkeys(found))
