"""What is done with a chat: taken, given back, handed on, closed, written in."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.access import Access, Visit
from bot.desk.accounts import Accounts
from bot.desk.chat_views import ChatViews, NotThere, NotYours
from bot.desk.chats import BLOCK, CHAT, LONGEST, PATH
from bot.desk.rendering import DeskPages
from bot.desk.services import Desk
from bot.message import Part
from bot.people.ownership import NotAllowed, OwnerChanged, Reason
from knowledge.cards import make_card
from knowledge.language import Language
from knowledge.live import Library

_KEY = re.compile(r"[\w-]{6,64}", re.ASCII)
_MOST_CARDS = 3
_NEXT_KEY = "X-Next-Key"  # of the letter that is written after this one


class ChatActions:
    """Forms of the chat screens. Each may be sent twice: what was done is not done again."""

    def __init__(
        self,
        access: Access,
        pages: DeskPages,
        desk: Desk,
        accounts: Accounts,
        views: ChatViews,
        library: Library,
    ) -> None:
        self._access, self._pages, self._desk = access, pages, desk
        self._accounts, self._views, self._library = accounts, views, library

    def routes(self) -> list[Route]:
        does = {
            "take": self._take,
            "give-back": self._give_back,
            "hand-on": self._hand_on,
            "close": self._close,
            "say": self._say,
        }
        return [
            self._access.route(f"{CHAT}/{name}", endpoint, methods=["POST"])
            for name, endpoint in does.items()
        ]

    async def _take(self, visit: Visit) -> Response:
        work = self._desk.handover.take(_conversation(visit), visit.staff.id)
        if await self._is_done(visit, "taken", work, "chat_taken"):
            return _to(_address(visit))
        now = await self._desk.owners.read(_conversation(visit))
        if now.owner == "human":
            return _to(f"{PATH}?said=faster&by={now.staff}")
        return await self._not_done(visit, "changed")

    async def _give_back(self, visit: Visit) -> Response:
        work = self._desk.handover.give_back(_conversation(visit), visit.staff.id)
        return await self._ended(visit, "given_back", work, "chat_given_back")

    async def _close(self, visit: Visit) -> Response:
        work = self._desk.handover.end(_conversation(visit), visit.staff.id)
        return await self._ended(visit, "ended", work, "chat_closed")

    async def _hand_on(self, visit: Visit) -> Response:
        to = await self._colleague(visit)
        if to is None:
            return _to(f"{_address(visit)}?said=colleague_gone")
        work = self._desk.handover.hand_on(_conversation(visit), visit.staff.id, to)
        return await self._ended(visit, "handed_on", work, "chat_handed_on", f"&by={to}")

    async def _ended(
        self, visit: Visit, reason: Reason, work: Awaitable[None], action: str, to: str = ""
    ) -> Response:
        if await self._is_done(visit, reason, work, action):
            words = "closed" if reason == "ended" else reason
            return _to(f"{PATH}?said={words}{to}")
        return await self._not_done(visit, "changed")

    async def _not_done(self, visit: Visit, why: str) -> Response:
        is_there = (await self._desk.owners.read(_conversation(visit))).version
        return _to(f"{PATH}?said={why if is_there else 'not_there'}")

    async def _is_done(
        self, visit: Visit, reason: Reason, work: Awaitable[None], action: str
    ) -> bool:
        """Whether it was done: now, which is recorded, or when the same form was sent before."""
        try:
            await work
        except (NotAllowed, OwnerChanged):
            seen = (await visit.form()).get("version", "")
            changes = await self._desk.owners.changes(_conversation(visit))
            return any(
                change.reason == reason
                and change.by == visit.staff.id
                and str(change.version) == seen
                for change, _ in changes
            )
        await self._access.record(visit.staff, action, _conversation(visit))
        return True

    async def _colleague(self, visit: Visit) -> int | None:
        """Who was chosen, where that one is there."""
        chosen = (await visit.form()).get("to", "")
        for account in await self._accounts.all():
            staff = account.staff
            there = account.seen and staff.active and staff.id != visit.staff.id
            if there and str(staff.id) == chosen:
                return staff.id
        return None

    async def _say(self, visit: Visit) -> Response:
        """Answered with the timeline as it is then, or with why not; what was typed stays."""
        conversation, form = _conversation(visit), await visit.form()
        try:
            ownership = await self._views.ownership(conversation, visit.staff)
        except NotThere:
            return self._refused(visit, "not_there", 404)
        except NotYours:
            return self._refused(visit, "not_sent_changed", 409)
        text, key = form.get("text", "").strip(), form.get("key", "")
        cards = self._cards(form.getlist("card"), ownership.language)
        parts = ((Part(text=text),) if text else ()) + cards
        if not parts or len(text) > LONGEST or not _KEY.fullmatch(key):
            return self._refused(visit, "too_long" if len(text) > LONGEST else "nothing_said", 422)
        key = f"say-{key}"
        is_said = key in {letter.key for letter in await self._desk.letters.after(conversation)}
        try:
            await self._desk.handover.say(conversation, key, visit.staff.id, parts)
        except NotAllowed:
            return self._refused(visit, "not_sent_changed", 409)
        if not is_said:
            await self._access.record(visit.staff, "chat_written", conversation)
        view = await self._views.view(conversation, visit.staff, visit.language)
        answer = self._pages.fragment(visit, "chat_timeline.html", block=BLOCK, view=view)
        answer.headers[_NEXT_KEY] = view.key
        return answer

    def _cards(self, chosen: list[str], language: Language) -> tuple[Part, ...]:
        if not chosen or not self._library.loaded:
            return ()
        knowledge = self._library.content.knowledge
        found = map(knowledge.provision, dict.fromkeys(chosen[:_MOST_CARDS]))
        return tuple(
            Part(card=make_card(knowledge, provision, language))
            for provision in found
            if provision is not None
        )

    def _refused(self, visit: Visit, why: str, status: int) -> Response:
        return self._pages.fragment(visit, "chat_refused.html", status, block=BLOCK, why=why)


def _conversation(visit: Visit) -> str:
    return str(visit.request.path_params["conversation"])


def _address(visit: Visit) -> str:
    return f"{PATH}/{quote(_conversation(visit), safe='/')}"


def _to(address: str) -> Response:
    return RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
