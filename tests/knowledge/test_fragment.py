"""Fragments: short, about no provision, and taken for a question."""

from __future__ import annotations

import pytest

from knowledge.fragment import is_fragment, is_short
from knowledge.search import Found, Match

NOTHING = Found((Match("sz-2016/6.1", 0.1),), out_of_scope=0.4, no_subject=0.3)
CLEAR = Found((Match("sz-2016/18.1", 0.8),), out_of_scope=0.1, no_subject=0.0)


def test_a_short_beginning_that_is_about_nothing_yet_is_a_fragment() -> None:
    assert is_fragment("我想问下", NOTHING, "ask_measure", 0.9)
    assert is_fragment("我们公司", NOTHING, "ask_fit", 0.9)


def test_a_keyword_is_complete_however_short() -> None:
    assert not is_fragment("创新券", CLEAR, "ask_measure", 0.9)


@pytest.mark.parametrize(
    "intent", ["greet", "thank", "ask_human", "ask_more", "select_option", "ask_contact", "react"]
)
def test_what_is_said_in_a_word_is_complete(intent: str) -> None:
    assert not is_fragment("转人工", NOTHING, intent, 0.9)


@pytest.mark.parametrize("intent", ["react", "nlu_fallback"])
def test_what_could_be_anything_is_a_fragment(intent: str) -> None:
    assert is_fragment("我有个厂", NOTHING, intent, 0.4)


def test_nothing_of_eight_characters_or_more_is_a_fragment() -> None:
    assert is_short("一二三四五六七")
    assert not is_short("一二三四五六七八")
    assert not is_fragment("我想问一下那个事情", NOTHING, "ask_measure", 0.9)


def test_a_message_without_words_is_no_fragment() -> None:
    assert not is_short("。。。")
    assert not is_short("😀")
