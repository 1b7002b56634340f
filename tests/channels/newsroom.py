"""Content to change and publish with the command, in a thread as if in another process."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from bot import __main__ as command_line
from bot.conversation import Conversations
from bot.secretary.following import Following
from bot.store.following import SqlFollows
from bot.store.sql import SqlStore
from knowledge.storage import load
from tests.bot.conftest import FakeAssistant
from tests.channels.office import NOW

MEASURE = "measure:yz-2021/1"


class Newsroom:
    """The invented city's folder, which may be changed, and a database of its own."""

    def __init__(self, city: Path, folder: Path, assistant: FakeAssistant) -> None:
        self._city, self._folder = city, folder
        self.store = SqlStore(f"sqlite:///{folder / 'chuangwen.db'}")
        self.follows = SqlFollows(self.store, lambda: NOW)
        following = Following(self.follows, lambda: load(city))
        self.talk = Conversations(assistant, self.store, (following,))

    async def publish(self, *options: str) -> None:
        given = {
            "CHUANGWEN_KNOWLEDGE_DIRS": str(self._city),
            "CHUANGWEN_DATA_DIR": str(self._folder),
            "CHUANGWEN_PUBLIC_URL": "https://ask.example",
        }

        def run() -> int:
            with (
                mock.patch.dict(os.environ, given),
                mock.patch.object(command_line, "set_up_logging", lambda level: None),
            ):
                return command_line.main(["publish", *options])

        assert await asyncio.to_thread(run) == 0

    def change(self, edit: Callable[[str], str], name: str = "places/yunze/contacts.yml") -> None:
        file = self._city / name
        before = file.read_text(encoding="utf-8")
        after = edit(before)
        assert before != after
        file.write_text(after, encoding="utf-8")


def moved(contacts: str) -> str:
    """The bureau has another website and one telephone less."""
    site = contacts.replace("qiye.yunze.example", "fuwu.yunze.example")
    return site.replace('["00200", "00100"]', '["00100"]')
