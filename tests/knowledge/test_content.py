"""The shipped content: whole, verbatim, and nothing in it that the text does not say."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from knowledge.checks import beyond
from knowledge.language import LANGUAGES, detect, fold
from knowledge.models import KINDS, Knowledge
from knowledge.storage import ROOT

SOURCE = ROOT / "policies" / "sz-2016" / "source.txt"
_HEADING = re.compile(r"（[一二三四五六七八九十]+）[^。]*。")
_CHAPTER = re.compile(r"[一二三四五六七八九十]+、[^。]*")
_RESPONSIBLE = re.compile("（责任单位：(.*)）$")


def _paragraphs() -> list[str]:
    """Every paragraph of the measures: from the first heading to 附件, headings left out."""
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if _HEADING.fullmatch(line))
    last = lines.index("附件：")
    return [
        line
        for line in lines[first:last]
        if line.strip() and not _HEADING.fullmatch(line) and not _CHAPTER.fullmatch(line)
    ]


def test_all_34_measures_and_65_provisions_are_there(knowledge: Knowledge) -> None:
    policy = knowledge.policies["sz-2016"]
    assert list(policy.measures) == list(range(1, 35))
    assert len(knowledge.provisions) == 65
    assert [number for chapter in policy.chapters for number in chapter.measures] == list(
        policy.measures
    )


def test_measure_titles_stand_in_the_source_as_headings(knowledge: Knowledge) -> None:
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    written = [re.sub("^（.*?）|。$", "", line) for line in lines if _HEADING.fullmatch(line)]
    assert [m.title["zh-Hans"] for m in knowledge.policies["sz-2016"].measures.values()] == written


def test_every_paragraph_of_the_source_is_quoted_by_exactly_one_provision(
    knowledge: Knowledge,
) -> None:
    quoted = Counter(provision.quote for provision in knowledge.provisions.values())
    assert quoted == Counter(_paragraphs())


def test_provisions_stand_in_the_order_of_the_source(knowledge: Knowledge) -> None:
    assert [provision.quote for provision in knowledge.provisions.values()] == _paragraphs()


def test_every_quote_is_a_line_of_the_source_byte_for_byte(knowledge: Knowledge) -> None:
    lines = set(SOURCE.read_bytes().split(b"\n"))
    assert all(provision.quote.encode() in lines for provision in knowledge.provisions.values())


def test_gaps_of_the_copy_are_kept_and_never_filled(knowledge: Knowledge) -> None:
    with_gap = {p.number for p in knowledge.provisions.values() if "〔缺字〕" in p.quote}
    expected = sum("〔缺字〕" in line for line in _paragraphs())
    assert len(with_gap) == expected > 0


def test_units_are_those_that_the_quote_names_in_its_order(knowledge: Knowledge) -> None:
    units = knowledge.places["shenzhen"].units
    by_name = {name: unit.id for unit in units.values() for name in unit.names}
    for provision in knowledge.provisions.values():
        written = _RESPONSIBLE.search(provision.quote)
        names = re.split("[、，,]", written.group(1)) if written else []
        assert [by_name.get(name, name) for name in names] == list(provision.units), provision.id


def test_only_measures_31_to_34_name_no_unit(knowledge: Knowledge) -> None:
    without = [p.number for p in knowledge.provisions.values() if not p.units]
    assert without == ["31.1", "32.1", "33.1", "34.1"]


def test_every_document_that_a_quote_cites_by_number_is_listed(knowledge: Knowledge) -> None:
    numbers = {d.number: d.id for d in knowledge.documents.values() if d.number}
    for provision in knowledge.provisions.values():
        cited = [numbers[n] for n in numbers if n in provision.quote]
        assert sorted(cited) == sorted(provision.documents), provision.id
        assert set(re.findall(r"[\u4e00-\u9fff]+〔\d{4}〕\d+号", provision.quote)) <= set(numbers)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_summary_holds_what_its_provision_lacks(knowledge: Knowledge, language: str) -> None:
    wrong = {
        provision.id: beyond(provision.summary[language], provision.quote, language)
        for provision in knowledge.provisions.values()
    }
    assert {identity: extra for identity, extra in wrong.items() if extra} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_summaries_are_short(knowledge: Knowledge, language: str) -> None:
    for provision in knowledge.provisions.values():
        sentences = [
            s for s in re.split(r"[。！？]|[.!?](?:\s|$)", provision.summary[language]) if s
        ]
        assert 1 <= len(sentences) <= 3, (provision.id, sentences)


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_tell_provisions_apart_and_add_nothing(knowledge: Knowledge, language: str) -> None:
    names = [provision.name[language] for provision in knowledge.provisions.values()]
    assert len(set(names)) == len(names)
    for provision in knowledge.provisions.values():
        assert beyond(provision.name[language], provision.quote, language) == []
        # A menu entry, short enough for a button.
        name = provision.name[language]
        assert 1 <= len(name.split()) <= 8 if language == "en" else 3 <= len(name) <= 16


def test_traditional_texts_are_written_in_traditional_characters(knowledge: Knowledge) -> None:
    for provision in knowledge.provisions.values():
        simplified, traditional = provision.summary["zh-Hans"], provision.summary["zh-Hant"]
        assert _plain(traditional) == _plain(simplified)
        assert traditional != simplified
        assert detect(traditional) == "zh-Hant"


def test_traditional_texts_use_the_characters_that_hong_kong_uses(knowledge: Knowledge) -> None:
    texts = [*(p.summary for p in knowledge.provisions.values()), *knowledge.labels.values()]
    texts += [change.text for change in knowledge.changes]
    texts += [contact.name for contact in knowledge.places["shenzhen"].contacts.values()]
    for text in texts:
        # OpenCC leaves 税 as it is; the overrides of zh-hant.yml mend it.
        assert "税" not in text["zh-Hant"]


def test_each_provision_has_a_kind_topics_an_audience_and_questions(knowledge: Knowledge) -> None:
    for provision in knowledge.provisions.values():
        assert provision.kind in KINDS
        assert provision.topics
        assert provision.audience
        assert len(provision.questions) >= 10, provision.id


def test_no_question_stands_under_two_provisions_or_aside_as_well(knowledge: Knowledge) -> None:
    asked: dict[str, set[str]] = {}
    for provision in knowledge.provisions.values():
        for question in provision.questions:
            asked.setdefault(_plain(question), set()).add(provision.id)
    for label, questions in (
        ("out_of_scope", knowledge.out_of_scope),
        ("no_subject", knowledge.no_subject),
    ):
        for question in questions:
            asked.setdefault(_plain(question), set()).add(label)
    assert {question: ids for question, ids in asked.items() if len(ids) > 1} == {}


def _plain(question: str) -> str:
    return re.sub(r"[\W_]+", "", fold(question))


def test_every_topic_and_audience_is_used(knowledge: Knowledge) -> None:
    policy = knowledge.policies["sz-2016"]
    used = {topic for provision in knowledge.provisions.values() for topic in provision.topics}
    assert used == set(policy.topics)
    meant = {who for provision in knowledge.provisions.values() for who in provision.audience}
    assert meant == set(policy.audiences)


def test_the_standing_of_the_policy_is_unconfirmed_and_its_register_is_named(
    knowledge: Knowledge,
) -> None:
    policy = knowledge.policies["sz-2016"]
    assert policy.register == "sf.sz.gov.cn/gfxwjcx"
    assert policy.date == "2016-08-08"


def test_newer_documents_stand_newest_first_with_date_and_link(knowledge: Knowledge) -> None:
    newer = knowledge.policies["sz-2016"].newer
    dates = [document.date for document in newer]
    assert dates == sorted(dates, reverse=True)
    assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", date) for date in dates)
    assert all(document.url.startswith("https://") for document in newer)
