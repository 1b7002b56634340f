"""The same answer everywhere: forty questions on every channel, with the real assistant.

What a channel cannot fit stands behind a number there; the test goes and reads it.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from bot.channels.base import Channel
from bot.channels.contracts import Services
from bot.channels.registry import open_channels
from bot.channels.splitting import utf8_bytes, utf16_units
from bot.channels.tencent.crypto import Crypto
from bot.channels.texts import Texts
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

pytestmark = pytest.mark.xdist_group("assistant")

# Ours, not the knowledge base's: what they find is not the point, that all find it is.
QUESTIONS = (
    "小微企业能少交哪些税？", "创业担保贷款找哪个部门办？", "6.2的原文是什么", "第十八条讲什么",
    "创新券现在还有吗", "我们想租一台示波器", "众创空间有补贴吗", "知识产权被侵权了去哪里投诉",
    "大学生休学创业行不行", "专利可以拿去质押贷款吗", "政府采购会优先买初创公司的产品吗",
    "我是科研人员，想离岗创业，能保留编制吗", "深圳的引导基金归谁管", "创新券面额多少？",
    "我刚从海外回来，手上有个芯片项目，想落户深圳创业，能用上什么？", "众筹平台有什么规定",
    "港澳青年嚟深圳創業有咩支持？", "註冊公司可唔可以用住宅地址？", "邊個部門負責孵化器？",
    "孔雀計劃係咩嚟㗎", "創業大賽喺邊度報名", "想搵間平租嘅寫字樓開工", "想上新三板有冇人幫手",
    "第六條第二款", "稅務優惠搵邊個", "點樣先可以攞到研發資助", "想同大學合作做研發搵邊個",
    "Who handles guaranteed startup loans?", "Can our VC fund deduct its investment from tax?",
    "what is a maker space", "Is there any help with renting a lab?",
    "patent got copied, who helps", "I'm a student and want to start a company",
    "Are innovation vouchers still given out?",
    "We build drones with eight people and need money for a prototype", "who runs the talent plan",
    "今天天气怎么样", "上海有没有创业补贴", "hello", "转人工",
)  # fmt: skip
HUMAN = {"zh-Hans": "人工", "zh-Hant": "人工", "en": "person"}


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


@pytest_asyncio.fixture
async def everywhere(assistant: Any) -> AsyncIterator[Everywhere]:
    store, service = SqlStore("sqlite://"), wecom.FakeWeCom()
    conversations = Conversations(assistant, store)
    async with telegram.fake_telegram() as bot_api:
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
        services = Services(conversations, SqlInbox(store), Texts.read())
        channels = {channel.name: channel for channel in open_channels(settings, services)}
        app = Starlette(routes=[r for channel in channels.values() for r in channel.routes()])
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            for channel in channels.values():
                await channel.start()
            await quiet(channels["telegram"])  # it connects in the background
            yield Everywhere(conversations, channels, client, bot_api, service)
            for channel in channels.values():
                await channel.stop()
    service.close()
    await store.close()


async def test_forty_questions_find_the_same_provision_quote_and_office_on_every_channel(
    everywhere: Everywhere,
) -> None:
    assert len(QUESTIONS) == 40
    for number, question in enumerate(QUESTIONS, start=1):
        user = str(number)
        turn = await everywhere.on_the_web(user, question)
        for ask in (everywhere.on_telegram, everywhere.on_wechat, everywhere.on_wecom):
            read = await ask(user, question)
            where = f"{ask.__name__}, {question}"
            assert same(turn.choices[0].title, read) if turn.choices else True, where
            for card in turn.cards:
                assert same(card["heading"], read), where
                assert same(card["summary"], read) or card["view"] != "answer", where
                await assert_shown(card, read, lambda text, u=user, a=ask: a(u, text), where)
            if not turn.cards:
                assert same(turn.replies[0], read), where


async def assert_shown(card: dict[str, Any], read: list[str], say: Any, where: str) -> None:
    """The quote and every office of today, here or behind the number that the text names."""
    offices = [contact["name"] for unit in card["units"] for contact in unit["contacts"]]
    wanted = {
        "answer": [card["quote"], *offices],
        "contact": offices,
        "original": [card["quote"]],
        "status": [],
    }[card["view"]]
    for text in wanted:
        if same(text, read):
            continue
        told = re.findall(r"(?:回[复覆]\s*|reply )(\d)", "\n".join(read))
        behind = [piece for digit in dict.fromkeys(told) for piece in await say(digit)]
        assert same(text, behind), f"{where}: neither shown nor behind {told}: {text[:30]}"


def same(text: str, read: list[str]) -> bool:
    """Whether a text is in what was read, whatever the line breaks and marks of headings."""
    return _bare(text) in _bare("".join(read))


def _bare(text: str) -> str:
    return re.sub(r"[\s【】]", "", text)


def test_the_questions_are_in_three_scripts_and_need_every_kind_of_answer() -> None:
    from knowledge.language import detect

    languages = [detect(question) for question in QUESTIONS]
    assert min(languages.count(language) for language in HUMAN) >= 10
