"""Turns and conversation states in a database, through SQLAlchemy."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from bot.message import Choice, Turn
from bot.people.callback import CallBack
from bot.people.ownership import Change, Ownership
from bot.settings import SettingsError
from bot.store import owning, personal
from bot.store.database import empty_log, make_engine, migrate
from bot.store.desk_tables import callbacks, letters, ownership
from bot.store.tables import conversations, turns
from bot.turn_store import Stored

_Result = TypeVar("_Result")
# Ids of a turn's choices begin with its number; those of a letter must not be taken for them.
FIRST_CHOICE = 1_000_000


class SqlStore:
    """Keeps conversations in SQLite or PostgreSQL.

    A turn and the state after it are one transaction: a turn that was answered is there after
    the process is killed.
    """

    def __init__(
        self,
        url: str,
        workers: int = 8,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._engine, self._clock = make_engine(url), clock
        # A transaction on a file takes less than handing it to a thread and back (docs/adr/0002);
        # one that crosses a network must not stop the event loop.
        local = self._engine.dialect.name == "sqlite"
        self._threads = None if local else ThreadPoolExecutor(workers, thread_name_prefix="store")
        try:
            migrate(self._engine)
        except OperationalError as error:
            raise SettingsError(
                "the database of CHUANGWEN_DATABASE_URL cannot be reached; is it running, and are "
                "its name and password right?"
            ) from error

    async def create(self, conversation: str) -> None:
        """A new, empty conversation; one that is there already stays as it is."""
        await self.run(lambda connection: self._create(connection, conversation))

    async def forget(self, conversation: str) -> bool:
        """Delete a conversation with all that belongs to it; False where nothing was there."""
        return await self.remove(lambda connection: personal.forget(connection, conversation))

    async def read(self, conversation: str, message_id: str) -> Stored | None:
        return await self.run(lambda connection: self._read(connection, conversation, message_id))

    async def offered(self, conversation: str, choice: str) -> Choice | None:
        """A choice of any letter, or of the last turn where a letter came after it."""
        number = int(choice.partition("-")[0]) if _CHOICE.fullmatch(choice) else 0
        return await self.run(lambda connection: _offered(connection, conversation, number, choice))

    async def record(
        self,
        turn: Turn,
        text: str,
        state: dict[str, Any],
        ownership: Ownership,
        change: Change | None = None,
        callback: CallBack | None = None,
    ) -> None:
        now = self._clock()

        def work(connection: Connection) -> None:
            # First the owner, as whoever changes it does: two who took the rows in another order
            # would wait for each other.
            if change is not None:
                owning.apply(connection, change, now, turn.language)
            else:
                owning.heard(connection, turn.conversation, ownership.version, now)
            self._record(connection, turn, text, state, now)
            if callback is not None:
                connection.execute(callbacks.insert(), asdict(callback))

        await self.run(work)

    async def state(self, conversation: str) -> dict[str, Any] | None:
        """The assistant's state of a conversation; None if there is no such conversation."""
        stored = await self.read(conversation, "")
        return stored.state if stored is not None else None

    async def amend(
        self, conversation: str, change: Callable[[dict[str, Any]], dict[str, Any] | None]
    ) -> bool:
        """Change the state between two turns; False where `change` gives none or nothing is there.

        What was offered in the last turn stays to be tapped.
        """

        def work(connection: Connection) -> bool:
            chosen = sa.select(conversations.c.state).where(conversations.c.id == conversation)
            row = connection.execute(chosen.with_for_update()).first()
            kept = json.loads(row.state) if row is not None else {}
            changed = change(kept.get("slots", {})) if row is not None else None
            if changed is None:
                return False
            written = json.dumps({**kept, "slots": changed}, ensure_ascii=False)
            here = conversations.c.id == conversation
            connection.execute(conversations.update().where(here).values(state=written))
            return True

        return await self.run(work)

    async def close(self) -> None:
        if self._threads is not None:
            self._threads.shutdown(wait=True)
        self._engine.dispose()

    async def run(self, work: Callable[[Connection], _Result]) -> _Result:
        """Do something in one transaction, off the event loop where that takes long."""
        return self._do(work) if self._threads is None else await self.run_beside(work)

    async def remove(self, work: Callable[[Connection], _Result]) -> _Result:
        """As `run`, for what deletes people's words: they leave SQLite's log of changes too."""
        result = await self.run(work)
        if self._threads is None and not isinstance(self._engine.pool, StaticPool):
            await asyncio.get_running_loop().run_in_executor(None, empty_log, self._engine)
        return result

    async def run_beside(self, work: Callable[[Connection], _Result]) -> _Result:
        """As `run`, for what reads much: off the event loop in any case."""
        if isinstance(self._engine.pool, StaticPool):  # two threads cannot share its connection
            return self._do(work)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._do, work)

    def _do(self, work: Callable[[Connection], _Result]) -> _Result:
        with self._engine.begin() as connection:
            return work(connection)

    def _create(self, connection: Connection, conversation: str) -> None:
        now = self._clock()
        connection.execute(
            _CREATE,
            {"id": conversation, "state": "{}", "turns": 0, "created": now, "updated": now},
        )

    def _read(self, connection: Connection, conversation: str, message_id: str) -> Stored | None:
        row = connection.execute(
            _READ, {"conversation": conversation, "message_id": message_id}
        ).first()
        if row is None:
            return None
        kept = json.loads(row.state)
        return Stored(
            state=kept.get("slots", {}),
            turns=row.turns,
            last_choices=tuple(Choice(**choice) for choice in kept.get("choices", [])),
            repeated=Turn.from_record(json.loads(row.record)) if row.record else None,
            ownership=owning.ownership_of(row) if row.owner else Ownership(conversation),
        )

    @staticmethod
    def _record(
        connection: Connection, turn: Turn, text: str, state: dict[str, Any], now: datetime
    ) -> None:
        connection.execute(
            turns.insert(),
            {
                "conversation": turn.conversation,
                "number": turn.number,
                "message_id": turn.id,
                "text": text,
                "record": json.dumps(turn.to_record(), ensure_ascii=False),
                "created": now,
                "intent": turn.intent,
                "outcome": turn.outcome,
                "language": turn.language,
                "provision": turn.provisions[0] if turn.provisions else "",
            },
        )
        connection.execute(
            _ADVANCE,
            {
                "b_id": turn.conversation,
                # What may be tapped next is what this turn offered.
                "b_state": json.dumps(
                    {"slots": state, "choices": [vars(choice) for choice in turn.choices]},
                    ensure_ascii=False,
                ),
                "b_turns": turn.number,
                "b_updated": now,
            },
        )


def _offered(connection: Connection, conversation: str, number: int, choice: str) -> Choice | None:
    if number > FIRST_CHOICE:
        chosen = sa.select(letters.c.content).where(
            letters.c.conversation == conversation, letters.c.number == number - FIRST_CHOICE
        )
    else:
        chosen = (
            sa.select(turns.c.record)
            .select_from(turns.join(conversations))
            .where(
                turns.c.conversation == conversation,
                turns.c.number == number,
                conversations.c.turns == number,
            )
        )
    kept = connection.execute(chosen).scalar()
    choices = json.loads(kept)["choices"] if kept else []
    return next((Choice(**each) for each in choices if each["id"] == choice), None)


_CHOICE = re.compile(r"\d{1,8}-\d{1,4}", re.ASCII)
# Both databases know "on conflict do nothing"; a conversation that is there stays as it is.
_CREATE = sa.text(
    "INSERT INTO conversations (id, state, turns, created, updated) "
    "VALUES (:id, :state, :turns, :created, :updated) ON CONFLICT (id) DO NOTHING"
).bindparams(
    sa.bindparam("created", type_=conversations.c.created.type),
    sa.bindparam("updated", type_=conversations.c.updated.type),
)
# The state, the turn that answered the message if there is one, and the owner, in one question.
_READ = (
    sa.select(conversations.c.state, conversations.c.turns, turns.c.record, ownership)
    .select_from(
        conversations.outerjoin(
            turns,
            sa.and_(
                turns.c.conversation == conversations.c.id,
                turns.c.message_id == sa.bindparam("message_id"),
            ),
        ).outerjoin(ownership, ownership.c.conversation == conversations.c.id)
    )
    .where(conversations.c.id == sa.bindparam("conversation"))
)
_ADVANCE = (
    conversations.update()
    .where(conversations.c.id == sa.bindparam("b_id"))
    .values(
        state=sa.bindparam("b_state"),
        turns=sa.bindparam("b_turns"),
        updated=sa.bindparam("b_updated"),
    )
)
