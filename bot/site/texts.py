"""The words of the website, in three scripts: one block for the pages, one for the widget."""

from __future__ import annotations

from pathlib import Path

from bot.texts import read_sentences
from knowledge.language import LANGUAGES, Language

_FILE = Path(__file__).with_name("texts.yml")


def read_texts(block: str, path: Path = _FILE) -> dict[Language, dict[str, str]]:
    """A block's words by language and key. Raises ValueError, KeyError as `read_sentences`."""
    words = read_sentences(path, block)
    return {
        language: {key: versions[language] for key, versions in words.items()}
        for language in LANGUAGES
    }
