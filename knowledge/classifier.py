"""Which class does a short text belong to? Two unlike views of it, multiplied."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier

from knowledge.encoder import Encoder
from knowledge.language import fold
from knowledge.ngrams import ngrams

Array = npt.NDArray[np.float32]
# Chosen with docs/adr/0003's experiments: trained on half of the questions, tried on the others.
# Of the two views' log-probabilities; the rest is the meaning's. A Chinese character says more than
# a Latin letter does, and the encoder knows English better.
_WORDS_WEIGHT, _LATIN_WORDS_WEIGHT = 0.6, 0.45
# Both views are held back less by few examples than by many, and see few more often.
_WORDS_PENALTY = 0.03
_MEANING_FREEDOM = 150_000
_STEPS, _FEWEST_ROUNDS, _MOST_ROUNDS = 80_000, 2, 60
# Embedding is the slow part. Of more examples than this only some of each class are embedded:
# what meaning adds to the words is learnt by then.
_MOST_EMBEDDED, _THINNED_TO = 16_000, 8_000
# What a class that one view finds impossible keeps, so that the other can still save it.
_FLOOR = 1e-4


@dataclass
class Classifier:
    """Character n-grams know the words, the embedding knows the meaning; each corrects the other.

    The probability of a class is the weighted geometric mean of what the two give it, normalised.
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
    def train(
        cls, texts: Sequence[str], labels: Sequence[str], embed: Callable[[Sequence[str]], Array]
    ) -> Classifier:
        """Learn from examples; `embed` gives their embeddings, shape (len(texts), 512)."""
        vectorizer = TfidfVectorizer(analyzer=ngrams, sublinear_tf=True, dtype=np.float32)

        def learn_words() -> SGDClassifier:
            features = vectorizer.fit_transform([fold(text) for text in texts])
            # One against the rest by stochastic descent: as good here as exact solvers, and it
            # takes seconds where the multinomial one takes a minute (docs/adr/0003).
            return SGDClassifier(
                loss="log_loss",
                alpha=_WORDS_PENALTY / len(texts),
                max_iter=max(_FEWEST_ROUNDS, min(_MOST_ROUNDS, _STEPS // len(texts))),
                tol=None,
                random_state=0,
            ).fit(features, labels)

        def learn_meaning() -> LogisticRegression:
            # Stopped early on purpose: as right as when it has converged, in half the time.
            many = len(texts) > _MOST_EMBEDDED
            some = _thinned(labels, math.ceil(len(texts) / _THINNED_TO) if many else 1)
            vectors = embed([texts[at] for at in some])
            freedom = _MEANING_FREEDOM / len(some)
            return LogisticRegression(C=freedom, max_iter=40).fit(
                vectors, [labels[at] for at in some]
            )

        # One core each: most of both is arithmetic outside Python's lock.
        with ThreadPoolExecutor(2) as cores, warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            words_learnt = cores.submit(learn_words)
            meaning, words = learn_meaning(), words_learnt.result()
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
        counts = Counter(ngrams(fold(text)))
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
        weight = _LATIN_WORDS_WEIGHT if _is_latin(text) else _WORDS_WEIGHT
        product = (by_words + _FLOOR) ** weight * (by_meaning + _FLOOR) ** (1 - weight)
        result: Array = product / product.sum()
        return result

    def rarity_of(self, piece: str) -> float:
        """Of an n-gram; one that no example has is as rare as the rarest."""
        row = self.ngrams.get(piece)
        return float(self.rarity[row] if row is not None else self.rarity.max())

    def rank(self, text: str, encoder: Encoder) -> list[tuple[str, float]]:
        """Every label with its probability, best first; ties in the order of the labels."""
        values = self.probabilities(text, encoder.embed(text))
        order = sorted(zip((-values).tolist(), self.labels, strict=True))
        return [(label, -value) for value, label in order]


def _is_latin(text: str) -> bool:
    return 2 * sum(letter.isascii() and letter.isalpha() for letter in text) > len(text)


def _thinned(labels: Sequence[str], step: int) -> list[int]:
    """The places of every `step`-th example of each label, the first included."""
    seen: Counter[str] = Counter()
    kept = []
    for at, label in enumerate(labels):
        if seen[label] % step == 0:
            kept.append(at)
        seen[label] += 1
    return kept
