"""What a reader sees while the server starts: a page that needs no content and comes again."""

from __future__ import annotations

from pathlib import Path

from bot.http import COME_AGAIN
from bot.site.rendering import make_environment
from bot.site.serving import Document
from bot.site.texts import read_texts
from knowledge.language import LANGUAGES, Language

_FILE = Path(__file__).with_name("starting.yml")


def starting_pages(style: str) -> dict[Language, Document]:
    """The page in each language; `style` is the version of the style sheet."""
    template = make_environment().get_template("starting.html")
    texts, names = read_texts("starting", _FILE), read_texts("pages")
    return {
        language: Document(
            template.render(
                language=language,
                t={**texts[language], "name": names[language]["name"]},
                style=style,
                seconds=COME_AGAIN,
            ).encode(),
            "text/html",
        )
        for language in LANGUAGES
    }
