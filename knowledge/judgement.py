"""Whether to answer, to ask back or to decline: what the scores of all layers say together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from knowledge.search import Found, Match

Decision = Literal["answer", "choose", "unsure", "decline", "no_subject"]

# A logistic regression on what the layers gave to training questions that they had not learnt
# from: `python -m evaluation.fit` (docs/adr/0005). Above 0 it speaks against the policy.
_BIAS = 0.571
_SEARCH = 0.997  # the search's odds that the question is out of scope
_INTENT = 0.202  # the intent classifier's
_ELSEWHERE = 4.507  # the question names a place that is not the policy's
_BEST = -0.300  # the odds of the best provision
_MARGIN = 0.009  # how many times the second it is, as a logarithm
DECLINE_ABOVE = 1.08
UNSURE_ABOVE = -1.43

_NO_SUBJECT_ABOVE = 0.5
_TOO_VAGUE = 0.08  # no provision is likelier than this: better asked than guessed
_SURE_SHARE = 0.4  # of what is left for provisions, the part that the best must have
_LEAD = 1.25  # or this many times the second
_FURTHEST = 8  # a choice is at most this many times less likely than the best
_SMALLEST = 1e-4
MOST_CHOICES = 3


@dataclass(frozen=True)
class Judgement:
    """`matches`: the one to answer with, or the few to choose from, best first.

    `choose`: some are close together. `unsure`: the policy may not cover it at all.
    """

    decision: Decision
    matches: tuple[Match, ...]


def judge(found: Found, out_of_scope: float = 0.0, elsewhere: bool = False) -> Judgement:
    """Weigh one question's search result.

    `out_of_scope`: what the intent classifier gives that intent, 0 to 1. `elsewhere`: the
    question names a place that is not the policy's and not the policy's own.
    """
    best = found.best
    if best is None or found.no_subject > _NO_SUBJECT_ABOVE:
        return Judgement("no_subject", ())
    against = evidence(found, out_of_scope, elsewhere)
    if against > DECLINE_ABOVE:
        return Judgement("decline", ())
    close = tuple(m for m in found.matches if m.score * _FURTHEST >= best.score)[:MOST_CHOICES]
    if against > UNSURE_ABOVE or best.score < _TOO_VAGUE:
        return Judgement("unsure", close)
    covered = max(1.0 - found.out_of_scope - found.no_subject, _SMALLEST)
    second = found.matches[1].score if len(found.matches) > 1 else 0.0
    if best.score >= _SURE_SHARE * covered or best.score >= _LEAD * second:
        return Judgement("answer", (best,))
    return Judgement("choose", close)


def evidence(found: Found, out_of_scope: float, elsewhere: bool) -> float:
    """How much speaks against the policy covering a question; `found` has a best match."""
    weights = (_SEARCH, _INTENT, _ELSEWHERE, _BEST, _MARGIN)
    values = features(found, out_of_scope, elsewhere)
    return _BIAS + sum(weight * value for weight, value in zip(weights, values, strict=True))


def features(found: Found, out_of_scope: float, elsewhere: bool) -> tuple[float, ...]:
    """What the layers say, in the order of the weights."""
    best = found.matches[0].score
    second = found.matches[1].score if len(found.matches) > 1 else 0.0
    covered = max(1.0 - found.out_of_scope - found.no_subject, _SMALLEST)
    return (
        _odds(found.out_of_scope / (found.out_of_scope + covered)),
        _odds(out_of_scope),
        float(elsewhere),
        _odds(best),
        math.log(max(best, _SMALLEST) / max(second, _SMALLEST)),
    )


def _odds(probability: float) -> float:
    bounded = min(max(probability, _SMALLEST), 1 - _SMALLEST)
    return math.log(bounded / (1 - bounded))
