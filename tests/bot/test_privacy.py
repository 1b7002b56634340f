"""Personal numbers are masked; what a question needs stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy import MASK, mask

PERSONAL = {
    "an identity number": "440301199001011234",
    "an identity number that ends with X": "44030119900101123X",
    "an identity number that ends with x": "44030119900101123x",
    "an identity number in groups": "440301 19900101 1234",
    "an identity number with hyphens": "440301-19900101-1234",
    "an identity number in full width": "４４０３０１１９９００１０１１２３４",
    "an identity number of 15 digits": "440301900101123",
    "a mobile number": "13800138000",
    "a mobile number with spaces": "138 0013 8000",
    "a mobile number with hyphens": "138-0013-8000",
    "a mobile number with +86": "+8613800138000",
    "a mobile number with +86 and spaces": "+86 138 0013 8000",
    "a mobile number with 86": "86-13800138000",
    "a mobile number in full width": "１３８００１３８０００",
    "a Hong Kong number with its code": "+852 9123 4567",
    "a Hong Kong number with its code and no plus": "852-91234567",
    "a Hong Kong number": "9123 4567",
    "a Hong Kong number with a hyphen": "6123-4567",
    "a number of Macao": "+853 6612 3456",
    "a number of another country": "+1 415 555 2671",
    "a landline": "0755-82975860",
    "a landline with brackets": "(0755)82975860",
    "an e-mail address": "chen.xiao+work@example.com",
    "a bank card": "6222021234567890123",
    "a bank card in groups": "6222 0212 3456 7890 123",
    "a card of 16 digits in groups": "4111 1111 1111 1111",
    "a card with hyphens": "4111-1111-1111-1111",
    "a social credit code": "91440300MA5F3K7X2P",
    "a social credit code in lower case": "91440300ma5f3k7x2p",
    "a social credit code in full width": "９１４４０３００ＭＡ５Ｆ３Ｋ７Ｘ２Ｐ",
    "an e-mail address in full width": "ｃｅｏ＠ｅｘａｍｐｌｅ．ｃｏｍ",
    "a Hong Kong identity card": "A123456(7)",
    "a Hong Kong identity card in full-width brackets": "A123456（7）",
}
SHARED = {
    "an amount": "5000000元",
    "an amount in ten thousands": "500万",
    "a large amount": "10000000000元",
    "an amount with commas": "100,000,000元",
    "an amount with a space": "1000000 元",
    "a range of amounts": "5000-6000元",
    "a range of amounts in ten thousands": "5000-8000万元",
    "a range of amounts with a space": "5000 - 8000 万元",
    "an amount with its sign": "¥5,000,000",
    "an amount with its currency": "RMB 35000000",
    "an amount in Latin letters": "3.5M",
    "an amount in words": "二千五百萬",
    "an investment and its date": "2022-03-01 投了 3500000",
    "investments and their years": "3500000 in 2022 and 2000000 in 2023",
    "an amount in yuan and fen": "12,345,678.90",
    "a year": "2016年",
    "years": "2016-2020年",
    "a date": "2016年8月8日",
    "a date in digits": "2016-08-08",
    "a document": "国发〔2015〕32号",
    "a hotline": "12345",
    "another hotline": "12333",
    "a provision": "6.2",
    "a provision with its policy": "sz-2016/6.2",
    "a measure": "第六条",
    "a percentage": "3.5%",
    "a website": "www.sz.gov.cn",
    "a standard": "ISO 9001",
}


@pytest.mark.parametrize("text", PERSONAL.values(), ids=PERSONAL.keys())
def test_a_personal_number_is_masked(text: str) -> None:
    masked = mask(f"我的是{text}，想申请创业担保贷款")

    assert masked.startswith("我的是")
    assert masked.endswith("，想申请创业担保贷款")
    left = masked.removeprefix("我的是").removesuffix("，想申请创业担保贷款")
    # At most a sign or a code before the number may be left of it.
    assert MASK in left
    assert sum(character.isalnum() for character in left) == 0


@pytest.mark.parametrize("text", PERSONAL.values(), ids=PERSONAL.keys())
def test_a_personal_number_alone_is_masked(text: str) -> None:
    assert sum(character.isalnum() for character in mask(text)) == 0


@pytest.mark.parametrize("text", SHARED.values(), ids=SHARED.keys())
def test_what_a_question_needs_stays(text: str) -> None:
    question = f"我想问{text}的事"

    assert mask(question) == question
    assert mask(text) == text


def test_every_number_of_a_message_is_masked() -> None:
    text = (
        "我叫陈小明，身份证440301199001011234，手机13800138000，邮箱chen@example.com，要贷5000000元"
    )

    assert mask(text) == f"我叫陈小明，身份证{MASK}，手机{MASK}，邮箱{MASK}，要贷5000000元"


def test_a_message_without_such_numbers_stays_as_it_was_written() -> None:
    text = "２０１６年的政策，第６条还有效吗？　Ｉ ｗａｎｔ ５００万"

    assert mask(text) == text


@pytest.mark.parametrize(
    "before", ["电话", "電話：", "手提電話係", "tel ", "phone: ", "WhatsApp ", "call me at "]
)
def test_a_hong_kong_number_without_a_gap_is_masked_where_the_words_say_what_it_is(
    before: str,
) -> None:
    assert "61234567" not in mask(f"{before}61234567")


def test_a_bare_amount_of_eight_digits_stays() -> None:
    assert mask("注册资本50000000，可以申请吗") == "注册资本50000000，可以申请吗"


def test_masking_again_changes_nothing() -> None:
    once = mask("、".join(PERSONAL.values()))

    assert mask(once) == once


@given(st.text(max_size=300))
def test_any_text_can_be_masked(text: str) -> None:
    assert isinstance(mask(text), str)


@given(
    st.from_regex(r"1[3-9]\d{9}", fullmatch=True), st.sampled_from(["手机", "tel ", "：", "", "("])
)
def test_no_mobile_number_is_left(number: str, before: str) -> None:
    assert number not in mask(f"{before}{number}")


@given(st.integers(1, 99_999_999), st.sampled_from(["元", "万元", "萬", " yuan", "块", "年", "号"]))
def test_no_amount_below_a_hundred_million_is_taken_for_a_personal_number(
    amount: int, after: str
) -> None:
    assert mask(f"贷款{amount}{after}") == f"贷款{amount}{after}"
