"""Names and figures in a question."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.entities import EntityFinder
from knowledge.language import fold
from knowledge.models import Knowledge
from tests.knowledge.test_language import ANY_TEXT


@pytest.fixture(scope="module")
def finder(knowledge: Knowledge) -> EntityFinder:
    return EntityFinder(knowledge)


def found(finder: EntityFinder, text: str, *kinds: str) -> list[tuple[str, str]]:
    return [(e.kind, e.value) for e in finder.find(text) if not kinds or e.kind in kinds]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("科技创新委在哪", "kjcx"),
        ("科創局電話", "kjcx"),
        ("ask the STIC", "kjcx"),
        ("市中小企业服务署（上市办）", "zxqy"),
        ("工商局还在吗", "amr"),
        ("深圳市市场监督管理局", "amr"),
        ("Shenzhen Stock Exchange", "szse"),
        ("人力资源保障局", "renshe"),
    ],
)
def test_units_are_found_by_every_name_they_have_or_had(
    finder: EntityFinder, text: str, unit: str
) -> None:
    assert found(finder, text, "unit") == [("unit", unit)]


@pytest.mark.parametrize(
    "text",
    [
        "国发〔2015〕32号", "国发(2015)32号", "国发[2015]32号", "国发（2015）32号",
        "国发2015年32号", "國發〔2015〕32號",
        "32号文", "32號文", "guofa 2015 32", "Guofa 32", "国发３２号",
        "国务院关于大力推进大众创业万众创新若干政策措施的意见",
    ],
)  # fmt: skip
def test_documents_are_found_by_number_title_and_nickname(finder: EntityFinder, text: str) -> None:
    assert ("document", "gf2015-32") in found(finder, f"{text}怎么说")


def test_the_circulating_number_of_the_policy_leads_to_it(finder: EntityFinder) -> None:
    assert found(finder, "深府〔2016〕61号还有效吗", "document") == [("document", "policy")]


@pytest.mark.parametrize("text", ["国发〔2015〕32号", "深府〔2016〕61号", "国发2015年32号"])
def test_the_year_in_a_documents_number_is_no_date(finder: EntityFinder, text: str) -> None:
    assert found(finder, text, "date") == []


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("我在南山", "nanshan"),
        ("南山區", "nanshan"),
        ("Nanshan District", "nanshan"),
        ("公司在龍崗", "longgang"),
        ("龙华", "longhua"),
        ("深汕特别合作区", "shenshan"),
        ("大鵬新區", "dapeng"),
        ("our office is in Futian.", "futian"),
        ("光明区", "guangming"),
    ],
)
def test_districts_are_found_in_three_scripts(
    finder: EntityFinder, text: str, district: str
) -> None:
    assert found(finder, text, "district") == [("district", district)]


def test_every_district_is_found_by_its_name_in_every_language(
    finder: EntityFinder, knowledge: Knowledge
) -> None:
    for district in knowledge.places["shenzhen"].districts.values():
        for name in {*district.name.values(), *district.aliases}:
            assert ("district", district.id) in found(finder, name), name


def test_every_term_is_found_by_its_name_in_every_language(
    finder: EntityFinder, knowledge: Knowledge
) -> None:
    for term in knowledge.terms.values():
        for name in {*term.name.values(), *term.aliases}:
            assert ("term", term.id) in found(finder, f"「{name}」"), name


@pytest.mark.parametrize("text", ["大众创业", "大眾創業", "推进大众创业"])
def test_mass_entrepreneurship_is_not_crowd_innovation(finder: EntityFinder, text: str) -> None:
    # 大众创业 holds the characters 众创, as a word it does not.
    assert ("term", "crowd-innovation") not in found(finder, text)


def test_mass_entrepreneurship_and_innovation_is_one_term(finder: EntityFinder) -> None:
    assert found(finder, "大众创业万众创新", "term") == [("term", "double-innovation")]


def test_of_overlapping_names_the_longest_wins(finder: EntityFinder) -> None:
    assert found(finder, "众创空间", "term") == [("term", "mass-innovation-space")]
    assert found(finder, "众创", "term") == [("term", "crowd-innovation")]
    assert found(finder, "南山区政府", "unit", "district") == [("unit", "nanshan")]
    assert found(finder, "深圳证券交易所", "home", "unit") == [("unit", "szse")]
    assert found(finder, "创业担保贷款", "term") == [("term", "startup-guaranteed-loan")]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("广州的政策", "guangzhou"),
        ("Beijing", "beijing"),
        ("香港公司", "hongkong"),
        ("重慶", "chongqing"),
    ],
)
def test_other_places_are_told_from_shenzhen(
    finder: EntityFinder, knowledge: Knowledge, text: str, place: str
) -> None:
    known = {other.id for other in knowledge.places["shenzhen"].elsewhere}
    values = [value for kind, value in found(finder, text, "place")]
    assert len(values) == 1
    assert values[0] in known
    assert values[0].replace("-", "") == place
    assert found(finder, text, "home") == []


@pytest.mark.parametrize("text", ["深圳", "鹏城", "鵬城", "Shenzhen", "in SZ", "Shum Chun"])
def test_shenzhen_is_home(finder: EntityFinder, text: str) -> None:
    assert found(finder, text) == [("home", "shenzhen")]


@pytest.mark.parametrize("text", ["北京证券交易所", "北交所", "中山大学"])
def test_a_city_inside_another_name_is_no_other_place(finder: EntityFinder, text: str) -> None:
    assert found(finder, text, "place") == []


def test_the_beijing_exchange_is_not_shenzhens(finder: EntityFinder) -> None:
    assert ("unit", "szse") not in found(finder, "北京证券交易所")


@pytest.mark.parametrize("text", ["puszta", "DRCX", "stickers", "sze"])
def test_a_latin_name_is_not_found_inside_a_word(finder: EntityFinder, text: str) -> None:
    assert found(finder, text) == []


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("第六条", "6"),
        ("第六條", "6"),
        ("第6条说什么", "6"),
        ("第三十四条", "34"),
        ("第十项", "10"),
        ("measure 6", "6"),
        ("measure 6是什么", "6"),
        ("Article 12", "12"),
        ("item no. 3", "3"),
        ("（六）", "6"),
        ("(二十一)", "21"),
    ],
)
def test_measures_are_found_by_number(finder: EntityFinder, text: str, measure: str) -> None:
    assert found(finder, text) == [("measure", measure)]


@pytest.mark.parametrize("text", ["第三十五条", "第99条", "measure 40", "第零条", "（一百）"])
def test_a_measure_that_no_policy_has_is_not_found(finder: EntityFinder, text: str) -> None:
    assert found(finder, text, "measure") == []


@pytest.mark.parametrize("text", ["6.2", "第6.2条", "看６.２", "measure 6.2", "6.2的原话"])
def test_provisions_are_found_by_number(finder: EntityFinder, text: str) -> None:
    assert ("provision", "6.2") in found(finder, text)
    assert found(finder, text, "measure") == []


@pytest.mark.parametrize(
    "text", ["第十条第三款", "第十條第三款寫咗咩", "第10条的第3款", "article 10 paragraph 3"]
)
def test_a_paragraph_of_a_measure_is_its_provision(finder: EntityFinder, text: str) -> None:
    assert found(finder, text, "provision") == [("provision", "10.3")]


def test_a_paragraph_that_a_measure_does_not_have_is_not_found(finder: EntityFinder) -> None:
    assert found(finder, "第十条第九款") == [("measure", "10")]


@pytest.mark.parametrize(
    "text", ["6.9", "16.25", "6.2%", "6.2万元", "6.2 million", "1.6.2", "36.2"]
)
def test_a_number_that_is_no_provision_is_not_taken_for_one(
    finder: EntityFinder, text: str
) -> None:
    assert found(finder, text, "provision") == []


@pytest.mark.parametrize(
    "text",
    ["500万", "3.5万元", "一百万", "两千块", "三百万元", "5 million", "$2 million", "RMB 300,000",
     "1个亿", "200 yuan", "５００萬", "10k", "¥5000"],
)  # fmt: skip
def test_money_is_found(finder: EntityFinder, text: str) -> None:
    assert len(found(finder, f"投了{text}能抵多少", "money")) == 1


@pytest.mark.parametrize("text", ["一元复始", "元", "三元里", "第三块"])
def test_a_character_for_money_alone_is_no_money(finder: EntityFinder, text: str) -> None:
    values = [e.text for e in finder.find(text) if e.kind == "money"]
    assert "元" not in values


@pytest.mark.parametrize(
    "text", ["2016年", "2016年8月", "2016年8月8日", "2016-08-08", "2026", "今年", "去年", "下個月"]
)
def test_dates_are_found(finder: EntityFinder, text: str) -> None:
    assert len(found(finder, f"{text}还有效吗", "date")) == 1


def test_a_fact_leaves_the_names_in_it_their_own_meaning(finder: EntityFinder) -> None:
    found = {(e.kind, e.text) for e in finder.find("我们在南山，做芯片的")}
    assert {("fact", "我们在南山"), ("district", "南山")} <= found


def test_entities_stand_in_the_order_of_the_text(finder: EntityFinder) -> None:
    entities = finder.find("我在南山，2016年投了500万，问科创委第六条")
    assert [e.kind for e in entities] == ["fact", "district", "date", "money", "unit", "measure"]
    assert [e.start for e in entities] == sorted(e.start for e in entities)


_PIECES = st.lists(
    st.sampled_from(
        ["深圳", "南山區", "科创委", "第六条", "6.2", "500万", "2016年", "众创空间",
         "国发〔2015〕32号", " ", "，", "SZ", "İ", "ﷺ",
         "K", "㎡", "½", "a", "貸", "〔", "\u200b", "\ud83d", "e\u0301"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(st.one_of(ANY_TEXT, _PIECES))
def test_any_text_gives_entities_that_stand_where_they_say(finder: EntityFinder, text: str) -> None:
    folded = fold(text)
    for entity in finder.find(text):
        assert 0 <= entity.start < entity.end <= len(folded)
        assert folded[entity.start : entity.end] == entity.text


@given(st.one_of(ANY_TEXT, _PIECES))
def test_names_never_overlap(finder: EntityFinder, text: str) -> None:
    names = [
        e for e in finder.find(text) if e.kind not in ("money", "date", "measure", "provision")
    ]
    for one, other in pairwise(names):
        assert one.end <= other.start


@given(_PIECES)
def test_the_same_text_gives_the_same_entities(finder: EntityFinder, text: str) -> None:
    assert finder.find(text) == finder.find(text)
