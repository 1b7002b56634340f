"""The venture investor's deduction: 70 % after two full years, the rest carried forward."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.deduction import PROVISION, WORDS, Investment, deduct
from knowledge.models import Knowledge

YEARS = range(2014, 2026)


def test_a_hand_calculation_in_the_year_of_two_full_years_and_after() -> None:
    # 1,000,000 held since March 2015: 700,000 from 2017, of which 300,000 fit into that year.
    lines = deduct(
        [Investment(Decimal(1_000_000), date(2015, 3, 1))],
        {2017: Decimal(300_000), 2018: Decimal(150_000), 2019: Decimal(900_000)},
    )

    assert [(y.year, y.carried_in, y.added, y.deducted, y.carried_out, y.taxed) for y in lines] == [
        (2017, 0, 700_000, 300_000, 400_000, 0),
        (2018, 400_000, 0, 150_000, 250_000, 0),
        (2019, 250_000, 0, 250_000, 0, 650_000),
    ]


def test_several_investments_begin_each_in_its_own_year() -> None:
    lines = deduct(
        [
            Investment(Decimal(2_000_000), date(2016, 12, 31)),
            Investment(Decimal("500_000.01"), date(2015, 1, 1)),
        ],
        {2017: Decimal(0), 2018: Decimal(5_000_000)},
    )

    assert [(y.year, y.added, y.deducted, y.carried_out) for y in lines] == [
        (2017, Decimal("350000.01"), 0, Decimal("350000.01")),
        (2018, 1_400_000, Decimal("1750000.01"), 0),
    ]


def test_a_year_of_loss_or_without_an_income_deducts_nothing_and_loses_nothing() -> None:
    lines = deduct(
        [Investment(Decimal(100), date(2015, 6, 1))],
        {2017: Decimal(-50), 2019: Decimal(100)},
    )

    assert [(y.year, y.income, y.deducted, y.carried_out) for y in lines] == [
        (2017, -50, 0, 70),
        (2018, 0, 0, 70),
        (2019, 100, 70, 0),
    ]


def test_an_income_before_the_second_year_is_over_is_not_touched() -> None:
    assert deduct([Investment(Decimal(100), date(2018, 1, 1))], {2019: Decimal(100)}) == ()


def test_nothing_invested_or_earned_is_no_table() -> None:
    assert deduct([], {2017: Decimal(1)}) == ()
    assert deduct([Investment(Decimal(1), date(2015, 1, 1))], {}) == ()


@pytest.mark.parametrize(
    ("since", "today", "held"),
    [
        (date(2024, 11, 25), date(2026, 11, 24), False),
        (date(2024, 11, 25), date(2026, 11, 25), True),
        (date(2024, 2, 29), date(2026, 2, 28), False),
        (date(2024, 2, 29), date(2026, 3, 1), True),
    ],
)
def test_two_full_years_are_reached_on_the_day(since: date, today: date, held: bool) -> None:
    assert Investment(Decimal(1), since).is_held_long_enough(today) is held


fen = st.integers(-(10**12), 10**12).map(lambda n: Decimal(n) / 100)
investments = st.lists(
    st.builds(Investment, fen.map(abs), st.dates(date(2012, 1, 1), date(2023, 12, 31))),
    min_size=1,
    max_size=6,
)
incomes = st.dictionaries(st.sampled_from(YEARS), fen, min_size=1)


@given(investments, incomes)
def test_the_table_equals_the_closed_form_of_a_queue(
    made: list[Investment], earned: dict[int, Decimal]
) -> None:
    """What is deducted up to a year is the least, over every earlier year, of all that became
    deductible until then and all that was earned since: no loop, no carrying."""
    lines = deduct(made, earned)
    last = max(earned)

    def became(year: int) -> Decimal:
        return sum((i.deductible for i in made if i.first_year <= year), Decimal(0))

    def earned_after(year: int, until: int) -> Decimal:
        return sum(
            (max(earned.get(y, Decimal(0)), Decimal(0)) for y in range(year + 1, until + 1)),
            Decimal(0),
        )

    first = min(i.first_year for i in made)
    assert [line.year for line in lines] == list(range(first, last + 1))
    total = Decimal(0)
    for line in lines:
        total += line.deducted
        expected = min(
            became(year) + earned_after(year, line.year) for year in range(first - 1, line.year + 1)
        )
        assert total == expected
        assert line.carried_out == became(line.year) - total
        assert line.deducted >= 0
        assert line.carried_in + line.added == line.deducted + line.carried_out


def test_the_words_that_the_rule_stands_on_are_words_of_the_clause(knowledge: Knowledge) -> None:
    quote = knowledge.provisions[PROVISION].quote

    assert [words for words in WORDS if words not in quote] == []
