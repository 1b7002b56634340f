"""Verdicts over every condition of every provision, with profiles that chance makes."""

from __future__ import annotations

import random
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from knowledge.conditions import AnyOf, Condition, Everybody, Is
from knowledge.eligibility import Decision, answered, decide, decide_all, next_ask, told
from knowledge.models import Ask, Provision
from knowledge.storage import load

MOST_ASKED = 5
KNOWLEDGE = load()
(POLICY,) = KNOWLEDGE.policies.values()
FACTS = [fact.id for ask in POLICY.asks for fact in ask.facts]
OFFERS = [provision for provision in KNOWLEDGE.provisions.values() if provision.kind != "duty"]
CONDITIONAL = [provision for provision in OFFERS if provision.conditions is not None]

profiles = st.dictionaries(st.sampled_from(FACTS), st.booleans())


def so_in_one_world(condition: Condition, facts: Mapping[str, bool], unknown: bool) -> bool:
    """Plain logic in a world where all that is not known is so, or is not. No leaf asks for a "no",
    so these two worlds are the best and the worst that there can be."""
    if isinstance(condition, Is):
        return facts.get(condition.fact, unknown)
    if isinstance(condition, Everybody):
        return True
    parts = [so_in_one_world(part, facts, unknown) for part in condition.parts]
    return any(parts) if isinstance(condition, AnyOf) else all(parts)


def asked_for(decision: Decision) -> list[Is]:
    """Of the reasons those that ask for a fact."""
    return [leaf for leaf in decision.reasons if isinstance(leaf, Is)]


@given(profiles)
def test_a_verdict_is_what_holds_in_every_world_that_is_still_possible(
    facts: dict[str, bool],
) -> None:
    for decision in decide_all(KNOWLEDGE, facts):
        condition = decision.provision.conditions
        if condition is None:
            assert (decision.verdict, decision.reasons) == ("fits", ())
            continue
        at_best = so_in_one_world(condition, facts, True)
        at_worst = so_in_one_world(condition, facts, False)
        expected = "fits" if at_worst else "cannot_tell" if at_best else "does_not_fit"
        assert decision.verdict == expected


@given(profiles)
def test_nobody_is_told_no_for_what_is_not_known(facts: dict[str, bool]) -> None:
    for decision in decide_all(KNOWLEDGE, facts):
        if decision.verdict == "does_not_fit":
            assert decision.reasons
            known = [facts[leaf.fact] for leaf in asked_for(decision)]
            assert known == [False] * len(decision.reasons)


@given(profiles)
def test_every_verdict_cites_words_of_its_clause(facts: dict[str, bool]) -> None:
    for decision in decide_all(KNOWLEDGE, facts):
        provision = decision.provision
        assert bool(decision.reasons) == (provision.conditions is not None)
        assert all(leaf.words in provision.quote for leaf in decision.reasons)
        if decision.verdict == "fits":
            assert all(facts[leaf.fact] for leaf in asked_for(decision))
        if decision.verdict == "cannot_tell":
            assert not any(leaf.fact in facts for leaf in asked_for(decision))


@given(profiles, st.sampled_from(FACTS), st.booleans())
def test_one_more_fact_never_makes_a_verdict_uncertain(
    facts: dict[str, bool], fact: str, so: bool
) -> None:
    before = decide_all(KNOWLEDGE, facts)
    after = decide_all(KNOWLEDGE, {fact: so, **facts})
    for earlier, later in zip(before, after, strict=True):
        if earlier.verdict != "cannot_tell":
            assert later.verdict == earlier.verdict


@given(st.data())
def test_the_order_of_answers_makes_no_difference(data: st.DataObject) -> None:
    chosen = {ask.id: data.draw(answer_to(ask)) for ask in POLICY.asks}
    orders = [list(chosen), data.draw(st.permutations(list(chosen)))]
    asks = {ask.id: ask for ask in POLICY.asks}
    results = []
    for order in orders:
        facts: dict[str, bool] = {}
        for ask in order:
            facts = answered(facts, asks[ask], chosen[ask])
        results.append([decision.verdict for decision in decide_all(KNOWLEDGE, facts)])
    assert results[0] == results[1]


def test_what_is_for_everybody_refuses_nobody_and_names_whom_it_names_first() -> None:
    fund = KNOWLEDGE.provisions["sz-2016/11.1"]

    def reasons(facts: dict[str, bool]) -> list[str]:
        decision = decide(KNOWLEDGE, fund, facts)
        assert decision is not None and decision.verdict == "fits"
        return [leaf.words for leaf in decision.reasons]

    assert (
        reasons({}) == reasons(dict.fromkeys(FACTS, False)) == ["引导社会资本投向创新创业各个领域"]
    )
    early = {"early_stage": True, "tech_firm": True}
    assert reasons(early) == ["处于初创期、起步期", "科技型企业"]


def test_a_duty_gets_no_verdict() -> None:
    duties = [p for p in KNOWLEDGE.provisions.values() if p.kind == "duty"]
    assert duties
    assert all(decide(KNOWLEDGE, provision, {}) is None for provision in duties)
    assert all(provision.conditions is None for provision in duties)


def test_what_may_have_ended_is_marked_whatever_fits() -> None:
    decisions = decide_all(KNOWLEDGE, dict.fromkeys(FACTS, True))
    apart = [decision.provision.number for decision in decisions if not decision.current]
    assert apart
    assert all(not KNOWLEDGE.current(d.provision) for d in decisions if not d.current)


def test_of_those_that_exclude_each_other_one_rules_out_the_rest() -> None:
    ask = next(ask for ask in POLICY.asks if not ask.many)
    first, second = (fact.id for fact in ask.facts[:2])
    facts = told({}, POLICY.asks, first)
    assert facts[first] and facts[second] is False
    corrected = told(facts, POLICY.asks, second)
    assert corrected[second] and corrected[first] is False


def test_of_those_that_may_all_be_so_one_says_nothing_of_the_rest() -> None:
    ask = next(ask for ask in POLICY.asks if ask.many)
    assert told({}, POLICY.asks, ask.facts[0].id) == {ask.facts[0].id: True}


def test_five_questions_decide_nine_of_ten_profiles_on_what_they_need() -> None:
    chance = random.Random(17)
    decided = 0
    for _ in range(200):
        topic = chance.choice(list(POLICY.topics))
        needed = [provision for provision in OFFERS if topic in provision.topics]
        facts = asked_at_most(MOST_ASKED, random_answers(chance), needed)
        verdicts = [d.verdict for d in decide_all(KNOWLEDGE, facts, needed)]
        decided += "cannot_tell" not in verdicts
    assert decided >= 180


def test_five_questions_decide_nine_of_ten_verdicts_on_all_that_there_is() -> None:
    chance = random.Random(18)
    verdicts = [
        decision.verdict
        for _ in range(200)
        for decision in decide_all(
            KNOWLEDGE, asked_at_most(MOST_ASKED, random_answers(chance), OFFERS)
        )
    ]
    assert verdicts.count("cannot_tell") <= 0.1 * len(verdicts)


def test_nothing_is_asked_that_decides_nothing() -> None:
    everything = dict.fromkeys(FACTS, False)
    assert next_ask(KNOWLEDGE, POLICY.asks, everything, OFFERS) is None
    passed = [ask.id for ask in POLICY.asks]
    assert next_ask(KNOWLEDGE, POLICY.asks, {}, OFFERS, passed) is None


def answer_to(ask: Ask) -> st.SearchStrategy[list[str]]:
    names = [fact.id for fact in ask.facts]
    if ask.many:
        return st.lists(st.sampled_from(names), unique=True)
    return st.sampled_from(names).map(lambda name: [name])


def random_answers(chance: random.Random) -> dict[str, list[str]]:
    answers = {}
    for ask in POLICY.asks:
        names = [fact.id for fact in ask.facts]
        count = chance.choice((0, 1, 1, 2)) if ask.many else 1
        answers[ask.id] = chance.sample(names, min(count, len(names)))
    return answers


def asked_at_most(
    most: int, truth: dict[str, list[str]], provisions: list[Provision]
) -> dict[str, bool]:
    """What is known after so many asks, chosen one after the other and answered whole."""
    facts: dict[str, bool] = {}
    passed: list[str] = []
    while len(passed) < most:
        ask = next_ask(KNOWLEDGE, POLICY.asks, facts, provisions, passed)
        if ask is None:
            break
        facts = answered(facts, ask, truth[ask.id])
        passed.append(ask.id)
    return facts
