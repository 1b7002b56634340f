"""Whether to answer, to ask back or to decline: what the scores of all layers say together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from knowledge.search import Found, Match

Decision = Literal["answer", "choose", "decline", "no_subject"]

# Chosen by hand on held-out questions of our own (docs/adr/0005).
_DECLINE_ABOVE = 0.5
_ELSEWHERE = 0.35  # naming another city, and not this one, speaks against the policy
_SEARCH_WEIGHT = 0.65  # against the intent classifier's own opinion of what is out of scope
_NO_SUBJECT_ABOVE = 0.5
_TOO_VAGUE = 0.1  # no provision is likelier than this: better asked than guessed
_SURE_SHARE = 0.45  # of what is left for provisions, the part that the best must have
_LEAD = 1.6  # or this many times the second
MOST_CHOICES = 3


@dataclass(frozen=True)
class Judgement:
    """`matches`: the one to answer with, or the few to choose from, best first."""

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
    covered = max(1.0 - found.out_of_scope - found.no_subject, 1e-6)
    by_search = found.out_of_scope / (found.out_of_scope + covered)
    against = _SEARCH_WEIGHT * by_search + (1 - _SEARCH_WEIGHT) * out_of_scope
    if elsewhere:
        against += _ELSEWHERE
    if against > _DECLINE_ABOVE:
        return Judgement("decline", ())
    if best.score < _TOO_VAGUE:
        return Judgement("no_subject", ())
    second = found.matches[1].score if len(found.matches) > 1 else 0.0
    if best.score >= _SURE_SHARE * covered or best.score >= _LEAD * second:
        return Judgement("answer", (best,))
    close = [match for match in found.matches if match.score * 3 >= best.score]
    return Judgement("choose", tuple(close[:MOST_CHOICES]))
