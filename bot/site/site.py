"""The website of one version of the content: each page made when first asked for, then kept."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from bot.secretary.event import Event
from bot.site.addresses import Addresses
from bot.site.contents import Page, Words, moved, pages
from bot.site.list_page import list_page
from bot.site.rendering import make_environment
from bot.site.serving import Document
from bot.site.texts import read_texts
from bot.site.views import Link, entries
from knowledge.cards import change_card
from knowledge.language import DEFAULT, LANGUAGE_NAMES, LANGUAGES, Language
from knowledge.models import Change, Knowledge, Policy, Provision
from knowledge.told import Told

HTML = "text/html"
ATOM = "application/atom+xml"
XML = "application/xml"
TEXT = "text/plain"
EVENTS = "events"  # the name of a page


class Site:
    """Pages by language and name; None for a name that no page has."""

    def __init__(
        self,
        knowledge: Knowledge,
        public_url: str = "",
        style: str = "",
        coming: Callable[[], Sequence[Event]] = tuple,
    ) -> None:
        """`coming`: the events that are to come, asked for anew by each reader."""
        self.version = knowledge.version
        self._knowledge = knowledge
        self._public_url = public_url
        self._style = style
        self._words: dict[Language, Words] = read_texts("pages")
        self._coming = coming
        self._pages = {**pages(knowledge), EVENTS: self._events}
        self._moved = moved(knowledge)
        self._templates = make_environment()
        self._made: dict[tuple[str, str], Document] = {}

    @property
    def names(self) -> list[str]:
        """The names of all pages, the same in each language."""
        return list(self._pages)

    @property
    def events_name(self) -> str:
        """What the feed of events is called in a calendar."""
        words = self._words[DEFAULT]
        return f"{words['name']} · {words['events']}"

    def moved(self, language: Language, name: str) -> str | None:
        """Where a page is that people look for under another name."""
        to = self._moved.get(name)
        if to is None and name.endswith("/") and name.rstrip("/") in self._pages:
            to = name.rstrip("/")
        return None if to is None else f"/{language}/{to}"

    def page(self, language: Language, name: str) -> Document | None:
        if name not in self._pages:
            return None
        if name == EVENTS:
            return Document(self._page(language, name).encode(), HTML)
        return self._kept((language, name), HTML, lambda: self._page(language, name))

    def talk(self, language: Language, focus: str) -> Document:
        """The page that is the chat alone; `focus` is what the first question is about, if it is
        a provision or a measure."""
        words = self._words[language]
        content = {"focus": focus if self._knowledge.about(focus) else ""}
        page = Page("talk.html", words["ask"], words["lead"], self._policies, content, listed=False)
        return Document(self._filled(language, "talk", page).encode(), HTML)

    def missing(self, language: Language) -> Document:
        """The page for an address that leads nowhere."""
        return self._apology(language, "missing")

    def busy(self, language: Language) -> Document:
        """The page for who asks too much at once."""
        return self._apology(language, "busy")

    def _apology(self, language: Language, why: str) -> Document:
        words = self._words[language]
        page = Page(
            "apology.html",
            words[f"{why}_title"],
            words[why],
            self._policies,
            {},
            [Link(f"/{language}/", words["home"])],
            listed=False,
        )
        return self._kept((language, why), HTML, lambda: self._filled(language, "", page))

    def results(self, language: Language, question: str, found: list[Provision] | None) -> str:
        """The page of a search; `found` is None where the question was too long to be asked."""
        words = self._words[language]
        at = Addresses(self._knowledge, language)
        page = Page(
            "search.html",
            f"{question} · {words['search_title']}" if question else words["search_title"],
            words["lead"],
            self._policies,
            {"question": question, "entries": entries(at, found or []), "too_long": found is None},
            [Link(at.page(""), words["home"])],
            listed=False,
        )
        return self._filled(language, "search", page)

    def list_of(self, language: Language, told: Told, token: str) -> str:
        """The page of a founder's own list; never kept."""
        page = list_page(Addresses(self._knowledge, language), self._words[language], told)
        return self._filled(language, f"lists/{token}", page)

    def changes(self, language: Language) -> Document:
        """The feed of what has happened since the policies."""
        return self._kept((language, "changes.atom"), ATOM, lambda: self._feed(language))

    def sitemap(self) -> Document:
        """All pages in all languages. Its format wants whole addresses: empty without one."""
        return self._kept(
            ("", "sitemap.xml"),
            XML,
            lambda: self._templates.get_template("sitemap.xml").render(
                names=self.names if self._public_url else (),
                languages=LANGUAGES,
                public_url=self._public_url,
            ),
        )

    def robots(self) -> Document:
        sitemap = f"Sitemap: {self._public_url}/sitemap.xml\n" if self._public_url else ""
        searches = "".join(f"Disallow: /{language}/search\n" for language in LANGUAGES)
        text = f"User-agent: *\nDisallow: /api/\n{searches}{sitemap}"
        return self._kept(("", "robots.txt"), TEXT, lambda: text)

    @property
    def _policies(self) -> list[Policy]:
        return list(self._knowledge.policies.values())

    def _kept(self, key: tuple[str, str], media_type: str, make: Any) -> Document:
        if key not in self._made:
            self._made[key] = Document(make().encode(), media_type)
        return self._made[key]

    def _page(self, language: Language, name: str) -> str:
        at = Addresses(self._knowledge, language)
        return self._filled(language, name, self._pages[name](at, self._words[language]))

    def _events(self, at: Addresses, words: Words) -> Page:
        """Not of the content, and another as time goes by."""
        return Page(
            "events.html",
            words["events"],
            words["events_lead"],
            self._policies,
            {"events": self._coming()},
            [Link(at.page(""), words["home"])],
        )

    def _filled(self, language: Language, name: str, page: Page) -> str:
        """The page in its template. `name` is where the other languages have the same page."""
        knowledge = self._knowledge
        places = [knowledge.places[policy.place] for policy in page.policies]
        return self._templates.get_template(page.template).render(
            **page.content,
            page=page,
            name=name,
            t=self._words[language],
            at=Addresses(knowledge, language),
            language=language,
            languages=[(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
            labels={key: text[language] for key, text in knowledge.labels.items()},
            places=dict(zip([p.id for p in page.policies], places, strict=True)),
            hotline=places[0].fallback_hotline,
            public_url=self._public_url,
            style=self._style,
        )

    def _feed(self, language: Language) -> str:
        knowledge = self._knowledge
        at = Addresses(knowledge, language)
        entries = []
        for change in knowledge.changes:
            provisions = [knowledge.provisions[identity] for identity in change.provisions]
            policy = provisions[0].policy if provisions else change.policies[0]
            entries.append(
                {
                    "id": self._urn(language, change.id),
                    "card": change_card(knowledge, change, language),
                    "href": at.provision(provisions[0]) if provisions else at.page("about"),
                    "published": (day := _day_of(change)),
                    "updated": day or knowledge.places[knowledge.policies[policy].place].as_of,
                }
            )
        entries.sort(key=lambda each: str(each["updated"]), reverse=True)
        return self._templates.get_template("changes.atom").render(
            id=self._urn(language, ""),
            t=self._words[language],
            at=at,
            language=language,
            labels={key: text[language] for key, text in knowledge.labels.items()},
            entries=entries,
            updated=max(str(each["updated"]) for each in entries) if entries else "1970-01-01",
            public_url=self._public_url,
        )

    @staticmethod
    def _urn(language: Language, name: str) -> str:
        """An id that stays when the site moves."""
        return uuid.uuid5(uuid.NAMESPACE_URL, f"chuangwen:changes:{language}:{name}").urn


def _day_of(change: Change) -> str:
    """The first whole date that a change is of; empty where its month or year alone is known."""
    days = []
    for written in re.findall(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", change.when[DEFAULT]):
        with suppress(ValueError):  # no such day
            days.append(date.fromisoformat(written))
    return min(days).isoformat() if days else ""
