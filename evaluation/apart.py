"""Are two sets of texts apart? Near copies by the overlap of their character pairs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import scipy.sparse

from knowledge.language import fold
from knowledge.models import Knowledge

NEAR = 0.7
# A greeting is a greeting: "你好" cannot be said in two ways that are far apart.
SHORTEST_SMALL_TALK = 8
_NOT_WORDS = re.compile(r"[^\w]")


def nearest(texts: Sequence[str], others: Sequence[str]) -> list[tuple[float, str]]:
    """For each text the highest Jaccard overlap of character pairs with any of `others`."""
    known: dict[str, int] = {}
    left, right = [_pairs(text) for text in texts], [_pairs(text) for text in others]
    for pairs in (*left, *right):
        for pair in pairs:
            known.setdefault(pair, len(known))
    shared = (_matrix(left, known) @ _matrix(right, known).T).toarray()
    sizes = np.array([[len(pairs)] for pairs in left]) + np.array([len(pairs) for pairs in right])
    overlap = shared / (sizes - shared)
    best = overlap.argmax(axis=1)
    return [(float(overlap[row, at]), others[at]) for row, at in enumerate(best)]


def learnt_from(knowledge: Knowledge) -> Iterator[str]:
    """Every question that the search learns from."""
    for provision in knowledge.provisions.values():
        yield from provision.questions
    yield from knowledge.out_of_scope
    yield from knowledge.no_subject


def _pairs(text: str) -> set[str]:
    letters = _NOT_WORDS.sub("", fold(text))
    return {letters[at : at + 2] for at in range(len(letters) - 1)} or {letters}


def _matrix(sets: list[set[str]], known: dict[str, int]) -> scipy.sparse.csr_matrix:
    cells = [(row, known[pair]) for row, pairs in enumerate(sets) for pair in pairs]
    rows, columns = zip(*cells, strict=True)
    shape = (len(sets), len(known))
    return scipy.sparse.csr_matrix((np.ones(len(cells), np.float32), (rows, columns)), shape)
