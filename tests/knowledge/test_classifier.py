"""Two unlike views of a text, multiplied."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from knowledge.classifier import Classifier
from knowledge.encoder import Encoder
from tests.knowledge.test_language import ANY_TEXT

EXAMPLES = {
    "loan": ["怎么贷款", "想借钱开店", "創業貸款", "how do I get a loan", "bank loan for startups"],
    "tax": ["税收优惠", "少交点税", "稅務減免", "tax relief", "how much tax do I pay"],
    "space": ["办公场地", "租个办公室", "場地租金", "office space", "where can I rent a desk"],
}


@pytest.fixture(scope="module")
def classifier(encoder: Encoder) -> Classifier:
    return _train(encoder, EXAMPLES)


def _train(encoder: Encoder, examples: dict[str, list[str]]) -> Classifier:
    texts = [text for label in examples for text in examples[label]]
    labels = [label for label in examples for _ in examples[label]]
    return Classifier.train(texts, labels, encoder.embed_all)


@pytest.mark.parametrize(
    ("text", "label"),
    [("我要贷款", "loan"), ("我想借錢", "loan"), ("減稅", "tax"), ("any tax breaks?", "tax"),
     ("場地", "space"), ("renting an office", "space")],
)  # fmt: skip
def test_unseen_wordings_get_their_class(
    classifier: Classifier, encoder: Encoder, text: str, label: str
) -> None:
    assert classifier.rank(text, encoder)[0][0] == label


def test_ranks_hold_every_class_once_best_first_and_sum_to_one(
    classifier: Classifier, encoder: Encoder
) -> None:
    ranked = classifier.rank("贷款买房", encoder)
    assert sorted(label for label, _ in ranked) == sorted(EXAMPLES)
    scores = [score for _, score in ranked]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1, abs=1e-4)


def test_training_twice_gives_the_same_classifier(encoder: Encoder) -> None:
    texts = [text for label in EXAMPLES for text in EXAMPLES[label]]
    labels = [label for label in EXAMPLES for _ in EXAMPLES[label]]
    one, other = (Classifier.train(texts, labels, encoder.embed_all) for _ in range(2))
    assert one.labels == other.labels
    assert one.ngrams == other.ngrams
    for name in ("rarity", "word_weights", "word_bias", "meaning_weights", "meaning_bias"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_ties_stand_in_the_order_of_the_labels(encoder: Encoder) -> None:
    nothing = np.zeros((1, 3), dtype=np.float32)
    classifier = Classifier(
        labels=("c", "a", "b"),
        ngrams={"x": 0},
        rarity=np.ones(1, dtype=np.float32),
        word_weights=nothing,
        word_bias=np.zeros(3, dtype=np.float32),
        meaning_weights=np.zeros((512, 3), dtype=np.float32),
        meaning_bias=np.zeros(3, dtype=np.float32),
    )
    assert [label for label, _ in classifier.rank("x", encoder)] == ["a", "b", "c"]


def test_a_text_of_unknown_characters_still_gets_probabilities(
    classifier: Classifier, encoder: Encoder
) -> None:
    scores = classifier.probabilities("ΩЖ", encoder.embed("ΩЖ"))
    assert np.isfinite(scores).all()
    assert scores.sum() == pytest.approx(1, abs=1e-4)


def test_a_classifier_survives_being_stored(classifier: Classifier, encoder: Encoder) -> None:
    again = pickle.loads(pickle.dumps(classifier))
    assert again.rank("怎么减税", encoder) == classifier.rank("怎么减税", encoder)


@settings(max_examples=50)
@given(ANY_TEXT)
def test_any_text_gets_probabilities(classifier: Classifier, encoder: Encoder, text: str) -> None:
    scores = classifier.probabilities(text, encoder.embed(text))
    assert ((scores >= 0) & (scores <= 1)).all()
    assert scores.sum() == pytest.approx(1, abs=1e-4)


def test_of_very_many_examples_each_class_still_has_some_in_both_views(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded: list[str] = []

    def embed(texts: Sequence[str]) -> Any:
        embedded.extend(texts)
        return encoder.embed_all(texts)

    monkeypatch.setattr("knowledge.classifier._MOST_EMBEDDED", 8)
    monkeypatch.setattr("knowledge.classifier._THINNED_TO", 8)
    texts = [text for label in EXAMPLES for text in EXAMPLES[label]]
    labels = [label for label in EXAMPLES for _ in EXAMPLES[label]]
    classifier = Classifier.train(texts, labels, embed)

    assert len(embedded) < len(texts)
    assert {label for label in EXAMPLES if set(EXAMPLES[label]) & set(embedded)} == set(EXAMPLES)
    assert classifier.rank("我要贷款", encoder)[0][0] == "loan"
