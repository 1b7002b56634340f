"""What has been published, kept, and the letters that tell followers of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.secretary.digest import Digest
from bot.secretary.follow import Follow
from bot.secretary.publishing import Follower, PublishedMeanwhile, Release
from bot.secretary.snapshot import Snapshot
from bot.store import letters
from bot.store.desk_tables import letters as letters_table
from bot.store.desk_tables import ownership
from bot.store.following_tables import follows, releases
from bot.store.sql import SqlStore
from bot.store.tables import conversations
from knowledge.language import DEFAULT, LANGUAGES, Language


class SqlReleases:
    """Releases in the database of the conversations."""

    def __init__(self, store: SqlStore, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    async def last(self) -> tuple[Release | None, Release | None]:
        """The last release and the one before it."""
        chosen = sa.select(releases).order_by(releases.c.id.desc()).limit(2)
        found = await self._store.run(lambda c: [_release(row) for row in c.execute(chosen)])
        return (*found, None, None)[0], (*found, None, None)[1]

    async def begin(self, after: int, snapshot: Snapshot, done: bool = False) -> Release:
        """Keep the next one. Raises PublishedMeanwhile where it is there already."""
        row = {
            "id": after + 1,
            "state": "done" if done else "open",
            "snapshot": json.dumps(snapshot, ensure_ascii=False),
            "letters": 0,
            "created": self._clock(),
        }
        try:
            await self._store.run(lambda c: c.execute(releases.insert(), row))
        except IntegrityError as error:
            raise PublishedMeanwhile from error
        return Release(after + 1, snapshot, done, cast(datetime, row["created"]))

    async def followers(self, release: Release | None) -> list[Follower]:
        """Who is still to be told; all followers where there is no release yet."""
        chosen = (
            sa.select(follows.c.conversation, follows.c.what, conversations.c.state)
            .select_from(follows.join(conversations))
            .order_by(follows.c.conversation, follows.c.what)
        )
        if release is not None:
            told = sa.exists().where(
                letters_table.c.conversation == follows.c.conversation,
                letters_table.c.key == _key(release),
            )
            chosen = chosen.where(follows.c.created <= release.created, ~told)
        return await self._store.run_beside(lambda c: _followers(c.execute(chosen)))

    async def write(self, release: Release, follower: Follower, letter: Digest) -> bool:
        """Keep the letter, once for each follower; whether it was kept now."""
        who, now = follower.conversation, self._clock()

        def work(connection: Connection) -> bool:
            # First the owner's row and then the conversation's, as all who write letters do: who
            # holds them counts the letters alone.
            held = ownership.update().where(ownership.c.conversation == who)
            connection.execute(held.values(version=ownership.c.version))
            row = conversations.update().where(conversations.c.id == who)
            connection.execute(row.values(turns=conversations.c.turns))
            still = sa.select(follows.c.what).where(follows.c.conversation == who)
            if connection.execute(still).first() is None or _is_told(connection, release, who):
                return False
            letters.add(
                connection,
                who,
                _key(release),
                "notice",
                None,
                follower.language,
                letter.parts,
                now,
                letter.choices,
            )
            return True

        return await self._store.run(work)

    async def finish(self, release: Release) -> int:
        """All are told; how many letters there are. What was published earlier is let go."""

        def work(connection: Connection) -> int:
            told = sa.select(sa.func.count()).where(letters_table.c.key == _key(release))
            count = int(connection.execute(told).scalar_one())
            row = releases.update().where(releases.c.id == release.id)
            connection.execute(row.values(state="done", letters=count))
            older = releases.update().where(releases.c.id < release.id)
            connection.execute(older.values(snapshot="{}"))
            return count

        return await self._store.run(work)


def _key(release: Release) -> str:
    return f"publish-{release.id}"


def _is_told(connection: Connection, release: Release, conversation: str) -> bool:
    chosen = sa.select(letters_table.c.number).where(
        letters_table.c.conversation == conversation, letters_table.c.key == _key(release)
    )
    return connection.execute(chosen).first() is not None


def _release(row: Any) -> Release:
    return Release(row.id, json.loads(row.snapshot), row.state == "done", row.created)


def _followers(rows: Any) -> list[Follower]:
    found: dict[str, tuple[Language, list[Follow]]] = {}
    for row in rows:
        follow = Follow.of(row.what)
        if follow is not None:
            spoken = _spoken(row.state)
            found.setdefault(row.conversation, (spoken, []))[1].append(follow)
    return [Follower(who, language, tuple(some)) for who, (language, some) in found.items()]


def _spoken(state: str) -> Language:
    """The language asked for, or last spoken."""
    slots = json.loads(state).get("slots", {})
    spoken = slots.get("preferred_language") or slots.get("language")
    return cast(Language, spoken) if spoken in LANGUAGES else DEFAULT
