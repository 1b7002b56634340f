"""What a clerk has typed so far: which provisions are shown for it, in which order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.live import Content
from knowledge.models import Knowledge
from knowledge.naming import Naming
from knowledge.related import related
from knowledge.topics import TopicNames
from knowledge.typeahead import SHOWN, Typeahead, Typed
from tests.knowledge.test_language import ANY_TEXT

# The whole shipped search is built once, by the one worker that runs these.
pytestmark = pytest.mark.xdist_group("search")


@pytest.fixture(scope="module")
def typeahead(content: Content) -> Typeahead:
    return Typeahead(content)


def numbers(typed: Typed) -> list[str]:
    return [provision.removeprefix("sz-2016/") for provision in typed.provisions]


@pytest.mark.parametrize(
    ("fragment", "number"),
    [
        ("贷款 大学生", "24.1"),
        ("小微 贷款", "9.1"),
        ("加计扣", "6.1"),
        ("創新券 點申", "18.1"),
        ("maker sp", "5.2"),
        ("tax incen", "6.1"),
    ],
)
def test_fragments_find_their_provision_first(
    typeahead: Typeahead, fragment: str, number: str
) -> None:
    assert numbers(typeahead.find(fragment))[0] == number


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("chuangye daikuan", "创业贷款"),
        ("chuangye daik", "创业贷款"),
        ("chuangyedaik", "创业贷款"),
        ("chuang'ye dai'kuan", "创业贷款"),
        ("CYDK", "创业贷款"),
        ("贷款 daxuesheng", "贷款 大学生"),
        ("kechuangwei", "科创委"),
        ("zscq", "知识产权"),
        ("chuangye vc", "创业vc"),
    ],
)
def test_pinyin_and_first_letters_are_read_as_characters(
    typeahead: Typeahead, typed: str, read: str
) -> None:
    assert typeahead.read(typed).replace("创业 vc", "创业vc") == read


@pytest.mark.parametrize(
    "english", ["measure 6", "women can start", "how can i change", "incub", "tax", "make", "the"]
)
def test_english_is_not_taken_for_pinyin(typeahead: Typeahead, english: str) -> None:
    assert typeahead.read(english) == english


def test_characters_that_sound_the_same_do_no_harm(typeahead: Typeahead) -> None:
    assert numbers(typeahead.find("申清创新卷"))[0] == "18.1"


@pytest.mark.parametrize(
    "fragment",
    ["6", "６", "六", "第六", "第六条", "第6條", "(六)", "m6", "measure 6", "article 6", "no. 6"],
)
def test_the_number_of_a_measure_lists_its_provisions(typeahead: Typeahead, fragment: str) -> None:
    assert typeahead.find(fragment) == Typed(("sz-2016/6.1", "sz-2016/6.2"), "measure")


@pytest.mark.parametrize(
    "fragment", ["6.2", "６．２", "6。2", "6-2", "6 2", "第六条第二款", "measure 6.2", "6.2 抵扣"]
)
def test_the_number_of_a_provision_puts_it_first(typeahead: Typeahead, fragment: str) -> None:
    found = typeahead.find(fragment)

    assert found.named == "provision"
    assert numbers(found) == ["6.2", "6.1"]


@pytest.mark.parametrize("fragment", ["99", "6个人的公司", "10000", "30万", "2.5%", "35"])
def test_other_numbers_name_no_measure(typeahead: Typeahead, fragment: str) -> None:
    assert typeahead.find(fragment).named not in ("measure", "provision")


@pytest.mark.parametrize(
    "fragment",
    ["科创委", "市科创委", "科技创新局", "深圳市科技创新局", "科創委", "STIC", "kcw", "科技创新",
     "Science, Technology and Innov"],
)  # fmt: skip
def test_an_office_of_then_or_today_lists_what_it_answers_for(
    typeahead: Typeahead, knowledge: Knowledge, fragment: str
) -> None:
    found = typeahead.find(fragment)

    assert found.named == "office"
    assert len(found.provisions) == SHOWN
    assert all("kjcx" in knowledge.provisions[p].units for p in found.provisions)
    # Those in which it has the lead come first.
    assert all(knowledge.provisions[p].units[0] == "kjcx" for p in found.provisions)


def test_what_is_said_beside_an_office_decides(typeahead: Typeahead) -> None:
    assert numbers(typeahead.find("科创委 创新券"))[0] == "18.1"
    assert numbers(typeahead.find("人社局 导师"))[0] == "18.2"


def test_every_name_of_every_office_finds_a_provision_of_it(
    typeahead: Typeahead, knowledge: Knowledge
) -> None:
    for place in knowledge.places.values():
        for unit in place.units.values():
            of_unit = {p.id for p in knowledge.provisions.values() if unit.id in p.units}
            for name in (*unit.names, *unit.aliases, unit.english):
                found = typeahead.find(name)
                assert not of_unit or of_unit & set(found.provisions), (unit.id, name)


@pytest.mark.parametrize(
    "fragment", ["深府〔2015〕46号", "深府[2015]46", "深府2015年46号", "深府46号", "46号文", "46号"]
)
def test_the_number_of_a_document_lists_what_cites_it(
    typeahead: Typeahead, knowledge: Knowledge, fragment: str
) -> None:
    found = typeahead.find(fragment)

    assert found.named == "document"
    assert found.provisions
    assert all("sf2015-46" in knowledge.provisions[p].documents for p in found.provisions)


def test_every_document_that_is_cited_is_found_by_its_number(
    typeahead: Typeahead, knowledge: Knowledge
) -> None:
    for document in knowledge.documents.values():
        citing = {p.id for p in knowledge.provisions.values() if document.id in p.documents}
        if document.number and citing:
            found = set(typeahead.find(document.number, limit=100).provisions)
            assert citing <= found, document.number


def test_a_topic_or_one_of_its_words_lists_its_provisions_first(
    typeahead: Typeahead, knowledge: Knowledge
) -> None:
    for name in ("贷款与担保", "贷款", "貸款", "Loans and guarantees", "guarantees"):
        found = typeahead.find(name)
        ours = [p.id for p in knowledge.provisions.values() if "loans" in p.topics]
        assert found.named == "topic"
        assert set(found.provisions[: len(ours)]) == set(ours), name


@pytest.mark.parametrize("fragment", ["驾照怎么换", "how do I cook rice", "passport"])
def test_what_the_policy_does_not_cover_says_so_and_shows_the_nearest(
    typeahead: Typeahead, fragment: str
) -> None:
    found = typeahead.find(fragment)

    assert not found.covered
    assert found.provisions


def test_another_city_is_named_unless_ours_is_too(typeahead: Typeahead) -> None:
    assert typeahead.find("上海创业补贴").elsewhere == "shanghai"
    assert not typeahead.find("上海创业补贴").covered
    assert typeahead.find("从上海来深圳创业补贴").elsewhere == ""


@pytest.mark.parametrize("fragment", ["", "   ", "？！", "\u200b", "👍", "。。。"])
def test_nothing_finds_nothing(typeahead: Typeahead, fragment: str) -> None:
    assert typeahead.find(fragment) == Typed()


@pytest.mark.parametrize(
    "fragment",
    ["创" * 10_000, "chuangye" * 1250, "a" * 10_000, "6." * 5000, "第" * 10_000, "(" * 10_000,
     "' " * 5000, "zhang" * 2000],
)  # fmt: skip
def test_ten_thousand_characters_are_read_as_far_as_anybody_speaks(
    typeahead: Typeahead, fragment: str
) -> None:
    assert len(typeahead.read(fragment)) <= 300
    assert len(typeahead.find(fragment).provisions) <= SHOWN


@given(ANY_TEXT)
@settings(max_examples=150, deadline=None)
def test_whatever_is_typed_is_answered_the_same_way_twice(
    typeahead: Typeahead, knowledge: Knowledge, text: str
) -> None:
    found = typeahead.find(text)

    assert found == typeahead.find(text)
    assert len(found.provisions) == len(set(found.provisions)) <= SHOWN
    assert all(provision in knowledge.provisions for provision in found.provisions)


@given(st.text("0123456789.第条款一二十(){}[]〔〕号 -", max_size=12))
@settings(max_examples=200, deadline=None)
def test_half_typed_numbers_are_no_trouble(typeahead: Typeahead, text: str) -> None:
    typeahead.find(text)


def test_names_leave_open_what_they_do_not_decide(knowledge: Knowledge) -> None:
    naming = Naming(knowledge, TopicNames(knowledge))

    assert naming.find("市") is None
    assert naming.find("深圳市") is None
    assert naming.find("创业") is None


def test_related_provisions_begin_with_those_of_the_same_measure(knowledge: Knowledge) -> None:
    for provision in knowledge.provisions.values():
        others = related(knowledge, provision, 5)
        siblings = {*knowledge.measure_of(provision).provisions} - {provision.id}
        assert provision not in others
        first = {other.id for other in others[: len(siblings)]}
        assert first <= siblings if len(siblings) > 5 else first == siblings
