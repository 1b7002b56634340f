"""Notices, kept, with what staff decided of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.secretary.news import NewsItem, NewsState, Proposed
from bot.store.news_tables import news
from bot.store.sql import SqlStore
from knowledge.models import Notice

_COLUMNS = tuple(field for field in NewsItem.__dataclass_fields__)


class SqlNews:
    """Notices in the database of the conversations."""

    def __init__(self, store: SqlStore, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    async def add(self, some: Sequence[Proposed]) -> int:
        """Keep those that are not there yet, all or none; how many are new."""
        now = self._clock()

        def work(connection: Connection) -> int:
            return sum(_add(connection, each, now) for each in some)

        return await self._store.run(work)

    async def listed(self, state: NewsState, limit: int) -> list[NewsItem]:
        """The newest of a state."""
        chosen = _NEWEST.where(news.c.state == state).limit(limit)
        return await self._store.run(lambda c: [_item(row) for row in c.execute(chosen)])

    async def decide(
        self, item: int, state: NewsState, staff: int, **values: str | Sequence[str]
    ) -> bool:
        """Accept, drop or change one; False where there is none. `values`: title, summary and
        provisions where they are given."""
        kept = {
            name: value if isinstance(value, str) else json.dumps(list(value))
            for name, value in values.items()
        }
        row = news.update().where(news.c.id == item)
        change = row.values(state=state, staff=staff, decided=self._clock(), **kept)
        return await self._store.run(lambda c: bool(c.execute(change).rowcount))

    async def accepted(self) -> tuple[Notice, ...]:
        """What cards show, newest first."""
        chosen = _NEWEST.where(news.c.state == "accepted")
        items = await self._store.run(lambda c: [_item(row) for row in c.execute(chosen)])
        return tuple(
            Notice(
                id=str(item.id),
                title=item.title,
                summary=item.summary,
                date=item.published,
                publisher=item.publisher,
                url=item.link,
                provisions=item.provisions,
            )
            for item in items
        )


_NEWEST = sa.select(*(news.c[name] for name in _COLUMNS)).order_by(
    news.c.published.desc(), news.c.id.desc()
)


def _add(connection: Connection, proposed: Proposed, now: datetime) -> int:
    entry = proposed.entry
    row = {
        "guid": entry.guid,
        "link": entry.link,
        "title": entry.title,
        "summary": entry.summary,
        "published": entry.published,
        "publisher": entry.publisher,
        "proposed": json.dumps(list(proposed.provisions)),
        "now": now,
    }
    return int(connection.execute(_ADD, row).rowcount)


def _item(row: Any) -> NewsItem:
    kept = dict(row._mapping)
    for name in ("proposed", "provisions"):
        kept[name] = tuple(json.loads(kept[name]))
    return NewsItem(**kept)


# Both databases know "on conflict do nothing", whichever of the two keys is there already.
_ADD = sa.text(
    "INSERT INTO news (guid, link, title, summary, published, publisher, proposed, provisions, "
    "state, created) VALUES (:guid, :link, :title, :summary, :published, :publisher, :proposed, "
    "'[]', 'open', :now) ON CONFLICT DO NOTHING"
).bindparams(sa.bindparam("now", type_=news.c.created.type))
