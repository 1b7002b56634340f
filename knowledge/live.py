"""The content in use: loaded once, exchanged whole on a reload, shared by all who ask."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from knowledge.card import View
from knowledge.cards import make_card
from knowledge.encoder import Encoder
from knowledge.entities import EntityFinder
from knowledge.language import Language
from knowledge.models import Knowledge, Notice, Provision
from knowledge.respell import Respeller
from knowledge.search import Search
from knowledge.storage import load
from knowledge.topics import TopicNames

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Content:
    """Knowledge with what is built from it, always of the same version."""

    knowledge: Knowledge
    search: Search
    entities: EntityFinder
    respeller: Respeller
    topics: TopicNames
    _cards: dict[tuple[str, ...], str] = field(default_factory=dict, repr=False)

    def card(
        self, provision: Provision, language: Language, view: View, district: str | None
    ) -> str:
        """A card as JSON text, made once: Rasa copies what an action says several times, and
        copying a text costs nothing."""
        key = (provision.id, language, view, district or "")
        if key not in self._cards:
            self._cards[key] = make_card(
                self.knowledge, provision, language, view, district
            ).dumps()
        return self._cards[key]


class Library:
    """Holds the Content in use. `reload` exchanges all of it at once, or nothing."""

    def __init__(self, roots: Sequence[Path] = (), cache: Path | None = None) -> None:
        self._roots = tuple(roots)
        self._cache = cache
        self._content: Content | None = None
        self._news: tuple[Notice, ...] = ()
        self._loading = threading.Lock()  # held for seconds, by those who may wait
        self._exchanging = threading.Lock()  # held for a moment
        self.encoder = Encoder()

    def configure(self, roots: Sequence[Path], cache: Path | None) -> None:
        """Say where content and cache are, before anything is loaded."""
        self._roots, self._cache = tuple(roots), cache

    @property
    def loaded(self) -> bool:
        """Whether `content` is at hand; else the first to ask for it waits for seconds."""
        return self._content is not None

    @property
    def content(self) -> Content:
        if self._content is None:
            with self._loading:
                if self._content is None:
                    return self._take(self._load())
        return self._content

    def reload(self) -> bool:
        """Load the content anew; whether it had changed.

        Raises ContentError and keeps what it has if anything is wrong with the new content.
        """
        with self._loading:
            old = self._content
            new = self._take(self._load())
        logger.info("content %s in use", new.knowledge.version)
        return old is None or old.search.version != new.search.version

    def show_news(self, news: tuple[Notice, ...]) -> None:
        """Put notices on the cards of the content in use, and of what is loaded later.

        The search stays: notices are not what questions are looked up in. Waits for no load.
        """
        with self._exchanging:
            if news == self._news:
                return
            self._news = news
            if self._content is not None:
                self._content = _showing(self._content, news)

    def _take(self, new: Content) -> Content:
        """Put what was loaded in use, with the notices of this moment."""
        with self._exchanging:
            self._content = _showing(new, self._news)
            return self._content

    def _load(self) -> Content:
        knowledge = load(*self._roots)
        search = Search.build(knowledge, self.encoder, self._cache)
        self.encoder.warm(search.tokens)
        return Content(
            knowledge=knowledge,
            search=search,
            entities=EntityFinder(knowledge),
            respeller=Respeller.of(knowledge),
            topics=TopicNames(knowledge),
        )


def _showing(content: Content, news: tuple[Notice, ...]) -> Content:
    """Of another version than without them: pages and cards that are kept are made anew."""
    version = content.knowledge.version.partition("+")[0]
    if news:
        version += "+" + hashlib.sha256(repr(news).encode()).hexdigest()[:8]
    knowledge = replace(content.knowledge, news=news, version=version)
    return replace(content, knowledge=knowledge, _cards={})


# Configured anew by the server; as it stands it serves `rasa run` and `rasa run actions`.
LIBRARY = Library(cache=Path("var") / "cache")
