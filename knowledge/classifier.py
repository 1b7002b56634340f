"""Which class does a short text belong to? Two unlike views of it, multiplied."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier

from knowledge.encoder import Encoder
from knowledge.language import fold

Array = npt.NDArray[np.float32]
_LONGEST_NGRAM = 3
# What a class that one view finds impossible keeps, so that the other can still save it.
_FLOOR = 1e-4


@dataclass
class Classifier:
    """Character n-grams know the words, the embedding knows the meaning; each corrects the other.

    The probability of a class is the geometric mean of what the two give it, normalised.
    Picklable; the encoder is not part of it.
    """

    labels: tuple[str, ...]
    ngrams: dict[str, int]  # n-gram -> row of word_weights
    rarity: Array  # (features,), the n-grams' inverse document frequency
    word_weights: Array  # (features, labels), float32
    word_bias: Array  # (labels,)
    meaning_weights: Array  # (512, labels), float32
    meaning_bias: Array  # (labels,)

    @classmethod
    def train(cls, texts: Sequence[str], labels: Sequence[str], vectors: Array) -> Classifier:
        """Learn from examples; `vectors` are the texts' embeddings, shape (len(texts), 512)."""
        vectorizer = TfidfVectorizer(analyzer=_ngrams, sublinear_tf=True, dtype=np.float32)
        features = vectorizer.fit_transform([fold(text) for text in texts])
        # One against the rest by stochastic descent: as good here as exact solvers, and it takes
        # seconds where the multinomial one takes half a minute (docs/adr/0003).
        words = SGDClassifier(
            loss="log_loss", alpha=3e-6, max_iter=15, tol=None, n_jobs=2, random_state=0
        ).fit(features, labels)
        # Stopped early on purpose: as right as when it has converged, in a quarter of the time.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            meaning = LogisticRegression(C=30, max_iter=40).fit(vectors, labels)
        return cls(
            labels=tuple(str(label) for label in words.classes_),
            ngrams={str(k): int(v) for k, v in vectorizer.vocabulary_.items()},
            rarity=vectorizer.idf_.astype(np.float32),
            word_weights=np.ascontiguousarray(words.coef_.T, dtype=np.float32),
            word_bias=words.intercept_.astype(np.float32),
            meaning_weights=np.ascontiguousarray(meaning.coef_.T, dtype=np.float32),
            meaning_bias=meaning.intercept_.astype(np.float32),
        )

    def probabilities(self, text: str, vector: Array) -> Array:
        """Shape (len(labels),), summing to 1, in the order of `labels`."""
        # The vectorizer's own transform takes a millisecond of set-up for one short text.
        counts = Counter(_ngrams(fold(text)))
        known = [(self.ngrams[n], 1 + math.log(c)) for n, c in counts.items() if n in self.ngrams]
        scores = self.word_bias
        if known:
            rows = np.array([row for row, _ in known])
            values = np.array([weight for _, weight in known], dtype=np.float32)
            values *= self.rarity[rows]
            values /= math.sqrt(float(values @ values))
            scores = values @ self.word_weights[rows] + self.word_bias
        by_words = 0.5 + 0.5 * np.tanh(0.5 * scores)  # the logistic function, without overflow
        by_words /= by_words.sum()
        logits = vector @ self.meaning_weights + self.meaning_bias
        by_meaning = np.exp(logits - logits.max())
        by_meaning /= by_meaning.sum()
        product = np.sqrt((by_words + _FLOOR) * (by_meaning + _FLOOR))
        result: Array = product / product.sum()
        return result

    def rank(self, text: str, encoder: Encoder) -> list[tuple[str, float]]:
        """Every label with its probability, best first; ties in the order of the labels."""
        values = self.probabilities(text, encoder.embed(text))
        order = sorted(zip((-values).tolist(), self.labels, strict=True))
        return [(label, -value) for value, label in order]


def _ngrams(text: str) -> list[str]:
    """Every run of one to three characters."""
    return [
        text[start : start + size]
        for size in range(1, _LONGEST_NGRAM + 1)
        for start in range(len(text) - size + 1)
    ]
