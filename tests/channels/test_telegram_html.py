"""A turn in Telegram's HTML: everything in it, nothing broken, every limit kept."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.bot_api.html import LIMIT, compose, compose_card, keyboard
from bot.channels.splitting import utf16_units
from bot.message import Choice, Part, Reply, Turn, UserMessage
from knowledge.card import Card
from knowledge.card_text import blocks_of, text_of
from knowledge.cards import make_card
from knowledge.contacts import unit_card
from knowledge.language import LANGUAGES
from knowledge.models import Knowledge
from tests.channels.fake_telegram import shown


def turn(*parts: Part, choices: tuple[tuple[str, str], ...] = ()) -> Turn:
    reply = Reply("answer", "zh-Hans", "ask_measure", 1.0, parts, choices, ())
    return Turn.of(UserMessage("telegram:7", "1", "问"), 12, reply, 1.0)


def same(text: str, within: str) -> bool:
    return re.sub(r"\s", "", text) in re.sub(r"\s", "", within)


@pytest.fixture(scope="session")
def cards(knowledge: Knowledge) -> list[Card]:
    """Every provision in every language and view."""
    return [
        make_card(knowledge, provision, language, view)
        for provision in knowledge.provisions.values()
        for language in LANGUAGES
        for view in ("answer", "contact", "original", "status")
    ]


def test_every_card_can_be_read_by_telegram_and_nearly_every_one_is_one_message(
    cards: list[Card],
) -> None:
    several = 0
    for card in cards:
        pieces = compose(turn(Part(card=card)))
        several += len(pieces) > 1
        for piece in [*pieces, compose_card(card)]:
            assert shown(piece.html)
            assert utf16_units(piece.text) <= LIMIT
    assert several < 5


def test_a_card_that_stands_alone_is_one_message_and_loses_what_is_needed_least(
    cards: list[Card],
) -> None:
    for card in (card for card in cards if card.view == "answer"):
        piece = compose_card(card)
        pieces = compose(turn(Part(card=card)))
        if len(pieces) == 1:
            assert [piece] == pieces
        for block in blocks_of(card):
            if block.kind in ("heading", "summary", "standing", "quote", "as_of"):
                assert all(same(line, piece.text) for line in block.lines)
        assert all(same(c.name, piece.text) for unit in card.units for c in unit.contacts)


def test_a_very_long_card_still_is_one_message(cards: list[Card]) -> None:
    long = Card.from_json({**cards[0].json, "summary": "长" * 9000})

    assert utf16_units(compose_card(long).text) <= LIMIT


def test_a_card_says_what_it_says_everywhere(cards: list[Card]) -> None:
    for card in cards:
        pieces = compose(turn(Part(card=card)))
        # Without marks it is the card's own text; with them only addresses are hidden in links.
        own = re.sub("^【(.*)】$", r"\1", text_of(card), flags=re.MULTILINE)
        assert same(own, "".join(piece.text for piece in pieces))
        html = "\n".join(piece.html for piece in pieces)
        hidden = shown(re.sub(r'<a href="([^"]*)">(.*?)</a>', r"\2 \1", html))
        for block in blocks_of(card):
            for line in block.lines:
                for word in re.split(r"\s|https?://", line):
                    assert word.removesuffix("/") in hidden, (card.provision, word)


def test_the_quote_folds_and_what_is_said_about_it_stands_outside(cards: list[Card]) -> None:
    for card in (card for card in cards if card.view == "answer"):
        html = compose_card(card).html
        (quoted,) = re.findall("<blockquote expandable>(.*?)</blockquote>", html, re.DOTALL)
        assert unescape(quoted) == card.quote


def test_heading_and_titles_are_bold_and_have_no_brackets(cards: list[Card]) -> None:
    card = cards[0]
    html = compose_card(card).html

    assert html.startswith(f"<b>{card.heading}</b>\n")
    for block in blocks_of(card):
        if block.title:
            assert f"\n\n<b>{block.title}</b>\n" in html


def test_documents_and_websites_are_links_and_phone_numbers_are_not(cards: list[Card]) -> None:
    documents = sites = 0
    for card in (card for card in cards if card.view == "answer"):
        html = "\n".join(piece.html for piece in compose(turn(Part(card=card))))
        for link in card.newer:
            documents += 1
            assert f">{link.title}</a>" in html.replace("&amp;", "&")
        for unit in card.units:
            for contact in unit.contacts:
                if contact.website and contact.website in text_of(card):
                    sites += 1
                    assert f'<a href="https://{contact.website}">{contact.website}</a>' in html
        assert "tel:" not in html
        # No address is left that Telegram would have to find by itself.
        assert "https://" not in re.sub(r'<a href="[^"]*">', "", html)
    assert documents
    assert sites


def test_the_offices_of_a_unit_are_linked_too(knowledge: Knowledge) -> None:
    place = next(iter(knowledge.places.values()))
    unit = next(unit for unit in place.units.values() if unit.contacts)
    card = unit_card(knowledge, place, unit, "zh-Hans")
    (piece,) = compose(turn(Part(unit=card)))

    assert same(card.name, shown(piece.html))
    assert '<a href="https://' in piece.html


def test_what_looks_like_marks_is_shown_as_written() -> None:
    text = '<b>大</b> & "引号" <script> &amp; https://a.cn/?x=1&y=<2>'
    (piece,) = compose(turn(Part(text=text)))

    assert shown(piece.html) == text.replace("https://", "")
    assert '<a href="https://a.cn/?x=1&amp;y=">' in piece.html
    assert piece.text == text


def test_a_line_that_is_a_title_is_bold() -> None:
    (piece,) = compose(turn(Part(text="好的\n【这份政策】\n• 【存疑】还在查")))

    assert piece.html == "好的\n<b>【这份政策】</b>\n• 【存疑】还在查"
    assert piece.text == "好的\n【这份政策】\n• 【存疑】还在查"


def test_parts_are_paragraphs_in_their_order(cards: list[Card]) -> None:
    (piece,) = compose(turn(Part(text="前"), Part(card=cards[0]), Part(text="后")))

    assert piece.text.startswith(f"前\n\n{cards[0].heading}\n")
    assert piece.text.endswith("\n\n后")


def test_a_long_answer_is_cut_between_cards_and_never_inside_a_mark(cards: list[Card]) -> None:
    several = [card for card in cards if card.view == "answer"][:12]
    pieces = compose(turn(*(Part(card=card) for card in several)))

    assert len(pieces) > 1
    for piece in pieces:
        assert utf16_units(shown(piece.html)) <= utf16_units(piece.text) <= LIMIT
        # A block is never torn apart where it fits whole.
        assert not piece.text.startswith(("•", "   "))
    text = "".join(shown(piece.html) for piece in pieces)
    assert all(same(card.quote, text) and same(card.heading, text) for card in several)


def test_a_quote_longer_than_a_message_is_a_quote_in_each(cards: list[Card]) -> None:
    data = {**cards[0].json, "quote": "很长的一句话。" * 1500}
    pieces = compose(turn(Part(card=Card.from_json(data))))

    quotes = [
        unescape(quoted)
        for piece in pieces
        for quoted in re.findall("<blockquote expandable>(.*?)</blockquote>", piece.html, re.DOTALL)
    ]
    assert len(quotes) > 2
    assert "".join(quotes) == data["quote"]
    assert all(utf16_units(piece.text) <= LIMIT for piece in pieces)


@pytest.mark.parametrize("character", ["a", "字", "😀", "<", "&", " 字"])
def test_length_is_counted_as_telegram_counts(character: str) -> None:
    text = character * (LIMIT // utf16_units(character))
    (piece,) = compose(turn(Part(text=text)))
    assert shown(piece.html) == text.strip()

    pieces = compose(turn(Part(text=text + "字字")))
    assert len(pieces) == 2
    assert all(utf16_units(piece.text) <= LIMIT for piece in pieces)


@given(st.lists(st.text(max_size=6000), min_size=1, max_size=4))
def test_whatever_is_said_arrives_whole_and_readable(texts: list[str]) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    pieces = compose(turn(*(Part(text=text) for text in texts)))

    for piece in pieces:
        assert 0 < utf16_units(piece.text) <= LIMIT
        assert shown(piece.html).strip()
    assert same("".join(texts), "".join(piece.text for piece in pieces))


def buttons(*titles: str, owner: int | None = None) -> list[list[Any]]:
    offered = tuple((title, "/ask_original") for title in titles)
    markup = keyboard(turn(Part(text="好"), choices=offered), owner)
    return [[*row] for row in markup.inline_keyboard] if markup else []


def test_a_button_carries_the_choices_id_and_nothing_of_what_it_says() -> None:
    ((button,),) = buttons("看原文")

    assert (button.text, button.callback_data) == ("看原文", "12-1")


def test_in_a_group_a_button_knows_who_may_tap_it_within_64_bytes() -> None:
    ((button,),) = buttons("看原文", owner=2**53)

    assert button.callback_data == f"12-1@{2**53}"
    assert len(button.callback_data.encode()) <= 64


def test_short_buttons_share_a_row_and_long_ones_do_not() -> None:
    rows = buttons("看原文", "找谁办", "深圳市科技创新局的地址", "English", "简体中文", "转人工")

    assert [[button.text for button in row] for row in rows] == [
        ["看原文", "找谁办"],
        ["深圳市科技创新局的地址"],
        ["English", "简体中文"],
        ["转人工"],
    ]


def test_a_title_too_long_for_a_button_is_shortened() -> None:
    ((button,),) = buttons("长" * 80)

    assert button.text == "长" * 59 + "…"


def test_without_choices_there_is_no_keyboard() -> None:
    assert keyboard(turn(Part(text="好"))) is None


def test_a_choice_of_a_notice_is_a_button_too() -> None:
    notice = Turn.notice(UserMessage("telegram:7", "1"), "en", "Which?", (Choice("a", "A", ""),))

    markup = keyboard(notice)
    assert markup is not None
    assert markup.inline_keyboard[0][0].callback_data == "a"
