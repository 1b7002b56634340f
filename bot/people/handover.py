"""What staff do with a conversation: take it, write, give it on or back; and what time does."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

from bot.events import DESK, Events
from bot.message import Part
from bot.people.letter import Letter
from bot.people.ownership import Change, NotAllowed, Owner, OwnerChanged, Ownership, Reason
from bot.people.reception import CALL_BACK
from bot.privacy import mask
from bot.texts import Texts
from knowledge.language import Language, clean

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long is waited: for a clerk to come, for one to go on, for the founder to go on."""

    nobody_comes: timedelta = timedelta(minutes=10)
    clerk_silent: timedelta = timedelta(minutes=10)
    founder_silent: timedelta = timedelta(minutes=60)


class Owners(Protocol):
    """Keeps who owns which conversation (bot/store/ownership.py)."""

    async def read(self, conversation: str) -> Ownership: ...

    async def apply(
        self,
        change: Change,
        now: datetime,
        language: Language,
        notice: str = "",
        offered: tuple[tuple[str, str], ...] = (),
    ) -> Letter | None: ...

    async def say(
        self,
        conversation: str,
        key: str,
        staff: int,
        parts: tuple[Part, ...],
        now: datetime,
    ) -> Letter | None: ...

    async def with_owner(self, *owners: Owner) -> list[Ownership]: ...


class Handover:
    """Changes owners on behalf of staff and of time; every change is told to the founder."""

    def __init__(
        self,
        owners: Owners,
        events: Events,
        patience: Patience | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        texts: Texts | None = None,
    ) -> None:
        self._owners, self._events = owners, events
        self._patience, self._clock = patience or Patience(), clock
        self._texts = texts or Texts.read(Path(__file__).with_name("reception.yml"))

    async def take(self, conversation: str, staff: int) -> None:
        """From the queue. Raises NotAllowed where it does not wait, OwnerChanged where a
        colleague was faster."""
        await self._change(conversation, "taken", by=staff)

    async def hand_on(self, conversation: str, staff: int, to: int) -> None:
        """To a colleague. Raises NotAllowed, OwnerChanged."""
        await self._change(conversation, "handed_on", by=staff, to=to)

    async def give_back(self, conversation: str, staff: int) -> None:
        """To the bot, which goes on with the subject of before. Raises NotAllowed, OwnerChanged."""
        await self._change(conversation, "given_back", by=staff)

    async def end(self, conversation: str, staff: int) -> None:
        """Close it. Raises NotAllowed, OwnerChanged."""
        await self._change(conversation, "ended", by=staff)

    async def say(self, conversation: str, key: str, staff: int, parts: tuple[Part, ...]) -> Letter:
        """Send the founder something; once, however often it is sent with the same key.

        Raises NotAllowed where somebody else has the conversation.
        """
        parts = tuple(replace(part, text=_masked(part.text)) for part in parts)
        letter = await self._owners.say(conversation, key, staff, parts, self._clock())
        if letter is None:
            raise NotAllowed("say: somebody else has the conversation")
        self._tell(conversation)
        return letter

    async def clerk_left(self, staff: int) -> int:
        """What a clerk had goes back to the queue; how many that were."""
        mine = [o for o in await self._owners.with_owner("human") if o.staff == staff]
        return sum([await self._try(each, "clerk_gone") for each in mine])

    async def tick(self) -> int:
        """What has waited too long is moved on; how many that were."""
        moved = 0
        for each in await self._owners.with_owner("waiting", "human"):
            reason = self._due(each)
            if reason is not None:
                moved += await self._try(each, reason)
        return moved

    def _due(self, each: Ownership) -> Reason | None:
        now, patience = self._clock(), self._patience
        since = each.since or now
        if each.owner == "waiting":
            return "nobody_came" if now - since > patience.nobody_comes else None
        if each.heard is not None:
            waits = max(since, each.heard)
            return "clerk_gone" if now - waits > patience.clerk_silent else None
        spoken = each.spoken or since
        return "founder_gone" if now - spoken > patience.founder_silent else None

    async def _try(self, each: Ownership, reason: Reason) -> bool:
        """Whether it was changed; not where somebody did something meanwhile."""
        try:
            await self._apply(each, each.change(reason))
        except OwnerChanged:
            return False
        return True

    async def _change(
        self, conversation: str, reason: Reason, by: int, to: int | None = None
    ) -> None:
        ownership = await self._owners.read(conversation)
        await self._apply(ownership, ownership.change(reason, by=by, to=to))

    async def _apply(self, ownership: Ownership, change: Change) -> None:
        language = ownership.language
        offered: tuple[tuple[str, str], ...] = ()
        if change.reason == "nobody_came":
            offered = ((self._texts.of("leave_number", language), CALL_BACK),)
        notice = self._texts.of(change.reason, language)
        await self._owners.apply(change, self._clock(), language, notice, offered)
        logger.info(
            "owner conversation=%s from=%s to=%s reason=%s by=%s",
            change.conversation,
            change.before,
            change.after,
            change.reason,
            change.by,
        )
        self._tell(change.conversation)

    def _tell(self, conversation: str) -> None:
        self._events.publish(conversation)
        self._events.publish(DESK)


def _masked(text: str) -> str:
    """As a founder's words are kept, with the clerk's lines and paragraphs."""
    return "\n".join(mask(clean(line)) for line in text.strip().splitlines())
