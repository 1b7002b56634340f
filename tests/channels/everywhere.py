"""Every channel of one bot, with fakes of the platforms behind them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
from starlette.applications import Starlette

from bot.channels.base import Channel
from bot.channels.contracts import Services
from bot.channels.registry import open_channels
from bot.channels.splitting import utf8_bytes, utf16_units
from bot.channels.tencent.crypto import Crypto
from bot.channels.texts import channel_texts
from bot.conversation import Conversations
from bot.message import Turn, UserMessage
from bot.settings import Settings
from bot.store.inbox import SqlInbox
from bot.store.sql import SqlStore
from tests.channels import fake_telegram as telegram
from tests.channels import fake_wechat as wechat
from tests.channels import fake_wecom as wecom
from tests.channels.test_wecom import KEY as WECOM_KEY
from tests.channels.test_wecom import TOKEN as WECOM_TOKEN
from tests.channels.test_wecom import ring


@dataclass
class Everywhere:
    """All channels of one bot, and the platforms behind them."""

    conversations: Conversations
    channels: dict[str, Channel]
    client: httpx.AsyncClient
    telegram: telegram.FakeTelegram
    wecom: wecom.FakeWeCom
    asked: int = 0

    async def on_the_web(self, user: str, text: str) -> Turn:
        conversation = f"web:{user}"
        await self.conversations.create(conversation)
        return await self.conversations.handle(UserMessage(conversation, "m", text))

    async def on_telegram(self, user: str, text: str) -> list[str]:
        self.asked += 1
        chat = {"id": int(user), "type": "private"}
        person = {"id": int(user), "is_bot": False, "first_name": "F"}
        message = {"message_id": self.asked, "date": int(time.time()), "text": text}
        update = {"update_id": self.asked, "message": {**message, "chat": chat, "from": person}}
        secret = {"X-Telegram-Bot-Api-Secret-Token": "secret"}
        response = await self.client.post("/channels/telegram", json=update, headers=secret)
        assert response.status_code == 200
        await quiet(self.channels["telegram"])
        sent = [message for message in self.telegram.sent if message["chat_id"] == int(user)]
        texts = [telegram.shown(message["text"]) for message in sent]
        assert all(utf16_units(shown) <= 4096 for shown in texts)
        rows = [
            row for m in sent if "reply_markup" in m for row in m["reply_markup"]["inline_keyboard"]
        ]
        return [*texts, *(button["text"] for row in rows for button in row)]

    async def on_wechat(self, user: str, text: str) -> list[str]:
        crypto = Crypto(wechat.TOKEN, wechat.AES_KEY, wechat.APP_ID)
        pushes = wechat.Pushes(self.client, crypto)
        return [await pushes.ask(pushes.text(text, f"o-{user}"))]

    async def on_wecom(self, user: str, text: str) -> list[str]:
        before = len(self.wecom.texts)
        self.wecom.writes(text, f"w-{user}")
        assert (await ring(self.client, self.wecom)).status_code == 200
        await quiet(self.channels["wecom"])
        texts = self.wecom.texts[before:]
        assert all(utf8_bytes(sent) <= 2048 for sent in texts)
        return texts


async def quiet(channel: Channel) -> None:
    while channel._background:
        await asyncio.wait_for(asyncio.gather(*channel._background), 30)


@asynccontextmanager
async def everywhere_for(
    conversations: Conversations, store: SqlStore, before: Everywhere | None = None
) -> AsyncIterator[Everywhere]:
    """All channels, started, for these conversations; with the platforms of `before`, anew."""
    async with AsyncExitStack() as opened:
        if before is None:
            service, asked = wecom.FakeWeCom(), 0
            opened.callback(service.close)
            bot_api = await opened.enter_async_context(telegram.fake_telegram())
        else:
            service, asked, bot_api = before.wecom, before.asked, before.telegram
        settings = Settings(
            telegram_bot_token=telegram.TOKEN,
            telegram_webhook_url="https://bot.example",
            telegram_webhook_secret="secret",
            telegram_api_base=bot_api.base,
            wechat_app_id=wechat.APP_ID,
            wechat_token=wechat.TOKEN,
            wechat_encoding_aes_key=wechat.AES_KEY,
            wecom_corp_id=wecom.CORP_ID,
            wecom_kf_secret=wecom.SECRET,
            wecom_token=WECOM_TOKEN,
            wecom_encoding_aes_key=WECOM_KEY,
            wecom_api_base=service.url,
        )
        services = Services(conversations, SqlInbox(store), channel_texts())
        channels = {channel.name: channel for channel in open_channels(settings, services)}
        app = Starlette(routes=[r for channel in channels.values() for r in channel.routes()])
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            for channel in channels.values():
                await channel.start()
            await quiet(channels["telegram"])  # it connects in the background
            yield Everywhere(conversations, channels, client, bot_api, service, asked)
            for channel in channels.values():
                await channel.stop()
