"""Dates in a founder's words: taken where the year is certain, and only there."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.dates import When, find_dates, has_unclear_date
from knowledge.language import LANGUAGES, Language, fold

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2023年3月1日", "2023-03-01"),
        ("2023年3月份", "2023-03"),
        ("2022年十二月三十一号", "2022-12-31"),
        ("二〇二三年三月", "2023-03"),
        ("23年3月", "2023-03"),
        ("2024年度", "2024"),
        ("去年三月", "2025-03"),
        ("舊年5月", "2025-05"),
        ("前年年底", "2024"),
        ("今年", "2026"),
        ("2023-03-01", "2023-03-01"),
        ("2023/3", "2023-03"),
        ("2023.3.1", "2023-03-01"),
        ("March 2022", "2022-03"),
        ("Mar 1st, 2022", "2022-03-01"),
        ("1 March 2022", "2022-03-01"),
        ("March last year", "2025-03"),
        ("the year before last", "2024"),
        ("03/2022", "2022-03"),
        ("in 2023", "2023"),
        ("FY2024", "2024"),
        ("好的，2023", "2023"),
    ],
)
def test_a_date_with_a_certain_year_is_taken(text: str, when: str) -> None:
    assert [str(dated.when) for dated in find_dates(fold(text), TODAY)] == [when]
    assert not has_unclear_date(fold(text))


@pytest.mark.parametrize(
    "text",
    ["三年前", "3 years ago", "last March", "三月", "持股三年", "held for two years", "几年前"],
)
def test_a_time_that_may_be_of_two_years_is_not_taken(text: str) -> None:
    assert find_dates(fold(text), TODAY) == []
    assert has_unclear_date(fold(text))


@pytest.mark.parametrize("text", ["2023年13月", "2023年2月30日", "2023-02-29"])
def test_a_day_that_does_not_exist_is_said_to_be_none(text: str) -> None:
    assert [dated.when for dated in find_dates(fold(text), TODAY)] == [None]


@pytest.mark.parametrize("text", ["2023万", "¥2023", "国发〔2015〕32号", "2000", "5,2023", "12023"])
def test_numbers_that_are_no_years_stay_numbers(text: str) -> None:
    assert find_dates(fold(text), TODAY) == []


whens = st.dates(date(1990, 1, 1), date(2049, 12, 31)).flatmap(
    lambda day: st.sampled_from(
        [
            When(day.year),
            When(day.year, day.month),
            When(day.year, day.month, day.day),
        ]
    )
)


@given(whens.filter(lambda when: when != When(2000)), st.sampled_from(LANGUAGES))
def test_what_is_written_is_read_as_the_same_date(when: When, language: Language) -> None:
    assert [d.when for d in find_dates(fold(when.written(language)), TODAY)] == [when]
    assert When.from_text(str(when)) == when
    assert when.first <= when.last
