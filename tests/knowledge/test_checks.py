"""A summary may hold nothing that its provision lacks."""

from __future__ import annotations

import pytest

from knowledge.checks import beyond

QUOTE = (
    "对符合条件的企业，按贷款金额的20％给予贴息，每年最高200万元，连续三年，"
    "执行《深圳市创业资金管理办法》（深府〔2015〕46号）。（责任单位：市财政委、深圳证券交易所）"
)


@pytest.mark.parametrize(
    ("language", "summary"),
    [
        ("zh-Hans", "企业可获贴息，按贷款金额的20%，每年最高200万元，连续三年。"),
        ("zh-Hant", "企業可獲貼息，按貸款金額的20%，每年最高200萬元，連續三年。"),
        ("en", "Firms get 20% of the loan interest, at most 200万元 a year, for three years."),
        ("zh-Hans", "依据《深圳市创业资金管理办法》（深府〔2015〕46号）办理。"),
        ("zh-Hans", "一些企业可以得到一次支持。"),
        ("en", "One of the ways to help a firm."),
    ],
)
def test_what_the_text_says_may_be_said(language: str, summary: str) -> None:
    assert beyond(summary, QUOTE, language) == []


@pytest.mark.parametrize(
    ("language", "summary", "extra"),
    [
        ("zh-Hans", "贴息25%。", "25%"),
        ("zh-Hans", "每年最高300万元。", "300"),
        ("zh-Hans", "２０１７年起施行。", "2017"),
        ("zh-Hans", "连续五年。", "五"),
        ("zh-Hant", "連續兩年。", "两"),
        ("zh-Hant", "每年最高３００萬元。", "300"),
        ("en", "A subsidy of 30% is paid.", "30%"),
        ("en", "Paid for five years.", "five"),
        ("en", "Half of the interest is paid.", "half"),
        ("en", "At most 2 billion yuan.", "billion"),
        ("zh-Hans", "依据《深圳市人才条例》。", "《深圳市人才条例》"),
        ("zh-Hans", "见国发〔2015〕32号。", "〔2015〕32号"),
        ("zh-Hans", "由深圳市教育局负责。", "深圳市教育局"),
        ("zh-Hant", "由深圳市教育局負責。", "深圳市教育局"),
    ],
)
def test_what_the_text_lacks_is_found(language: str, summary: str, extra: str) -> None:
    found = beyond(summary, QUOTE, language)
    assert any(extra in entry or entry in extra for entry in found), found


def test_an_english_body_is_found_where_the_text_names_none() -> None:
    assert beyond("Ask the Finance Bureau.", "鼓励企业创新。", "en") == ["Bureau"]
    assert beyond("Ask the Finance Commission.", QUOTE, "en") == []


def test_a_number_is_not_found_inside_a_longer_one() -> None:
    # 20 stands in the text only as a part of 2015 and 200.
    assert beyond("补贴15%。", QUOTE, "zh-Hans")
    assert beyond("补贴46%。", QUOTE, "zh-Hans")
    assert beyond("最多20万元。", "每年最高200万元。", "zh-Hans")


def test_a_number_in_english_words_must_be_the_texts_own() -> None:
    # "three" is in 三年; thirty, a dozen and twelve are not.
    assert beyond("Paid for thirty months.", QUOTE, "en")
    assert beyond("Paid for twelve months.", QUOTE, "en")


def test_an_english_document_must_be_the_texts_own() -> None:
    assert beyond("Under Guofa [2015] No. 32.", QUOTE, "en") == ["32"]


def test_an_english_body_of_another_sort_than_the_texts_is_found() -> None:
    # The text names a commission and an exchange, and no ministry or court.
    assert beyond("Ask the Ministry of Justice.", QUOTE, "en")
    assert beyond("Go to the Intermediate Court.", QUOTE, "en")
