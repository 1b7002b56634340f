"""Which amount is an investment and which an income, and which date belongs to which."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.figures import is_answer, read, tells_a_whole_sum, without_signs

TODAY = date(2026, 11, 30)
INVESTMENT, INCOME = "investment", "income"


def told(text: str) -> list[tuple[str | None, int, str | None]]:
    return [
        (f.role, int(f.amount.value), str(f.dated.when) if f.dated else None)
        for f in read(text, TODAY).figures
    ]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        (
            "投了500万，2023年3月，今年应纳税所得额200万",
            [(INVESTMENT, 5_000_000, "2023-03"), (INCOME, 2_000_000, "2026")],
        ),
        (
            "I put 3.5M in March 2022 and 2M in 2023, taxable income 1.5M in 2024 and 2M in 2025",
            [
                (INVESTMENT, 3_500_000, "2022-03"),
                (INVESTMENT, 2_000_000, "2023"),
                (INCOME, 1_500_000, "2024"),
                (INCOME, 2_000_000, "2025"),
            ],
        ),
        (
            "2022年3月投了350万，2023年投了200万，2024年所得150万，2025年200万",
            [
                (INVESTMENT, 3_500_000, "2022-03"),
                (INVESTMENT, 2_000_000, "2023"),
                (INCOME, 1_500_000, "2024"),
                (INCOME, 2_000_000, "2025"),
            ],
        ),
        (
            "我投咗五百萬，2022年三月，2024年應納稅所得額係一百五十萬",
            [(INVESTMENT, 5_000_000, "2022-03"), (INCOME, 1_500_000, "2024")],
        ),
        (
            "2024年和2025年应纳税所得额分别是150万和200万",
            [(INCOME, 1_500_000, "2024"), (INCOME, 2_000_000, "2025")],
        ),
        (
            "投了300万和500万，2022年3月和2023年",
            [(INVESTMENT, 3_000_000, "2022-03"), (INVESTMENT, 5_000_000, "2023")],
        ),
        ("投了300万利润150万", [(INVESTMENT, 3_000_000, None), (INCOME, 1_500_000, None)]),
        (
            "今年利润一百万，投了四百万",
            [(INCOME, 1_000_000, "2026"), (INVESTMENT, 4_000_000, None)],
        ),
        ("1.5M taxable income in 2024", [(INCOME, 1_500_000, "2024")]),
        ("we lost 300k in 2024", [(INCOME, -300_000, "2024")]),
        ("2024年亏损50万", [(INCOME, -500_000, "2024")]),
        ("1200万的股权投资能抵多少", [(INVESTMENT, 12_000_000, None)]),
        # What the founder guesses at is no figure of the sum.
        ("投资一千万可以抵七百万吗", [(INVESTMENT, 10_000_000, None)]),
        ("invested 10 million, can we deduct 7 million?", [(INVESTMENT, 10_000_000, None)]),
        ("2024: 1.5M, 2025: 2M", [(None, 1_500_000, "2024"), (None, 2_000_000, "2025")]),
    ],
)
def test_figures_are_told_with_their_part(
    text: str, figures: list[tuple[str | None, int, str | None]]
) -> None:
    assert told(text) == figures


def test_what_is_taken_back_is_known_as_such() -> None:
    first, second = read("不是500万，是600万", TODAY).figures

    assert (first.negated, second.negated) == (True, False)
    assert read("不对，是600万", TODAY).corrects
    assert read("no, 6 million", TODAY).corrects
    assert not read("6 million", TODAY).corrects


@pytest.mark.parametrize(
    "text",
    ["500万", "大概五百万吧", "2023年3月", "it was March 2022", "不对，是600万", "三年前", "几百万",
     "每年都是100万", "另外2023年投了200万", "about 2 million in 2025", "-500万", "HK$3,000,000"],
)  # fmt: skip
def test_figures_with_hardly_anything_else_are_an_answer(text: str) -> None:
    assert is_answer(text, TODAY)


@pytest.mark.parametrize(
    "text",
    ["500万的创业担保贷款怎么申请？", "我想贷款50万", "我公司2023年成立的，有什么补贴", "谁负责？",
     "can I get a 5 million loan?", "we need 2 million for a new lab", "2015年的文件还有效吗"],
)  # fmt: skip
def test_a_question_with_a_figure_in_it_stays_a_question(text: str) -> None:
    assert not is_answer(text, TODAY)


def test_an_investment_with_a_taxable_income_is_a_whole_sum() -> None:
    assert tells_a_whole_sum("put in 3M in 2022, taxable income 1M in 2024", TODAY)
    assert not tells_a_whole_sum("应纳税所得额300万以内的小微企业有什么优惠", TODAY)
    assert not tells_a_whole_sum("投资300万建实验室，赚了100万，有什么补贴", TODAY)


def test_the_letters_of_an_amount_are_of_no_language() -> None:
    assert without_signs("HK$3.5M").strip() == ""
    assert without_signs("3.5 million").strip() == "3.5 million"
