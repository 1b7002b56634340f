"""Names of the policy typed by their sound: chuangxinquan and 创新卷 for 创新券."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from knowledge.language import simplify
from knowledge.models import Knowledge
from knowledge.ngrams import syllables

# A shorter sound means too many other things.
_FEWEST_SYLLABLES = 3
_CHINESE = re.compile(r"[一-鿿]+")
_TOKEN = re.compile(r"[A-Za-z]+|[一-鿿]|\s+|[^A-Za-z\s一-鿿]+")

_CURLED, _NASAL = re.compile("^([zcs])h"), re.compile("ng$")
_ALIKE = {"juan": "quan"}  # 券 is often read and written as 卷

Token = tuple[str, tuple[str, ...]]  # as it was typed, and how it sounds; no sound: a break


class Respeller:
    """Writes names right that sound right."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names: dict[tuple[str, ...], str] = {}
        for name in names:
            sound = tuple(s for character in name for s in _sound(character))
            if _CHINESE.fullmatch(name) and len(sound) >= _FEWEST_SYLLABLES:
                self._names.setdefault(sound, name)
        self._first = {sound[0] for sound in self._names}
        self._longest = max(map(len, self._names), default=0)

    @classmethod
    def of(cls, knowledge: Knowledge) -> Respeller:
        """For the terms and topics of the content."""
        return cls(_names(knowledge))

    def respell(self, text: str) -> str:
        """The text with such names as the content writes them; else as it was."""
        tokens: list[Token] = [(piece, _sound(piece)) for piece in _TOKEN.findall(text)]
        written, at = "", 0
        while at < len(tokens):
            length, name = self._named(tokens, at)
            written += name or tokens[at][0]
            at += length
        return written

    def _named(self, tokens: list[Token], start: int) -> tuple[int, str]:
        """How many tokens from `start` are a name that is typed otherwise, and the name."""
        sound: tuple[str, ...] = ()
        typed, best = "", (1, "")
        if not self._first.intersection(tokens[start][1][:1]):
            return best
        for length, (piece, syllables_of_it) in enumerate(tokens[start:], start=1):
            if not syllables_of_it and not (piece.isspace() and typed.isascii()):
                break  # between typed syllables there may be blanks
            sound += syllables_of_it
            typed += piece
            if len(sound) > self._longest:
                break
            name = self._names.get(sound)
            if name is not None and syllables_of_it and simplify(typed) != name:
                best = (length, name)
        return best


def _sound(piece: str) -> tuple[str, ...]:
    """As many in the south say and type it: without the tongue's curl and the nose's ng."""
    return tuple(_ALIKE.get(s, _CURLED.sub(r"\1", _NASAL.sub("n", s))) for s in syllables(piece))


def _names(knowledge: Knowledge) -> Iterator[str]:
    for term in knowledge.terms.values():
        yield term.name["zh-Hans"]
        yield from (alias for alias in term.aliases if simplify(alias) == alias)
    for policy in knowledge.policies.values():
        yield from (topic.name["zh-Hans"] for topic in policy.topics.values())
