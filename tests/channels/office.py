"""A desk with one clerk behind the channels of a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from bot.channels.contracts import Services
from bot.channels.texts import channel_texts
from bot.conversation import Conversations
from bot.desk.services import Desk, open_desk
from bot.message import Part
from bot.people.outbox import Outbox, Pushes
from bot.settings import Settings
from bot.store.desk_tables import staff
from bot.store.inbox import SqlInbox
from bot.store.sign_ins import SqlSignIns
from bot.store.sql import SqlStore
from tests.bot.conftest import FakeAssistant

NOW = datetime(2026, 11, 25, 9, tzinfo=timezone.utc)
CLERK = 1
TAKEN = "工作人员已经接手，现在由真人回答你。"


@dataclass
class Office:
    """What the clerk does; letters go out at once, by the channels that were `connected`."""

    desk: Desk
    services: Services
    assistant: FakeAssistant
    outbox: Outbox | None = None

    def connect(self, channels: Mapping[str, Pushes]) -> None:
        letters, events = self.desk.letters, self.desk.events
        self.outbox = Outbox(letters, channels, events, lambda: NOW, pause=0.001)

    async def send(self) -> None:
        assert self.outbox is not None
        await self.outbox.send_open()
        await self.outbox.settled()

    async def take(self) -> str:
        """Whoever waits; their conversation."""
        (waiting,) = await self.desk.owners.with_owner("waiting")
        await self.desk.handover.take(waiting.conversation, CLERK)
        await self.send()
        return waiting.conversation

    async def say(self, conversation: str, key: str, text: str) -> None:
        await self.desk.handover.say(conversation, key, CLERK, (Part(text=text),))
        await self.send()

    async def give_back(self, conversation: str) -> None:
        await self.desk.handover.give_back(conversation, CLERK)
        await self.send()

    async def deliveries(self, conversation: str) -> list[str]:
        return [letter.delivery for letter in await self.desk.letters.after(conversation)]

    async def heard(self, conversation: str) -> list[str]:
        """What the founder wrote, as the clerk reads it."""
        turns = await self.desk.store.run(
            lambda c: c.exec_driver_sql(
                "SELECT conversation, text FROM turns ORDER BY number"
            ).fetchall()
        )
        return [text for of, text in turns if of == conversation]


async def open_office(
    store: SqlStore, assistant: FakeAssistant, folder: Path, hire: bool = True
) -> Office:
    """With a clerk who is signed in. `hire`: not where that one is on the list already, as after a
    restart."""
    if hire:
        clerk = {"id": CLERK, "name": "Li", "role": "clerk", "password": "", "active": True}
        row = {**clerk, "failed": 0, "created": NOW}
        await store.run(lambda c: c.execute(staff.insert(), row))
        await SqlSignIns(store).add("a session", CLERK, "", "en", NOW)
    desk = open_desk(Settings(data_dir=folder), store, lambda: NOW)
    talk = Conversations(assistant, store, (desk.reception,), desk.events)
    return Office(desk, Services(talk, SqlInbox(store), channel_texts()), assistant)
