"""Held-out questions: sealed, apart from what is learnt, and enough of each sort."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot.settings import PROJECT
from evaluation.apart import NEAR, SHORTEST_SMALL_TALK, learnt_from, nearest
from evaluation.questions import (
    FOLDER,
    IN_SCOPE,
    EvaluationError,
    Question,
    call_openings,
    held_out,
)
from knowledge.language import fold
from knowledge.models import Knowledge
from knowledge.storage import load


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    return [question for file in held_out() for question in file.questions]


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load(PROJECT / "knowledge")


def intent_examples() -> list[str]:
    return [
        line.removeprefix("- ")
        for path in sorted((PROJECT / "nlu").glob("*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        for line in entry["examples"].splitlines()
    ]


def test_no_training_question_is_a_near_copy_of_a_held_out_one(
    questions: list[Question], knowledge: Knowledge
) -> None:
    sealed = [
        question.text
        for question in questions
        if question.kind != "small_talk" or len(fold(question.text)) >= SHORTEST_SMALL_TALK
    ]
    sealed += [question.text for question in call_openings().questions]
    learnt = [*learnt_from(knowledge), *intent_examples()]
    near = [
        f"{text!r} is near {other!r} ({overlap:.2f})"
        for text, (overlap, other) in zip(sealed, nearest(sealed, learnt), strict=True)
        if overlap >= NEAR
    ]
    assert near == []


def test_near_copies_are_seen_across_scripts_and_punctuation() -> None:
    ((overlap, other),) = nearest(["創業貸款，怎麼申請？"], ["税收优惠", "创业贷款怎么申请"])
    assert (overlap, other) == (1.0, "创业贷款怎么申请")


def test_an_edited_file_is_refused_and_named(tmp_path: Path) -> None:
    folder = tmp_path / "held-out"
    shutil.copytree(FOLDER, folder)
    held_out(folder)
    with (folder / "founders.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(EvaluationError, match=r"founders.jsonl is not the file that was sealed"):
        held_out(folder)


def test_the_set_is_large_in_every_language_and_of_each_difficulty(
    questions: list[Question],
) -> None:
    assert len(questions) >= 600
    for attribute in ("language", "difficulty"):
        counts = Counter(getattr(question, attribute) for question in questions)
        assert len(counts) == 3
        assert min(counts.values()) >= 0.3 * len(questions), counts


def test_every_provision_is_asked_about_and_every_id_exists(
    questions: list[Question], knowledge: Knowledge
) -> None:
    numbers = {provision.number for provision in knowledge.provisions.values()}
    named = {number for question in questions for number in question.provisions}
    assert named == numbers
    for question in questions:
        assert bool(question.provisions) == (question.kind in IN_SCOPE), question.id


def test_at_least_half_share_no_key_term_with_the_provisions_title(
    questions: list[Question], knowledge: Knowledge
) -> None:
    apart = 0
    asked = [question for question in questions if question.kind == "measure"]
    for question in asked:
        provision = knowledge.provision(question.provisions[0])
        assert provision is not None
        title = fold(knowledge.measure_of(provision).title["zh-Hans"])
        text = fold(question.text)
        # A key term is a run of three characters: 创新券, 孵化器, 知识产.
        apart += not any(title[at : at + 3] in text for at in range(len(title) - 2))
    assert apart >= len(asked) / 2


def test_every_provision_is_what_some_caller_rings_about(knowledge: Knowledge) -> None:
    openings = call_openings().questions
    assert len(openings) == 150
    assert {question.kind for question in openings} == {"call"}
    assert {question.provisions[0] for question in openings} == {
        provision.number for provision in knowledge.provisions.values()
    }
    assert Counter(question.language for question in openings).keys() == {
        "zh-Hans",
        "zh-Hant",
        "en",
    }
