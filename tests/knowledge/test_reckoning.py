"""The sum as it grows in a conversation: what is asked, what is taken in, what it comes to."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.bookkeeping import Book
from knowledge.dates import When
from knowledge.deduction import Investment, deduct
from knowledge.figures import read
from knowledge.reckoning import Share, Sum, with_more

TODAY = date(2026, 11, 30)


def after(*messages: str, known: Sum | None = None) -> Sum:
    known = known or Sum()
    for message in messages:
        known = Book(known, TODAY).enter(read(message, TODAY))
    return known


def troubles(message: str, known: Sum | None = None) -> list[str]:
    book = Book(known or Sum(), TODAY)
    book.enter(read(message, TODAY))
    return list(book.troubles)


def test_only_what_is_missing_is_asked_one_thing_at_a_time() -> None:
    known = Sum()
    assert known.asks(TODAY) == ("amount", 0)
    known = after("500万", known=known)
    assert known.asks(TODAY) == ("since", 0)
    known = after("2022年3月", known=known)
    assert known.asks(TODAY) == ("income", 2024)
    known = after("100万", known=known)
    assert known.asks(TODAY) == ("", 0)
    assert known.next_year(TODAY) == 2025


def test_the_order_in_which_the_facts_come_does_not_matter() -> None:
    facts = ["投了500万，2022年3月", "2024年应纳税所得额100万", "2025年应纳税所得额80万"]

    assert (
        after(*facts).lines() == after(*reversed(facts)).lines() == after("，".join(facts)).lines()
    )


def test_the_table_equals_a_sum_done_by_hand() -> None:
    # 3.5M since March 2022: 2.45M from 2024. 2M since 2023: 1.4M from 2025.
    # 2024: of 2.45M, 1.5M are used; 0.95M go on. 2025: 0.95M + 1.4M = 2.35M, of which 2M are used;
    # 0.35M go on. 2026: 0.35M, of which 0.2M are used; 0.15M go on.
    known = after(
        "I put 3.5M in March 2022 and 2M in 2023, taxable income 1.5M in 2024 and 2M in 2025",
        "200k in 2026",
    )

    rows = [
        (y.year, y.carried_in, y.added, y.income, y.deducted, y.taxed, y.carried_out)
        for y in known.lines()
    ]
    assert rows == [
        (2024, 0, 2_450_000, 1_500_000, 1_500_000, 0, 950_000),
        (2025, 950_000, 1_400_000, 2_000_000, 2_000_000, 0, 350_000),
        (2026, 350_000, 0, 200_000, 200_000, 0, 150_000),
    ]
    assert known.deductible == 3_850_000


def test_years_with_nothing_left_to_deduct_are_not_asked() -> None:
    # 700,000 are used up in 2017; 2 million of 2023 begin in 2025.
    known = after("2015年投了100万，2023年投了200万", "2017年所得200万")

    assert known.asks(TODAY) == ("income", 2025)


def test_a_gap_between_two_years_is_asked_and_not_taken_for_zero() -> None:
    known = after("2020年投了500万", "2022年所得10万，2025年所得10万")

    assert known.asks(TODAY) == ("income", 2023)
    assert [line.year for line in known.lines()] == [2022]


def test_a_correction_changes_what_was_told_last_or_what_it_names() -> None:
    known = after("投了500万", "不对，是600万")
    assert [share.amount for share in known.shares] == [6_000_000]

    known = after("投了500万，2022年3月", "不对，是600万")
    assert known.shares == (Share(Decimal(6_000_000), When(2022, 3)),)
    assert known.incomes == {}

    known = after("投了500万，2022年3月", "2024年所得80万", "不对，是90万")
    assert known.incomes == {2024: 900_000}

    known = after("不对，投资是700万", known=known)
    assert known.shares == (Share(Decimal(7_000_000), When(2022, 3)),)

    known = after("不对，是2021年5月", known=known)
    assert known.shares[0].since == When(2021, 5)


def test_one_of_several_investments_is_corrected_by_its_amount() -> None:
    known = after("2022年投了300万，2023年投了500万", "不是300万，是400万")

    assert [(int(s.amount), s.since) for s in known.shares] == [
        (4_000_000, When(2022)),
        (5_000_000, When(2023)),
    ]


@pytest.mark.parametrize(
    "message", ["actually the first was 4M", "第一笔是400万", "唔係，第一筆係四百萬"]
)
def test_one_of_several_investments_is_corrected_by_its_place(message: str) -> None:
    two = "I put 3.5M in March 2022 and 2M in June 2023, taxable income 1.5M in 2024 and 2M in 2025"
    known = after(two)
    changed = after(message, known=known)
    assert [share.amount for share in changed.shares] == [Decimal(4_000_000), Decimal(2_000_000)]
    assert [share.since for share in changed.shares] == [share.since for share in known.shares]
    assert changed.incomes == known.incomes


def test_another_investment_is_added_and_a_new_figure_alone_replaces() -> None:
    known = after("投了500万，2022年3月")

    assert len(after("另外2023年投了200万", known=known).shares) == 2
    assert len(after("200万，2023年", known=with_more(known, "amount")).shares) == 2
    assert [s.amount for s in after("如果投资2000万", known=known).shares] == [20_000_000]


def test_an_income_without_a_year_is_asked_for_its_year() -> None:
    known = after("投了700万，利润200万", "2022年")
    assert known.asks(TODAY) == ("whose", 2024)

    assert after("2025年", known=known).incomes == {2025: 2_000_000}


@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        ("-500万", "negative"),
        ("0元", "zero"),
        ("9999万亿", "too_large"),
        ("$5M", "currency"),
        ("500", "unit"),
        ("几百万", "vague_amount"),
        ("投了500万，2027年3月", "future"),
        ("投了500万，1950年", "too_early"),
        ("投了500万，2022年13月", "no_such_day"),
        ("三年前", "vague_date"),
        ("投了500万，2022年，2027年应纳税所得额100万", "future_income"),
    ],
)
def test_what_cannot_be_is_named_and_left_out(message: str, trouble: str) -> None:
    assert trouble in troubles(message)


def test_nothing_impossible_gets_into_the_sum() -> None:
    assert after("-500万", "0元", "$5M", "9999万亿", "500") == Sum()
    assert after("投了500万，2027年3月").shares == (Share(Decimal(5_000_000)),)


def test_a_loss_is_an_income_below_zero_and_deducts_nothing() -> None:
    [line] = after("投了100万，2022年", "2024年亏损50万").lines()

    assert (line.income, line.deducted, line.carried_out) == (-500_000, 0, 700_000)


def test_an_investment_that_is_not_held_for_two_years_asks_for_no_income() -> None:
    known = after("投了100万，2025年6月")

    assert known.asks(TODAY) == ("", 0)
    assert known.lines() == ()
    assert known.shares[0].is_held_long_enough(TODAY) is False
    assert Share(Decimal(1), When(2024, 11)).is_held_long_enough(TODAY) is True
    assert Share(Decimal(1), When(2024, 12)).is_held_long_enough(TODAY) is False
    assert Share(Decimal(1), When(2024)).is_held_long_enough(TODAY) is None


def test_a_year_that_nobody_knows_ends_the_table_before_it() -> None:
    known = after("2022年投了500万", "2024年所得10万")
    known = Sum(known.shares, known.incomes, unknown=(2025,))

    assert known.asks(TODAY) == ("", 0)
    assert known.next_year(TODAY) == 0
    assert [line.year for line in known.lines()] == [2024]


def test_six_years_at_once() -> None:
    known = after("2018年投了1000万", "2025年应纳税所得额100万")
    assert known.missing_years(TODAY) == list(range(2020, 2025))

    known = after("每年都是100万", known=known)
    assert known.asks(TODAY) == ("", 0)
    assert [line.deducted for line in known.lines()] == [1_000_000] * 6


money = st.integers(1, 10**11).map(lambda n: Decimal(n) / 100)
shares = st.builds(
    Share, money, st.none() | st.builds(When, st.integers(2012, 2026), st.none() | st.just(1))
)
sums = st.builds(
    Sum,
    st.lists(shares, max_size=4).map(tuple),
    st.dictionaries(st.integers(2014, 2026), money),
    st.lists(st.integers(2014, 2026), max_size=2).map(tuple),
    st.none() | money,
    st.sampled_from(["", "amount", "income"]),
    st.sampled_from(["", "amount", "2024"]),
    st.booleans(),
)


@given(sums)
def test_a_sum_is_kept_exactly_as_plain_data(known: Sum) -> None:
    assert Sum.from_slot(json.loads(json.dumps(known.slot))) == known


@given(sums)
def test_whatever_is_known_there_is_one_question_or_a_result(known: Sum) -> None:
    asked, which = known.asks(TODAY)

    assert asked in ("amount", "since", "income", "whose", "")
    if asked == "income":
        assert which <= TODAY.year
        # It is not known already, so the answer changes something.
        assert which not in known.incomes


@given(st.lists(shares.filter(lambda s: s.since is not None), min_size=1, max_size=4), st.data())
def test_with_every_year_known_the_table_is_that_of_the_rule(
    made: list[Share], data: st.DataObject
) -> None:
    incomes = {y: data.draw(money | st.just(Decimal(0))) for y in range(2014, TODAY.year + 1)}
    known = Sum(tuple(made), incomes)

    assert known.lines() == deduct([share.investment for share in made], incomes)
    assert known.asks(TODAY) == ("", 0)
    assert all(isinstance(share.investment, Investment) for share in made)
