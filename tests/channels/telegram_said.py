"""What people do in Telegram, as the parts of updates."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from tests.channels.fake_telegram import ME, FakeTelegram

GROUP = {"id": -1001, "type": "supergroup", "title": "Founders"}


def person(identity: int = 7, **more: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "is_bot": False,
        "first_name": "Wang",
        "language_code": "zh-hans",
        **more,
    }


def chat(identity: int = 7) -> dict[str, Any]:
    return {"id": identity, "type": "private", "first_name": "Wang"}


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def entities(text: str) -> list[dict[str, Any]]:
    """Commands and mentions, as Telegram marks them: in UTF-16 code units."""
    marks = {"bot_command": r"(?<!\S)/\w+(?:@\w+)?", "mention": r"(?<![\w/])@\w+"}
    return [
        {"type": kind, "offset": units(text[: found.start()]), "length": units(found[0])}
        for kind, pattern in marks.items()
        for found in re.finditer(pattern, text, re.ASCII)
        if not (kind == "mention" and text[: found.start()].endswith(tuple("/")))
    ]


def said(text: str | None = None, user: int = 7, **more: Any) -> dict[str, Any]:
    """A message to the bot alone, or with `chat=GROUP` in a group."""
    language = more.pop("language_code", "zh-hans")
    message = {
        "message_id": 50,
        "date": 1764000000,
        "chat": chat(user),
        "from": person(user, language_code=language),
        **more,
    }
    if text is not None:
        message |= {"text": text, "entities": entities(text)}
    return message


def replied_to_bot() -> dict[str, Any]:
    return {"message_id": 40, "date": 1764000000, "chat": GROUP, "from": ME, "text": "…"}


def tapped(data: str, user: int = 7, **more: Any) -> dict[str, Any]:
    place = more.pop("chat", chat(user))
    message = {"message_id": 60, "date": 1764000000, "chat": place, "from": ME, "text": "…"}
    return {
        "id": "9" + str(user),
        "from": person(user),
        "chat_instance": "1",
        "message": message,
        "data": data,
        **more,
    }


async def quiet(bot_api: FakeTelegram, update: int) -> None:
    """Wait until an update is acknowledged, and whatever follows from it."""
    await bot_api.until(
        lambda: any((c.get("offset") or 0) > update for c in bot_api.of("getUpdates"))
    )
    await asyncio.sleep(0.03)
