"""The menu of commands beside Telegram's input field."""

from __future__ import annotations

import logging

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError

from bot.texts import Texts
from knowledge.language import DEFAULT, Language

logger = logging.getLogger(__name__)

COMMANDS = ("topics", "language", "human", "privacy", "forget", "help", "start")
# Telegram tells menus apart by two letters, so that "zh" cannot say which script. All see
# Simplified Chinese, those whose Telegram is English see English, and a chat that speaks
# Traditional gets a menu of its own.
_BY_LANGUAGE_CODE: dict[str | None, Language] = {None: DEFAULT, "en": "en"}


class Menu:
    """Sets the menus. A chat without one can still type every command."""

    def __init__(self, bot: Bot, texts: Texts) -> None:
        self._bot, self._texts = bot, texts

    async def set_for_all(self) -> None:
        try:
            for scope in (BotCommandScopeAllPrivateChats(), BotCommandScopeAllGroupChats()):
                for code, language in _BY_LANGUAGE_CODE.items():
                    await self._bot.set_my_commands(
                        self._commands(language), scope, language_code=code
                    )
        except TelegramError as error:
            logger.warning("telegram: the command menu is not set (%s)", type(error).__name__)

    async def set_for(self, chat: int, language: Language) -> None:
        """One chat's own, in the language that is spoken there."""
        try:
            await self._bot.set_my_commands(self._commands(language), BotCommandScopeChat(chat))
        except TelegramError as error:
            logger.info("telegram: a chat's menu is not set (%s)", type(error).__name__)

    def _commands(self, language: Language) -> list[BotCommand]:
        return [
            BotCommand(name, self._texts.of(f"telegram_command_{name}", language))
            for name in COMMANDS
        ]
