"""What the tests of channels share: the real conversations and inbox behind a fake assistant."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

import bot.channels.base
from bot.channels.contracts import Services
from bot.channels.texts import channel_texts
from bot.conversation import Conversations
from bot.settings import Settings
from bot.store.inbox import SqlInbox
from bot.store.sql import SqlStore
from tests.bot.conftest import (  # noqa: F401 - fixtures
    FakeAssistant,
    assistant,
    make_data_dir,
    search_cache,
    settings,
)
from tests.channels.fake_telegram import TOKEN, FakeTelegram, fake_telegram

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel

OpenTelegram = Callable[..., "Awaitable[TelegramChannel]"]


@pytest.fixture
def fake_assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest_asyncio.fixture
async def store() -> AsyncIterator[SqlStore]:
    store = SqlStore("sqlite://")
    yield store
    await store.close()


@pytest_asyncio.fixture
async def services(fake_assistant: FakeAssistant, store: SqlStore) -> Services:
    return Services(Conversations(fake_assistant, store), SqlInbox(store), channel_texts())


@pytest_asyncio.fixture
async def bot_api() -> AsyncIterator[FakeTelegram]:
    async with fake_telegram() as bot_api:
        yield bot_api


@pytest_asyncio.fixture
async def open_telegram(
    bot_api: FakeTelegram, services: Services, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[OpenTelegram]:
    """Opens the Telegram channel at the fake, in a hurry; keyword arguments are settings."""
    from bot.channels.bot_api import connection
    from bot.channels.bot_api.pace import Pace
    from bot.channels.telegram import TelegramChannel

    monkeypatch.setattr(bot.channels.base, "_FIRST_PAUSE", 0.01)
    monkeypatch.setattr(connection, "_FIRST_PAUSE", 0.01)
    monkeypatch.setattr(connection, "Pace", lambda: Pace(private=(100, 1.0)))
    opened = []

    async def open_telegram(wait: str = "getUpdates", **more: Any) -> TelegramChannel:
        given = {"telegram_bot_token": TOKEN, "telegram_api_base": bot_api.base, **more}
        channel = TelegramChannel.open(Settings(**given), services)
        assert channel is not None
        opened.append(channel)
        await channel.start()
        await bot_api.until(lambda: bot_api.of(wait))
        return channel

    yield open_telegram
    for channel in opened:
        await channel.stop()


@pytest_asyncio.fixture
async def telegram(open_telegram: OpenTelegram) -> TelegramChannel:
    """Telegram by polling."""
    return await open_telegram()
