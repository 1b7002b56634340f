"""Looking up a few words: the likely provisions, or none where the policy does not cover them."""

from __future__ import annotations

import pytest

from knowledge.live import Content
from knowledge.lookup import look_up


@pytest.mark.parametrize(
    ("words", "provision"),
    [("创新券", "sz-2016/18.1"), ("減稅", "sz-2016/6.1"), ("makerspace", "sz-2016/5.2")],
)
def test_a_word_or_two_finds_the_provision(content: Content, words: str, provision: str) -> None:
    assert look_up(content, words, 5)[0].id == provision


def test_there_are_no_more_than_asked_for_and_only_likely_ones(content: Content) -> None:
    assert len(look_up(content, "创新", 2)) == 2
    assert len(look_up(content, "创新券", 5)) == 1


@pytest.mark.parametrize("words", ["今天天气怎么样", "how do I cook rice", "你好", "", "？！"])
def test_what_the_policy_does_not_cover_finds_nothing(content: Content, words: str) -> None:
    assert look_up(content, words, 5) == []
