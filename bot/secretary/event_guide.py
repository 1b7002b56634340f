"""Tells founders of the office's coming events, and where to subscribe to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from bot.attendant import Received
from bot.message import Part, UserMessage
from bot.secretary.calendar import Calendar
from bot.secretary.event import Event
from bot.texts import Texts
from bot.turn_store import Stored
from knowledge.language import Language

_MOST = 5


class EventGuide:
    """An attendant: carries out the effect "list_events".

    Where nothing is coming the assistant's own answer stands, which says so.
    """

    def __init__(
        self,
        calendar: Calendar,
        public_url: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        texts: Texts | None = None,
    ) -> None:
        self._calendar, self._public_url, self._clock = calendar, public_url, clock
        self._texts = texts or Texts.read(Path(__file__).with_name("event_guide.yml"))

    async def receive(self, message: UserMessage, payload: str | None, stored: Stored) -> Received:
        """Nothing is taken here."""
        return Received(None, stored.state)

    async def carry_out(self, message: UserMessage, received: Received, stored: Stored) -> Received:
        """The next events in place of the sentence that there are none."""
        reply = received.reply
        assert reply is not None
        coming = self._calendar.coming(self._clock())
        if reply.effect("list_events") is None or not coming:
            return received
        language = reply.language
        lines = [self._line(event, language) for event in coming[:_MOST]]
        parts = [self._texts.of("coming", language, events="\n".join(lines))]
        left = len(coming) - _MOST
        if left > 0:
            parts.append(self._texts.of("more", language, count=left))
        if self._public_url:
            page = f"{self._public_url}/{language}/events"
            feed = f"{self._public_url}/events.ics"
            parts.append(self._texts.of("subscribe", language, page=page, feed=feed))
        reply = replace(
            reply, outcome="result", parts=tuple(Part(text=text) for text in parts), found=()
        )
        return replace(received, reply=reply)

    def _line(self, event: Event, language: Language) -> str:
        about = [event.when(), event.called(language), event.place, event.url]
        return "• " + " · ".join(filter(None, about))
