"""Deletes by itself what has been kept long enough, and says how much."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.privacy import without_text
from bot.store.personal import Removed, prune
from bot.store.sql import SqlStore

logger = logging.getLogger(__name__)

_AGAIN = 24 * 3600.0  # seconds


class Retention:
    """Runs at start and once a day."""

    def __init__(
        self, store: SqlStore, talks: timedelta, calls: timedelta, clock: Callable[[], datetime]
    ) -> None:
        self._store, self._talks, self._calls, self._clock = store, talks, calls, clock

    async def run(self) -> None:
        """For as long as the process does."""
        while True:
            try:
                await self.once()
            except Exception as error:
                logger.error("retention", exc_info=without_text(error))
            await asyncio.sleep(_AGAIN)

    async def once(self) -> Removed:
        """Remove what is due now."""
        now = self._clock()
        removed = await self._store.remove(
            lambda connection: prune(connection, now - self._talks, now - self._calls)
        )
        logger.info("retention removed %s", removed)
        return removed
