"""Sends to a chat: a piece of an answer with its buttons, and "is typing" before it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, TelegramError

from bot.channels.bot_api.html import Piece

logger = logging.getLogger(__name__)

_TYPING_AFTER = 0.4  # seconds; most answers are there before
_TYPING_EVERY = 4.0  # Telegram shows it for five


class Sender:
    """`address`: that of a Received, as bot_api/updates.py makes it."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def send(
        self,
        piece: Piece,
        address: dict[str, Any],
        buttons: InlineKeyboardMarkup | None = None,
        reply_to: int | None = None,
    ) -> None:
        """One message. Raises TelegramError."""
        more: dict[str, Any] = {
            "chat_id": address["chat"],
            "message_thread_id": address.get("thread"),
            "link_preview_options": LinkPreviewOptions(is_disabled=True),
            "reply_markup": buttons,
        }
        if reply_to is not None:
            # The question may have been deleted meanwhile.
            more["reply_parameters"] = ReplyParameters(reply_to, allow_sending_without_reply=True)
        try:
            await self._bot.send_message(text=piece.html, parse_mode=ParseMode.HTML, **more)
        except BadRequest as error:
            if "parse entities" not in error.message.lower():
                raise
            logger.warning("telegram: an answer's marks were not understood; sent without them")
            await self._bot.send_message(text=piece.text, **more)

    @asynccontextmanager
    async def typing(
        self, address: dict[str, Any], is_wanted: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[None]:
        """Show that an answer is being written, if it takes long and one is wanted."""

        async def type_late() -> None:
            await asyncio.sleep(_TYPING_AFTER)
            if await is_wanted():
                await self._type(address["chat"], address.get("thread"))

        task = asyncio.ensure_future(type_late())
        try:
            yield
        finally:
            task.cancel()

    async def _type(self, chat: int, thread: int | None) -> None:
        while True:
            with suppress(TelegramError):
                await self._bot.send_chat_action(chat, ChatAction.TYPING, message_thread_id=thread)
            await asyncio.sleep(_TYPING_EVERY)
