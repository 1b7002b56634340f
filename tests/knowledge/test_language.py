"""Which language is this, and how are texts made comparable?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language import (
    LANGUAGE_NAMES,
    LANGUAGES,
    clean,
    detect,
    fold,
    has_words,
    language_asked_for,
    simplify,
    to_hong_kong,
)

# Any code point at all, lone surrogates included: what a hostile client may send.
ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("创业担保贷款找谁", "zh-Hans"),
        ("我要开公司", "zh-Hans"),
        ("創業擔保貸款找誰", "zh-Hant"),
        ("有冇得借錢？", "zh-Hant"),
        ("點樣申請創新券", "zh-Hant"),
        ("喺邊度攞", "zh-Hant"),
        ("can I get a loan", "en"),
        ("VC?", "en"),
        ("我想找VC", "zh-Hans"),
        ("想找VC投资我的SaaS项目", "zh-Hans"),
        ("想搵VC投資", "zh-Hant"),
        ("Who handles 创业担保贷款 in Nanshan, and where do I apply?", "en"),
        ("I asked about 孵化器", "en"),
        ("贷款 loan", "zh-Hans"),
    ],
)
def test_the_language_of_a_message_is_detected(text: str, language: str) -> None:
    assert detect(text) == language


def test_what_tells_nothing_keeps_the_language_of_the_conversation() -> None:
    for language in LANGUAGES:
        for text in ("", "  ", "2", "6.2", "👍", "？？？"):
            assert detect(text, language) == language


def test_chinese_that_both_scripts_write_alike_keeps_the_conversations_script() -> None:
    assert detect("原文呢", "zh-Hant") == "zh-Hant"
    assert detect("原文呢", "zh-Hans") == "zh-Hans"
    assert detect("原文呢", "en") == "zh-Hans"


@given(ANY_TEXT, st.sampled_from(LANGUAGES))
def test_any_text_is_in_one_of_the_three_languages(text: str, default: str) -> None:
    assert detect(clean(text), default) in LANGUAGES  # type: ignore[arg-type]


@given(ANY_TEXT)
def test_a_raw_text_can_be_detected_too(text: str) -> None:
    assert detect(text) in LANGUAGES


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  贷款\t找谁\n ", "贷款 找谁"),
        ("贷\u200b款\ufeff", "贷款"),
        ("\u202e贷款\u202c", "贷款"),
        ("a\x00b\x1bc", "abc"),
        ("贷\ud83d款", "贷款"),
        ("\udcff", ""),
        ("创业\u3000贷款", "创业 贷款"),
        ("👍", "👍"),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_or_stored_is_dropped(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(ANY_TEXT)
def test_a_cleaned_text_can_be_stored_and_cleaning_it_again_changes_nothing(text: str) -> None:
    once = clean(text)
    once.encode("utf-8")
    assert clean(once) == once
    assert "\x00" not in once


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("創業擔保貸款", "创业担保贷款"),
        ("ＡＢＣ１２３", "abc123"),
        ("Startup  LOAN", "startup loan"),
        ("（六）", "(六)"),
        ("５００萬", "500万"),
        ("國發〔2015〕32號", "国发〔2015〕32号"),
    ],
)
def test_texts_are_folded_to_one_form(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(ANY_TEXT)
def test_any_text_can_be_folded(text: str) -> None:
    fold(text).encode("utf-8")


@given(st.text(st.sampled_from("創業贷款資金ＡＢｃ１２ 。，()（）６.2〔〕號号")))
def test_folding_a_folded_text_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_hong_kong_usage_is_written() -> None:
    assert to_hong_kong("这里面的网络产业") == "這裏面的網絡產業"
    assert simplify("這裏面的網絡產業") == "这里面的网络产业"
    assert simplify("稅務局") == simplify("税務局") == "税务局"


@pytest.mark.parametrize("text", ["", "  ", "？！…", "👍", "。。。", "\u200b"])
def test_punctuation_and_emoji_hold_no_words(text: str) -> None:
    assert not has_words(text)


@pytest.mark.parametrize("text", ["贷", "a", "6", "？贷", "é"])
def test_letters_and_digits_are_words(text: str) -> None:
    assert has_words(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("in English please", "en"),
        ("用英文回答", "en"),
        ("用繁體", "zh-Hant"),
        ("可以用广东话吗", "zh-Hant"),
        ("in traditional Chinese please", "zh-Hant"),
        ("用繁体中文回答", "zh-Hant"),
        ("用繁體中文", "zh-Hant"),
        ("in simplified Chinese please", "zh-Hans"),
        ("用简体中文", "zh-Hans"),
        ("简体", "zh-Hans"),
        ("Chinese please", "zh-Hans"),
        ("換成中文", "zh-Hant"),
        ("换成中文", "zh-Hans"),
        ("不要英文，用中文", "zh-Hans"),
        ("看不懂繁体，用简体", "zh-Hans"),
        ("我唔識英文，用繁體", "zh-Hant"),
        ("not Chinese, English please", "en"),
    ],
)
def test_the_language_asked_for_is_understood(text: str, language: str) -> None:
    assert language_asked_for(text) == language


@pytest.mark.parametrize("text", ["贷款找谁", "hello", "", "6.2"])
def test_a_message_that_asks_for_no_language_changes_none(text: str) -> None:
    assert language_asked_for(text) is None


@given(ANY_TEXT)
def test_any_text_may_be_asked_for_its_language(text: str) -> None:
    assert language_asked_for(text) in (*LANGUAGES, None)


def test_every_language_has_a_name_in_itself() -> None:
    assert set(LANGUAGE_NAMES) == set(LANGUAGES)
