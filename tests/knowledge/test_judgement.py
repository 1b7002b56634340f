"""Answer, ask back or decline: what the scores say together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.judgement import MOST_CHOICES, judge
from knowledge.search import Found, Match


def found(*scores: float, out: float = 0.0, none: float = 0.0) -> Found:
    matches = tuple(Match(f"p/{number}.1", score) for number, score in enumerate(scores, start=1))
    return Found(matches, out_of_scope=out, no_subject=none)


def test_one_clear_provision_is_the_answer() -> None:
    judgement = judge(found(0.9, 0.05))
    assert judgement.decision == "answer"
    assert judgement.matches == (Match("p/1.1", 0.9),)


def test_close_provisions_are_offered_as_choices() -> None:
    judgement = judge(found(0.3, 0.28, 0.27, 0.1))
    assert judgement.decision == "choose"
    assert [match.score for match in judgement.matches] == [0.3, 0.28, 0.27]


def test_a_provision_far_behind_is_no_choice() -> None:
    judgement = judge(found(0.2, 0.19, 0.01))
    assert judgement.decision == "choose"
    assert len(judgement.matches) == 2


def test_what_the_policy_does_not_cover_is_declined() -> None:
    assert judge(found(0.1, 0.05, out=0.85)).decision == "decline"
    assert judge(found(0.1, 0.05, out=0.85)).matches == ()


def test_search_and_intent_decline_together_or_not_at_all() -> None:
    half = found(0.4, 0.1, out=0.45)
    assert judge(half, out_of_scope=0.0).decision != "decline"
    assert judge(half, out_of_scope=1.0).decision == "decline"
    # An intent classifier alone does not overrule a search that is sure.
    assert judge(found(0.95, 0.02), out_of_scope=0.9).decision == "answer"


def test_a_question_that_may_not_be_covered_is_asked_back() -> None:
    decisions = [
        judge(found(round(0.9 - out, 2), 0.02, out=out)).decision
        for out in (0.0, 0.3, 0.4, 0.5, 0.85)
    ]
    assert decisions[0] == "answer"
    assert "unsure" in decisions[1:4]
    assert decisions[-1] == "decline"


def test_more_evidence_against_never_leads_from_declining_back_to_an_answer() -> None:
    order = ["answer", "unsure", "decline"]
    steps = [
        order.index(judge(found(0.9 - out, 0.01, out=out)).decision)
        for out in np.arange(0.01, 0.89, 0.02)
    ]
    assert steps == sorted(steps)


def test_naming_another_city_speaks_against_the_policy() -> None:
    likely = found(0.7, 0.1, out=0.1)
    assert judge(likely, 0.05).decision == "answer"
    assert judge(likely, 0.05, elsewhere=True).decision == "decline"


def test_a_message_without_a_subject_is_told_from_one_that_is_not_covered() -> None:
    assert judge(found(0.1, none=0.8)).decision == "no_subject"
    assert judge(Found((), out_of_scope=0.0, no_subject=1.0)).decision == "no_subject"


_SCORES = st.lists(st.floats(0, 1), max_size=5).map(lambda s: sorted(s, reverse=True))


@given(_SCORES, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_any_scores_lead_to_a_decision_with_matches_where_they_are_needed(
    scores: list[float], out: float, none: float, intent: float, elsewhere: bool
) -> None:
    judgement = judge(found(*scores, out=out, none=none), intent, elsewhere)
    some = set(range(1, MOST_CHOICES + 1))
    counts = {"answer": {1}, "choose": some, "unsure": some}
    assert len(judgement.matches) in counts.get(judgement.decision, {0})


@pytest.mark.parametrize("scores", [(0.3, 0.29), (0.2, 0.2, 0.2), (0.31, 0.25, 0.2)])
def test_a_question_back_offers_at_least_two(scores: tuple[float, ...]) -> None:
    judgement = judge(found(*scores))
    if judgement.decision == "choose":
        assert len(judgement.matches) >= 2
