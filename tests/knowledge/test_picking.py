"""Which of a numbered list is meant?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.picking import ordinal
from tests.knowledge.test_language import ANY_TEXT


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("2", 1),
        ("２", 1),
        ("(2)", 1),
        ("2.", 1),
        ("2号", 1),
        ("二", 1),
        ("第二个", 1),
        ("第二個", 1),
        ("第2个详细说说", 1),
        ("第二个详细说说", 1),
        ("选3", 2),
        ("揀三", 2),
        ("要第三条", 2),
        ("2个", 1),
        ("one", 0),
        ("the second one", 1),
        ("what about the second one?", 1),
        ("Option 3", 2),
        ("number 1 please", 0),
        ("the 3rd", 2),
        ("最后一个", 3),
        ("最尾嗰個", 3),
        ("the last one", 3),
    ],
)
def test_a_place_in_the_list_is_understood(text: str, place: int) -> None:
    assert ordinal(text, 4) == place


def test_places_beyond_ten_are_understood() -> None:
    assert ordinal("第十个", 12) == 9
    assert ordinal("第十二个", 12) == 11
    assert ordinal("12", 12) == 11


@pytest.mark.parametrize("text", ["5", "第九个", "0", "the tenth", "第十二个", "99"])
def test_a_place_that_the_list_lacks_is_none(text: str) -> None:
    assert ordinal(text, 4) is None


@pytest.mark.parametrize("text", ["", "贷款找谁", "hello", "6.2", "12345", "？", "还有别的吗"])
def test_a_text_without_a_place_is_none(text: str) -> None:
    assert ordinal(text, 9) is None


@pytest.mark.parametrize("text", ["倒数第二个", "second to last", "倒數第二個"])
def test_counting_from_the_end_is_never_taken_for_counting_from_the_start(text: str) -> None:
    assert ordinal(text, 4) in (2, None)


@pytest.mark.parametrize("text", ["两个都要", "兩個都想睇"])
def test_a_number_of_things_is_no_place(text: str) -> None:
    assert ordinal(text, 4) is None


def test_an_empty_list_has_no_places() -> None:
    assert ordinal("1", 0) is None
    assert ordinal("last", 0) is None


@given(ANY_TEXT, st.integers(0, 12))
def test_any_text_names_a_place_in_the_list_or_none(text: str, count: int) -> None:
    place = ordinal(text, count)
    assert place is None or 0 <= place < count
