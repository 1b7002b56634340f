"""Which texts say much the same? By the pieces that they share, the rare ones counting most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from scipy import sparse

from knowledge.language import fold
from knowledge.ngrams import ngrams

# Cosine of two texts that are alike. On 5,000 questions of the content four of five pairs above
# it belong to one provision; the encoder does no better and takes three times as long.
_ALIKE = 0.4

Rarity = Callable[[str], float]


def alike(texts: Sequence[str], rarity: Rarity) -> list[int]:
    """For each text the place of the one that its group began with; its own where it begins one.

    In order: a text joins the likest group there is. So what comes later, or a group that is
    taken out, never changes how the others were grouped. `rarity`: how much a piece tells.
    """
    if not texts:
        return []
    rows = _rows(texts, rarity)
    likeness = (rows @ rows.T).tocsr()
    likeness.data[likeness.data < _ALIKE] = 0
    likeness.eliminate_zeros()
    heads: list[int] = []
    for place in range(len(texts)):
        span = slice(likeness.indptr[place], likeness.indptr[place + 1])
        near = zip(likeness.indices[span].tolist(), likeness.data[span].tolist(), strict=True)
        started = [(-value, at) for at, value in near if at < place and heads[at] == at]
        heads.append(min(started)[1] if started else place)
    return heads


def _rows(texts: Sequence[str], rarity: Rarity) -> sparse.csr_matrix:
    """A row of length one for each text, empty for one without pieces."""
    columns: dict[str, int] = {}
    weight_of: list[float] = []  # by column
    places: list[int] = []
    counts: list[int] = []
    ends = [0]
    for text in texts:
        # Single characters are left out: nearly all texts share some.
        for piece, count in Counter(p for p in ngrams(fold(text)) if len(p) > 1).items():
            column = columns.setdefault(piece, len(columns))
            if column == len(weight_of):
                weight_of.append(rarity(piece))
            places.append(column)
            counts.append(count)
        ends.append(len(places))
    weights = np.array(weight_of, dtype=np.float32)[places] if places else np.zeros(0, np.float32)
    weights *= 1 + np.log(np.array(counts, dtype=np.float32))
    rows = sparse.csr_matrix((weights, places, ends), shape=(len(texts), max(1, len(columns))))
    lengths = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
    rows.data /= np.repeat(lengths, np.diff(rows.indptr))
    return rows
