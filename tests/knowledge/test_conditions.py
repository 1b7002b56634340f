"""Conditions as they are written in a measure's file."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.conditions import AnyOf, Everybody, Is
from knowledge.profile import read_condition
from knowledge.reader import Item, Mistakes

QUOTE = "向企业特别是中小企业有效开放。"
FACTS = {"small", "student"}
SMALL = {"is": "small", "words": "中小企业"}


def read(conditions: Any, kind: str = "offer") -> tuple[Any, list[str]]:
    """What is read, and the mistakes."""
    mistakes = Mistakes()
    written = {"quote": QUOTE, "kind": kind, "conditions": conditions}
    return read_condition(Item(mistakes, "1.1", written), FACTS), mistakes.found


def test_what_is_for_everybody_stands_beside_what_asks_for_something() -> None:
    condition, mistakes = read({"any": [SMALL, {"everybody": "向企业"}]})

    assert mistakes == []
    assert condition == AnyOf((Is("small", "中小企业"), Everybody("向企业")))
    assert condition.holds({}) is condition.holds({"small": False}) is True


@pytest.mark.parametrize(
    ("conditions", "mistake"),
    [
        ({"is": "smal", "words": "中小企业"}, "unknown fact 'smal' (did you mean 'small'?)"),
        ({"is": "small", "words": "大企业"}, "'大企业' are not words of the quote"),
        ({"any": [SMALL, {"everybody": "所有人"}]}, "'所有人' are not words of the quote"),
        ({"all": [SMALL, {"everybody": "向企业"}]}, "it stands within `any` alone"),
        ({"everybody": "向企业"}, "it stands within `any` alone"),
        ({"any": [SMALL]}, "any: needs at least two parts"),
        ({"none": [SMALL, SMALL]}, "each is one of"),
        ({**SMALL, "any": [SMALL, SMALL]}, "each is one of"),
        ("small", "each is one of"),
    ],
)
def test_a_condition_that_is_written_wrong_is_said(conditions: Any, mistake: str) -> None:
    _, (said,) = read(conditions)

    assert said.startswith("1.1: conditions: ")
    assert mistake in said


def test_a_duty_has_none() -> None:
    _, (said,) = read(SMALL, kind="duty")

    assert "a duty is nothing that one could get" in said
