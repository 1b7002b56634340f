"""The words of the website, in three scripts: one block for the pages, one for the widget."""

from __future__ import annotations

from pathlib import Path

import yaml

from knowledge.language import LANGUAGES, Language

_FILE = Path(__file__).with_name("texts.yml")


def read_texts(block: str, path: Path = _FILE) -> dict[Language, dict[str, str]]:
    """A block's words by language and key.

    Raises ValueError where one lacks a language, KeyError for a block that is not there.
    """
    words: dict[str, dict[Language, str]] = yaml.safe_load(path.read_text("utf-8"))[block]
    for key, versions in words.items():
        if set(versions) != set(LANGUAGES):
            raise ValueError(f"{path.name}: {block}.{key} needs {', '.join(LANGUAGES)}")
    return {
        language: {key: versions[language] for key, versions in words.items()}
        for language in LANGUAGES
    }
