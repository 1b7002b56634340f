"""Whether Telegram's settings can be used, said before anything is started."""

from __future__ import annotations

import re

from bot.settings import Settings, SettingsError, check_address

_TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)
_SECRET = re.compile(r"[\w-]{1,256}", re.ASCII)
_PROXIES = ("http", "https", "socks5", "socks5h")


def is_set_up(settings: Settings) -> bool:
    """False where Telegram is off. Raises SettingsError that names what is missing or wrong.

    No message repeats a value that may hold a secret.
    """
    if settings.telegram_webhook_url or settings.telegram_webhook_secret:
        settings.has_all("telegram_webhook_url", "telegram_webhook_secret", "telegram_bot_token")
    if not settings.telegram_bot_token:
        if settings.telegram_proxy_url:
            settings.has_all("telegram_proxy_url", "telegram_bot_token")
        if settings.telegram_api_base != Settings.telegram_api_base:
            settings.has_all("telegram_api_base", "telegram_bot_token")
        return False
    if not _TOKEN.fullmatch(settings.telegram_bot_token):
        raise SettingsError(
            "TELEGRAM_BOT_TOKEN is no token of @BotFather; one looks like 123456:ABC-DEF"
        )
    check_address("TELEGRAM_API_BASE", settings.telegram_api_base, ("https", "http"))
    if settings.telegram_proxy_url:
        check_address("TELEGRAM_PROXY_URL", settings.telegram_proxy_url, _PROXIES)
    if settings.telegram_webhook_url:
        _check_webhook(settings)
    return True


def _check_webhook(settings: Settings) -> None:
    if not _SECRET.fullmatch(settings.telegram_webhook_secret):
        raise SettingsError(
            "TELEGRAM_WEBHOOK_SECRET has characters that Telegram does not take; 1 to 256 of "
            "A-Z a-z 0-9 _ -"
        )
    # A Bot API server of one's own takes http too.
    own_server = settings.telegram_api_base != Settings.telegram_api_base
    schemes = ("https", "http") if own_server else ("https",)
    url = check_address("TELEGRAM_WEBHOOK_URL", settings.telegram_webhook_url, schemes)
    if url.path.strip("/") or url.query:
        raise SettingsError(
            "TELEGRAM_WEBHOOK_URL has a path; give the address alone, /channels/telegram is added"
        )
