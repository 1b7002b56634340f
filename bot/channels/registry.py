"""Which channels there are: one line each."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bot.channels.base import Channel, Services
from bot.channels.telegram import TelegramChannel
from bot.channels.wechat import WeChatChannel
from bot.channels.wecom import WeComChannel
from bot.settings import Settings

logger = logging.getLogger(__name__)

# Each makes its channel, or gives None where nothing of it is set; raises SettingsError where
# half is.
CHANNELS: dict[str, Callable[[Settings, Services], Channel | None]] = {
    "telegram": TelegramChannel.open,
    "wechat": WeChatChannel.open,
    "wecom": WeComChannel.open,
}


def open_channels(settings: Settings, services: Services) -> list[Channel]:
    """Those that are set up. Raises SettingsError that names what is missing."""
    channels = []
    for name, make in CHANNELS.items():
        channel = make(settings, services)
        if channel is None:
            logger.info("channel %s is off: none of its settings is given", name)
        else:
            channels.append(channel)
    return channels
