"""PTB's bot with what it lacks: it survives any answer, and its errors are those of the base."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from telegram import Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.channels.bot_api.pace import seconds
from bot.channels.bot_api.updates import parse
from bot.channels.contracts import TryAgain, Undeliverable

# Of what Telegram says, which may quote a text, the log gets these words alone.
_REASONS = (
    "chat not found", "user not found", "have no rights to send", "not enough rights",
    "chat_write_forbidden", "topic_closed", "message thread not found", "message is too long",
    "button_data_invalid", "failed to resolve host", "https url must be provided",
    "webhook can be set up only on ports", "ip address is reserved", "parse entities",
)  # fmt: skip
READ_SECONDS = 15.0  # that an answer may take


class TokenRefused(NetworkError):
    """The token is refused now: PTB would end its polling for good."""


class BotRequest(HTTPXRequest):
    """PTB's way to ask, which takes what is no answer of Telegram for an error too."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        data = HTTPXRequest.parse_json_payload(payload)
        if not isinstance(data, dict) or ("result" not in data and data.get("ok") is not False):
            raise TelegramError("no answer of the Bot API")
        return data


class PollingBot(ExtBot[int]):
    """PTB's bot, whose polling survives whatever comes instead of updates.

    `heard`: told how each poll went, the error or None.
    """

    def __init__(self, heard: Callable[[Exception | None], None], **more: Any) -> None:
        super().__init__(**more)
        with self._unfrozen():  # PTB's objects do not change
            self._heard = heard

    async def get_updates(self, *args: Any, **asked: Any) -> tuple[Update, ...]:
        wait = int(asked["timeout"].total_seconds())
        data = {**asked, "timeout": wait}
        try:
            found = await self._post("getUpdates", data, read_timeout=wait + READ_SECONDS)
            if not isinstance(found, list):
                raise NetworkError("no list of updates")
            updates = [update for entry in found if (update := parse(entry, self)) is not None]
            if found and not updates:
                raise NetworkError("no updates in the list")
        except InvalidToken as error:
            self._heard(error)
            raise TokenRefused("refused") from error
        except TelegramError as error:
            self._heard(error)
            raise
        self._heard(None)
        return tuple(updates)


def reason(error: TelegramError) -> str:
    """Why Telegram refuses, without any words but ours; else the kind of error."""
    said = error.message.lower()
    return next((known for known in _REASONS if known in said), type(error).__name__)


@contextmanager
def translated() -> Iterator[None]:
    """What Telegram says about a message of ours, in the words of the channel base."""
    try:
        yield
    except RetryAfter as error:
        raise TryAgain("flood control", after=seconds(error)) from error
    except (Forbidden, ChatMigrated) as error:
        raise Undeliverable(type(error).__name__) from error
    except BadRequest as error:
        # Nothing that trying again would change: no such chat, no right to write there.
        raise Undeliverable(reason(error)) from error
    except Exception as error:
        # A message whose answer timed out may have arrived: rather twice than not at all.
        raise TryAgain(type(error).__name__) from error
