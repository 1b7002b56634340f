"""What a founder told, changed by the buttons of the list's page."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.models import Knowledge
from knowledge.told import Told


def told(knowledge: Knowledge, **facts: bool) -> Told:
    kept: dict[str, Any] = {"facts": facts, "passed": [], "ranked": ["sz-2016/6.2", "sz-2016/6.1"]}
    return Told.of(knowledge, kept)


def test_a_list_is_of_the_conversation_and_nothing_else(knowledge: Knowledge) -> None:
    assert Told.of(knowledge, None).ranked == ()
    assert Told.of(knowledge, {"ranked": ["sz-2016/99.9"]}).ranked == ()
    assert told(knowledge, venture_fund=True, gone_from_the_content=True).slot == {
        "facts": {"venture_fund": True},
        "passed": [],
        "ranked": ["sz-2016/6.2", "sz-2016/6.1"],
    }


def test_facts_are_told_turned_round_and_removed(knowledge: Knowledge) -> None:
    empty = told(knowledge)

    assert empty.changed("tell", "does_rd").facts["does_rd"] is True
    assert empty.changed("tell", "does_rd").changed("deny", "does_rd").facts["does_rd"] is False
    assert empty.changed("tell", "does_rd").changed("remove", "does_rd").facts == empty.facts


@pytest.mark.parametrize("what", ["tell", "deny", "remove", "none", "skip", "anything", ""])
def test_what_is_not_known_changes_nothing(knowledge: Knowledge, what: str) -> None:
    before = told(knowledge, venture_fund=True)

    assert before.changed(what, "no such thing") == before


def test_a_question_is_answered_with_none_or_skipped(knowledge: Knowledge) -> None:
    before = told(knowledge)
    ask = before.ask
    assert ask is not None

    none = before.changed("none", ask.id)
    assert {none.facts[fact.id] for fact in before.open_facts(ask)} == {False}
    skipped = before.changed("skip", ask.id)
    assert skipped.ask is None or skipped.ask.id != ask.id
    assert skipped.changed("skip", ask.id) == skipped
