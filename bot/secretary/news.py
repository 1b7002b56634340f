"""Notices that staff decide on: proposed by search, accepted onto cards, or dropped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.privacy import without_text
from bot.secretary.feed import FeedEntry
from knowledge.models import Notice

logger = logging.getLogger(__name__)

NewsState = Literal["open", "accepted", "dropped"]
_LOOK_AGAIN = 20.0  # seconds; another process may have decided


@dataclass(frozen=True)
class NewsItem:
    """A notice as staff see it. `proposed`: what the search thinks it is about, best first."""

    id: int
    link: str
    title: str
    summary: str
    published: str
    publisher: str
    proposed: tuple[str, ...]
    provisions: tuple[str, ...]
    state: NewsState
    created: datetime


@dataclass(frozen=True)
class Proposed:
    """A notice of a feed, and the provisions that it may concern."""

    entry: FeedEntry
    provisions: tuple[str, ...]


class News(Protocol):
    """Keeps notices."""

    async def add(self, some: Sequence[Proposed]) -> int:
        """Keep those that are not there yet, all or none; how many are new."""

    async def accepted(self) -> tuple[Notice, ...]:
        """What cards show, newest first."""


class Bulletin:
    """Puts accepted notices among the content in use, for as long as the process runs."""

    def __init__(self, news: News, show: Callable[[tuple[Notice, ...]], None]) -> None:
        self._news, self._show = news, show

    async def refresh(self) -> None:
        self._show(await self._news.accepted())

    async def run(self) -> None:
        while True:
            try:
                await self.refresh()
            except Exception as error:
                logger.error("news", exc_info=without_text(error))
            await asyncio.sleep(_LOOK_AGAIN)
