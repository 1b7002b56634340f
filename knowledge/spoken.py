"""A card as it is said on the telephone: first the sentence to read out, then the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.card import Card

# What somebody takes in by ear at once.
_LONGEST: dict[str, int] = {"zh-Hans": 75, "zh-Hant": 75, "en": 240}
_SENTENCES = re.compile(r"(?<=[。！？])|(?<=[.!?])\s+(?=[A-Z“\"(])")


@dataclass(frozen=True)
class Spoken:
    """The card's summary and standing, and nothing that is not in them.

    `lead`: its first sentences, as many as can be taken in; `rest`: the others. `standing`: what
    must be said with it, where it is no offer or may be none any more.
    """

    lead: str
    rest: str
    standing: tuple[str, ...]


def spoken(card: Card) -> Spoken:
    """The summary divided at a sentence's end, never within one."""
    sentences = [part for part in _SENTENCES.split(card.summary) if part]
    between = " " if card.language == "en" else ""
    count = 1
    while count < len(sentences) and (
        len(between.join(sentences[: count + 1])) <= _LONGEST[card.language]
    ):
        count += 1
    standing = [
        card.labels[label]
        for label, applies in (
            ("ended", card.ended),
            ("duty", card.kind == "duty"),
            ("open", card.open),
        )
        if applies
    ]
    return Spoken(between.join(sentences[:count]), between.join(sentences[count:]), tuple(standing))
