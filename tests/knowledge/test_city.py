"""A second policy of another, invented city: nothing assumes one policy, or Shenzhen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge.card import Card
from knowledge.card_text import text_of
from knowledge.cards import heading, make_card
from knowledge.encoder import Encoder
from knowledge.entities import EntityFinder
from knowledge.judgement import judge
from knowledge.language import LANGUAGES, Language
from knowledge.models import Knowledge
from knowledge.search import Search
from knowledge.storage import ROOT, load
from tests.conftest import CITY


def _card(knowledge: Knowledge, number: str, language: Language = "zh-Hans", **more: str) -> Card:
    provision = knowledge.provisions[f"yz-2021/{number}"]
    return make_card(knowledge, provision, language, **more)  # type: ignore[arg-type]


def test_another_city_loads_alone(city: Knowledge) -> None:
    assert list(city.policies) == ["yz-2021"]
    assert list(city.places) == ["yunze"]
    assert list(city.provisions) == ["yz-2021/1.1", "yz-2021/1.2", "yz-2021/40.1"]
    assert city.policies["yz-2021"].newer == ()


def test_a_place_may_do_without_districts_and_newer_documents(city: Knowledge) -> None:
    assert city.places["yunze"].districts == {}
    assert _card(city, "1.1").newer == ()


def test_two_cities_load_together_and_keep_their_own(both: Knowledge, city: Knowledge) -> None:
    assert list(both.policies) == ["sz-2016", "yz-2021"]
    assert list(both.places) == ["shenzhen", "yunze"]
    for provision in city.provisions.values():
        assert both.provisions[provision.id] == provision
        assert both.place_of(both.provisions[provision.id]).id == "yunze"
    assert both.place_of(both.provisions["sz-2016/1.1"]).id == "shenzhen"


def test_the_order_of_the_folders_does_not_change_what_is_known(both: Knowledge) -> None:
    turned = load(CITY, ROOT)
    assert turned.provisions.keys() == both.provisions.keys()
    assert turned.places.keys() == both.places.keys()


def test_a_number_that_both_policies_have_needs_its_policy(both: Knowledge) -> None:
    assert both.provision("1.1") is None
    assert both.provision("sz-2016/1.1") is both.provisions["sz-2016/1.1"]
    assert both.provision("yz-2021/1.1") is both.provisions["yz-2021/1.1"]
    assert both.short_id(both.provisions["sz-2016/1.1"]) == "sz-2016/1.1"
    assert both.short_id(both.provisions["yz-2021/1.1"]) == "yz-2021/1.1"


def test_a_number_that_one_policy_has_needs_none(both: Knowledge) -> None:
    assert both.provision("6.2") is both.provisions["sz-2016/6.2"]
    assert both.provision("40.1") is both.provisions["yz-2021/40.1"]
    assert both.short_id(both.provisions["sz-2016/6.2"]) == "6.2"
    assert both.short_id(both.provisions["yz-2021/40.1"]) == "40.1"
    assert both.provision("99.1") is None


def test_cards_say_which_policy_where_there_are_two(both: Knowledge, city: Knowledge) -> None:
    for language in LANGUAGES:
        ours = both.policies["sz-2016"].short_title[language]
        theirs = both.policies["yz-2021"].short_title[language]
        assert theirs in heading(both, both.provisions["yz-2021/1.1"], language)
        assert ours in heading(both, both.provisions["sz-2016/1.1"], language)
        assert theirs not in heading(city, city.provisions["yz-2021/1.1"], language)


def test_a_policy_may_have_more_measures_than_shenzhens(city: Knowledge) -> None:
    assert heading(city, city.provisions["yz-2021/40.1"], "zh-Hans").startswith("第四十项")
    assert heading(city, city.provisions["yz-2021/40.1"], "en").startswith("Item 40")


@pytest.mark.parametrize("language", LANGUAGES)
def test_contacts_are_those_of_the_right_place(both: Knowledge, language: Language) -> None:
    card = _card(both, "1.1", language)
    assert [unit.id for unit in card.units] == ["startup-office", "fair-society"]
    assert [c.id for c in card.units[0].contacts] == ["enterprise-bureau", "data-bureau"]
    assert card.hotline.number == "00100"
    for view in ("answer", "contact", "original", "status"):
        text = text_of(make_card(both, both.provisions["yz-2021/1.1"], language, view))
        assert "12345" not in text
        assert "深圳" not in text


def test_the_other_citys_unconfirmed_office_is_never_shown(both: Knowledge) -> None:
    for language in LANGUAGES:
        for number in ("1.1", "1.2", "40.1"):
            shown = str(_card(both, number, language).json)
            for name in both.places["yunze"].contacts["fair-office"].name.values():
                assert name not in shown
            assert "jishi.yunze.example" not in shown


def test_a_confirmed_route_is_followed_and_an_unconfirmed_one_is_not(city: Knowledge) -> None:
    assert [c.id for c in _card(city, "1.2").units[0].contacts] == ["data-bureau"]
    assert _card(city, "1.2").units[0].contacts[0].takes == "创业园数据"
    assert [c.takes for c in _card(city, "1.1").units[0].contacts] == [
        "初创企业的各种事务",
        "公共数据",
    ]


def test_an_office_that_the_text_does_not_name_is_marked_so(city: Knowledge) -> None:
    card = _card(city, "40.1", "en")
    assert card.see_also_labels == ("Not named, but deals with the startup fair",)
    assert [contact.id for contact in card.see_also] == ["enterprise-bureau"]
    assert "No unit is named; call 00100" in text_of(card)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_true_of_one_policy_is_not_said_of_another(
    both: Knowledge, language: Language
) -> None:
    # Only Shenzhen's text reached us as a copy that had to be repaired, and is of 2016.
    ours = text_of(make_card(both, both.provisions["sz-2016/1.2"], language))
    for words in ("2016", {"zh-Hans": "修复", "zh-Hant": "修復", "en": "restored"}[language]):
        assert words in ours
        assert words not in text_of(_card(both, "1.2", language))


def test_the_other_citys_changes_and_dates_are_its_own(both: Knowledge) -> None:
    card = _card(both, "1.2")
    assert [change.text for change in card.changes] == ["创业园已迁到东湖边。"]
    assert [link.url for link in card.changes[0].sources] == ["https://www.yunze.example/news"]
    assert "2021-03-01" in card.as_of
    assert "2022-02-02" in card.as_of
    assert _card(both, "1.1").open
    assert not card.open


def test_names_of_both_cities_are_recognised(both: Knowledge) -> None:
    finder = EntityFinder(both)
    found = {
        (e.kind, e.value)
        for e in finder.find("云泽的创业局和深圳的科创委，创业集市，云府〔2020〕7号")
    }
    assert found >= {
        ("home", "yunze"),
        ("home", "shenzhen"),
        ("unit", "startup-office"),
        ("unit", "kjcx"),
        ("term", "yz-startup-fair"),
        ("document", "yz-data"),
    }
    assert [e.value for e in finder.find("40.1和6.2") if e.kind == "provision"] == ["40.1", "6.2"]
    assert [e.value for e in finder.find("第四十条") if e.kind == "measure"] == ["40"]


def test_search_finds_in_the_other_city_alone(city_search: Search) -> None:
    for question, provision in (
        ("创业园租金补贴多少钱", "yz-2021/1.1"),
        ("創業園嘅數據喺邊度公開", "yz-2021/1.2"),
        ("free stall at the fair for pottery", "yz-2021/40.1"),
    ):
        best = city_search.find(question).best
        assert best is not None
        assert best.provision == provision
    assert judge(city_search.find("今天天气怎么样")).decision == "decline"
    assert judge(city_search.find("那找谁")).decision == "no_subject"


@pytest.mark.xdist_group("search")
def test_search_finds_in_both_policies(both: Knowledge, encoder: Encoder) -> None:
    # Some questions of the large policy are enough to learn from here, and quicker.
    fewer = {
        p.id: replace(p, questions=p.questions[::8]) if p.policy == "sz-2016" else p
        for p in both.provisions.values()
    }
    aside = both.out_of_scope[::8]
    search = Search.build(replace(both, provisions=fewer, out_of_scope=aside), encoder)
    for question, provision in (
        ("我想去云泽的集市摆摊卖陶器", "yz-2021/40.1"),
        ("雲澤創業園啲租可唔可以補貼", "yz-2021/1.1"),
        ("does the Yunze startup park subsidise my rent", "yz-2021/1.1"),
        ("创业投资企业投资抵扣应纳税所得额", "sz-2016/6.2"),
        ("科技創新券點樣申請", "sz-2016/18.1"),
        ("网络借贷平台靠谱吗，众筹资金谁来管", "sz-2016/29.1"),
    ):
        best = search.find(question).best
        assert best is not None
        assert (question, best.provision) == (question, provision)


def test_a_measure_is_found_by_its_number_where_only_one_policy_has_it(both: Knowledge) -> None:
    assert {p.measure for p in both.about("40")} == {40}
    assert both.about("1") == []
    assert [p.id for p in both.about("sz-2016/6")] == ["sz-2016/6.1", "sz-2016/6.2"]
    assert [p.id for p in both.about("sz-2016/6.2")] == ["sz-2016/6.2"]
