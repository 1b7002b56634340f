"""A founder follows something, sees what they follow, and stops with one tap."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.conversation import Conversations
from bot.message import Effect, Turn, UnknownChoice, UserMessage
from bot.secretary.follow import Follow
from bot.secretary.following import Following
from bot.store import letters
from bot.store.following import SqlFollows
from bot.store.sql import SqlStore
from bot.store.tables import turns
from knowledge.models import Knowledge
from tests.bot.conftest import FakeAssistant
from tests.bot.handover_world import PERSON, World

ME = "web:me"
MEASURE, TOPIC, ALL = "measure:sz-2016/6", "topic:sz-2016/ip", "all"


def now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass
class Founder:
    """Says what the assistant understands as an effect, and taps."""

    talk: Conversations
    assistant: FakeAssistant
    follows: SqlFollows
    last: Turn | None = None
    count: int = 0

    async def wants(self, effect: str, what: str, **message: str) -> Turn:
        self.assistant.effects = (Effect(effect, {"what": what}),)
        return await self._send(text="…", **message)

    async def taps(self, title: str) -> Turn:
        assert self.last is not None
        chosen = next(c for c in self.last.choices if title in c.title)
        self.assistant.effects = ()
        return await self._send(choice=chosen.id)

    async def _send(self, **message: str) -> Turn:
        self.count += 1
        sent = UserMessage(ME, f"m{self.count}", **message)  # type: ignore[arg-type]
        self.last = await self.talk.handle(sent)
        return self.last

    async def keys(self) -> list[str]:
        return [follow.key for follow in await self.follows.of(ME)]


@pytest_asyncio.fixture
async def founder(store: SqlStore, knowledge: Knowledge) -> AsyncIterator[Founder]:
    assistant, follows = FakeAssistant(), SqlFollows(store, now)
    talk = Conversations(assistant, store, (Following(follows, lambda: knowledge),))
    await talk.create(ME)
    yield Founder(talk, assistant, follows)


async def test_a_confirmation_says_what_is_followed_and_how_to_stop(founder: Founder) -> None:
    turn = await founder.wants("follow", MEASURE)

    assert "已订阅：（六）落实普惠性税收措施" in turn.replies[0]
    assert "取消订阅" in turn.replies[0]
    assert turn.outcome == "status"
    assert await founder.keys() == [MEASURE]


async def test_following_twice_is_following_once(founder: Founder) -> None:
    await founder.wants("follow", MEASURE)
    await founder.wants("follow", MEASURE)

    assert await founder.keys() == [MEASURE]


async def test_what_the_content_does_not_have_cannot_be_followed(founder: Founder) -> None:
    for key in ("measure:sz-2016/99", "topic:sz-2016/no", "measure:no/1", "nonsense", ""):
        turn = await founder.wants("follow", key)
        assert "已订阅" not in turn.replies[0]
    assert await founder.keys() == []


async def test_one_tap_stops_and_one_takes_that_back(founder: Founder) -> None:
    await founder.wants("follow", MEASURE)
    asked = len(founder.assistant.asked)

    stopped = await founder.taps("取消这个订阅")
    assert "已取消订阅：（六）落实普惠性税收措施" in stopped.replies[0]
    assert await founder.keys() == []
    assert len(founder.assistant.asked) == asked

    assert [choice.title for choice in stopped.choices] == ["点错了，重新订阅"]
    assert [choice.payload for choice in stopped.choices] == [f'/follow{{"follow":"{MEASURE}"}}']


async def test_stopping_in_words_stops_the_only_one(founder: Founder) -> None:
    await founder.wants("follow", TOPIC)

    turn = await founder.wants("unfollow", "ask")

    assert "已取消订阅：知识产权" in turn.replies[0]
    assert await founder.keys() == []


async def test_of_several_each_has_its_button_and_all_have_one(founder: Founder) -> None:
    for key in (MEASURE, TOPIC, ALL):
        await founder.wants("follow", key)

    turn = await founder.wants("unfollow", "ask")
    assert "• （六）落实普惠性税收措施\n• 知识产权\n• 全部措施" in turn.replies[0]
    assert await founder.keys() == [MEASURE, TOPIC, ALL]
    titles = ["取消：（六）落实普惠性税收措施", "取消：知识产权", "取消：全部措施", "全部取消"]
    assert [choice.title for choice in turn.choices] == titles

    turn = await founder.taps("取消：知识产权")
    assert await founder.keys() == [MEASURE, ALL]
    assert "你现在订阅的是" in turn.replies[0]
    await founder.taps("全部取消")
    assert await founder.keys() == []


async def test_a_list_stops_nothing(founder: Founder) -> None:
    await founder.wants("follow", MEASURE)

    turn = await founder.wants("unfollow", "list")

    assert "• （六）落实普惠性税收措施" in turn.replies[0]
    assert await founder.keys() == [MEASURE]


async def test_who_follows_nothing_is_told_how_to(founder: Founder) -> None:
    for what in ("ask", "list", "every"):
        turn = await founder.wants("unfollow", what)
        assert "没有订阅任何内容" in turn.replies[0]


async def test_the_answer_is_in_the_founders_language(founder: Founder) -> None:
    english = await founder.wants("follow", MEASURE, language="en")
    cantonese = await founder.wants("unfollow", "list", language="zh-Hant")

    assert "you now follow: Measure 6: Tax relief" in english.replies[0]
    assert "你現時訂閱的是" in cantonese.replies[0]


async def test_what_the_content_no_longer_has_can_still_be_stopped(
    founder: Founder, store: SqlStore, city: Knowledge
) -> None:
    await founder.wants("follow", MEASURE)
    founder.talk = Conversations(
        founder.assistant, store, (Following(founder.follows, lambda: city),)
    )

    await founder.wants("unfollow", "ask")

    assert await founder.keys() == []


async def test_the_button_of_an_old_letter_still_works_and_so_do_those_before_it(
    founder: Founder, store: SqlStore
) -> None:
    founder.assistant.choices = (("看原文", "/ask_original"),)
    before = await founder.wants("follow", MEASURE)
    stop = (("不再接收", '/unfollow{"follow":"every"}'),)
    letter = await store.run(
        lambda c: letters.add(c, ME, "publish-1", "notice", None, "zh-Hans", (), now(), stop)
    )

    founder.assistant.effects = ()
    turn = await founder.talk.handle(UserMessage(ME, "a", choice=before.choices[0].id))
    assert turn.replies == ("you said: /ask_original",)
    turn = await founder.talk.handle(UserMessage(ME, "b", choice=letter.choices[0].id))
    assert "已取消订阅" in turn.replies[0]
    assert await founder.keys() == []


@pytest.mark.parametrize(
    "choice", ["1-1", "9-1", "1000001-1", "1000002-9", "x", "-", "99999999999-1", ""]
)
async def test_a_choice_that_was_never_offered_is_still_unknown(
    founder: Founder, choice: str
) -> None:
    founder.assistant.choices = (("看原文", "/ask_original"),)
    await founder.wants("follow", MEASURE)
    await founder.wants("follow", TOPIC)

    with pytest.raises(UnknownChoice):
        await founder.talk.handle(UserMessage(ME, "a", choice=choice))


async def test_a_tap_that_stops_works_without_a_word_while_a_person_answers(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    world = World(f"sqlite:///{tmp_path / 'following.db'}")
    await world.empty()
    follows = SqlFollows(world.store, world.clock)
    world.before = (Following(follows, lambda: knowledge),)
    world.restart()
    await world.talks.create(ME)
    for follow in (MEASURE, TOPIC):
        await follows.add(ME, Follow.of(follow))  # type: ignore[arg-type]
    stop = (("不再接收", '/unfollow{"follow":"every"}'),)
    letter = await world.store.run(
        lambda c: letters.add(c, ME, "publish-1", "notice", None, "zh-Hans", (), now(), stop)
    )
    await world.talks.handle(UserMessage(ME, "m1", PERSON))
    await world.handover.take(ME, 1)

    # To a person a number is a number, whatever was offered last.
    turn = await world.talks.handle(UserMessage(ME, "m2", "1", numbered=True))
    assert (turn.owner, turn.replies) == ("human", ("",))
    assert len(await follows.of(ME)) == 2
    turn = await world.talks.handle(UserMessage(ME, "m3", choice=letter.choices[0].id))

    assert (turn.owner, turn.replies) == ("human", ("",))
    assert await follows.of(ME) == []
    kept = sa.select(turns.c.text).order_by(turns.c.number)
    texts = await world.store.run(lambda c: list(c.execute(kept).scalars()))
    assert texts == [PERSON, "1", "不再接收"]  # the clerk sees what was tapped
