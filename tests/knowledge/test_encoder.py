"""Sentence embeddings: the library's own, faster."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import encoder as encoder_module
from knowledge.encoder import DIMENSIONS, Encoder, _TokenMemory
from knowledge.language import fold
from knowledge.models import Knowledge
from tests.knowledge.test_language import ANY_TEXT

TEXTS = [
    "创业担保贷款找谁",
    "有冇得借錢？",
    "Can I get a loan to start a company in Nanshan?",
    "6.2",
    "〔缺字〕",
    "",
    "？！",
    "a",
    "创业" * 200,
    "the quick brown fox " * 40,
]


def _library(encoder: Encoder, texts: list[str]) -> np.ndarray[Any, Any]:
    """What the library itself makes of the same texts."""
    return np.asarray(encoder._model.encode([fold(text) for text in texts]))


def test_vectors_equal_the_librarys_own(encoder: Encoder, knowledge: Knowledge) -> None:
    questions = [question for p in knowledge.provisions.values() for question in p.questions]
    texts = TEXTS + questions[::40] + [p.quote for p in knowledge.provisions.values()][::8]
    ours, theirs = encoder.embed_all(texts), _library(encoder, texts)
    assert np.abs(ours - theirs).max() < 1e-5
    assert (ours * theirs).sum(axis=1).min() > 0.9999


def test_vectors_are_normalised_and_of_the_promised_shape(encoder: Encoder) -> None:
    vectors = encoder.embed_all(TEXTS)
    assert vectors.shape == (len(TEXTS), DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert encoder.embed_all([]).shape == (0, DIMENSIONS)
    assert encoder.embed("贷款").shape == (DIMENSIONS,)


def test_a_text_alone_is_as_in_a_batch(encoder: Encoder) -> None:
    batch = encoder.embed_all(TEXTS)
    for text, vector in zip(TEXTS, batch, strict=True):
        assert np.abs(encoder.embed(text) - vector).max() < 1e-5


def test_both_scripts_and_widths_have_one_vector(encoder: Encoder) -> None:
    assert encoder.embed("創業貸款ＶＣ") is encoder.embed("创业贷款vc")


def test_a_question_is_nearer_to_its_translation_than_to_another(encoder: Encoder) -> None:
    loan, same, other = encoder.embed_all(
        ["怎么申请创业贷款", "how to apply for a startup loan", "天气很好"]
    )
    assert loan @ same > loan @ other + 0.2


def test_a_text_asked_for_twice_is_remembered(encoder: Encoder) -> None:
    assert encoder.embed("记得这一句吗") is encoder.embed("记得这一句吗")


def test_only_the_last_texts_are_remembered(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_module, "_REMEMBERED_TEXTS", 3)
    first = encoder.embed("第一句")
    for text in ("第二句", "第三句", "第四句"):
        encoder.embed(text)
    assert len(encoder._recent) == 3
    again = encoder.embed("第一句")
    assert again is not first
    assert np.abs(again - first).max() < 1e-6


def test_a_full_token_memory_stays_right(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_module, "_REMEMBERED_TOKENS", 24)
    memory = _TokenMemory(encoder._model._model)
    texts = [fold(text) for text in TEXTS[:8]] * 2
    for text, expected in zip(texts, _library(encoder, texts), strict=True):
        assert np.abs(memory.encode([text])[0] - expected).max() < 1e-5
        assert len(memory._slots) <= 24


def test_the_tokens_of_typical_texts_are_never_given_up(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_module, "_REMEMBERED_TOKENS", 40)
    memory = _TokenMemory(encoder._model._model)
    memory.keep(memory.tokens(fold(TEXTS[0])))
    lasting = dict(memory._slots)
    assert lasting
    texts = [fold(text) for text in TEXTS[:8]] * 2
    for text, expected in zip(texts, _library(encoder, texts), strict=True):
        assert np.abs(memory.encode([text])[0] - expected).max() < 1e-5
        assert lasting.items() <= memory._slots.items()


def test_a_text_of_more_tokens_than_are_remembered_is_right_too(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_module, "_REMEMBERED_TOKENS", 8)
    memory = _TokenMemory(encoder._model._model)
    text = "统筹安排科研、技改、产业、人才等各类专项资金，加大对小微企业的支持"
    [expected] = _library(encoder, [text])
    assert np.abs(memory.encode([text])[0] - expected).max() < 1e-5


def test_several_threads_get_the_right_vectors(encoder: Encoder) -> None:
    texts = [f"{text} {number}" for number in range(6) for text in TEXTS[:4]]
    expected = encoder.embed_all(texts)
    wrong: list[str] = []

    def ask(part: int) -> None:
        for number in range(part, len(texts), 3):
            if np.abs(encoder.embed(texts[number]) - expected[number]).max() > 1e-5:
                wrong.append(texts[number])

    threads = [threading.Thread(target=ask, args=(part,)) for part in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert wrong == []


@settings(max_examples=50)
@given(st.one_of(ANY_TEXT, st.text(max_size=300)))
def test_any_text_has_a_vector(encoder: Encoder, text: str) -> None:
    assert np.isfinite(encoder.embed(text)).all()
