"""Which channels there are: one line each."""

from __future__ import annotations

import logging
from typing import Protocol

from bot.channels.base import Channel
from bot.channels.contracts import Services
from bot.channels.telegram import TelegramChannel
from bot.channels.wechat import WeChatChannel
from bot.channels.wecom import WeComChannel
from bot.settings import Settings

logger = logging.getLogger(__name__)


class Opens(Protocol):
    """Makes a channel. Both raise SettingsError where something is missing or wrong."""

    def is_set_up(self, settings: Settings) -> bool:
        """Whether it is on; makes nothing, and takes no time."""

    def open(self, settings: Settings, services: Services) -> Channel | None:
        """None where nothing of it is set."""


CHANNELS: dict[str, Opens] = {
    "telegram": TelegramChannel,
    "wechat": WeChatChannel,
    "wecom": WeComChannel,
}


def check_channels(settings: Settings) -> None:
    """Raises SettingsError where a channel has half of its settings, or wrong ones."""
    for channel in CHANNELS.values():
        channel.is_set_up(settings)


def open_channels(settings: Settings, services: Services) -> list[Channel]:
    """Those that are set up. Raises SettingsError that names what is missing."""
    channels = []
    for name, kind in CHANNELS.items():
        channel = kind.open(settings, services)
        if channel is None:
            logger.info("channel %s is off: none of its settings is given", name)
        else:
            channels.append(channel)
    return channels
