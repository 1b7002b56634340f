"""Looking up while a caller speaks: the list for what is typed so far, and an open card."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.access import Access, Visit
from bot.desk.call_views import call_card, entry, uncovered
from bot.desk.lookups import Lookups
from bot.desk.rendering import DeskPages
from bot.http import NotReady, Problem
from bot.people.call import not_covered
from knowledge.card_text import text_of
from knowledge.language import DEFAULT, LANGUAGES, Language, clean
from knowledge.live import Content, Library
from knowledge.models import Knowledge
from knowledge.typeahead import LONGEST_READ, Typed

_BLOCK, _SAID = "calls", "said"


class Finding:
    """Fragments of the call screen; nothing is kept of what is asked here."""

    def __init__(
        self,
        access: Access,
        pages: DeskPages,
        library: Library,
        lookups: Lookups,
        public_url: str,
    ) -> None:
        self._access, self._pages, self._library = access, pages, library
        self._public_url = public_url.rstrip("/")
        self._lookups = lookups

    def routes(self) -> list[Route]:
        return [
            self._access.route("/desk/found", self._find, urgent=True),
            self._access.route("/desk/cards/{provision:path}", self._card),
        ]

    async def _find(self, visit: Visit) -> Response:
        asked = visit.request.query_params
        caller, knowledge = language_named(asked.get("language")), loaded(self._library).knowledge
        fragment = clean(asked.get("q", ""))[:LONGEST_READ]
        typed = await self._lookups.find(fragment)
        say, tells = self._not_covered(knowledge, typed, caller)
        return self._pages.fragment(
            visit,
            "found.html",
            block=_BLOCK,
            entries=[
                entry(knowledge, knowledge.provisions[found], visit.language)
                for found in typed.provisions
                if found in knowledge.provisions  # not where the content was just exchanged
            ],
            asked=bool(fragment),
            say=say,
            tells=tells,
            spoken_in=caller,
        )

    def _not_covered(self, knowledge: Knowledge, typed: Typed, caller: Language) -> tuple[str, str]:
        """What to say where the policy does not have it, and as what a call keeps that it was
        said; nothing where it has."""
        if typed.covered:
            return "", ""
        said, told = self._pages.words(caller, _SAID), not_covered(typed.elsewhere)
        home = next(iter(knowledge.places.values()))
        place = uncovered(knowledge).get(told)
        if place is not None:
            words = said.elsewhere.format(place=place.name[caller], home=home.name[caller])
            return str(words), told
        return str(said.not_covered.format(hotline=home.fallback_hotline)), not_covered()

    async def _card(self, visit: Visit) -> Response:
        asked = visit.request.query_params
        caller, knowledge = language_named(asked.get("language")), loaded(self._library).knowledge
        provision = knowledge.provision(visit.request.path_params["provision"])
        if provision is None:
            raise Problem(404, "No such provision", "Ids look like 6.2 or sz-2016/6.2.")
        view = call_card(knowledge, provision, caller, visit.language, asked.get("district", ""))
        origin = self._public_url or str(visit.request.base_url).rstrip("/")
        return self._pages.fragment(
            visit,
            "card.html",
            block=_BLOCK,
            view=view,
            card=view.card,
            text=text_of(view.card),
            address=origin + view.link,
            said=self._pages.words(caller, _SAID),
            spoken_in=caller,
        )


def loaded(library: Library) -> Content:
    """The content in use. Raises Problem while it is still being loaded."""
    if not library.loaded:
        raise NotReady
    return library.content


def language_named(asked: str | None) -> Language:
    """The caller's language; Simplified Chinese where none of ours is named."""
    return asked if asked in LANGUAGES else DEFAULT
