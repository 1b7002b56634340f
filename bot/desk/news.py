"""The news desk: notices that were imported, each accepted onto cards, changed, or dropped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.access import Access, Visit
from bot.desk.call_views import Entry, entry
from bot.desk.finding import loaded
from bot.desk.rendering import DeskPages
from bot.desk.services import Desk
from bot.secretary.feed import LONGEST_SUMMARY, LONGEST_TITLE, plain
from bot.secretary.news import NewsItem, NewsState
from bot.store.news import SqlNews
from knowledge.language import Language
from knowledge.live import Library
from knowledge.models import Knowledge

_PATH, _BLOCK = "/desk/news", "news"
_STATES: tuple[NewsState, ...] = ("open", "accepted", "dropped")
_MOST = 100
_SAID = ("accepted", "dropped", "no_provision", "unknown", "no_title", "gone")


@dataclass(frozen=True)
class Shown:
    """A notice, what it may concern or does, and that as it is typed."""

    item: NewsItem
    about: tuple[Entry, ...]
    numbers: str


class NewsPages:
    """Everybody at the desk sees them; supervisors decide."""

    def __init__(
        self,
        access: Access,
        pages: DeskPages,
        desk: Desk,
        library: Library,
        refresh: Callable[[], Awaitable[None]],
    ) -> None:
        """`refresh`: puts what was decided on the cards of this process."""
        self._access, self._pages, self._library = access, pages, library
        self._refresh, self._news = refresh, SqlNews(desk.store, desk.clock)

    def routes(self) -> list[Route]:
        def post(name: str, endpoint) -> Route:  # type: ignore[no-untyped-def]
            path = f"{_PATH}/{{item:number}}/{name}"
            return self._access.route(path, endpoint, methods=["POST"], role="supervisor")

        return [
            self._access.route(_PATH, self._page),
            post("accept", self._accept),
            post("drop", self._drop),
        ]

    async def _page(self, visit: Visit) -> Response:
        asked = visit.request.query_params
        state = _state(asked.get("show", ""))
        knowledge = loaded(self._library).knowledge
        said = asked.get("said", "")
        return self._pages.page(
            visit,
            "news.html",
            block=_BLOCK,
            shown=[
                _shown(knowledge, item, visit.language)
                for item in await self._news.listed(state, _MOST)
            ],
            state=state,
            states=_STATES,
            said=said if said in _SAID else "",
            decides=visit.staff.may("supervisor"),
            longest_title=LONGEST_TITLE,
            longest_summary=LONGEST_SUMMARY,
        )

    async def _accept(self, visit: Visit) -> Response:
        form, knowledge = await visit.form(), loaded(self._library).knowledge
        title = plain(form.get("title", ""), LONGEST_TITLE)
        named = form.get("provisions", "").replace(",", " ").replace("，", " ").split()
        found = [knowledge.provision(number) for number in named]
        if not named or not title or None in found:
            said = "unknown" if None in found else "no_provision" if title else "no_title"
            return self._back(form.get("show", ""), said)
        provisions = dict.fromkeys(each.id for each in found if each is not None)
        return await self._decide(
            visit,
            "accepted",
            title=title,
            summary=plain(form.get("summary", ""), LONGEST_SUMMARY),
            provisions=tuple(provisions),
        )

    async def _drop(self, visit: Visit) -> Response:
        return await self._decide(visit, "dropped")

    async def _decide(
        self, visit: Visit, state: NewsState, **values: str | tuple[str, ...]
    ) -> Response:
        item = int(visit.request.path_params["item"])
        decided = await self._news.decide(item, state, visit.staff.id, **values)
        if decided:
            await self._access.record(visit.staff, f"news_{state}", str(item))
            await self._refresh()
        return self._back((await visit.form()).get("show", ""), state if decided else "gone")

    @staticmethod
    def _back(show: str, said: str) -> Response:
        address = f"{_PATH}?{urlencode({'show': _state(show), 'said': said})}"
        return RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})


def _state(sent: str) -> NewsState:
    return next((state for state in _STATES if state == sent), "open")


def _shown(knowledge: Knowledge, item: NewsItem, language: Language) -> Shown:
    identities = item.provisions or item.proposed
    found = [p for p in map(knowledge.provision, identities) if p is not None]
    return Shown(
        item,
        tuple(entry(knowledge, provision, language) for provision in found),
        " ".join(knowledge.short_id(provision) for provision in found),
    )
