"""Which provisions is a question about?"""

from __future__ import annotations

import logging
import pickle
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.encoder import Encoder
from knowledge.models import Knowledge
from knowledge.search import MOST_SUBJECTS, Search
from tests.knowledge.test_language import ANY_TEXT

# The whole shipped search is built once, by the one worker that runs these.
pytestmark = pytest.mark.xdist_group("search")

QUESTIONS = [
    ("创业投资企业按投资额抵扣应纳税所得额", "6.2"),
    ("科技创新券怎么申请", "18.1"),
    ("創業導師點樣搵", "18.2"),
    ("how does the innovation voucher work", "18.1"),
    ("intellectual property pledge financing", "10.3"),
    ("孔雀計劃", "25.1"),
    ("中小微企业做电子商务有扶持吗", "17.2"),
    ("公司住所登記一址多照", "2.1"),
    ("university students starting a business", "24.1"),
    ("大学老师离岗创业", "23.2"),
]


@pytest.mark.parametrize(("question", "number"), QUESTIONS)
def test_a_question_finds_its_provision(search: Search, question: str, number: str) -> None:
    best = search.find(question).best
    assert best is not None
    assert best.provision == f"sz-2016/{number}"


def test_questions_of_the_content_find_their_own_provision(
    search: Search, knowledge: Knowledge
) -> None:
    asked = right = 0
    for provision in knowledge.provisions.values():
        for question in provision.questions[::15]:
            best = search.find(question).best
            asked += 1
            right += best is not None and best.provision == provision.id
    assert right / asked > 0.95


@pytest.mark.parametrize(
    "question",
    ["深圳驾照怎么换证", "租房提取公积金", "今天股票涨了吗", "passport renewal", "港澳通行證續簽"],
)
def test_what_the_policy_does_not_cover_is_out_of_scope(search: Search, question: str) -> None:
    found = search.find(question)
    assert found.best is None or found.out_of_scope > found.best.score


@pytest.mark.parametrize("question", ["那找谁", "原文呢", "who do I ask then?", "還有冇"])
def test_a_message_that_lives_on_what_was_said_has_no_subject(
    search: Search, question: str
) -> None:
    found = search.find(question)
    assert found.best is None or found.no_subject > found.best.score


@pytest.mark.parametrize("question", ["", "  ", "？？", "👍", "\u200b", "。"])
def test_a_message_without_words_finds_nothing(search: Search, question: str) -> None:
    found = search.find(question)
    assert found.matches == ()
    assert found.no_subject == 1.0


def test_matches_are_in_order_and_never_more_than_asked_for(search: Search) -> None:
    for limit in (1, 3, 8, 65, 100):
        matches = search.find("贷款", limit).matches
        assert len(matches) == min(limit, 65)
        assert list(matches) == sorted(matches, key=lambda m: (-m.score, m.provision))


def test_scores_are_probabilities_of_all_that_a_question_can_be(search: Search) -> None:
    for question, _ in QUESTIONS:
        found = search.find(question, limit=100)
        scores = [*(m.score for m in found.matches), found.out_of_scope, found.no_subject]
        assert all(0 <= score <= 1 for score in scores)
        assert sum(scores) == pytest.approx(1, abs=1e-3)


def test_the_same_question_gives_the_same_result(search: Search) -> None:
    for question, _ in QUESTIONS:
        assert search.find(question) == search.find(question)


def test_scripts_and_widths_make_no_difference(search: Search) -> None:
    assert search.find("創業擔保貸款") == search.find("创业担保贷款")
    assert search.find("ＶＣ投资") == search.find("vc投资")


def test_two_subjects_in_one_question_are_both_found(search: Search, knowledge: Knowledge) -> None:
    found = search.subjects("贷款和场地都有吗")
    topics = []
    for result in found:
        assert result.best is not None
        topics.append(set(knowledge.provisions[result.best.provision].topics))
    assert len(topics) == 2
    assert "loans" in topics[0]
    assert topics[1] & {"space", "incubators"}


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("科技创新券和孔雀计划", ["18.1", "25.1"]),
        ("innovation vouchers and crowdfunding of products", ["18.1", "29.1"]),
        ("創業導師同埋政府採購", ["18.2", "7.1"]),
    ],
)
def test_joined_subjects_are_found_in_the_order_of_the_question(
    search: Search, question: str, numbers: list[str]
) -> None:
    found = [result.matches[0].provision for result in search.subjects(question)]
    assert found == [f"sz-2016/{number}" for number in numbers]


def test_one_subject_with_a_joining_word_stays_one(search: Search) -> None:
    assert len(search.subjects("创新券和科技创新券")) == 1
    assert len(search.subjects("科技创新券")) == 1


def test_at_most_three_subjects_are_answered(search: Search) -> None:
    many = "创新券、孔雀计划、众筹、政府采购、知识产权质押、电子商务"
    assert 1 < len(search.subjects(many)) <= MOST_SUBJECTS == 3


def test_a_long_story_is_one_question(search: Search) -> None:
    story = "我和两个同学去年开了一家做机器人的公司，" * 4 + "现在想申请创新券和找导师"
    assert len(search.subjects(story)) == 1


@settings(max_examples=40)
@given(st.one_of(ANY_TEXT, st.text(max_size=200)))
def test_any_text_can_be_searched_for(search: Search, text: str) -> None:
    found = search.find(text)
    assert len(found.matches) <= 3
    assert search.subjects(text)


def test_a_question_is_ranked_in_milliseconds(search: Search) -> None:
    # `make bench` measures the 3 ms of the target; this allows for a slow and busy machine.
    texts = [f"{question} {number}" for number in range(3) for question, _ in QUESTIONS]
    times = []
    for text in texts:
        start = time.thread_time()
        search.find(text)
        times.append(time.thread_time() - start)
    assert sorted(times)[len(times) // 2] < 0.02


class TestCache:
    """What was trained is kept by the content's hash."""

    def _scores(self, search: Search) -> dict[str, float]:
        """What some questions find; up to float rounding, since vectors are equal up to that."""
        return {
            f"{question}: {match.provision}": match.score
            for question in ("房租补贴", "free stall", "谁公开数据")
            for match in search.find(question, 5).matches
        }

    def test_the_second_build_takes_what_the_first_trained(
        self, city: Knowledge, encoder: Encoder, tmp_path: Path
    ) -> None:
        first = Search.build(city, encoder, tmp_path / "cache")
        [stored] = (tmp_path / "cache").iterdir()
        written = stored.stat().st_mtime_ns
        second = Search.build(city, encoder, tmp_path / "cache")
        assert stored.stat().st_mtime_ns == written
        assert self._scores(second) == pytest.approx(self._scores(first), abs=1e-4)

    def test_without_a_cache_the_result_is_the_same(
        self, city: Knowledge, city_search: Search, encoder: Encoder, tmp_path: Path
    ) -> None:
        assert self._scores(Search.build(city, encoder, tmp_path)) == pytest.approx(
            self._scores(city_search), abs=1e-4
        )

    @pytest.mark.parametrize("junk", [b"", b"not a pickle", pickle.dumps({"a": 1}), b"\x80\x04."])
    def test_a_broken_cache_is_built_anew(
        self,
        city: Knowledge,
        encoder: Encoder,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
        junk: bytes,
    ) -> None:
        first = Search.build(city, encoder, tmp_path)
        [stored] = tmp_path.iterdir()
        stored.write_bytes(junk)
        with caplog.at_level(logging.WARNING, logger="knowledge.search"):
            second = Search.build(city, encoder, tmp_path)
        assert "not usable" in caplog.text
        assert self._scores(second) == pytest.approx(self._scores(first), abs=1e-4)
        caplog.clear()
        Search.build(city, encoder, tmp_path)
        assert caplog.text == ""

    def test_changed_content_replaces_what_was_stored(
        self, city: Knowledge, encoder: Encoder, tmp_path: Path
    ) -> None:
        from dataclasses import replace

        Search.build(city, encoder, tmp_path)
        [old] = tmp_path.iterdir()
        changed = replace(city, out_of_scope=(*city.out_of_scope, "怎么坐地铁"))
        Search.build(changed, encoder, tmp_path)
        [new] = tmp_path.iterdir()
        assert new != old
