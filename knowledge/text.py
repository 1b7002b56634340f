"""One text in every language of the interface."""

from __future__ import annotations

from knowledge.language import LANGUAGES


class Text(dict[str, str]):
    """One text in every language of the interface: `text[language]`, never missing."""

    def __missing__(self, language: str) -> str:
        raise KeyError(f"no text for language {language!r}; one of {', '.join(LANGUAGES)}")
