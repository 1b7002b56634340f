"""Names that are typed by their sound are written right; everything else stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given

from bot.settings import PROJECT
from knowledge.respell import Respeller
from knowledge.storage import load
from tests.knowledge.test_language import ANY_TEXT


@pytest.fixture(scope="module")
def respeller() -> Respeller:
    return Respeller.of(load(PROJECT / "knowledge"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("chuangxinquan怎么申请", "创新券怎么申请"),
        ("怎么申请 chuang xin quan 呢", "怎么申请 创新券 呢"),
        ("ChuangXinQuan", "创新券"),
        ("创新卷怎么领", "创新券怎么领"),
        ("創新卷點樣攞", "创新券點樣攞"),
        ("知识产全被侵权", "知识产权被侵权"),
        ("fuhuaqi在哪", "孵化器在哪"),
        ("空雀计划", "孔雀计划"),
        ("cuanxinquan", "创新券"),
        ("众创控间", "众创空间"),
    ],
)
def test_a_name_that_sounds_right_is_written_right(
    respeller: Respeller, typed: str, meant: str
) -> None:
    assert respeller.respell(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "创新券怎么申请",
        "創新券點樣攞",
        "Can we change it long before?",
        "ni hao",
        "6.2",
        "",
        "，。!",
    ],
)
def test_what_is_right_or_no_name_stays(respeller: Respeller, text: str) -> None:
    assert respeller.respell(text) == text


@given(ANY_TEXT)
def test_any_text_goes_through(text: str) -> None:
    assert isinstance(Respeller(["创新券"]).respell(text), str)


def test_a_respeller_without_names_changes_nothing() -> None:
    assert Respeller([]).respell("chuangxinquan") == "chuangxinquan"
