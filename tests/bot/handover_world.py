"""A desk on a real database with a clock to turn, where others may act between read and write."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet
from sqlalchemy.engine import Connection

from bot.attendant import Attendant
from bot.conversation import Conversations
from bot.events import Events
from bot.message import Effect, Part, Reply, Turn, UserMessage
from bot.people.callback import CallBack
from bot.people.handover import Handover
from bot.people.letter import Letter
from bot.people.opening import Opening
from bot.people.ownership import Change, Ownership
from bot.people.reception import Reception
from bot.people.vault import Vault
from bot.settings import PROJECT
from bot.store import owning
from bot.store.callbacks import SqlCallBacks
from bot.store.desk_tables import callbacks, letters, ownership, ownership_changes, staff
from bot.store.letters import SqlLetters, letter_of
from bot.store.ownership import SqlOwnership, change_of
from bot.store.sql import SqlStore
from bot.store.tables import conversations, turns
from bot.texts import Texts

CLERKS = (1, 2)
PERSON = "a person please"
Meanwhile = Callable[[], Awaitable[None]]


class SteppedStore(SqlStore):
    """The real store, at which somebody may be a moment faster than a founder's turn."""

    meanwhile: Meanwhile | None = None
    recorded: Ownership | None = None

    async def record(
        self,
        turn: Turn,
        text: str,
        state: dict[str, Any],
        ownership: Ownership,
        change: Change | None = None,
        callback: CallBack | None = None,
    ) -> None:
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            await act()
        await super().record(turn, text, state, ownership, change, callback)
        self.recorded = ownership


@dataclass
class Clock:
    """Stands still until it is turned."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 25, 2, tzinfo=timezone.utc))

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **span: float) -> None:
        self.now += timedelta(**span)


class SilentAssistant:
    """Follows the Assistant protocol, and notices whether it is asked when it must not be."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def answer(
        self, message: UserMessage, payload: str | None, state: dict[str, Any]
    ) -> tuple[Reply, dict[str, Any]]:
        owner = (await SqlOwnership(self._store).read(message.conversation)).owner
        assert owner in ("bot", "closed"), f"the bot was asked while the owner was {owner}"
        wants = (Effect("hand_over"),) if message.text == PERSON else ()
        said = (Part(text=f"you said: {payload or message.text}"),)
        reply = Reply("handoff" if wants else "answer", "en", "", 1.0, said, (), (), wants)
        return reply, {"focus": "sz-2016/6.2"}

    async def is_fragment(self, text: str) -> bool:
        return False

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


@dataclass(frozen=True)
class Kept:
    """All that the database has of one conversation."""

    owner: Ownership
    changes: list[Change]
    letters: list[Letter]
    message_ids: list[str]
    turns: list[int]
    counted: int
    tickets: int


class World:
    """The objects of one process, made anew by `restart`, and the database that outlives them."""

    before: tuple[Attendant, ...] = ()  # who attends before the reception, from a restart on

    def __init__(self, url: str) -> None:
        self.clock = Clock()
        self.store = SteppedStore(url, clock=self.clock)
        self._vault = Vault(Fernet.generate_key().decode())
        self._texts = Texts.read(PROJECT / "bot" / "people" / "reception.yml")
        self.restart()

    def restart(self) -> None:
        """New objects with new connections: what a process held in memory is gone."""
        self.store._engine.dispose()
        self.events = Events()
        self.owners = SqlOwnership(self.store)
        self.letters = SqlLetters(self.store)
        self.handover = Handover(self.owners, self.events, clock=self.clock, texts=self._texts)

        async def yes() -> bool:
            return True

        reception = Reception(
            self.owners,
            SqlCallBacks(self.store),
            self._vault,
            Opening(),
            yes,
            yes,
            self.clock,
            self._texts,
        )
        assistant = SilentAssistant(self.store)
        attendants = (*self.before, reception)
        self.talks = Conversations(assistant, self.store, attendants, self.events, self._texts)

    async def empty(self) -> None:
        """As on the first day, with the clerks there."""

        def work(connection: Connection) -> None:
            for table in (callbacks, letters, ownership_changes, ownership, turns, conversations):
                connection.execute(table.delete())
            if connection.execute(sa.select(staff.c.id)).first() is None:
                for number in CLERKS:
                    row = {"id": number, "name": f"clerk-{number}", "role": "clerk", "failed": 0}
                    row = {**row, "password": "", "active": True, "created": self.clock()}
                    connection.execute(staff.insert(), row)

        await self.store.run(work)

    async def kept(self, conversation: str) -> Kept:
        """Read in one transaction, past the objects under test."""

        def rows(connection: Connection, table: sa.Table, order: str) -> list[Any]:
            chosen = sa.select(table).where(table.c.conversation == conversation)
            return connection.execute(chosen.order_by(table.c[order])).all()

        tickets = sa.select(sa.func.count()).where(callbacks.c.conversation == conversation)
        head = (
            sa.select(conversations.c.turns, tickets.scalar_subquery().label("tickets"), ownership)
            .select_from(conversations.outerjoin(ownership))
            .where(conversations.c.id == conversation)
        )

        def work(connection: Connection) -> Kept:
            said = rows(connection, turns, "number")
            row = connection.execute(head).first()
            return Kept(
                owner=owning.ownership_of(row) if row and row.owner else Ownership(conversation),
                changes=[
                    change_of(row._mapping)[0]
                    for row in rows(connection, ownership_changes, "version")
                ],
                letters=[letter_of(row._mapping) for row in rows(connection, letters, "number")],
                message_ids=[row.message_id for row in said],
                turns=[row.number for row in said],
                counted=row.turns if row else 0,
                tickets=row.tickets if row else 0,
            )

        return await self.store.run(work)
