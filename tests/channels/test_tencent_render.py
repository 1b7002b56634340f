"""A turn in WeChat's 2048 bytes: conclusion, office, quote; the rest behind a number."""

from __future__ import annotations

from functools import cache

import pytest

from bot.channels.splitting import utf8_bytes
from bot.channels.tencent.render import LIMIT, compose
from bot.channels.texts import channel_texts
from bot.message import Part, Reply, Turn, UserMessage
from bot.settings import PROJECT
from knowledge.card import View
from knowledge.cards import make_card
from knowledge.language import LANGUAGES, Language
from knowledge.models import Knowledge
from knowledge.storage import load

TEXTS = channel_texts()
OFFERED = ("show_original", "show_contact", "show_validity", "show_human")
INTENTS = ("ask_original", "ask_contact", "ask_validity", "ask_human")


@cache
def knowledge() -> Knowledge:
    return load(PROJECT / "knowledge")


def turn(*provisions: str, language: Language = "zh-Hans", view: View = "answer") -> Turn:
    found = [knowledge().provision(number) for number in provisions]
    parts = [Part(card=make_card(knowledge(), p, language, view)) for p in found if p]
    choices = [
        (knowledge().labels[label][language], f'/{intent}{{"provision":"{provisions[0]}"}}')
        for label, intent in zip(OFFERED, INTENTS, strict=True)
    ]
    reply = Reply("answer", language, "ask_measure", 1.0, tuple(parts), tuple(choices), provisions)
    return Turn.of(UserMessage("wechat:1", "m", "?"), 1, reply, 1.0)


def everything(language: Language, view: View) -> list[tuple[str, list[str]]]:
    return [
        (number, compose(turn(number, language=language, view=view), TEXTS))
        for number in knowledge().provisions
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", ["answer", "contact", "original", "status"])
def test_every_card_fits_one_message(language: Language, view: View) -> None:
    for number, texts in everything(language, view):
        assert len(texts) == 1, number
        assert utf8_bytes(texts[0]) <= LIMIT, number


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_says_the_conclusion_and_an_office_and_quotes_or_says_where_the_quote_is(
    language: Language,
) -> None:
    for number, (text,) in everything(language, "answer"):
        card = make_card(knowledge(), knowledge().provisions[number], language)
        assert card.heading in text
        assert card.summary in text
        offices = [contact.name for unit in card.units for contact in unit.contacts]
        assert not offices or any(office in text for office in offices), number
        behind = TEXTS.of("behind_ask_original", language, number="1")
        assert (card.quote in text) != (behind in text), number


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_original_is_whole_when_it_is_asked_for(language: Language) -> None:
    for number, (text,) in everything(language, "original"):
        assert knowledge().provisions[number].quote in text


def test_most_answers_have_the_quote_in_them() -> None:
    quoted = {
        language: sum(
            knowledge().provisions[number].quote in text
            for number, (text,) in everything(language, "answer")
        )
        for language in LANGUAGES
    }

    assert quoted["zh-Hans"] >= 63
    assert quoted["zh-Hant"] >= 63
    assert quoted["en"] >= 55


def test_choices_are_a_numbered_list_at_the_end() -> None:
    (text,) = compose(turn("10.2"), TEXTS)

    assert text.endswith("回复数字继续：\n1. 看原文\n2. 找哪个部门\n3. 现在还有效吗\n4. 找人工")


def test_three_cards_fit_one_message_and_each_has_its_conclusion() -> None:
    (text,) = compose(turn("10.1", "10.2", "6.1"), TEXTS)

    assert utf8_bytes(text) <= LIMIT
    for number in ("10.1", "10.2", "6.1"):
        provision = knowledge().provision(number)
        assert provision is not None
        assert make_card(knowledge(), provision, "zh-Hans").summary in text


def test_what_fits_in_no_way_is_split_and_nothing_of_it_is_lost() -> None:
    long = turn("10.1", "10.2", "6.1", "18.1", "25.1", "8.1", "9.1")

    texts = compose(long, TEXTS)

    assert len(texts) > 1
    assert all(utf8_bytes(text) <= LIMIT for text in texts)
    together = "".join("".join(texts).split())
    for part in long.parts:
        assert part.card is not None
        assert "".join(part.card.quote.split()) in together
