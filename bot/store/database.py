"""The database itself: how it is opened, and brought to the newest version of its tables."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Engine
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool, StaticPool

from bot.settings import SettingsError

_MIGRATIONS = Path(__file__).parent / "migrations"
_PATIENCE = 5000  # milliseconds for which a connection waits for another's lock
_LITTLE_PATIENCE = 200  # for what may as well be done later


def migrate(engine: Engine) -> None:
    """Bring the database to the newest version of the tables."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def make_engine(url: str) -> Engine:
    """Raises SettingsError for an address that is none."""
    try:
        sa.engine.make_url(url).get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        # Without the address: it may hold a password.
        raise SettingsError(
            "CHUANGWEN_DATABASE_URL is no database address; it looks like "
            "postgresql+psycopg2://user:password@host/name or sqlite:////path/to/file.db"
        ) from error
    in_memory = url in ("sqlite://", "sqlite:///:memory:")
    engine = sa.create_engine(
        url,
        future=True,
        hide_parameters=True,  # errors would quote what founders wrote
        # A pool for a file too: by default it is opened anew for each transaction. What is in
        # memory belongs to one connection.
        poolclass=StaticPool if in_memory else QueuePool,
        pool_reset_on_return=None,  # every connection comes back after a commit or a rollback
        pool_pre_ping=not url.startswith("sqlite"),
        connect_args={"check_same_thread": False} if url.startswith("sqlite") else {},
    )
    if engine.dialect.name == "sqlite":
        if engine.url.database and not in_memory and "uri" not in engine.url.query:
            _make_file(Path(engine.url.database))

        @sa.event.listens_for(engine, "connect")  # type: ignore[untyped-decorator]
        def set_pragmas(connection: Any, _: Any) -> None:
            cursor = connection.cursor()
            # Readers do not wait for the writer, and a commit survives the end of the process.
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=NORMAL")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute(f"PRAGMA busy_timeout={_PATIENCE}")
            # What is deleted is written over, not only left out.
            cursor.execute("PRAGMA secure_delete=ON")
            cursor.close()

    return engine


def empty_log(engine: Engine) -> None:
    """Take SQLite's log of changes into its file and cut it: what was deleted still stands in it.

    Left to the next time where another connection is at work or the disk says no.
    """
    with suppress(SQLAlchemyError), engine.connect() as connection:
        # While it waits for readers, it keeps writers waiting.
        connection.exec_driver_sql(f"PRAGMA busy_timeout={_LITTLE_PATIENCE}")
        try:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={_PATIENCE}")


def _make_file(path: Path) -> None:
    """A new database is for its owner alone; its log gets the same mode from SQLite.

    One that is there keeps the mode it has. What cannot be made, SQLite says when it opens it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):
        path.touch(mode=0o600, exist_ok=False)
