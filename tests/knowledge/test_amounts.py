"""Amounts of money in words and signs, exact; and written back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.amounts import find_amounts, is_vague, written
from knowledge.language import LANGUAGES, Language, fold


def values(text: str) -> list[Decimal]:
    return [amount.value for amount in find_amounts(fold(text))]


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("五百万", 5_000_000),
        ("一千二百萬", 12_000_000),
        ("三千五百万元", 35_000_000),
        ("1.2亿", 120_000_000),
        ("一個億", 100_000_000),
        ("半个亿", 50_000_000),
        ("两亿三千万", 230_000_000),
        ("1亿2000万", 120_000_000),
        ("1万亿", 1_000_000_000_000),
        ("3千5百万", 35_000_000),
        ("2000 万", 20_000_000),
        ("一万五", 15_000),
        ("三百五块", 350),
        ("五百萬蚊", 5_000_000),
        ("５００万", 5_000_000),
        ("500w", 5_000_000),
        ("500W", 5_000_000),
        ("3.5M", 3_500_000),
        ("RMB 900k", 900_000),
        ("¥5,000,000", 5_000_000),
        ("￥5,000,000.50", Decimal("5000000.50")),
        ("5000000", 5_000_000),
        ("3 500 000", 3_500_000),
        ("5 million", 5_000_000),
        ("3.5 mil", 3_500_000),
        ("1bn", 1_000_000_000),
        ("half a million", 500_000),
        ("a million yuan", 1_000_000),
        ("one and a half million", 1_500_000),
        ("three point two five million", 3_250_000),
        ("two hundred thousand", 200_000),
        ("one million two hundred thousand", 1_200_000),
        ("twenty-five million", 25_000_000),
        ("负500万", -5_000_000),
        ("-¥300", -300),
    ],
)
def test_an_amount_is_read_exactly(text: str, yuan: Decimal | int) -> None:
    assert values(text) == [yuan]
    [amount] = find_amounts(fold(text))
    assert not amount.other
    assert not amount.bare


@pytest.mark.parametrize(
    "text",
    [
        "$5M",
        "US$3.5 million",
        "500万美元",
        "HK$3,000,000",
        "三百万港币",
        "€2m",
        "500万日元",
        "2m usd",
    ],
)
def test_another_currency_is_known_as_one(text: str) -> None:
    assert [amount.other for amount in find_amounts(fold(text))] == [True]


@pytest.mark.parametrize("text", ["500", "50", "1,234.56", "两百"])
def test_a_small_number_without_a_unit_is_doubtful(text: str) -> None:
    assert [amount.bare for amount in find_amounts(fold(text))] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "70%",
        "6.2",
        "18.1",
        "三年",
        "2年以上",
        "第3笔",
        "3 years",
        "二〇二三",
        "万",
        "10个人",
        "5 people",
    ],
)
def test_shares_counts_and_numbers_of_provisions_are_no_amounts(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize(
    "text",
    ["几百万", "幾百萬", "两百多万", "上千万", "several million", "millions"],
)
def test_a_vague_amount_is_not_taken_for_an_exact_one(text: str) -> None:
    assert values(text) == []
    assert is_vague(fold(text))


def test_several_amounts_come_in_their_order() -> None:
    assert values("好的，200万，300万") == [2_000_000, 3_000_000]
    assert values("投了350万和200万，还有 1.5M") == [3_500_000, 2_000_000, 1_500_000]


fen = st.integers(-(10**14), 10**14).map(lambda n: Decimal(n) / 100)
# From 10,000 on a number needs no unit, and these have one anyway.
any_value = fen | st.integers(1, 10**6).map(lambda n: Decimal(n) * 10_000)


@given(any_value, st.sampled_from(LANGUAGES))
def test_what_is_written_is_read_as_the_same_amount(value: Decimal, language: Language) -> None:
    assert values(written(value, language)) == [value]


@pytest.mark.parametrize(
    ("yuan", "language", "text"),
    [
        ("3500000", "zh-Hans", "350万元"),
        ("3500000", "zh-Hant", "350萬元"),
        ("3500000", "en", "RMB 3,500,000"),
        ("123456700", "zh-Hans", "12345.67万元"),
        ("230000000", "zh-Hant", "2.3億元"),
        ("1234567.89", "zh-Hans", "1,234,567.89元"),
        ("0", "zh-Hans", "0元"),
        ("-500000", "en", "-RMB 500,000"),
    ],
)
def test_amounts_are_written_as_founders_write_them(
    yuan: str, language: Language, text: str
) -> None:
    assert written(Decimal(yuan), language) == text
