"""The database itself: how it is opened, and brought to the newest version of its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Engine
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import QueuePool, StaticPool

from bot.settings import SettingsError

_MIGRATIONS = Path(__file__).parent / "migrations"


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
        if engine.url.database:
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)

        @sa.event.listens_for(engine, "connect")  # type: ignore[untyped-decorator]
        def set_pragmas(connection: Any, _: Any) -> None:
            cursor = connection.cursor()
            # Readers do not wait for the writer, and a commit survives the end of the process.
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=NORMAL")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute("PRAGMA busy_timeout=5000")
            cursor.close()

    return engine
