"""Import notices from a feed, for staff to decide on."""

from __future__ import annotations

import argparse
import asyncio
import sys

from bot.desk.services import utc_now
from bot.secretary.feed import FeedEntry, FeedRefused, read_feed
from bot.secretary.news import Proposed
from bot.settings import Settings
from bot.store.news import SqlNews
from bot.store.sql import SqlStore
from knowledge.live import LIBRARY, Content
from knowledge.lookup import look_up

_MOST_PROPOSED = 3


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    try:
        entries = read_feed(options.source, settings.news_hosts)
    except FeedRefused as refused:
        print(f"nothing was imported from {options.source}: {refused}", file=sys.stderr)
        return 1
    LIBRARY.configure(settings.knowledge_dirs, settings.cache_dir)
    proposed = [Proposed(entry, propose(LIBRARY.content, entry)) for entry in entries]
    new = asyncio.run(_add(settings, proposed))
    print(
        f"{len(entries)} notices read, {new} of them new; {len(entries) - new} were there already. "
        "Decide on them at /desk/news."
    )
    return 0


def propose(content: Content, entry: FeedEntry) -> tuple[str, ...]:
    """What the search thinks that a notice is about, best first; it may be nothing."""
    for text in (entry.title, f"{entry.title} {entry.summary}"):
        found = look_up(content, text, _MOST_PROPOSED)
        if found:
            return tuple(provision.id for provision in found)
    return ()


async def _add(settings: Settings, proposed: list[Proposed]) -> int:
    store = SqlStore(settings.database)
    try:
        return await SqlNews(store, utc_now).add(proposed)
    finally:
        await store.close()
