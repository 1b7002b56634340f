"""Which texts say much the same? By the pieces that they share, the rare ones counting most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.preprocessing import normalize

from knowledge.language import fold
from knowledge.ngrams import ngrams

# Cosine of two texts that are alike. On 5,000 questions of the content three of four pairs above
# it belong to one provision; the encoder does no better and takes three times as long.
_ALIKE = 0.35

Rarity = Callable[[str], float]


def alike(texts: Sequence[str], rarity: Rarity) -> list[int]:
    """For each text the place of the one that its group began with; its own where it begins one.

    In order: a text joins the likest group there is. So what comes later, or a group that is
    taken out, never changes how the others were grouped. `rarity`: how much a piece tells.
    """
    if not texts:
        return []
    rows = DictVectorizer(dtype=np.float32, sort=False).fit_transform(
        [_pieces(text, rarity) for text in texts]
    )
    rows = normalize(rows)
    likeness = (rows @ rows.T).tocsr()
    heads: list[int] = []
    for place in range(len(texts)):
        span = slice(likeness.indptr[place], likeness.indptr[place + 1])
        near = sorted(
            (-value, head)
            for head, value in zip(
                likeness.indices[span].tolist(), likeness.data[span].tolist(), strict=True
            )
            if value >= _ALIKE and head < place and heads[head] == head
        )
        heads.append(near[0][1] if near else place)
    return heads


def _pieces(text: str, rarity: Rarity) -> dict[str, float]:
    """Single characters are left out: nearly all texts share some."""
    counts = Counter(piece for piece in ngrams(fold(text)) if len(piece) > 1)
    return {piece: rarity(piece) * (1 + np.log(count)) for piece, count in counts.items()}
