"""Projects, kept; a change of state and the letter that tells of it are one transaction."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.message import Part
from bot.secretary.project import AFTER, Project, State
from bot.store import letters
from bot.store.library_tables import projects
from bot.store.sql import SqlStore
from bot.store.tables import conversations

# A project outlives its talk; of one that is gone nothing is shown any more.
_SHOWN = sa.select(
    *(column for column in projects.c if column.name != "conversation"),
    conversations.c.id.label("conversation"),
).select_from(projects.outerjoin(conversations, conversations.c.id == projects.c.conversation))
_MOST = 200
_TRIES = 3


class SqlProjects:
    """Projects in the database of the conversations."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def add(self, project: Project) -> str:
        """Keep it; its number, or that of the project which was made of the same form."""
        same = sa.select(projects.c.number).where(
            projects.c.conversation == project.conversation, projects.c.form == project.form
        )

        def work(connection: Connection) -> str:
            there = connection.execute(same).scalar()
            if there is None:
                connection.execute(projects.insert(), project_row(project))
            return str(there or project.number)

        try:
            return await self._store.run(work)
        except IntegrityError:  # the same form, confirmed twice at once
            return str(await self._store.run(lambda c: c.execute(same).scalar_one()))

    async def find(self, number: str) -> Project | None:
        """By its number; None for one that is none of ours."""
        found = await self._read(_SHOWN.where(projects.c.number == number))
        return found[0] if found else None

    async def of_state(self, state: State) -> list[Project]:
        """Those in a state, the one that has waited longest first."""
        chosen = _SHOWN.where(projects.c.state == state)
        return await self._read(chosen.order_by(projects.c.created, projects.c.number).limit(_MOST))

    async def counts(self) -> dict[str, int]:
        """How many there are in each state that has any."""
        counted = sa.select(projects.c.state, sa.func.count().label("n")).group_by(projects.c.state)
        return await self._store.run(lambda c: {row.state: row.n for row in c.execute(counted)})

    async def write(self, number: str, note: str, now: datetime) -> bool:
        """Change the note of the staff; whether it is another one."""
        row = projects.update().where(projects.c.number == number, projects.c.note != note)
        return await self._store.run(
            lambda c: bool(c.execute(row.values(note=note, changed=now)).rowcount)
        )

    async def move(
        self, number: str, to: State, staff: int, note: str, letter: str, now: datetime
    ) -> bool:
        """Change its state and tell the founder, both or neither; False where somebody was faster.

        `letter`: the sentence for the founder, in the language of the project.
        """
        before = [state for state, after in AFTER.items() if to in after]
        row = projects.update().where(projects.c.number == number, projects.c.state.in_(before))

        def work(connection: Connection) -> bool:
            values = {"state": to, "staff": staff, "note": note, "changed": now}
            if not connection.execute(row.values(**values)).rowcount:
                return False
            _tell(connection, number, f"project-{number}-{to}", letter, now)
            return True

        for tries_left in reversed(range(_TRIES)):
            try:
                return await self._store.run(work)
            except IntegrityError:
                # A clerk's letter took the same number in the same moment.
                if not tries_left:
                    raise
        return False

    async def _read(self, chosen: Any) -> list[Project]:
        return await self._store.run(
            lambda c: [Project(**dict(row._mapping)) for row in c.execute(chosen)]
        )


def _tell(connection: Connection, number: str, key: str, letter: str, now: datetime) -> None:
    """A letter to the conversation that the project came from, if it is still kept."""
    row = connection.execute(
        sa.select(projects.c.conversation, projects.c.language)
        .select_from(projects.join(conversations, conversations.c.id == projects.c.conversation))
        .where(projects.c.number == number)
    ).first()
    if row is not None:
        parts = (Part(text=letter),)
        letters.add(connection, row.conversation, key, "notice", None, row.language, parts, now)


def project_row(project: Project) -> dict[str, Any]:
    """The columns of one."""
    return asdict(project)
