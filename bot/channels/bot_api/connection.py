"""The way to Telegram: a PTB Application that connects, stays connected and says what is wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from telegram import Update, User
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError
from telegram.ext import Application, ApplicationBuilder

from bot.channels.bot_api.bot import READ_SECONDS, BotRequest, PollingBot, TokenRefused, reason
from bot.channels.bot_api.pace import Pace
from bot.channels.bot_api.updates import WANTED
from bot.settings import Settings

logger = logging.getLogger(__name__)

ROUTE = "/channels/telegram"
_CONNECT, _WRITE = 5.0, 10.0  # seconds
_CONNECTIONS = 64
_LONG_POLL = timedelta(seconds=30)  # what Telegram may wait for something to say
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 120.0
_GOODBYE = 5.0

TakeUpdate = Callable[[Update], Awaitable[None]]


class Connection:
    """Polls, or has Telegram call our route. Neither an outage nor a refused token ends it.

    `take` accepts an update; it is called before the update is acknowledged.
    """

    def __init__(self, settings: Settings, take: TakeUpdate) -> None:
        self._settings = settings
        self.polls = not settings.telegram_webhook_url
        self.is_open = False
        self._complaint = ""
        # Its lines would hold tokens, and answers of Telegram with what founders wrote. What
        # went wrong is said here.
        logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
        proxy = settings.telegram_proxy_url or None
        base = settings.telegram_api_base.rstrip("/")
        limits: dict[str, Any] = {
            "connect_timeout": _CONNECT,
            "write_timeout": _WRITE,
            "pool_timeout": READ_SECONDS,
            "proxy": proxy,
        }
        self.bot = PollingBot(
            self._complain,
            token=settings.telegram_bot_token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=BotRequest(_CONNECTIONS, read_timeout=READ_SECONDS, **limits),
            get_updates_request=BotRequest(1, read_timeout=READ_SECONDS, **limits),
            rate_limiter=Pace(),
        )
        builder = ApplicationBuilder().bot(self.bot).update_queue(_AcceptFirst(take))
        builder = builder.job_queue(None)  # type: ignore[arg-type] # PTB's own hint forgets it
        self.application: Application[Any, Any, Any, Any, Any, Any] = (
            builder if self.polls else builder.updater(None)
        ).build()
        self.application.add_error_handler(_log_error)

    @property
    def me(self) -> User:
        """Who the bot is; known once it is open."""
        return self.bot.bot

    async def reach(self) -> None:
        """Find out who we are, however long it takes."""
        await self._until_done(self._reach)

    async def listen(self) -> None:
        """Have updates come, however long it takes."""
        await self._until_done(self._listen)

    async def take(self, update: Update) -> None:
        """An update that came by our route; accepted when this returns."""
        await self.application.update_queue.put(update)

    async def stop_listening(self) -> None:
        """Take no more; a webhook stays, so that Telegram keeps what comes meanwhile."""
        self.is_open = False
        updater = self.application.updater
        if updater is not None and updater.running:
            await _within(_GOODBYE, updater.stop())

    async def close(self) -> None:
        if self.application.running:
            await _within(_GOODBYE, self.application.stop())
        await _within(_GOODBYE, self.application.shutdown())

    async def _reach(self) -> None:
        await self.application.initialize()
        await self.application.start()

    async def _listen(self) -> None:
        updater = self.application.updater
        if updater is not None:
            await updater.start_polling(
                timeout=_LONG_POLL, allowed_updates=WANTED, error_callback=self._complain
            )
        else:
            await self.bot.set_webhook(
                self._settings.telegram_webhook_url.rstrip("/") + ROUTE,
                secret_token=self._settings.telegram_webhook_secret,
                allowed_updates=WANTED,
            )
        self.is_open = True
        how = "polls" if self.polls else f"is called at {ROUTE}"
        logger.info("telegram: @%s %s", self.me.username, how)

    async def _until_done(self, step: Callable[[], Awaitable[None]]) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                await step()
            except Exception as error:
                self._complain(error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                self._complain(None)
                return

    def _complain(self, error: Exception | None) -> None:
        """Say once what is wrong and what to do; None: nothing is, any more."""
        if isinstance(error, NotAccepted):
            return  # not Telegram's fault, and said already
        complaint = self._advice(error) if error is not None else ""
        if complaint and complaint != self._complaint:
            logger.error("telegram: %s; trying again", complaint)
        elif self._complaint and not complaint:
            logger.info("telegram: connected again")
        self._complaint = complaint

    def _advice(self, error: Exception) -> str:
        """Without the error's own words, which may hold the token."""
        if isinstance(error, (InvalidToken, TokenRefused)):
            return "the token is refused; check TELEGRAM_BOT_TOKEN against @BotFather"
        if isinstance(error, Conflict):
            return (
                "another program polls with the same token; stop it, or make a bot of its own for "
                "one of them"
            )
        if isinstance(error, BadRequest):
            return f"a setting is refused ({reason(error)}); check TELEGRAM_WEBHOOK_URL"
        if isinstance(error, NetworkError):
            return (
                f"{self._settings.telegram_api_base} cannot be reached or answers wrongly "
                f"({type(error).__name__}); where it is blocked, set TELEGRAM_PROXY_URL"
            )
        return f"not connected ({type(error).__name__})"


class NotAccepted(NetworkError):
    """An update could not be put where it is safe, so Telegram must give it again."""


class _AcceptFirst(asyncio.Queue[object]):
    """PTB awaits `put` before it acknowledges what it fetched: an update is accepted in it."""

    def __init__(self, take: TakeUpdate) -> None:
        super().__init__()
        self._take = take

    async def put(self, item: object) -> None:
        if isinstance(item, Update):
            try:
                await self._take(item)
            except Exception as error:
                logger.error(
                    "telegram: update %d is not accepted (%s); Telegram keeps it",
                    item.update_id,
                    type(error).__name__,
                )
                # PTB fetches it again after this kind of error, and stops after any other.
                raise NotAccepted(type(error).__name__) from error
        await super().put(item)


async def _within(limit: float, work: Awaitable[None]) -> None:
    """Do something whose failure changes nothing, as at the end."""
    try:
        await asyncio.wait_for(work, limit)
    except Exception as error:
        logger.info("telegram: not ended cleanly (%s)", type(error).__name__)


async def _log_error(update: object, context: Any) -> None:
    logger.error("telegram: a handler failed (%s)", type(context.error).__name__)
