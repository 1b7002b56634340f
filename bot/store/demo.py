"""Demo mentors and projects, put in and taken out without touching what is real."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.secretary.mentor import Mentor
from bot.secretary.project import Project
from bot.store.desk_tables import callbacks
from bot.store.library_tables import mentors, projects
from bot.store.mentors import row_of
from bot.store.projects import project_row
from bot.store.sql import SqlStore


class SqlDemo:
    """What is marked as demo in the database of the conversations."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def load(
        self, some: Iterable[Mentor], ideas: Iterable[Project], now: datetime
    ) -> list[str]:
        """Put them in anew; the numbers of the projects. Ids that are real ones' are left out."""

        def work(connection: Connection) -> list[str]:
            self._remove(connection)
            taken = {row.id for row in connection.execute(sa.select(mentors.c.id))}
            for mentor in some:
                if mentor.id not in taken:
                    connection.execute(mentors.insert(), {**row_of(mentor), "changed": now})
            rows = [project_row(each) for each in ideas]
            connection.execute(projects.insert(), rows)
            return [row["number"] for row in rows]

        return await self._store.run(work)

    async def remove(self) -> tuple[int, int]:
        """Take all of it out, with the call backs that were asked for on it: how many of each."""
        return await self._store.run(self._remove)

    @staticmethod
    def _remove(connection: Connection) -> tuple[int, int]:
        demo = connection.execute(sa.select(mentors.c.id).where(mentors.c.demo)).all()
        about = [f"mentor:{row.id}" for row in demo]
        connection.execute(callbacks.delete().where(callbacks.c.about.in_(about)))
        gone = (mentors.delete().where(mentors.c.demo), projects.delete().where(projects.c.demo))
        one, other = (int(connection.execute(each).rowcount) for each in gone)
        return one, other
