"""The pieces of a short text that tell what it is about: characters, words, sounds."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import pairwise

from pypinyin import lazy_pinyin

from knowledge.language import simplify

_LONGEST_RUN = 3
# Inside a Latin word short runs say little; its beginning and end say much.
_LATIN_RUNS = (4, 5)
_SOUND_RUNS = (2, 3)
_LONGEST_SYLLABLE = 6
_SHORTEST_SPELT_OUT = 5
_LATIN = re.compile(r"[a-z]+")
_SOUNDED = re.compile(r"[a-z]+|[\u4e00-\u9fff]")
_BREAK = ""


@lru_cache(maxsize=2048)
def ngrams(folded: str) -> tuple[str, ...]:
    """Every piece of a folded text, repeats included.

    Runs of one to three characters; of Latin words the word itself, its runs of four and five
    letters and each pair of neighbours; and runs of two and three syllables of how it sounds, so
    that 申清 is found for 申请, and chuangxinquan for 创新券. Each sort has a prefix of its own.
    """
    words = _LATIN.findall(folded)
    marked = [f"^{word}$" for word in words]
    sounds = _sounds(folded)
    return (
        *_runs(folded, range(1, _LONGEST_RUN + 1)),
        *(f"W{word}" for word in words),
        *(f"L{run}" for word in marked for run in _runs(word, _LATIN_RUNS)),
        *(f"B{first} {second}" for first, second in pairwise(words)),
        *(
            f"P{' '.join(part)}"
            for size in _SOUND_RUNS
            for part in zip(*(sounds[start:] for start in range(size)), strict=False)
            if _BREAK not in part
        ),
    )


def _runs(text: str, sizes: range | tuple[int, ...]) -> list[str]:
    return [text[at : at + size] for size in sizes for at in range(len(text) - size + 1)]


def _sounds(folded: str) -> list[str]:
    """The syllables, without tones; a break where something is not Chinese."""
    found: list[str] = []
    for piece in _SOUNDED.findall(folded):
        if piece.isascii():
            syllables = _spelt_out(piece) if len(piece) >= _SHORTEST_SPELT_OUT else ()
            found += syllables if len(syllables) > 1 else (_BREAK,)
        else:
            found.append(_sound(piece))
    return found


@lru_cache(maxsize=8192)
def syllables(piece: str) -> tuple[str, ...]:
    """How a Chinese character or a Latin word typed as pinyin sounds; nothing for what has none."""
    if piece.isascii():
        return _spelt_out(piece.lower()) if piece.isalpha() else ()
    sound = _sound(simplify(piece)) if len(piece) == 1 else _BREAK
    return (sound,) if sound != _BREAK else ()


@cache
def _sound(character: str) -> str:
    sound = str(lazy_pinyin(character)[0])
    return sound if sound.isascii() else _BREAK


@lru_cache(maxsize=1)
def _known_syllables() -> frozenset[str]:
    return frozenset(_sound(chr(code)) for code in range(0x4E00, 0x9FA6)) - {_BREAK}


@lru_cache(maxsize=4096)
def _spelt_out(word: str) -> tuple[str, ...]:
    """A Latin word as the fewest pinyin syllables, or nothing if it is not all pinyin."""
    known = _known_syllables()
    best: list[tuple[str, ...] | None] = [(), *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for size in range(min(_LONGEST_SYLLABLE, end), 0, -1):
            before, syllable = best[end - size], word[end - size : end]
            # Single letters are syllables in the dictionary; only the vowels are ones in speech.
            if before is None or syllable not in known or (size == 1 and syllable not in "aeo"):
                continue
            current = best[end]
            if current is None or len(before) + 1 < len(current):
                best[end] = (*before, syllable)
    return best[-1] or ()
