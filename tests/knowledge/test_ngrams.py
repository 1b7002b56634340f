"""The pieces of a text: characters, words, sounds."""

from __future__ import annotations

import pytest
from hypothesis import given

from knowledge.language import fold
from knowledge.ngrams import ngrams
from tests.knowledge.test_language import ANY_TEXT


def sounds(text: str) -> set[str]:
    return {piece for piece in ngrams(fold(text)) if piece.startswith("P")}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("申清", "申请"), ("知识产全", "知识产权"), ("chuangxinquan", "创新券"), ("fuhuaqi", "孵化器"),
     ("夫化器", "孵化器"), ("ＣＨＵＡＮＧＫＥ", "创客")],
)  # fmt: skip
def test_a_wrong_character_or_pinyin_sounds_like_the_right_word(wrong: str, right: str) -> None:
    assert sounds(right)
    assert sounds(right) <= sounds(wrong)


def test_an_english_word_that_is_no_pinyin_has_no_sound() -> None:
    assert sounds("startup") == set()
    assert sounds("tax relief") == set()


def test_sounds_do_not_run_across_what_is_not_chinese() -> None:
    assert "Pkuan shui" not in sounds("贷款 tax 税收")
    assert "Pdai kuan" in sounds("贷款 tax 税收")


def test_english_words_count_whole_by_their_parts_and_with_their_neighbours() -> None:
    pieces = set(ngrams("tax relief"))
    assert {"Wtax", "Wrelief", "L^reli", "Llief$", "Btax relief"} <= pieces


@given(ANY_TEXT)
def test_any_text_has_its_characters_among_the_pieces(text: str) -> None:
    folded = fold(text)
    assert set(folded) <= set(ngrams(folded))
