"""The sentences of the channels themselves, in three scripts."""

from __future__ import annotations

from pathlib import Path

import yaml

from knowledge.language import LANGUAGES, Language

_FILE = Path(__file__).with_name("texts.yml")


class Texts:
    """Sentences by key and language, with named gaps to fill."""

    def __init__(self, sentences: dict[str, dict[Language, str]]) -> None:
        self._sentences = sentences

    @classmethod
    def read(cls, path: Path = _FILE) -> Texts:
        """From a YAML file. Raises ValueError where a sentence lacks a language."""
        sentences = yaml.safe_load(path.read_text(encoding="utf-8"))
        for key, versions in sentences.items():
            if set(versions) != set(LANGUAGES):
                raise ValueError(f"{path.name}: {key} needs {', '.join(LANGUAGES)}")
        return cls(sentences)

    def of(self, key: str, language: Language, **gaps: str) -> str:
        """The sentence. Raises KeyError for a key that is not there."""
        return self._sentences[key][language].format(**gaps)

    def keys(self) -> frozenset[str]:
        return frozenset(self._sentences)
