"""What tests of the secretary share: an invented city's content to change, and a database."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.store.sql import SqlStore
from tests.bot.conftest import postgresql  # noqa: F401 - a fixture

_names = itertools.count()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))]
)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'chuangwen.db'}"
    server = sa.engine.make_url(request.getfixturevalue("postgresql"))
    name = f"secretary_{next(_names)}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", future=True)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return str(server.set(database=name))


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    store = SqlStore(f"sqlite:///{tmp_path / 'chuangwen.db'}")
    yield store
    await store.close()
