"""The sentences of the channels themselves, in three scripts."""

from __future__ import annotations

from pathlib import Path

from bot.texts import Sentences, read_sentences
from knowledge.language import Language

_FILE = Path(__file__).with_name("texts.yml")


class Texts:
    """Sentences by key and language, with named gaps to fill."""

    def __init__(self, sentences: Sentences) -> None:
        self._sentences = sentences

    @classmethod
    def read(cls, path: Path = _FILE) -> Texts:
        """From a YAML file. Raises ValueError where a sentence lacks a language."""
        return cls(read_sentences(path))

    def of(self, key: str, language: Language, **gaps: str) -> str:
        """The sentence. Raises KeyError for a key that is not there."""
        return self._sentences[key][language].format(**gaps)
