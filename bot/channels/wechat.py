"""The WeChat Official Account: an answer goes back in the request that brought the question.

What attempt of WeChat gets what is written in bot/channels/tencent/oa_exchange.py.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext, suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.base import Channel
from bot.channels.contracts import (
    Kept,
    Outcome,
    Reach,
    Received,
    Services,
    TryAgain,
)
from bot.channels.splitting import split, utf8_bytes
from bot.channels.tencent.api import PlatformApi, stable_token
from bot.channels.tencent.crypto import Crypto
from bot.channels.tencent.oa_answers import AFTER_MESSAGE, AFTER_TAP, Answers
from bot.channels.tencent.oa_callback import Callback, bad, nothing, refused
from bot.channels.tencent.oa_exchange import LAST_ATTEMPT, Exchange, Exchanges, Timing
from bot.channels.tencent.oa_menu import MenuError, keys, read_menu
from bot.channels.tencent.oa_messages import EVENT, user
from bot.channels.tencent.oa_messages import received as received_of
from bot.channels.tencent.oa_texts import for_later, say
from bot.channels.tencent.render import LIMIT
from bot.channels.tencent.xml import BadXml
from bot.message import Turn
from bot.settings import Settings, SettingsError

_NEEDED = ("wechat_app_id", "wechat_token")
_MORE = ("wechat_app_secret", "wechat_encoding_aes_key")


class WeChatChannel(Channel):
    """Answers passively; what comes too late for that goes by a call, or waits.

    `menu`: the keys of the menu's buttons.
    """

    name = "wechat"

    def __init__(
        self,
        services: Services,
        callback: Callback,
        api: PlatformApi | None = None,
        menu: Collection[str] = (),
        timing: Timing | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(services)
        self._callback, self._api, self._menu = callback, api, menu
        self._timing = timing or Timing()
        self._answers = Answers(api, self.inbox, self.name, clock)
        self._exchanges = Exchanges()

    @staticmethod
    def is_set_up(settings: Settings) -> bool:
        """Whether it is on. Raises SettingsError where something is missing or wrong."""
        given = [name for name in _MORE if getattr(settings, name)]
        if not settings.has_all(*_NEEDED, *given):
            return False
        _crypto(settings)
        _menu()
        return True

    @classmethod
    def open(cls, settings: Settings, services: Services) -> WeChatChannel | None:
        """None without its settings. Raises SettingsError where some are missing or wrong."""
        if not cls.is_set_up(settings):
            return None
        callback = Callback(settings.wechat_token, _crypto(settings))
        return cls(services, callback, platform(settings), _menu())

    def routes(self) -> Sequence[Route]:
        return [
            Route("/channels/wechat", self._verify, methods=["GET"]),
            Route("/channels/wechat", self._receive, methods=["POST"]),
        ]

    async def stop(self) -> None:
        await super().stop()
        if self._api is not None:
            self._api.close()

    async def reach(self, conversation: str) -> Reach:
        allowance = await self._answers.allowance(user(conversation))
        return Reach(allowance.left, allowance.until or None)

    async def push(self, conversation: str, turn: Turn) -> None:
        now, later = say(turn, self.texts).texts, for_later(turn, self.texts)
        if not await self._answers.push(user(conversation), now, later):
            raise Kept

    async def bring(self, conversation: str) -> bool:
        async with self._answers.alone(user(conversation)):
            return await self._answers.bring(user(conversation))

    async def held(self, received: Received) -> None:
        to, exchange = user(received.message.conversation), self._exchanges.open(received.key)
        async with self._answers.alone(to):
            late = await self._answers.kept(to)
            first, *rest = split("\n\n".join(late), LIMIT, utf8_bytes) or [""]
            if first and await exchange.offer(first, self._timing.grace):
                await self._answers.went(to, late, rest)
            with suppress(TryAgain):  # the outbox does
                await self._answers.bring(to)

    async def process(self, received: Received) -> Outcome:
        exchange = self._exchanges.open(received.key)
        try:
            outcome = await super().process(received)
            if outcome.result == "failed" and outcome.turn is not None and exchange.unsent:
                # Not at the next start: the founder's next message brings it before.
                await self._wait(outcome.turn, received, exchange.unsent)
                await self.inbox.finish(self.name, received)
            return outcome
        finally:
            self._exchanges.close(received.key)

    async def send(self, turn: Turn, received: Received) -> None:
        to, exchange = user(received.message.conversation), self._exchanges.open(received.key)
        if exchange.unsent is None:  # else it is tried again
            exchange.unsent = await self._reply(turn, received, exchange)
        while exchange.unsent and await self._answers.send(to, exchange.unsent[0]):
            exchange.unsent.pop(0)
        if exchange.unsent:
            await self._wait(turn, received, exchange.unsent)

    async def _reply(self, turn: Turn, received: Received, exchange: Exchange) -> list[str]:
        """Answer passively if that is possible; the texts that have to go in another way."""
        to, welcome = user(received.message.conversation), "welcome" in received.address
        alone = self._answers.alone(to)
        is_first = not alone.locked()  # two messages at once bring what is late once
        async with alone if is_first else nullcontext():
            late = await self._answers.kept(to) if is_first else []
            said = say(turn, self.texts, welcome, late)
            if not await exchange.offer(said.texts[0], self._timing.grace):
                return say(turn, self.texts, welcome).texts
            if said.late != late:
                await self._answers.went(to, late, said.late)
            return said.texts[1:]

    async def _wait(self, turn: Turn, received: Received, texts: list[str]) -> None:
        """Keep texts for the founder's next message."""
        to = user(received.message.conversation)
        if texts == say(turn, self.texts, "welcome" in received.address).texts:
            texts = for_later(turn, self.texts)
        await self._answers.wait(to, texts)

    async def _answer(self, received: Received) -> Turn | None:
        if self._exchanges.open(received.key).attempts:  # not anew after a restart
            is_event = received.message.id.startswith(EVENT)
            grant = AFTER_TAP if is_event else AFTER_MESSAGE
            await self._answers.heard(user(received.message.conversation), grant)
        if "notice" in received.address:
            return await self.aside(received, received.address["notice"])
        return await super()._answer(received)

    async def _verify(self, request: Request) -> Response:
        return self._callback.echo(request)

    async def _receive(self, request: Request) -> Response:
        push = await self._callback.open(request)
        try:
            received = received_of(push.values, self._menu)
        except BadXml as error:
            raise bad(str(error)) from error
        exchange = self._exchanges.find(received.key) if received is not None else None
        # WeChat does not say whether its own attempts are signed anew.
        if not push.fresh and (exchange is None or exchange.attempts >= LAST_ATTEMPT):
            raise refused("sent before")
        if received is None:
            return nothing()
        if exchange is None:
            exchange = self._exchanges.open(received.key)
            self.in_background(self.process(received))
        text = await self._text(received, exchange)
        return self._callback.reply(push, text, exchange.hand_over) if text else nothing()

    async def _text(self, received: Received, exchange: Exchange) -> str:
        """What this attempt is answered with; empty for nothing."""
        exchange.attempts += 1
        is_last = exchange.attempts >= LAST_ATTEMPT
        text = await exchange.take(self._timing.patience)
        if text is not None:
            return text
        if is_last:
            exchange.give_up()
            # "success" makes it ours: it must be in the inbox, however slow that is.
            await self.inbox.accept(self.name, received)
        else:
            await asyncio.sleep(self._timing.hold)
        return ""


def _crypto(settings: Settings) -> Crypto | None:
    key = settings.wechat_encoding_aes_key
    try:
        return Crypto(settings.wechat_token, key, settings.wechat_app_id) if key else None
    except ValueError as error:
        raise SettingsError(f"WECHAT_ENCODING_AES_KEY: {error}") from error


def _menu() -> Collection[str]:
    try:
        return keys(read_menu())
    except MenuError as error:
        raise SettingsError(str(error)) from error


def platform(settings: Settings) -> PlatformApi | None:
    """Calls of the account's interfaces; None without its AppSecret."""
    if not settings.wechat_app_secret:
        return None
    token = stable_token(settings.wechat_app_id, settings.wechat_app_secret)
    return PlatformApi(settings.wechat_api_base, token)
