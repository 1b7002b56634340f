"""Put made-up mentors and projects into the library to try it out, and take them out again."""

from __future__ import annotations

import argparse
import asyncio
from datetime import datetime, timezone
from pathlib import Path

from bot.people.vault import Vault
from bot.secretary.demo import read_demo
from bot.settings import Settings
from bot.store.audit import SqlAudit
from bot.store.demo import SqlDemo
from bot.store.sql import SqlStore

_FILE = Path(__file__).parent.parent / "secretary" / "demo.yml"


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    if options.what == "load":
        numbers = asyncio.run(_load(settings))
        print(
            "demo mentors and projects are in the library, marked as demo wherever they are shown"
        )
        for number in numbers:
            print(f"project {number}: ask the bot how it stands")
        print("`python -m bot demo remove` takes them out again")
    else:
        mentors, projects = asyncio.run(_remove(settings))
        print(f"{mentors} demo mentors and {projects} demo projects removed")
    return 0


async def _load(settings: Settings) -> list[str]:
    store, now = SqlStore(settings.database), datetime.now(timezone.utc)
    vault = Vault(*settings.contact_keys())
    try:
        mentors, projects = read_demo(_FILE, vault, now)
        numbers = await SqlDemo(store).load(mentors, projects, now)
        await SqlAudit(store).add(None, "demo_loaded", "", now)
        return numbers
    finally:
        await store.close()


async def _remove(settings: Settings) -> tuple[int, int]:
    store, now = SqlStore(settings.database), datetime.now(timezone.utc)
    try:
        removed = await SqlDemo(store).remove()
        await SqlAudit(store).add(None, "demo_removed", "", now)
        return removed
    finally:
        await store.close()
