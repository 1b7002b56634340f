"""Sentences of ours by key, in three scripts, out of a YAML file."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml

from knowledge.language import LANGUAGES, Language

Sentences = dict[str, dict[Language, str]]


class Texts:
    """Sentences by key and language, with named gaps to fill."""

    def __init__(self, sentences: Sentences) -> None:
        self._sentences = sentences

    @classmethod
    def read(cls, path: Path, block: str = "") -> Texts:
        """From a YAML file, or one block of it; raises as `read_sentences` does."""
        return cls(read_sentences(path, block))

    def of(self, key: str, language: Language, **gaps: str | int) -> str:
        """The sentence. Raises KeyError for a key that is not there."""
        return self._sentences[key][language].format(**gaps)


def read_sentences(path: Path, block: str = "") -> Sentences:
    """All of the file, or one block of it.

    Raises ValueError where a sentence lacks a language, KeyError for a block that is not there.
    """
    sentences: Sentences = _written(path)[block] if block else _written(path)
    for key, versions in sentences.items():
        if set(versions) != set(LANGUAGES):
            raise ValueError(f"{path.name}: {block} {key} needs {', '.join(LANGUAGES)}")
    return sentences


@functools.lru_cache(maxsize=16)
def _written(path: Path) -> Any:
    """A file is read once for all its blocks: it changes only with the program."""
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
