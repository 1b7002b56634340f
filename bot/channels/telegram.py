"""Telegram: private chats, groups and inline mode, by polling or by webhook."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update
from telegram.error import TelegramError
from telegram.ext import CallbackQueryHandler, InlineQueryHandler

from bot.channels.base import Channel
from bot.channels.bot_api.bot import translated
from bot.channels.bot_api.connection import ROUTE, Connection
from bot.channels.bot_api.html import compose, keyboard
from bot.channels.bot_api.inline import InlineSearch
from bot.channels.bot_api.menu import Menu
from bot.channels.bot_api.sender import Sender
from bot.channels.bot_api.settings import is_set_up
from bot.channels.bot_api.updates import FORGOTTEN, address_of, is_for, language_of, parse, read
from bot.channels.contracts import Received, Services
from bot.http import Problem, read_json
from bot.message import Turn
from bot.privacy import without_text
from bot.settings import Settings

logger = logging.getLogger(__name__)

_FINISH = 2.0  # for what is under way when we stop
# A long message, the long one it replies to, and an escape for each of their characters.
_LARGEST_UPDATE = 256 * 1024


class TelegramChannel(Channel):
    """Accepts updates before they are acknowledged, and answers them beside that."""

    name = "telegram"

    def __init__(self, services: Services, settings: Settings) -> None:
        super().__init__(services)
        self._secret = settings.telegram_webhook_secret.encode()
        self._connection = Connection(settings, self.take)
        self._bot = self._connection.bot
        self._sender = Sender(self._bot)
        self._menu = Menu(self._bot, self.texts)
        self._inline = InlineSearch(services.lookup, self.texts)
        # The pieces of one answer stay together.
        self._sending: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._connection.application.add_handlers(
            [
                CallbackQueryHandler(self._answer_tap, block=False),
                InlineQueryHandler(self._answer_inline, block=False),
            ]
        )

    @staticmethod
    def is_set_up(settings: Settings) -> bool:
        """Whether it is on. Raises SettingsError where something is missing or wrong."""
        return is_set_up(settings)

    @classmethod
    def open(cls, settings: Settings, services: Services) -> TelegramChannel | None:
        """None without a token. Raises SettingsError where something is missing or wrong."""
        return cls(services, settings) if is_set_up(settings) else None

    def routes(self) -> Sequence[Route]:
        return [] if self._connection.polls else [Route(ROUTE, self._called, methods=["POST"])]

    async def start(self) -> None:
        self.in_background(self._connect())

    async def stop(self) -> None:
        await self._connection.stop_listening()
        if self._running:
            # A message whose sending is cut off may have arrived, and would be sent again.
            _, late = await asyncio.wait(list(self._running.values()), timeout=_FINISH)
            for task in late:
                task.cancel()
        await super().stop()
        await self._connection.close()

    async def take(self, update: Update) -> None:
        """Accept an update; it may be acknowledged when this returns."""
        try:
            received = read(update, self._connection.me)
        except Exception as error:
            # Not what Telegram documents. Not acknowledged it would come for ever.
            trace = without_text(error)
            logger.error("telegram: update %d is passed over", update.update_id, exc_info=trace)
            return
        if received is None:
            logger.debug("telegram: update %d asks nothing of us", update.update_id)
            return
        message = received.message
        if not message.text and message.choice is None:
            # A command has no words that would tell the language.
            language = await self.conversations.language(
                message.conversation, language_of(update.effective_user)
            )
            received = replace(received, message=replace(message, language=language))
        await self.inbox.accept(self.name, received)
        if "thread" in received.address:
            # What a person writes later belongs there too.
            key = f"thread:{message.conversation}"
            await self.inbox.keep(self.name, key, received.address["thread"])
        self.in_background(self.process(received))

    async def send(self, turn: Turn, received: Received) -> None:
        await self._send(turn, received.message.conversation, received.message.id, received.address)
        self._show_menu(turn, received.address)

    async def push(self, conversation: str, turn: Turn) -> None:
        thread = await self.inbox.read(self.name, f"thread:{conversation}")
        await self._send(turn, conversation, turn.id, address_of(conversation, thread))

    async def _send(
        self, turn: Turn, conversation: str, identity: str, address: dict[str, Any]
    ) -> None:
        pieces = compose(turn)
        key = f"sent:{conversation}:{identity}"
        several = len(pieces) > 1
        async with self._sending.setdefault(address["chat"], asyncio.Lock()):
            # What went out before an error or a restart is not sent again.
            sent = (await self.inbox.read(self.name, key) or 0) if several else 0
            for number, piece in enumerate(pieces[sent:], start=sent + 1):
                is_last = number == len(pieces)
                buttons = keyboard(turn, address.get("owner")) if is_last else None
                reply_to = address.get("reply_to") if number == 1 else None
                with translated():
                    await self._sender.send(piece, address, buttons, reply_to)
                if several:
                    await self.inbox.keep(self.name, key, None if is_last else number)

    async def _connect(self) -> None:
        await self._connection.reach()
        await super().start()
        await self._connection.listen()
        await self._menu.set_for_all()

    async def _called(self, request: Request) -> Response:
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(given.encode(), self._secret):
            raise Problem(403, "Not Telegram", "The secret token is missing or wrong.")
        if not self._connection.is_open:
            # Telegram keeps it and asks again.
            raise Problem(503, "Not ready", "Try again in a moment.", {"Retry-After": "5"})
        update = parse(await read_json(request, _LARGEST_UPDATE), self._bot)
        if update is None:
            raise Problem(400, "No update", "An update is an object with an update_id.")
        await self._connection.take(update)
        return Response(status_code=200)

    async def _answer(self, received: Received) -> Turn | None:
        conversation, notice = received.message.conversation, received.address.get("notice")

        async def is_wanted() -> bool:
            return not await self.conversations.has_person(conversation)

        async with self._sender.typing(received.address, is_wanted):
            if notice == FORGOTTEN:
                turn = await self.notice(received, notice)
                await self.conversations.forget(conversation)
                return turn
            if notice is not None:
                return await self.aside(received, notice)
            answer = await super()._answer(received)
            if answer is None or answer.is_silent or "welcome" not in received.address:
                return answer
            return self._welcoming(answer)

    def _welcoming(self, turn: Turn) -> Turn:
        """The topics after a few words, as one answer."""
        welcome = self.texts.of("welcome", turn.language)
        return replace(
            turn,
            replies=(welcome, *turn.replies),
            outline=({"text": welcome}, *turn.outline),
        )

    def _show_menu(self, turn: Turn, address: dict[str, Any]) -> None:
        """A menu in the chat's own language, where it differs from what Telegram shows."""
        begun_in_traditional = "welcome" in address and turn.language == "zh-Hant"
        chosen = turn.intent == "switch_language" and not turn.choices  # else it asks which
        if "owner" not in address and (chosen or begun_in_traditional):
            self.in_background(self._menu.set_for(address["chat"], turn.language))

    async def _answer_tap(self, update: Update, context: object) -> None:
        """Telegram shows a waiting button until it is told that the tap has come."""
        query = update.callback_query
        assert query is not None
        text = None
        if not is_for(query, query.from_user):
            text = self.texts.of("telegram_not_yours", language_of(query.from_user))
        with suppress(TelegramError):  # too late, mostly; the answer itself comes all the same
            await query.answer(text)

    async def _answer_inline(self, update: Update, context: object) -> None:
        assert update.inline_query is not None
        await self._inline.answer(update.inline_query)
