"""All that changed for one follower, as one message: a digest, not a flood."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.message import Part
from bot.secretary.differences import Difference
from bot.secretary.following import STOP_ALL
from bot.texts import Texts
from knowledge.cards import chinese_number
from knowledge.language import Language

MOST_ITEMS = 5
_MOST_LINES = 6
_MOST_BUTTONS = 3
_LONGEST_TITLE = 24  # characters of a button

# The page of a measure, or nothing where none has an address.
Link = Callable[[str, int, Language], str]


@dataclass(frozen=True)
class Digest:
    """A letter's parts, and titles and payloads of its buttons."""

    parts: tuple[Part, ...]
    choices: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        return "\n\n".join(part.text for part in self.parts)


@dataclass(frozen=True)
class _Item:
    """Measures of which the same is to be said, or a policy as a whole."""

    measures: tuple[tuple[str, int | None, str], ...]  # policy, number, title
    lines: tuple[tuple[str, tuple[str, ...]], ...]  # what changed, and the provisions' numbers
    shown: str  # a provision to show; none where all have gone


def digest(changed: Sequence[Difference], language: Language, texts: Texts, link: Link) -> Digest:
    """What follows is told in the content's order; what is the same for several measures, once."""
    items = _items(changed)
    first = items[:MOST_ITEMS]
    parts = [texts.of("greeting", language)]
    parts += [_written(item, language, texts, link) for item in first]
    left = sum(len(item.measures) for item in items[MOST_ITEMS:])
    if left:
        parts.append(texts.of("more", language, count=left))
    buttons = [
        (
            texts.of("show", language, title=_short(_heading(item, language, texts))),
            f'/ask_measure{{"provision":"{item.shown}"}}',
        )
        for item in first
        if item.shown
    ]
    stop = (texts.of("stop", language), STOP_ALL)
    return Digest(tuple(Part(text=part) for part in parts), (*buttons[:_MOST_BUTTONS], stop))


def _items(changed: Iterable[Difference]) -> list[_Item]:
    by_measure: dict[tuple[str, int | None, str], list[Difference]] = {}
    for each in changed:
        by_measure.setdefault((each.policy, each.measure, each.title), []).append(each)
    alike: dict[frozenset[str], list[tuple[str, int | None, str]]] = {}
    for measure, some in by_measure.items():
        alike.setdefault(frozenset(each.what for each in some), []).append(measure)
    items = []
    for measures in alike.values():
        lines: dict[str, list[str]] = {}
        shown = ""
        for each in (each for measure in measures for each in by_measure[measure]):
            lines.setdefault(each.what, []).extend([each.number] if each.number else [])
            shown = shown or (each.provision if each.exists else "")
        kept = tuple((what, tuple(numbers)) for what, numbers in lines.items())
        items.append(_Item(tuple(measures), kept, shown))
    return items


def _written(item: _Item, language: Language, texts: Texts, link: Link) -> str:
    between, colon = (", ", ": ") if language == "en" else ("、", "：")
    lines = [f"【{_heading(item, language, texts)}】"]
    for what, numbers in item.lines[:_MOST_LINES]:
        lines.append(f"• {between.join(numbers)}{colon if numbers else ''}{what}")
    if len(item.lines) > _MOST_LINES:
        lines.append(texts.of("more_lines", language, count=len(item.lines) - _MOST_LINES))
    policy, number, _ = item.measures[0]
    address = link(policy, number, language) if number is not None and item.shown else ""
    return "\n".join([*lines, address] if address else lines)


def _heading(item: _Item, language: Language, texts: Texts) -> str:
    """The measure with its title; of several alike their numbers."""
    numbers = [number for _, number, _ in item.measures if number is not None]
    if len(numbers) > 1:
        shown = [str(n) if language == "en" else chinese_number(n) for n in numbers]
        between = ", " if language == "en" else "、"
        return texts.of("measures", language, numbers=between.join(shown))
    title = item.measures[0][2]
    if not numbers:
        return title
    if language == "en":
        return f"Measure {numbers[0]}: {title}"
    return f"（{chinese_number(numbers[0])}）{title}"


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1]}…"
