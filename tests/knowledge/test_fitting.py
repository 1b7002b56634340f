"""Which offers fit a situation, and how they are put in order."""

from __future__ import annotations

import pytest

from knowledge.fitting import MOST_FITTING, fitting, help_of
from knowledge.models import Knowledge
from knowledge.search import Found, Match


def found(*numbers: str) -> Found:
    matches = tuple(
        Match(f"sz-2016/{number}", 0.3 / position) for position, number in enumerate(numbers, 1)
    )
    return Found(matches, out_of_scope=0.0, no_subject=0.0)


def test_at_most_five_best_first_whatever_group_they_stand_in(knowledge: Knowledge) -> None:
    result = fitting(knowledge, found("9.1", "21.2", "24.1", "10.1", "19.4", "16.3", "5.1"))
    assert [p.number for p in result.ranked] == ["9.1", "21.2", "24.1", "10.1", "19.4"]
    assert len(result.ranked) == MOST_FITTING


def test_groups_hold_each_current_offer_once_by_its_kind_of_help(knowledge: Knowledge) -> None:
    result = fitting(knowledge, found("9.1", "21.2", "24.1", "10.1"))
    grouped = {kind: [p.number for p in provisions] for kind, provisions in result.groups}
    assert grouped == {"money": ["9.1", "10.1"], "space": ["21.2"], "people": ["24.1"]}


def test_a_duty_is_nothing_that_one_could_use(knowledge: Knowledge) -> None:
    assert knowledge.provisions["sz-2016/1.3"].kind == "duty"
    assert fitting(knowledge, found("1.3")).ranked == ()


@pytest.mark.parametrize("number", ["18.1", "25.1", "2.1", "29.1"])
def test_an_offer_that_ended_or_is_unconfirmed_stands_apart(
    knowledge: Knowledge, number: str
) -> None:
    result = fitting(knowledge, found(number, "9.1"))
    assert [p.number for p in result.apart] == [number]
    assert number not in [p.number for _, provisions in result.groups for p in provisions]


def test_a_chance_hit_does_not_fit(knowledge: Knowledge) -> None:
    matches = (Match("sz-2016/9.1", 0.9), Match("sz-2016/24.1", 0.001))
    result = fitting(knowledge, Found(matches, out_of_scope=0.0, no_subject=0.0))
    assert [p.number for p in result.ranked] == ["9.1"]


def test_every_provision_has_a_kind_of_help_that_its_policy_names(knowledge: Knowledge) -> None:
    for provision in knowledge.provisions.values():
        assert help_of(knowledge, provision) in knowledge.policies[provision.policy].helps
