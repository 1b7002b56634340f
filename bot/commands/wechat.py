"""Look after the WeChat Official Account: its menu."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import Any

from bot.channels.contracts import TryAgain
from bot.channels.tencent.api import PlatformError
from bot.channels.tencent.oa_menu import MenuError, read_menu
from bot.channels.wechat import platform
from bot.settings import Settings, SettingsError

_NEEDED = {"wechat_app_id": "WECHAT_APP_ID", "wechat_app_secret": "WECHAT_APP_SECRET"}


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    try:
        menu = read_menu()
        if options.show:
            print(json.dumps(menu, ensure_ascii=False, indent=2))
            return 0
        asyncio.run(_create(menu, settings))
    except MenuError as error:
        print(error, file=sys.stderr)
    except PlatformError as error:
        print(f"WeChat refused the menu: {error}", file=sys.stderr)
    except TryAgain as error:
        print(f"WeChat did not take the menu now ({error}); try again later", file=sys.stderr)
    else:
        print("WeChat has the menu; phones show it within 24 hours, or when one follows anew")
        return 0
    return 1


async def _create(menu: dict[str, Any], settings: Settings) -> None:
    missing = [setting for name, setting in _NEEDED.items() if not getattr(settings, name)]
    if missing:
        raise SettingsError(f"to create the menu, set {' and '.join(missing)}")
    api = platform(settings)
    assert api is not None
    try:
        await api.call("/cgi-bin/menu/create", menu)
    finally:
        api.close()
