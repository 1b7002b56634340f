"""Chinese typed by its sound, as far as it is typed: "chuangye daik" and "cydk" for 创业贷款."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from knowledge.language import fold
from knowledge.models import Knowledge
from knowledge.ngrams import syllables

_CHINESE = re.compile("[\u4e00-\u9fff]+")
_WORD = re.compile("[a-z]+")
# Typed letters with what may stand between syllables.
_RUN = re.compile("[a-z]+(?:[ '’]+[a-z]+)*")
_BETWEEN = re.compile("[ '’]+")
_LONGEST_WORD = 5  # characters
# A run of characters that is rarer is none that people say.
_FEWEST = 3
_CONTENT_COUNTS = 20
# A name of the content counts as if it were said so often beside what it is.
_NAME_COUNTS = 30
# Fewer first letters stand for too many things.
_FEWEST_INITIALS, _FEWEST_OF_A_NAME = 4, 3
# A word among English ones is taken for pinyin from here on.
_SURELY_TYPED_BY_SOUND = 5
_LONGEST_RUN = 60  # letters; nobody types more before it is Chinese


class Pinyin:
    """Writes what was typed by its sound in characters, with the words that the content uses."""

    def __init__(
        self,
        counts: Mapping[str, int],
        names: Iterable[str],
        english: set[str],
        perhaps_english: set[str],
    ) -> None:
        """`perhaps_english`: as founders write, where a Chinese word counts if one sounds so."""
        total = sum(count for word, count in counts.items() if len(word) == 1) or 1
        self._words: dict[str, tuple[float, str]] = {}  # letters -> how unlikely, the word
        self._initials: dict[str, tuple[float, str]] = {}
        short = {name for name in names if len(name) >= _FEWEST_OF_A_NAME}
        for word, count in counts.items():
            sounds = [sound for character in word for sound in syllables(character)]
            if len(sounds) != len(word):
                continue
            entry = (math.log(total / count), word)
            _keep(self._words, "".join(sounds), entry)
            if len(word) >= _FEWEST_INITIALS or word in short:
                _keep(self._initials, "".join(sound[0] for sound in sounds), entry)
        self._sorted, self._sorted_initials = sorted(self._words), sorted(self._initials)
        self._longest = max(map(len, self._words), default=0)
        self._english = english | {word for word in perhaps_english if not self._is_chinese(word)}
        self._sorted_english = sorted(self._english)

    @classmethod
    def of(cls, knowledge: Knowledge) -> Pinyin:
        """Of all that the content says and all that founders ask of it."""
        counts: Counter[str] = Counter()
        english: set[str] = set()
        official: set[str] = set()
        for text, weight in _texts(knowledge):
            folded = fold(text)
            words = _WORD.findall(folded)
            # Founders type pinyin too; an English sentence has words that cannot be it.
            if 3 * sum(not syllables(word) for word in words) > len(words):
                (official if weight > 1 else english).update(words)
            for run in _CHINESE.findall(folded):
                for size in range(1, _LONGEST_WORD + 1):
                    for at in range(len(run) - size + 1):
                        counts[run[at : at + size]] += weight
        names = {part for name in _names(knowledge) for part in _CHINESE.findall(fold(name))}
        kept = {word: n for word, n in counts.items() if n >= _FEWEST or len(word) == 1}
        for name in names:
            kept[name] = kept.get(name, 0) + _NAME_COUNTS
        return cls(kept, names, official, english)

    def written(self, typed: str) -> str:
        """The folded text with what was typed by its sound in characters; else as it was."""
        pieces, end = [], 0
        for run in _RUN.finditer(typed):
            pieces += [typed[end : run.start()], self._run(run.group(), run.end() == len(typed))]
            end = run.end()
        return "".join([*pieces, typed[end:]])

    def _is_chinese(self, word: str) -> bool:
        """Whether a long word is the sound of one Chinese word."""
        found = self._words.get(word) if len(word) >= _SURELY_TYPED_BY_SOUND else None
        return found is not None and len(found[1]) > 1

    def _run(self, run: str, last: bool) -> str:
        words = _BETWEEN.split(run)
        if len(run) > _LONGEST_RUN:
            return run
        foreign = [self._is_english(word, last and at == len(words) - 1) for at, word in
                   enumerate(words)]  # fmt: skip
        whole = "".join(words)
        if not all(foreign):
            chinese = self._segmented(whole, last)
            if chinese:
                return chinese
        return " ".join(
            word if english else self._word(word, last and at == len(words) - 1)
            for at, (word, english) in enumerate(zip(words, foreign, strict=True))
        )

    def _word(self, word: str, last: bool) -> str:
        chinese = self._segmented(word, last) if len(word) >= _SURELY_TYPED_BY_SOUND else ""
        return chinese or self._of_initials(word, last) or word

    def _is_english(self, word: str, last: bool) -> bool:
        if word in self._english:
            return True
        at = bisect_left(self._sorted_english, word)
        begun = self._sorted_english[at : at + 1]
        return last and bool(begun) and begun[0].startswith(word)

    def _segmented(self, letters: str, last: bool) -> str:
        """As the likeliest words; the last one may be begun only. Nothing where it is no pinyin."""
        best: list[tuple[float, str] | None] = [(0.0, ""), *[None] * len(letters)]
        for end in range(1, len(letters) + 1):
            for start in range(max(0, end - self._longest), end):
                before = best[start]
                if before is None:
                    continue
                piece = letters[start:end]
                word = self._words.get(piece)
                if word is None and last and end == len(letters):
                    word = _begun(piece, self._sorted, self._words)
                if word is None:
                    continue
                found = (before[0] + word[0], before[1] + word[1])
                current = best[end]
                if current is None or found < current:
                    best[end] = found
        result = best[-1]
        return result[1] if result else ""

    def _of_initials(self, letters: str, last: bool) -> str:
        if len(letters) < _FEWEST_OF_A_NAME:
            return ""
        word = self._initials.get(letters)
        if word is None and last:
            word = _begun(letters, self._sorted_initials, self._initials)
        return word[1] if word else ""


def _keep(index: dict[str, tuple[float, str]], key: str, entry: tuple[float, str]) -> None:
    """The likelier of two that sound the same."""
    index[key] = min(entry, index.get(key, entry))


def _begun(
    piece: str, keys: list[str], index: Mapping[str, tuple[float, str]]
) -> tuple[float, str] | None:
    """The likeliest that begins so."""
    start = bisect_left(keys, piece)
    end = bisect_left(keys, piece + "{", start)  # the sign after z
    return min((index[key] for key in keys[start:end]), default=None)


def _texts(knowledge: Knowledge) -> Iterator[tuple[str, int]]:
    """Texts, each with how much it counts: questions are many and full of "who" and "how"."""
    for provision in knowledge.provisions.values():
        yield from ((question, 1) for question in provision.questions)
    for term in knowledge.terms.values():
        yield from ((alias, 1) for alias in term.aliases)
    for text in _content(knowledge):
        yield text, _CONTENT_COUNTS


def _content(knowledge: Knowledge) -> Iterator[str]:
    for provision in knowledge.provisions.values():
        yield from (provision.quote, *provision.summary.values(), *provision.name.values())
    for term in knowledge.terms.values():
        yield from (*term.definition.values(), *term.name.values())
    for place in knowledge.places.values():
        for unit in place.units.values():
            yield from (unit.english, *unit.aliases, *unit.names)
        for contact in place.contacts.values():
            yield from contact.name.values()


def _names(knowledge: Knowledge) -> Iterator[str]:
    """What things are called, so that their first letters are enough."""
    for term in knowledge.terms.values():
        yield from (*term.name.values(), *term.aliases)
    for policy in knowledge.policies.values():
        yield from (topic.name["zh-Hans"] for topic in policy.topics.values())
    for provision in knowledge.provisions.values():
        yield provision.name["zh-Hans"]
    for place in knowledge.places.values():
        for unit in place.units.values():
            yield from (*unit.names, *unit.aliases)
