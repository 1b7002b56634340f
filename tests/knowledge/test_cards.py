"""What a card shows: whom to ask today, what changed, and nothing that is not confirmed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import get_args

import pytest

from knowledge.card import Card, CardUnit, View
from knowledge.card_text import text_of, unit_text
from knowledge.cards import chinese_number, make_card
from knowledge.contacts import needs_district, unit_card
from knowledge.language import LANGUAGES, Language
from knowledge.live import Content
from knowledge.models import Knowledge
from knowledge.storage import ROOT

VIEWS: tuple[View, ...] = get_args(View)
OPEN = ("2.1", "18.1", "25.1")
WITH_DISTRICTS = ("5.2", "7.1", "15.1", "17.3", "21.2")
# Numbers without a confirmed source, and a document number that no copy of the policy bears.
NEVER = (
    "0755-82975860", "82975860", "12330", "12363", "12305", "12369", "12301", "12329", "12355",
    "12320", "深府〔2016〕61号", "深府[2016]61号", "〔2016〕61", "〔2016〕61號",
)  # fmt: skip


def card_of(
    knowledge: Knowledge,
    number: str,
    language: Language = "zh-Hans",
    view: View = "answer",
    district: str | None = None,
) -> Card:
    return make_card(knowledge, knowledge.provisions[f"sz-2016/{number}"], language, view, district)


@pytest.fixture(scope="module")
def cards(knowledge: Knowledge) -> list[Card]:
    """Every card there is: each provision, language and view, with every district that matters."""

    def every() -> Iterator[Card]:
        for provision in knowledge.provisions.values():
            districts: list[str | None] = [None]
            if needs_district(knowledge, provision):
                districts += list(knowledge.place_of(provision).districts)
            for language in LANGUAGES:
                for view in VIEWS:
                    for district in districts:
                        yield make_card(knowledge, provision, language, view, district)

    return list(every())


@pytest.fixture(scope="module")
def shown(cards: list[Card]) -> str:
    """All that any card holds, as text and as data."""
    return "\n".join(
        f"{text_of(card)}\n{json.dumps(card.json, ensure_ascii=False)}" for card in cards
    )


def test_no_card_shows_an_unconfirmed_office(knowledge: Knowledge, shown: str) -> None:
    unconfirmed = [
        contact
        for contact in knowledge.places["shenzhen"].contacts.values()
        if not contact.confirmed
    ]
    assert unconfirmed
    for contact in unconfirmed:
        for name in contact.name.values():
            assert name not in shown
        for takes in contact.takes.values():
            assert takes not in shown


@pytest.mark.parametrize("text", NEVER)
def test_no_card_shows_what_could_not_be_confirmed(shown: str, text: str) -> None:
    assert text not in shown


def test_every_number_on_a_card_is_a_confirmed_hotline(
    knowledge: Knowledge, cards: list[Card]
) -> None:
    known = knowledge.places["shenzhen"].hotlines
    for card in cards:
        contacts = [*card.see_also, *(c for unit in card.units for c in unit.contacts)]
        for contact in contacts:
            assert contact.hotlines
            assert {line.number for line in contact.hotlines} <= set(known)
        # Telephone numbers of other kinds: area code and number, or a mobile.
        assert not re.search(r"0755[- ]?\d{7,8}|\b1[3-9]\d{9}\b", text_of(card))


def test_links_are_sources_newer_documents_or_offices_of_the_districts(
    knowledge: Knowledge, shown: str
) -> None:
    allowed = {source.url for source in knowledge.sources.values()}
    allowed |= {document.url for document in knowledge.policies["sz-2016"].newer}
    for district in knowledge.places["shenzhen"].districts.values():
        allowed |= {bureau.url for bureau in district.bureaus}
    assert set(re.findall(r'https?://[^\s"\\，。；（）]+', shown)) <= allowed


def test_sources_without_an_entry_are_kept_and_never_shown(
    knowledge: Knowledge, cards: list[Card]
) -> None:
    internal = {s for c in knowledge.changes for s in c.sources if s not in knowledge.sources}
    assert internal
    addresses = {source.url for source in knowledge.sources.values()}
    for card in cards:
        for change in card.changes:
            assert {source.url for source in change.sources} <= addresses


def test_websites_are_those_of_the_offices(knowledge: Knowledge, cards: list[Card]) -> None:
    place = knowledge.places["shenzhen"]
    known = {contact.website for contact in place.contacts.values() if contact.confirmed}
    known |= {district.website for district in place.districts.values()}
    known |= {bureau.url for district in place.districts.values() for bureau in district.bureaus}
    for card in cards:
        contacts = [*card.see_also, *(c for unit in card.units for c in unit.contacts)]
        assert {contact.website for contact in contacts} <= known


def test_every_card_holds_the_quote_byte_for_byte(cards: list[Card]) -> None:
    lines = set((ROOT / "policies/sz-2016/source.txt").read_bytes().split(b"\n"))
    for card in cards:
        assert card.quote.encode() in lines
        if card.view in ("answer", "original"):
            assert card.quote in text_of(card).split("\n")


def test_every_card_says_as_of_when(cards: list[Card]) -> None:
    for card in cards:
        assert text_of(card).endswith(card.as_of)
        assert "2016-08-08" in card.as_of
        assert "2026-11-23" in card.as_of


def test_no_card_leaves_a_gap_to_be_filled_or_says_none(cards: list[Card]) -> None:
    for card in cards:
        assert not re.search(r"\{\w*\}|None", text_of(card))
        assert "\n\n" not in text_of(card)
        # The label of an office beyond the text is filled in once for each such office.
        filled = [
            text for key, text in card.labels.items() if not key.startswith(("heading", "see_"))
        ]
        assert not re.search(r"\{\w*\}", "\n".join(filled))


def test_a_card_comes_out_of_json_as_it_went_in(cards: list[Card]) -> None:
    for card in cards:
        written = json.loads(json.dumps(card.json, ensure_ascii=False))
        again = Card.from_json(written)
        assert again == card
        assert text_of(again) == text_of(card)


def test_content_makes_the_same_card_as_json_text(knowledge: Knowledge) -> None:
    content = Content(knowledge, None, None, None, None)  # type: ignore[arg-type]
    provision = knowledge.provisions["sz-2016/5.2"]
    for district in (None, "nanshan"):
        written = content.card(provision, "en", "contact", district)
        card = make_card(knowledge, provision, "en", "contact", district)
        assert Card.from_json(json.loads(written)) == card
        assert content.card(provision, "en", "contact", district) is written


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", OPEN)
def test_what_may_have_ended_is_an_open_question_and_never_a_current_offer(
    knowledge: Knowledge, number: str, language: Language
) -> None:
    for view in VIEWS:
        card = card_of(knowledge, number, language, view)
        assert card.open
        assert any(change.status == "open" for change in card.changes)
        if view != "original":
            assert card.labels["open"] in text_of(card)
    status = card_of(knowledge, number, language, "status")
    assert status.labels["open_change"] in text_of(status)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", VIEWS)
def test_what_has_ended_is_said_to_have_ended_before_anything_else_is_said_of_it(
    knowledge: Knowledge, view: View, language: Language
) -> None:
    card = card_of(knowledge, "29.1", language, view)
    assert card.json["ended"]
    assert text_of(card).split("\n")[:2] == [card.heading, card.labels["ended"]]


def test_only_what_has_ended_is_said_to_have(knowledge: Knowledge, cards: list[Card]) -> None:
    ended = {p for change in knowledge.changes if change.ended for p in change.provisions}
    assert {card.provision for card in cards if card.ended} == ended
    assert all((card.labels["ended"] in text_of(card)) == card.ended for card in cards)


def test_a_card_kept_from_before_there_was_such_a_mark_can_be_read(knowledge: Knowledge) -> None:
    kept = dict(card_of(knowledge, "6.2").json)
    del kept["ended"]
    assert Card.from_json(kept) == card_of(knowledge, "6.2")


def test_only_three_provisions_are_open_questions(cards: list[Card]) -> None:
    assert {card.number for card in cards if card.open} == set(OPEN)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", ["31.1", "32.1", "33.1", "34.1"])
def test_where_the_text_names_no_unit_the_card_says_so(
    knowledge: Knowledge, number: str, language: Language
) -> None:
    for view in ("answer", "contact"):
        card = card_of(knowledge, number, language, view)
        assert card.units == ()
        assert card.labels["no_units"] in text_of(card)
        assert "12345" in card.labels["no_units"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_duty_says_that_there_is_nothing_to_apply_for(
    knowledge: Knowledge, cards: list[Card], language: Language
) -> None:
    for card in cards:
        if card.language == language and card.view in ("answer", "contact", "status"):
            assert (card.labels["duty"] in text_of(card)) == (card.kind == "duty")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", ["9.1", "10.1"])
def test_the_office_for_guaranteed_loans_is_marked_as_not_named_by_the_policy(
    knowledge: Knowledge, number: str, language: Language
) -> None:
    card = card_of(knowledge, number, language, "contact")
    assert "hrss" not in {contact.id for unit in card.units for contact in unit.contacts}
    assert [contact.id for contact in card.see_also] == ["hrss"]
    assert [line.number for line in card.see_also[0].hotlines] == ["12333", "12345"]
    assert f"【{card.see_also_labels[0]}】" in text_of(card)
    mark = {"zh-Hans": "政策没有写", "zh-Hant": "政策沒有寫", "en": "Not named by the policy"}
    assert card.see_also_labels[0].startswith(mark[language])


def test_no_other_provision_shows_an_office_that_it_does_not_name(cards: list[Card]) -> None:
    assert {card.number for card in cards if card.see_also} == {"9.1", "10.1"}


def _offices(card: Card, unit: str) -> list[tuple[str, str]]:
    return [(c.id, c.takes) for u in card.units if u.id == unit for c in u.contacts]


@pytest.mark.parametrize("number", ["5.2", "15.1"])
def test_incubators_are_asked_about_at_the_industry_bureau(
    knowledge: Knowledge, number: str
) -> None:
    offices = _offices(card_of(knowledge, number), "kjcx")
    assert offices == [("gxj", "孵化器、加速器"), ("stic", "其余事项")]


def test_procurement_is_split_between_finance_and_reform(knowledge: Knowledge) -> None:
    offices = _offices(card_of(knowledge, "7.1", "en"), "caizheng")
    assert offices == [
        ("szfb", "government procurement policy and supervision"),
        ("fgw", "rules on public resource trading"),
    ]


def test_e_commerce_is_asked_about_at_the_commerce_bureau_alone(knowledge: Knowledge) -> None:
    assert [c for c, _ in _offices(card_of(knowledge, "17.2"), "jmxx")] == ["commerce"]


@pytest.mark.parametrize(
    ("number", "unit", "offices"),
    [
        ("1.2", "jmxx", ["gxj", "commerce", "zxqyj"]),
        ("18.1", "kjcx", ["stic", "gxj"]),
        ("8.1", "jinrong", ["jr", "jrw"]),
        ("29.1", "jinrong", ["jr", "jrw"]),
    ],
)
def test_an_unconfirmed_route_shows_every_confirmed_successor_with_what_it_takes_care_of(
    knowledge: Knowledge, number: str, unit: str, offices: list[str]
) -> None:
    contacts = knowledge.places["shenzhen"].contacts
    assert _offices(card_of(knowledge, number), unit) == [
        (office, contacts[office].takes["zh-Hans"]) for office in offices
    ]
    assert "12345" in text_of(card_of(knowledge, number, view="contact"))


def test_a_unit_whose_successor_is_not_confirmed_has_no_office_and_sends_to_12345(
    knowledge: Knowledge, cards: list[Card]
) -> None:
    unconfirmed = {u.id for u in knowledge.places["shenzhen"].units.values() if not u.confirmed}
    met = [unit for card in cards for unit in card.units if unit.id in unconfirmed]
    assert {unit.id for unit in met} == unconfirmed
    for unit in met:
        assert unit.contacts == ()
        assert not unit.confirmed
        assert "12345" in unit.today


def test_units_carry_the_names_that_the_quote_gives_them(cards: list[Card]) -> None:
    for card in cards:
        written = re.search("（责任单位：(.*)）$", card.quote)
        names = re.split("[、，]", written.group(1)) if written else []
        assert [unit.name for unit in card.units] == names, card.provision


@pytest.mark.parametrize("number", WITH_DISTRICTS)
def test_without_a_district_no_district_is_shown_as_the_founders(
    knowledge: Knowledge, number: str
) -> None:
    assert needs_district(knowledge, knowledge.provisions[f"sz-2016/{number}"])
    for district in (None, "", "nowhere"):
        card = card_of(knowledge, number, district=district)
        assert _offices(card, "gequ") == []
        assert _offices(card, "xinqu") == []


@pytest.mark.parametrize("number", WITH_DISTRICTS)
def test_the_founders_district_is_shown_under_its_unit(knowledge: Knowledge, number: str) -> None:
    nanshan = card_of(knowledge, number, "zh-Hans", "contact", "nanshan")
    assert {identity for identity, _ in _offices(nanshan, "gequ")} == {"nanshan"}
    assert _offices(nanshan, "xinqu") == []
    assert "深圳市南山区人民政府" in text_of(nanshan)
    assert "www.szns.gov.cn" in text_of(nanshan)
    assert "福田区人民政府" not in text_of(nanshan)


def test_dapeng_is_still_a_new_district(knowledge: Knowledge) -> None:
    card = card_of(knowledge, "5.2", district="dapeng")
    assert _offices(card, "gequ") == []
    assert {identity for identity, _ in _offices(card, "xinqu")} == {"dapeng"}


def test_only_provisions_that_name_the_districts_need_one(knowledge: Knowledge) -> None:
    asking = [p.number for p in knowledge.provisions.values() if needs_district(knowledge, p)]
    assert asking == list(WITH_DISTRICTS)


def test_an_office_without_a_website_shows_12345(knowledge: Knowledge) -> None:
    card = card_of(knowledge, "19.3", view="contact")
    assert card.units[0].contacts[0].website is None
    assert "深圳市科学技术协会" in text_of(card)
    assert "12345" in text_of(card)


def test_an_office_without_a_number_of_its_own_shows_12345(knowledge: Knowledge) -> None:
    for contact in knowledge.places["shenzhen"].contacts.values():
        if contact.confirmed:
            assert "12345" in (contact.hotlines or ("12345",))


def test_newer_documents_are_at_most_three_and_the_newest_first(cards: list[Card]) -> None:
    for card in cards:
        dates = [link.date or "" for link in card.newer]
        assert len(dates) <= 3
        assert dates == sorted(dates, reverse=True)
        assert all(link.url and link.title for link in card.newer)
    assert any(len(card.newer) == 3 for card in cards)


@pytest.mark.parametrize("language", LANGUAGES)
def test_newer_documents_are_never_called_a_replacement(
    knowledge: Knowledge, language: Language
) -> None:
    card = card_of(knowledge, "17.2", language)
    assert f"【{card.labels['newer']}】" in text_of(card)
    assert "2026-04" in card.labels["newer"]
    words = {"zh-Hans": "不代表取代", "zh-Hant": "不代表取代", "en": "do not replace"}
    assert words[language] in card.labels["newer"]


def test_a_gap_of_the_copy_is_explained(cards: list[Card]) -> None:
    for card in cards:
        if card.view in ("answer", "original"):
            assert (card.labels["gap"] in text_of(card)) == ("〔缺字〕" in card.quote)


def test_the_original_is_shown_alone(knowledge: Knowledge) -> None:
    card = card_of(knowledge, "6.2", "en", "original")
    assert text_of(card).split("\n") == [
        card.heading, f"【{card.labels['quote']}】", card.quote, card.as_of,
    ]  # fmt: skip


def test_english_names_follow_the_chinese_ones_and_ours_are_marked(
    knowledge: Knowledge, cards: list[Card]
) -> None:
    official = {c.id for c in knowledge.places["shenzhen"].contacts.values() if c.english_confirmed}
    for card in cards:
        for unit in card.units:
            assert (unit.translation is None) == (card.language != "en")
            for contact in unit.contacts:
                assert (contact.translation is None) == (card.language != "en")
                if contact.translation_official:
                    assert contact.id in official
    commerce = text_of(card_of(knowledge, "17.2", "en"))
    assert "深圳市商务局 (Commerce Bureau of Shenzhen Municipality)" in commerce
    fund = text_of(card_of(knowledge, "11.1", "en", "contact"))
    assert "Shenzhen Guidance Fund Investment Co., Ltd.; our translation)" in fund


def test_what_changed_is_said_with_its_source(knowledge: Knowledge) -> None:
    card = card_of(knowledge, "29.1")
    assert "2020年11月" in text_of(card)
    [p2p] = [change for change in card.changes if "P2P" in change.text]
    assert p2p.status == "confirmed"
    assert all(str(source.url) in text_of(card) for source in p2p.sources)


def test_a_change_without_a_date_shows_none(knowledge: Knowledge) -> None:
    assert "—：" not in text_of(card_of(knowledge, "18.1"))


def test_english_text_has_a_space_before_each_bracket(cards: list[Card]) -> None:
    for card in cards:
        if card.language == "en" and card.view == "contact":
            assert not re.search(r"[A-Za-z0-9]\((?!s\))", text_of(card)), text_of(card)


def test_the_same_card_is_made_twice(knowledge: Knowledge) -> None:
    assert card_of(knowledge, "25.1", "en") == card_of(knowledge, "25.1", "en")


def test_a_unit_alone_shows_all_that_it_became(knowledge: Knowledge) -> None:
    place = knowledge.places["shenzhen"]
    card = unit_card(knowledge, place, place.units["jmxx"], "zh-Hans")
    assert [contact.id for contact in card.contacts] == ["gxj", "commerce", "zxqyj"]
    text = unit_text(card)
    assert "深圳市工业和信息化局" in text
    assert "None" not in text
    assert CardUnit.from_json(json.loads(json.dumps(_plain(card)))) == card


def _plain(card: CardUnit) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(card)


def test_no_unit_alone_shows_an_unconfirmed_office(knowledge: Knowledge) -> None:
    place = knowledge.places["shenzhen"]
    for unit in place.units.values():
        for language in LANGUAGES:
            text = unit_text(unit_card(knowledge, place, unit, language))
            for contact in place.contacts.values():
                if not contact.confirmed:
                    assert contact.name[language] not in text


def test_numbers_are_written_as_the_policy_writes_them() -> None:
    written = {1: "一", 10: "十", 11: "十一", 20: "二十", 34: "三十四", 99: "九十九"}
    assert {number: chinese_number(number) for number in written} == written
