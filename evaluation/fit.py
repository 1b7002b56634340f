"""`python -m evaluation.fit`: fit the constants of knowledge/judgement.py, and print them.

Training questions are cut into folds; search and intents learn from the others and judge each
fold, so every figure comes from questions that were not learnt. Held-out questions play no part.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression

from bot.settings import PROJECT
from evaluation.asking import names_elsewhere
from knowledge.classifier import Classifier
from knowledge.encoder import Encoder
from knowledge.entities import EntityFinder
from knowledge.judgement import features
from knowledge.models import Knowledge
from knowledge.search import NO_SUBJECT, OUT_OF_SCOPE, Found, Match, examples
from knowledge.storage import load

_FOLDS = 3
# What part of the in-scope questions stays under a threshold: answered, and not declined.
_ANSWERED, _NOT_DECLINED = 0.83, 0.965
_NAMES = ("BIAS", "SEARCH", "INTENT", "ELSEWHERE", "BEST", "MARGIN")


def main() -> int:
    """Fit and print."""
    knowledge = load(PROJECT / "knowledge")
    rows, inside = _observed(knowledge)
    model = LogisticRegression(class_weight="balanced").fit(rows, ~inside)
    for name, value in zip(_NAMES, [*model.intercept_, *model.coef_[0]], strict=True):
        print(f"_{name} = {value:.3f}")
    against = model.decision_function(rows)
    for name, part in (("UNSURE_ABOVE", _ANSWERED), ("DECLINE_ABOVE", _NOT_DECLINED)):
        threshold = np.quantile(against[inside], part)
        leaked = (against[~inside] <= threshold).mean()
        print(f"{name} = {threshold:.2f}  # {part:.0%} of in scope under it, {leaked:.1%} of out")
    return 0


def _observed(knowledge: Knowledge) -> tuple[np.ndarray, np.ndarray]:
    """What each layer says of questions it has not learnt from: features, and which are inside."""
    asked = {question for p in knowledge.provisions.values() for question in p.questions}
    asked |= set(knowledge.out_of_scope) | set(knowledge.no_subject)
    learnt = list(examples(knowledge))
    questions = [example for example in learnt if example[0] in asked]
    always = [example for example in learnt if example[0] not in asked]
    order = np.random.default_rng(0).permutation(len(questions))
    intents = list(_intents(PROJECT / "nlu"))
    encoder, entities = Encoder(), EntityFinder(knowledge)
    vectors = dict(
        zip(texts := [t for t, _ in chain(learnt, intents)], encoder.embed_all(texts), strict=True)
    )
    rows, inside = [], []
    for fold in range(_FOLDS):
        unseen = [questions[at] for at in order[fold::_FOLDS]]
        hidden = {text for text, _ in unseen}
        search, intent = (
            Classifier.train(
                [text for text, _ in some],
                [label for _, label in some],
                lambda some_texts: np.array([vectors[text] for text in some_texts]),
            )
            for some in (
                [*always, *(q for q in questions if q[0] not in hidden)],
                [example for example in intents if example[0] not in hidden],
            )
        )
        for text, label in unseen:
            if label == NO_SUBJECT:
                continue
            scores = dict(search.rank(text, encoder))
            out, none = scores.pop(OUT_OF_SCOPE), scores.pop(NO_SUBJECT)
            found = Found(tuple(Match(*pair) for pair in list(scores.items())[:2]), out, none)
            elsewhere = names_elsewhere(entities, knowledge, text)
            rows.append(features(found, dict(intent.rank(text, encoder))[OUT_OF_SCOPE], elsewhere))
            inside.append(label != OUT_OF_SCOPE)
    return np.array(rows), np.array(inside)


def _intents(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            for line in entry["examples"].splitlines():
                yield line.removeprefix("- "), entry["intent"]


if __name__ == "__main__":
    sys.exit(main())
