"""Which provisions is this question about? Ranked, with a score that says how sure it is."""

from __future__ import annotations

import hashlib
import logging
import pickle
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from knowledge.classifier import Classifier
from knowledge.encoder import Encoder
from knowledge.language import has_words
from knowledge.models import Knowledge, Provision

logger = logging.getLogger(__name__)

OUT_OF_SCOPE = "out_of_scope"
NO_SUBJECT = "no_subject"
# Goes into the cache key: raise it when training changes.
_TRAINING = 6
_RESPONSIBLE = re.compile("（责任单位：[^）]*）")
_CLAUSES = re.compile(r"[。；;\n]|\. ")
# Words that join two subjects in one question.
_JOINTS = re.compile(
    r"[、&+？?]|和|与|與|跟|以及|还有|還有|同埋|仲有|另外|\band\b|\bplus\b|\balso\b|\bas well as\b",
    re.IGNORECASE,
)
# Beyond this it is a story, whose parts belong together. In Chinese characters; a Latin word
# counts as two.
_LONGEST_LIST = 60
_LATIN_WORD = re.compile(r"[A-Za-z']+")
_LIKELY = 0.5
_CLEAR = 0.85
MOST_SUBJECTS = 3


@dataclass(frozen=True)
class Match:
    """A provision's id and how probable it is that the question is about it, 0 to 1."""

    provision: str
    score: float


@dataclass(frozen=True)
class Found:
    """Matches best first; the rest of the probability is that the policy does not cover the
    question, or that it has no subject of its own ("who do I ask then?")."""

    matches: tuple[Match, ...]
    out_of_scope: float
    no_subject: float

    @property
    def best(self) -> Match | None:
        return self.matches[0] if self.matches else None


@dataclass(frozen=True)
class _Learnt:
    """What is kept of a training; `tokens`: the encoder's, of all examples, the most frequent
    first."""

    classifier: Classifier
    tokens: tuple[int, ...]


class Search:
    """Finds provisions by their example questions, text and summaries.

    Built from one Knowledge; the same knowledge and question always give the same answer.
    """

    def __init__(self, knowledge: Knowledge, learnt: _Learnt, encoder: Encoder) -> None:
        self._classifier, self.tokens = learnt.classifier, learnt.tokens
        self._encoder = encoder
        self.version = knowledge.version

    @classmethod
    def build(cls, knowledge: Knowledge, encoder: Encoder, cache: Path | None = None) -> Search:
        """Train on the content, or take what was trained on the same content from `cache`."""
        pairs = list(examples(knowledge))
        texts = [text for text, _ in pairs]
        labels = [label for _, label in pairs]
        key = hashlib.sha256(repr((_TRAINING, pairs)).encode()).hexdigest()[:24]
        stored = cache / f"search-{key}.pickle" if cache else None
        if stored is not None and stored.exists():
            try:
                return cls(knowledge, _load(stored), encoder)
            except Exception as error:
                logger.warning("search cache %s not usable (%s); building anew", stored, error)
        classifier = Classifier.train(texts, labels, encoder.embed_all)
        learnt = _Learnt(classifier, tuple(encoder.tokens(texts)))
        if stored is not None:
            _save(learnt, stored)
        return cls(knowledge, learnt, encoder)

    def find(self, question: str, limit: int = 3) -> Found:
        """The `limit` best provisions for one question, best first, ties by id."""
        if not has_words(question):
            return Found((), out_of_scope=0.0, no_subject=1.0)
        aside = {OUT_OF_SCOPE: 0.0, NO_SUBJECT: 0.0}
        matches: list[Match] = []
        for label, score in self._classifier.rank(question, self._encoder):
            if label in aside:
                aside[label] = score
            elif len(matches) < limit:
                matches.append(Match(label, score))
        return Found(tuple(matches), aside[OUT_OF_SCOPE], aside[NO_SUBJECT])

    def rarity(self, piece: str) -> float:
        """How much a piece of a text tells (knowledge/ngrams.py): the rarer in the content, the
        more."""
        return self._classifier.rarity_of(piece)

    def subjects(self, question: str, limit: int = 3) -> list[Found]:
        """What each part of the question is about, where it joins several subjects; else one.

        A part counts when it is likely about a provision that no earlier part was about.
        """
        whole = self.find(question, limit)
        if whole.best is not None and whole.best.score > _CLEAR:
            return [whole]  # two subjects would share the probability
        parts = [part for part in _JOINTS.split(question) if part and has_words(part)]
        if len(parts) < 2 or _length(question) > _LONGEST_LIST:
            return [whole]
        found: list[Found] = []
        for part in parts:
            result = self.find(part, limit)
            best = result.best
            if best is None or best.score < _LIKELY:
                continue
            if all(best.provision != other.matches[0].provision for other in found):
                found.append(result)
        return found[:MOST_SUBJECTS] if len(found) > 1 else [whole]


def _length(question: str) -> int:
    return len(_LATIN_WORD.sub("##", question).replace(" ", ""))


def examples(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Texts to learn from, each with the provision (or the class aside) that it belongs to."""
    for provision in knowledge.provisions.values():
        for text in _texts(provision):
            yield text, provision.id
    for question in knowledge.out_of_scope:
        yield question, OUT_OF_SCOPE
    for question in knowledge.no_subject:
        yield question, NO_SUBJECT


def _texts(provision: Provision) -> Iterator[str]:
    yield from provision.questions
    for text in (_RESPONSIBLE.sub("", provision.quote), *provision.summary.values()):
        for clause in _CLAUSES.split(text):
            if len(clause) > 4:
                yield clause


def _load(path: Path) -> _Learnt:
    # Our own file in our own data folder, written by _save.
    loaded = pickle.loads(path.read_bytes())  # noqa: S301
    if not isinstance(loaded, _Learnt):
        raise TypeError(f"holds a {type(loaded).__name__}")
    return loaded


def _save(learnt: _Learnt, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob("search-*.pickle"):
        old.unlink(missing_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_bytes(pickle.dumps(learnt))
    temporary.replace(path)
