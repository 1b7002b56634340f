"""Delete all that is kept of a conversation."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import datetime, timezone

from bot.settings import Settings
from bot.store.audit import SqlAudit
from bot.store.personal import FORGOTTEN
from bot.store.sql import SqlStore


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    if not asyncio.run(_forget(options.conversation, settings)):
        print(f"nothing is kept of {options.conversation}", file=sys.stderr)
        return 1
    print(f"deleted {options.conversation}")
    return 0


async def _forget(conversation: str, settings: Settings) -> bool:
    store = SqlStore(settings.database)
    try:
        was_there = await store.forget(conversation)
        if was_there:
            now = datetime.now(timezone.utc)
            await SqlAudit(store).add(None, "conversation_forgotten", FORGOTTEN, now)
        return was_there
    finally:
        await store.close()
