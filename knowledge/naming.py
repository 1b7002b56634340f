"""What a typed fragment names: a measure, an office of then or today, a document, a topic."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from knowledge.cards import chinese_number
from knowledge.contacts import units_of
from knowledge.language import fold
from knowledge.models import Knowledge
from knowledge.topics import TopicNames

Kind = Literal["provision", "measure", "document", "office", "topic"]

_DIGITS = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
# The whole of what was typed: 6, 6.2, 6-2, (六), 第六条第二款, m6, measure 6, no. 6
_WHOLE = re.compile(
    rf"[(第]?\s*(?:measure|article|item|no\.?|m|#)?\s*({_DIGITS})"
    rf"(?:\s*[)条项點点]*\s*(?:[.。·\-,、 ]|paragraph|第|的)+\s*({_DIGITS}))?\s*[)条项款点段]*"
)
# Anywhere in it.
_WITHIN = re.compile(
    rf"第\s*({_DIGITS})\s*(?:条|项|点)(?:\s*的?\s*第?\s*({_DIGITS})\s*(?:款|段|小点|点|项))?"
    r"|\b(?:measure|article)\s*(?:no\.?\s*)?(\d{1,2})(?:\.(\d)|,?\s*paragraph\s*(\d))?\b"
    r"|(?<![\d.])(\d{1,2})\.(\d)(?![\d.]|\s*(?:%|万|亿|元|million|m\b|k\b))"
)
# What a document's number is written with, besides its letters and digits.
_AROUND_NUMBERS = re.compile(r"[\s〔〕\[\]()【】年号第]")
_NUMBERED = re.compile(r"[\u4e00-\u9fff]{2,8}\d{0,8}|[a-z]{5,8}|[a-z]{2,8}\d{1,8}")
_SHORT_NUMBERED = re.compile(r"(\d{1,4})文?")
_HAN = re.compile("[\u4e00-\u9fff]")
# So much of a name must be typed, and it must leave so few names open.
_FEWEST_CHARACTERS, _FEWEST_LETTERS, _MOST_OPEN = 2, 4, 3
_WORDS = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Named:
    """What is named, with its provisions in the order of the text.

    `rest`: what the fragment says beside the name. An "office" is a unit of the policy's time
    or what became of it.
    """

    kind: Kind
    provisions: tuple[str, ...]
    rest: str = ""


class Naming:
    """Knows the names of one content."""

    def __init__(self, knowledge: Knowledge, topics: TopicNames) -> None:
        self._measures: defaultdict[int, list[str]] = defaultdict(list)
        self._numbers: defaultdict[str, list[str]] = defaultdict(list)
        for provision in knowledge.provisions.values():
            self._measures[provision.measure].append(provision.id)
            self._numbers[provision.number].append(provision.id)
        self._offices = _offices(knowledge)
        self._in_chinese = [name for name in self._offices if _HAN.search(name)]
        self._in_words = [name for name in self._offices if not _HAN.search(name)]
        self._documents = _documents(knowledge)
        self._topics = topics

    def find(self, typed: str) -> Named | None:
        """What a folded fragment names; None where it names nothing."""
        return (
            self._number(typed)
            or self._document(typed)
            or self._topic(typed)
            or self._office(typed)
        )

    def _number(self, typed: str) -> Named | None:
        whole = _WHOLE.fullmatch(typed.strip())
        if whole:
            return self._numbered(whole.group(1), whole.group(2))
        for match in _WITHIN.finditer(typed):
            measure, *paragraph = [group for group in match.groups() if group]
            rest = f"{typed[: match.start()]} {typed[match.end() :]}".strip()
            found = self._numbered(measure, paragraph[0] if paragraph else None, rest)
            if found:
                return found
        return None

    def _numbered(self, measure: str, paragraph: str | None, rest: str = "") -> Named | None:
        number = _number(measure)
        all_of_it = tuple(self._measures.get(number, ()))
        if paragraph is None:
            return Named("measure", all_of_it, rest) if all_of_it else None
        one = self._numbers.get(f"{number}.{_number(paragraph)}", [])
        others = tuple(each for each in all_of_it if each not in one)
        return Named("provision", (*one, *others), rest) if one else None

    def _document(self, typed: str) -> Named | None:
        """By its number, or as much of it as is typed."""
        bare = _AROUND_NUMBERS.sub("", typed)
        short = _SHORT_NUMBERED.fullmatch(bare) if "号" in typed else None
        if short:
            found = [self._documents.get(f"{short.group(1)}文", ())]
        elif _NUMBERED.fullmatch(bare):
            found = [cited for number, cited in self._documents.items() if number.startswith(bare)]
        else:
            return None
        provisions = tuple(dict.fromkeys(each for some in found for each in some))
        return Named("document", provisions) if provisions else None

    def _topic(self, typed: str) -> Named | None:
        topic = self._topics.find(typed)
        return Named("topic", topic.provisions) if topic is not None else None

    def _office(self, typed: str) -> Named | None:
        words = " ".join(_WORDS.findall(typed))
        typed = typed.strip() if _HAN.search(typed) else words
        within = [name for name in self._in_chinese if name in typed]
        within += [name for name in self._in_words if f" {name} " in f" {words} "]
        if within:
            name = max(within, key=lambda name: (len(name), name))
            rest = typed.replace(name, " ", 1).strip()
            return Named("office", self._offices[name], rest)
        fewest = _FEWEST_CHARACTERS if _HAN.search(typed) else _FEWEST_LETTERS
        if len(typed) < fewest:
            return None
        begun = {self._offices[name] for name in self._offices if name.startswith(typed)}
        if not begun or len(begun) > _MOST_OPEN:
            return None
        return Named("office", tuple(dict.fromkeys(p for some in sorted(begun) for p in some)))


def _offices(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """Every name of an office, folded, with what it answers for."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for provision in knowledge.provisions.values():
        place = knowledge.place_of(provision)
        home = [fold(name) for name in (*place.name.values(), *place.aliases)]
        for place_in_list, card in enumerate(units_of(knowledge, provision, "zh-Hans")):
            unit = place.units[card.id]
            names = {*unit.names, *unit.aliases, unit.english}
            for contact in card.contacts:
                names.update(place.contacts[contact.id].name.values())
            for name in names:
                for written in _without_city(fold(name), home):
                    found[written].setdefault(provision.id, place_in_list)
    # Where the office stands first it has the lead; so these come first.
    return {name: tuple(sorted(at, key=lambda p: at[p])) for name, at in found.items()}


def _without_city(name: str, home: list[str]) -> Iterator[str]:
    """As it stands, and as people say it who are there: 科技创新局 for 深圳市科技创新局."""
    words = " ".join(_WORDS.findall(name)) if not _HAN.search(name) else name
    yield words
    for city in sorted(home, key=len, reverse=True):
        for before in (f"{city}市", city):
            if words.startswith(before) and len(words) > len(before) + 1:
                yield words[len(before) :].strip()
                return
        for after in (f" of {city} municipality", f" of {city}"):
            if words.endswith(after):
                yield words[: -len(after)]
                return


def _documents(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """Numbers without brackets and signs, with the provisions that cite the document."""
    found: dict[str, tuple[str, ...]] = {}
    for document in knowledge.documents.values():
        citing = tuple(p.id for p in knowledge.provisions.values() if document.id in p.documents)
        for name in (document.number or "", *document.aliases):
            bare = _AROUND_NUMBERS.sub("", fold(name))
            if citing and any(sign.isdigit() for sign in bare):
                found[bare] = tuple(dict.fromkeys((*found.get(bare, ()), *citing)))
    return found


def _number(written: str) -> int:
    if written.isdigit():
        return int(written)
    return next((n for n in range(1, 100) if chinese_number(n) == written), 0)
