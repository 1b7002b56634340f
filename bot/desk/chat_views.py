"""What the desk shows of a chat: whose it is, what happened, what may be sent, what may help."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from bot.channels.base import Channel
from bot.channels.contracts import Reach
from bot.desk.accounts import Accounts
from bot.desk.lookups import Lookups
from bot.desk.services import Desk
from bot.people.ownership import Ownership
from bot.people.staff import Staff
from bot.people.timeline import Cursor, Page
from bot.store.chats import SqlChats
from bot.store.timeline import SqlTimeline
from knowledge.language import Language
from knowledge.live import Library
from knowledge.lookup import look_up

_SUGGESTIONS = 5
_LAST_TURNS = 3  # of which what the bot found is shown
_REMEMBERED = 256


class NotThere(Exception):
    """There is no such chat, or not any more."""


class NotYours(Exception):
    """Somebody else has the chat."""


@dataclass(frozen=True)
class Named:
    """A provision to put into a reply: its id, number and name in the clerk's language."""

    id: str
    number: str
    name: str


@dataclass(frozen=True)
class ChatView:
    """A chat as one member of staff sees it. `staff`: names by number; `suggested`: for the
    founder's last words, while a person has to do with it; `found`: by the bot."""

    ownership: Ownership
    mine: bool
    page: Page
    staff: Mapping[int, str]
    colleagues: tuple[Staff, ...]
    reach: Reach
    suggested: tuple[Named, ...]
    found: tuple[Named, ...]
    now: datetime
    key: str  # of the next letter

    @property
    def conversation(self) -> str:
        return self.ownership.conversation

    @property
    def channel(self) -> str:
        return channel_of(self.conversation)

    @property
    def until(self) -> datetime | None:
        """Until when the channel lets anything through."""
        until = self.reach.until
        return None if until is None else datetime.fromtimestamp(until, timezone.utc)

    @property
    def last(self) -> tuple[int, str]:
        """The founder's last message and its number, to notice a new one."""
        said = (e for e in reversed(self.page.entries) if e.turn is not None)
        return next(((e.turn.number, e.text) for e in said if e.turn is not None), (0, ""))


class ChatViews:
    """Puts together what is kept of a chat, for whoever may see it.

    Clerks see what waits, what they have and what they once had; supervisors all that people have
    had to do with. What the bot alone has talked about is nobody's business.
    """

    def __init__(
        self,
        desk: Desk,
        accounts: Accounts,
        library: Library,
        channels: Mapping[str, Channel],
        lookups: Lookups,
    ) -> None:
        self._desk, self._accounts, self._library = desk, accounts, library
        self._channels, self._lookups = channels, lookups
        self._chats, self._timeline = SqlChats(desk.store), SqlTimeline(desk.store)
        self._known: OrderedDict[tuple[str, str], tuple[str, ...]] = OrderedDict()

    async def ownership(self, conversation: str, staff: Staff) -> Ownership:
        """Whose it is. Raises NotThere, NotYours."""
        ownership = await self._desk.owners.read(conversation)
        if not ownership.version:
            raise NotThere(conversation)
        if ownership.owner == "waiting" or staff.may("supervisor"):
            return ownership
        if not await self._chats.had(conversation, staff.id):
            raise NotYours(conversation)
        return ownership

    async def view(
        self, conversation: str, staff: Staff, language: Language, before: Cursor | None = None
    ) -> ChatView:
        """All of it. Raises NotThere, NotYours."""
        ownership = await self.ownership(conversation, staff)
        accounts = await self._accounts.all()
        page = await self._timeline.page(conversation, before)
        mine = ownership.owner == "human" and ownership.staff == staff.id
        return ChatView(
            ownership=ownership,
            mine=mine,
            page=page,
            staff={account.staff.id: account.staff.name for account in accounts},
            colleagues=tuple(
                account.staff
                for account in accounts
                if account.seen and account.staff.active and account.staff.id != staff.id
            ),
            reach=await self._reach(conversation),
            suggested=self._named(await self._suggested(ownership, page), language),
            found=self._named(await self._found(conversation, page), language),
            now=self._desk.clock(),
            key=secrets.token_urlsafe(12),
        )

    async def find(self, fragment: str, language: Language) -> tuple[Named, ...]:
        """Provisions for what a clerk types, as on the call screen."""
        if not fragment or not self._library.loaded:
            return ()
        found = (await self._lookups.find(fragment)).provisions[:_SUGGESTIONS]
        return self._named(tuple(found), language)

    async def _reach(self, conversation: str) -> Reach:
        channel = self._channels.get(channel_of(conversation))
        return await channel.reach(conversation) if channel is not None else Reach()

    async def _suggested(self, ownership: Ownership, page: Page) -> tuple[str, ...]:
        words = next((e.text for e in reversed(page.entries) if e.turn is not None and e.text), "")
        if not ownership.is_held or not words:
            return ()
        return await self._look_up(words)

    async def _look_up(self, words: str) -> tuple[str, ...]:
        if not self._library.loaded:
            return ()
        content = self._library.content
        key = (content.knowledge.version, words)
        if key not in self._known:
            found = await asyncio.to_thread(look_up, content, words, _SUGGESTIONS)
            self._known[key] = tuple(provision.id for provision in found)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return self._known[key]

    async def _found(self, conversation: str, page: Page) -> tuple[str, ...]:
        """What the talk is about, then what the last answers named, the newest first."""
        stored = await self._desk.store.read(conversation, "")
        focus = str(stored.state.get("focus") or "") if stored is not None else ""
        turns = [e.turn for e in page.entries if e.turn is not None and e.turn.provisions]
        named = [p for turn in reversed(turns[-_LAST_TURNS:]) for p in turn.provisions]
        return tuple(dict.fromkeys(id for id in (focus, *named) if id))

    def _named(self, ids: tuple[str, ...], language: Language) -> tuple[Named, ...]:
        if not self._library.loaded:
            return ()
        knowledge = self._library.content.knowledge
        # What was found in older content may not be there any more.
        provisions = [p for p in map(knowledge.provision, ids) if p is not None]
        return tuple(Named(p.id, knowledge.short_id(p), p.name[language]) for p in provisions)


def channel_of(conversation: str) -> str:
    """The channel's name: the first part of a conversation's id."""
    return conversation.partition(":")[0]
