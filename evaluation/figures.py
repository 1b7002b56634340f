"""What the answers amount to: shares by kind and language, the curve, confusions, misses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.asking import Answer
from evaluation.questions import IN_SCOPE
from knowledge.language import LANGUAGES
from knowledge.models import Knowledge

ANSWERED = ("answer", "contact", "result")
WORST = 30
_BINS = 10


@dataclass(frozen=True)
class Share:
    """`hits` of `of`; `value` is nan where there was nothing to hit."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        return self.hits / self.of if self.of else float("nan")


@dataclass(frozen=True)
class Target:
    """One number that was asked for, beside the number measured."""

    what: str
    share: Share
    asked: float
    at_most: bool = False

    @property
    def reached(self) -> bool:
        value = self.share.value
        return value <= self.asked if self.at_most else value >= self.asked


def share(answers: Iterable[Answer], hit: Callable[[Answer], bool]) -> Share:
    """How many of the answers are hits."""
    hits = [hit(answer) for answer in answers]
    return Share(sum(hits), len(hits))


def of_kind(answers: Iterable[Answer], *kinds: str) -> list[Answer]:
    """The answers to questions of these kinds."""
    return [answer for answer in answers if answer.question.kind in kinds]


def targets(answers: Sequence[Answer], knowledge: Knowledge) -> list[Target]:
    """Every target of the evaluation, in the order of the issue that set them."""
    measures, contacts = of_kind(answers, "measure"), of_kind(answers, "contact")
    inside, outside = of_kind(answers, *IN_SCOPE), of_kind(answers, "out_of_scope")
    by_language = [
        Target(
            f"What is there, {language}: right provision first",
            share((a for a in measures if a.question.language == language), Answer.right),
            0.90,
        )
        for language in LANGUAGES
    ]
    return [
        Target("What is there: right provision first", share(measures, Answer.right), 0.93),
        *by_language,
        Target("… among the first three", share(measures, lambda a: a.right(3)), 0.985),
        Target(
            "Who is responsible: exactly the right units",
            share(contacts, lambda a: names_units(a, knowledge)),
            0.98,
        ),
        Target(
            "Situation: a fitting provision among the first three",
            share(of_kind(answers, "fit"), lambda a: a.right(3)),
            0.95,
        ),
        Target(
            "In scope: answered or asked back",
            share(inside, lambda a: a.turn.outcome in (*ANSWERED, "choices", "status")),
            0.97,
        ),
        Target("In scope: asked back", share(inside, _asked_back), 0.12, at_most=True),
        Target(
            "Out of scope: answered with a provision",
            share(outside, lambda a: a.turn.outcome in ANSWERED),
            0.05,
            at_most=True,
        ),
        Target("Out of scope: choices offered", share(outside, _asked_back), 0.15, at_most=True),
        Target(
            "Small talk and requests for a person: right",
            share(of_kind(answers, "small_talk", "human"), _socially_right),
            0.97,
        ),
        Target(
            "Every quote byte-equal to the source",
            share(answers, lambda a: all(quote in _quotes(knowledge) for quote in a.turn.quotes)),
            1.0,
        ),
    ]


def names_units(answer: Answer, knowledge: Knowledge) -> bool:
    """Whether exactly the units of the provision that is meant are named, on whatever card."""
    provision = knowledge.provision(answer.question.provisions[0])
    assert provision is not None
    named = answer.turn.outcome in ("answer", "contact")
    return named and set(answer.turn.units) == set(provision.units)


def curve(answers: Sequence[Answer]) -> list[tuple[float, float, float]]:
    """For each threshold of the evidence against: (threshold, in scope kept, out of scope kept)."""
    inside = np.array([a.against for a in of_kind(answers, *IN_SCOPE)])
    outside = np.array([a.against for a in of_kind(answers, "out_of_scope")])
    thresholds = np.unique(np.concatenate([inside, outside]))
    return [
        (float(t), float((inside <= t).mean()), float((outside <= t).mean())) for t in thresholds
    ]


def calibration(answers: Sequence[Answer]) -> list[tuple[float, float, int]]:
    """By tenths of the search's confidence: (mean confidence, share right, how many)."""
    found = []
    inside = of_kind(answers, "measure", "contact", "detail")
    for low in np.arange(_BINS) / _BINS:
        some = [
            a
            for a in inside
            if low <= a.confidence < low + 1 / _BINS or (low > 0.85 and a.confidence == 1)
        ]
        if some:
            right = [
                a.found.matches[0].provision.partition("/")[2] in a.question.provisions
                for a in some
            ]
            mean = float(np.mean([a.confidence for a in some]))
            found.append((mean, sum(right) / len(right), len(some)))
    return found


def confusions(answers: Sequence[Answer]) -> list[tuple[str, str, int]]:
    """Pairs (right provision, what came first instead), the most frequent first."""
    pairs = Counter(
        (answer.question.provisions[0], answer.turn.provisions[0].partition("/")[2])
        for answer in of_kind(answers, "measure", "contact", "detail")
        if answer.turn.provisions and not answer.right()
    )
    return [(*pair, count) for pair, count in sorted(pairs.items(), key=lambda p: (-p[1], p[0]))]


def misses(answers: Sequence[Answer], knowledge: Knowledge) -> list[Answer]:
    """The worst misses, those first in which the bot was surest of the wrong thing."""
    wrong = [answer for answer in answers if not is_right(answer, knowledge)]
    return sorted(wrong, key=lambda a: (-a.confidence, a.question.id))[:WORST]


def is_right(answer: Answer, knowledge: Knowledge) -> bool:
    """Whether an answer is what its kind of question asks for."""
    kind, outcome = answer.question.kind, answer.turn.outcome
    if kind == "contact":
        return names_units(answer, knowledge)
    if kind == "fit":
        return answer.right(3)
    if kind == "out_of_scope":
        return outcome == "decline"
    if kind in ("small_talk", "human"):
        return _socially_right(answer)
    return answer.right()


def _asked_back(answer: Answer) -> bool:
    return answer.turn.outcome == "choices"


def _socially_right(answer: Answer) -> bool:
    if answer.question.kind == "human":
        return answer.turn.outcome == "handoff"
    # "What are you?" is told what this document and this service are.
    return answer.turn.outcome in ("smalltalk", "status")


def _quotes(knowledge: Knowledge) -> set[str]:
    return {provision.quote for provision in knowledge.provisions.values()}
