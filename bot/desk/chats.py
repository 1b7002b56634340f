"""The screens of chats: the queue, and one conversation with all that helps to answer it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.access import Access, Visit
from bot.desk.accounts import Accounts
from bot.desk.chat_views import ChatViews, NotThere, NotYours
from bot.desk.rendering import DeskPages
from bot.desk.services import Desk
from bot.people.timeline import Cursor
from bot.store.chats import SqlChats
from knowledge.language import clean

PATH = "/desk/chats"
CHAT = f"{PATH}/{{conversation}}"
BLOCK = "chats"
LONGEST = 2000
_LONGEST_LOOKED_FOR = 200
_LATELY = timedelta(hours=24)
_MOST_LOOKS = 10_000
# What a page may be asked to say on top: how the last thing that was done went.
_SAID = (
    "faster",
    "changed",
    "colleague_gone",
    "not_there",
    "given_back",
    "handed_on",
    "closed",
)


class ChatPages:
    """Pages and the parts of them that are fetched anew; each look at a talk is recorded."""

    def __init__(
        self, access: Access, pages: DeskPages, desk: Desk, accounts: Accounts, views: ChatViews
    ) -> None:
        self._access, self._pages, self._desk = access, pages, desk
        self._accounts, self._views = accounts, views
        self._chats = SqlChats(desk.store)
        self._looks: dict[tuple[str, str], None] = {}  # of a session at a talk, the last ones

    def routes(self) -> list[Route]:
        route = self._access.route
        return [
            route(PATH, self._queue),
            route(f"{PATH}/list", self._list),
            route(f"{CHAT}/timeline", self._timeline),
            route(f"{CHAT}/side", self._side),
            route(f"{CHAT}/cards", self._cards),
            route(CHAT, self._show, audit="chat_seen"),
        ]

    async def _queue(self, visit: Visit) -> Response:
        return self._pages.page(visit, "chats.html", block=BLOCK, **await self._listed(visit))

    async def _list(self, visit: Visit) -> Response:
        listed = await self._listed(visit)
        return self._pages.fragment(visit, "chat_list.html", block=BLOCK, **listed)

    async def _listed(self, visit: Visit) -> dict[str, Any]:
        now, staff = self._desk.clock(), visit.staff
        held = await self._chats.held()
        sees_all = staff.may("supervisor")
        with_clerks = [chat for chat in held if chat.ownership.owner == "human"]
        return {
            "said": said(visit),
            "by": visit.request.query_params.get("by", ""),
            "waiting": [chat for chat in held if chat.ownership.owner == "waiting"],
            "mine": [chat for chat in with_clerks if chat.staff == staff.id],
            "others": [chat for chat in with_clerks if chat.staff != staff.id and sees_all],
            "over": await self._chats.over(now - _LATELY, None if sees_all else staff.id),
            "sees_all": sees_all,
            "names": {a.staff.id: a.staff.name for a in await self._accounts.all()},
            "now": now,
        }

    async def _show(self, visit: Visit) -> Response:
        before = visit.request.query_params.get("before", "")
        return await self._part(visit, "chat.html", before, whole=True)

    async def _timeline(self, visit: Visit) -> Response:
        return await self._part(visit, "chat_timeline.html")

    async def _side(self, visit: Visit) -> Response:
        return await self._part(visit, "chat_side.html")

    async def _part(
        self, visit: Visit, template: str, before: str = "", *, whole: bool = False
    ) -> Response:
        conversation = visit.request.path_params["conversation"]
        cursor = Cursor.read(before)
        try:
            view = await self._views.view(conversation, visit.staff, visit.language, cursor)
        except (NotThere, NotYours) as error:
            return missing(self._pages, visit, error, whole=whole)
        await self._looked(visit, conversation, recorded=whole)
        render = self._pages.page if whole else self._pages.fragment
        canned = [each[view.ownership.language] for each in self._desk.operator.canned]
        return render(
            visit,
            template,
            block=BLOCK,
            view=view,
            canned=canned,
            before=before,
            longest=LONGEST,
            said=said(visit),
        )

    async def _looked(self, visit: Visit, conversation: str, *, recorded: bool) -> None:
        """A part that a page of ours fetches anew is no other look; one fetched by itself is."""
        look = visit.session, conversation
        if look not in self._looks and not recorded:
            await self._access.record(visit.staff, "chat_seen", conversation)
        self._looks[look] = None
        if len(self._looks) > _MOST_LOOKS:
            del self._looks[next(iter(self._looks))]

    async def _cards(self, visit: Visit) -> Response:
        """Provisions for what the clerk types."""
        fragment = clean(visit.request.query_params.get("q", ""))[:_LONGEST_LOOKED_FOR]
        found = await self._views.find(fragment, visit.language)
        return self._pages.fragment(
            visit, "chat_cards.html", block=BLOCK, found=found, asked=bool(fragment)
        )


def said(visit: Visit) -> str:
    """The key of what is to be said on top."""
    key = visit.request.query_params.get("said", "")
    return key if key in _SAID else ""


def missing(pages: DeskPages, visit: Visit, error: Exception, *, whole: bool) -> Response:
    """Instead of a chat that is not there, or not for this one."""
    why, status = ("not_there", 404) if isinstance(error, NotThere) else ("not_yours", 403)
    if whole:
        return pages.page(visit, "chat_missing.html", status, block=BLOCK, why=why)
    # In place of what was there: a script puts in only what came well.
    return pages.fragment(visit, "chat_gone.html", block=BLOCK, why=why)
