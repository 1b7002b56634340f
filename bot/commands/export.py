"""Print all that is kept of a conversation as JSON, for the person who asks for it."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import datetime, timezone
from typing import Any

from bot.people.vault import Vault
from bot.settings import Settings
from bot.store.audit import SqlAudit
from bot.store.personal import export
from bot.store.sql import SqlStore


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    kept = asyncio.run(_export(options.conversation, settings))
    if kept is None:
        print(f"nothing is kept of {options.conversation}", file=sys.stderr)
        return 1
    print(json.dumps(kept, ensure_ascii=False, indent=2))
    return 0


async def _export(conversation: str, settings: Settings) -> dict[str, Any] | None:
    store = SqlStore(settings.database)
    vault = Vault(*settings.contact_keys())
    try:
        kept = await store.run(lambda connection: export(connection, conversation, vault))
        if kept is not None:
            now = datetime.now(timezone.utc)
            await SqlAudit(store).add(None, "conversation_exported", conversation, now)
        return kept
    finally:
        await store.close()
