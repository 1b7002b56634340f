"""Publishing: what has changed since the last time goes to those who follow it, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol

from bot.secretary.differences import Difference, differences
from bot.secretary.digest import Digest, Link, digest
from bot.secretary.follow import Follow
from bot.secretary.snapshot import Snapshot
from bot.texts import Texts
from knowledge.language import Language


class PublishedMeanwhile(Exception):
    """Somebody else has begun to publish at the same time."""


@dataclass(frozen=True)
class Release:
    """One time of publishing. `done`: all letters of it are written."""

    id: int
    snapshot: Snapshot
    done: bool
    created: datetime


@dataclass(frozen=True)
class Follower:
    """A conversation and what it follows, in the language that was last spoken there."""

    conversation: str
    language: Language
    follows: tuple[Follow, ...]


class Releases(Protocol):
    """Keeps what was published, and writes letters to followers."""

    async def last(self) -> tuple[Release | None, Release | None]:
        """The last release and the one before it."""

    async def begin(self, after: int, snapshot: Snapshot, done: bool = False) -> Release:
        """Keep the next one after `after`. Raises PublishedMeanwhile where that is there already;
        `done`: nobody is told."""

    async def followers(self, release: Release | None) -> list[Follower]:
        """Who is still to be told of it: who followed before it and has no letter of it yet. All
        followers where there is none."""

    async def write(self, release: Release, follower: Follower, letter: Digest) -> bool:
        """Once for each follower; whether it was written now. Not to who has stopped meanwhile."""

    async def finish(self, release: Release) -> int:
        """All are told; how many letters there are."""


@dataclass(frozen=True)
class Plan:
    """What would be sent: the difference between what was published `before` and `after`.

    `unfinished`: a release that was interrupted and is continued first.
    """

    last: Release | None
    unfinished: Release | None
    before: Snapshot
    after: Snapshot
    changed: tuple[Difference, ...]  # in English, for who publishes
    letters: tuple[tuple[Follower, Digest], ...]

    @property
    def is_first(self) -> bool:
        """Nothing was published yet: there is nothing to compare with."""
        return self.last is None

    @cached_property
    def by_channel(self) -> dict[str, int]:
        """How many letters go by which channel."""
        counts: dict[str, int] = {}
        for follower, _ in self.letters:
            channel = follower.conversation.partition(":")[0]
            counts[channel] = counts.get(channel, 0) + 1
        return dict(sorted(counts.items()))

    def reach(self, difference: Difference) -> int:
        """How many are told of one thing."""
        return sum(
            any(difference.concerns(follow) for follow in follower.follows)
            for follower, _ in self.letters
        )


class Publishing:
    """Compares the content with what was published last, and tells followers."""

    def __init__(self, releases: Releases, link: Link, texts: Texts | None = None) -> None:
        self._releases, self._link = releases, link
        self._texts = texts or Texts.read(Path(__file__).with_name("digest.yml"))

    async def plan(self, now: Snapshot) -> Plan:
        """What is to be sent, and to whom. Writes nothing."""
        last, earlier = await self._releases.last()
        if last is None:
            return Plan(None, None, {}, now, (), ())
        unfinished = None if last.done else last
        before, after = last.snapshot, now
        if unfinished is not None and earlier is not None:
            before, after = earlier.snapshot, unfinished.snapshot
        followers = await self._releases.followers(unfinished)
        return Plan(
            last=last,
            unfinished=unfinished,
            before=before,
            after=after,
            changed=differences(before, after, "en", self._texts),
            letters=tuple(self._letters(followers, before, after)),
        )

    async def send(self, plan: Plan, written: Callable[[], None] = lambda: None) -> int:
        """Carry a plan out; how many letters there are of this release in the end.

        It may be interrupted at any point: the next time continues it, and who has a letter gets
        no second one. Raises PublishedMeanwhile.
        """
        assert plan.last is not None
        release = plan.unfinished or await self._releases.begin(plan.last.id, plan.after)
        for follower, letter in plan.letters:
            if await self._releases.write(release, follower, letter):
                written()
        return await self._releases.finish(release)

    async def take(self, plan: Plan) -> Release:
        """Keep the content as published and tell nobody. Raises PublishedMeanwhile."""
        return await self._releases.begin(plan.last.id if plan.last else 0, plan.after, done=True)

    def example(self, plan: Plan, language: Language) -> Digest | None:
        """What somebody gets who follows everything; None where nothing has changed."""
        changed = differences(plan.before, plan.after, language, self._texts)
        return digest(changed, language, self._texts, self._link) if changed else None

    def _letters(
        self, followers: Sequence[Follower], before: Snapshot, after: Snapshot
    ) -> Iterator[tuple[Follower, Digest]]:
        """Of who follows something that has changed. Many follow the same."""
        changed = {
            language: differences(before, after, language, self._texts)
            for language in {follower.language for follower in followers}
        }
        made: dict[tuple[Language, tuple[Follow, ...]], Digest | None] = {}
        for follower in followers:
            language, follows = key = (follower.language, follower.follows)
            if key not in made:
                told = [d for d in changed[language] if any(d.concerns(f) for f in follows)]
                made[key] = digest(told, language, self._texts, self._link) if told else None
            letter = made[key]
            if letter is not None:
                yield follower, letter
