"""An assistant with a store of its own that is gone afterwards: for ask, chat and batch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.assistant import RasaAssistant
from bot.conversation import Conversations
from bot.settings import Settings
from bot.store.sql import SqlStore
from knowledge.live import LIBRARY


@asynccontextmanager
async def conversations(settings: Settings) -> AsyncIterator[Conversations]:
    """The whole bot, without a server; what is said is not kept."""
    LIBRARY.configure(settings.knowledge_dirs, settings.cache_dir)
    assistant = RasaAssistant(settings.model, own_thread=False)
    store = SqlStore("sqlite://")  # in memory
    await assistant.start()
    try:
        yield Conversations(assistant, store)
    finally:
        await assistant.stop()
        await store.close()
