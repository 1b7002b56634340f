"""微信客服, WeCom's customer service: any WeChat user asks, the bot answers or hands over.

The callback is only a bell. What rang is pulled, accepted for good, answered, and sent.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.base import Channel
from bot.channels.contracts import Kept, Reach, Received, Services, TryAgain, Undeliverable
from bot.channels.tencent.api import PlatformApi, PlatformError, corp_token
from bot.channels.tencent.crypto import Crypto
from bot.channels.tencent.kf_answers import WINDOW, Answers
from bot.channels.tencent.kf_bells import Bells
from bot.channels.tencent.kf_callback import Callback
from bot.channels.tencent.kf_calls import Customer, CustomerService, Owner
from bot.channels.tencent.kf_messages import received as received_of
from bot.channels.tencent.oa_texts import for_later, say
from bot.channels.tencent.render import compose
from bot.message import Turn
from bot.settings import Settings, SettingsError

logger = logging.getLogger(__name__)

_WELCOME_LASTS = 20.0  # seconds
_QUEUED = -1  # in place of a part's number, for the sentence after an answer
_SETTINGS = ("wecom_corp_id", "wecom_kf_secret", "wecom_token", "wecom_encoding_aes_key")


class WeComChannel(Channel):
    """Answers customers as long as no person of the company has the conversation."""

    name = "wecom"

    def __init__(
        self,
        services: Services,
        crypto: Crypto,
        api: PlatformApi,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(services)
        self._api, self._clock = api, clock
        self._callback = Callback(crypto, clock)
        self._service = CustomerService(api)
        # Messages of one customer stay in order while the platform is asked whose they are.
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._answers = Answers(self._service, self.inbox, self.name, clock)
        self._bells = Bells(self._service, self.inbox, self.name, self._accept, self.in_background)

    @staticmethod
    def is_set_up(settings: Settings) -> bool:
        """Whether it is on. Raises SettingsError where something is missing or wrong."""
        if not settings.has_all(*_SETTINGS):
            return False
        _crypto(settings)
        return True

    @classmethod
    def open(cls, settings: Settings, services: Services) -> WeComChannel | None:
        """None without its settings. Raises SettingsError where some are missing or wrong."""
        if not cls.is_set_up(settings):
            return None
        token = corp_token(settings.wecom_corp_id, settings.wecom_kf_secret)
        return cls(services, _crypto(settings), PlatformApi(settings.wecom_api_base, token))

    def routes(self) -> Sequence[Route]:
        return [
            Route("/channels/wecom", self._verify, methods=["GET"]),
            Route("/channels/wecom", self._ring, methods=["POST"]),
        ]

    async def start(self) -> None:
        await super().start()
        await self._bells.start()

    async def stop(self) -> None:
        await super().stop()
        self._api.close()

    async def owner(self, conversation: str) -> Owner:
        """Who has the conversation. Raises TryAgain, PlatformError."""
        return await self._service.owner(Customer.of(conversation))

    async def hand_over(self, conversation: str, to: Owner, servicer: str = "") -> bool:
        """Whether the platform did so; not where nobody serves, or not from the present owner.

        `servicer`: the person, for "human". Raises TryAgain.
        """
        return await self._moved(conversation, to, servicer) is not None

    async def reach(self, conversation: str) -> Reach:
        allowance = await self._answers.allowance(Customer.of(conversation))
        is_over = allowance.until and self._clock() >= allowance.until
        return Reach(0 if is_over else allowance.left, allowance.until or None)

    async def push(self, conversation: str, turn: Turn) -> None:
        now = _with_ids(turn, compose(turn, self.texts))
        later = _with_ids(turn, for_later(turn, self.texts))
        if not await self._answers.push(Customer.of(conversation), now, later):
            raise Kept

    async def bring(self, conversation: str) -> bool:
        return await self._answers.deliver(Customer.of(conversation), {}, {})

    async def held(self, received: Received) -> None:
        with suppress(TryAgain):  # the outbox does
            await self.bring(received.message.conversation)

    async def send(self, turn: Turn, received: Received) -> None:
        customer = Customer.of(received.message.conversation)
        if "welcome" in received.address:
            await self._greet(turn, received.address["welcome"])
            return
        now = compose(turn, self.texts)
        # When it is read, a number will stand for a choice of another answer.
        later = for_later(turn, self.texts)
        await self._answers.deliver(customer, _with_ids(turn, now), _with_ids(turn, later))
        if turn.outcome == "handoff" and turn.owner == "bot":  # else our own desk has it
            await self._queue(turn)

    async def _greet(self, turn: Turn, code: str) -> None:
        greeting = say(turn, self.texts, welcome=True).texts[0]
        try:
            await self._service.send_on_event(code, _identity(turn, 0), greeting)
        except PlatformError as error:
            # The code was used or its time is over. A greeting that comes late is none.
            raise Undeliverable(str(error)) from error

    async def _queue(self, turn: Turn) -> None:
        """Hand over to the company's people where there are any, and say so."""
        code = await self._moved(turn.conversation, "waiting")
        if not code:
            return
        queued = self.texts.of("queued", turn.language)
        try:
            await self._service.send_on_event(code, _identity(turn, _QUEUED), queued)
        except (TryAgain, PlatformError) as error:
            # They have it, and the code is good once: no reason to answer all over again.
            logger.warning("wecom: conversation=%s not told: %s", turn.conversation, error)

    async def _moved(self, conversation: str, to: Owner, servicer: str = "") -> str | None:
        """The code for a sentence about it; None where the platform does not allow it."""
        try:
            return await self._service.hand_over(Customer.of(conversation), to, servicer)
        except PlatformError as error:
            logger.info("wecom: conversation=%s not handed to %s: %s", conversation, to, error)
            return None

    async def _answer(self, received: Received) -> Turn | None:
        address = received.address
        conversation = received.message.conversation
        if "welcome" not in address:
            async with self._asking.setdefault(conversation, asyncio.Lock()):
                is_ours = await self._is_ours(conversation)
            if not is_ours:
                raise Undeliverable("a person of the company has the conversation")
        if "notice" in address:
            return await self.aside(received, address["notice"])
        return await super()._answer(received)

    async def _is_ours(self, conversation: str) -> bool:
        """Whether the bot is to answer; takes a new conversation."""
        try:
            owner = await self.owner(conversation)
            if owner == "new":
                await self.hand_over(conversation, "bot")
        except (TryAgain, PlatformError) as error:
            # Where a person has it, the platform takes no answer of ours.
            logger.warning("wecom: conversation=%s, owner not known: %s", conversation, error)
            return True
        return owner not in ("waiting", "human")

    async def _accept(self, entry: dict[str, Any]) -> None:
        """Take an entry of sync_msg for good, and begin to answer it."""
        received = received_of(entry)
        if received is None:
            return
        state = await self.inbox.accept(self.name, received)
        at, conversation = received.address["at"], received.message.conversation
        is_greeting = "welcome" in received.address
        if self._clock() - at > (_WELCOME_LASTS if is_greeting else WINDOW):
            await self.inbox.finish(self.name, received)
            return
        if state == "new" and not is_greeting:
            await self._answers.heard(Customer.of(conversation), at)
        self.in_background(self.process(received))

    async def _verify(self, request: Request) -> Response:
        return PlainTextResponse(self._callback.echo(request))

    async def _ring(self, request: Request) -> Response:
        async with self._callback.event(request) as event:
            if event.get("Event") == "kf_msg_or_event" and event.get("OpenKfId"):
                await self._bells.ring(event["OpenKfId"], event.get("Token", ""))
        return PlainTextResponse("success")


def _crypto(settings: Settings) -> Crypto:
    key = settings.wecom_encoding_aes_key
    try:
        return Crypto(settings.wecom_token, key, settings.wecom_corp_id)
    except ValueError as error:
        raise SettingsError(f"WECOM_ENCODING_AES_KEY: {error}") from error


def _with_ids(turn: Turn, texts: Sequence[str]) -> dict[str, str]:
    return {_identity(turn, part): text for part, text in enumerate(texts)}


def _identity(turn: Turn, part: int) -> str:
    """Our own id of a text: the same when it is sent again, at most 32 characters.

    The number tells a sentence of the channel (0) from the answer that comes after it.
    """
    of = f"{turn.conversation} {turn.id} {turn.number} {part}"
    return hashlib.sha256(of.encode()).hexdigest()[:32]
