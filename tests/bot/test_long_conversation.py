"""A conversation may go on and on: turn 200 is as light as turn 10."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml

from bot.conversation import Conversations
from bot.message import Turn, UserMessage
from bot.settings import PROJECT
from bot.store.sql import SqlStore
from bot.store.tables import conversations, turns

pytestmark = pytest.mark.xdist_group("assistant")

# Lists, choices, languages, a district: everything that a state can hold is in it early.
SAID = (
    "有没有贷款？",
    "还有别的吗",
    "第二个详细说说",
    "众创空间补贴找哪个部门？",
    "南山区",
    "in English please",
    "第六条",
    "原文呢",
    "有哪些主题？",
    "今天天气怎么样",
)


@pytest.fixture(scope="module")
def long_talk(
    assistant, portal, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[list[Turn], list[int], sa.engine.Engine]]:
    """200 turns of one conversation, the size of its state after each, and the database."""
    file: Path = tmp_path_factory.mktemp("long") / "chuangwen.db"
    store = SqlStore(f"sqlite:///{file}")
    talk = Conversations(assistant, store)
    engine = sa.create_engine(f"sqlite:///{file}", future=True)

    async def say(number: int) -> Turn:
        return await talk.handle(UserMessage("web:1", f"m{number}", SAID[number % len(SAID)]))

    portal.call(talk.create, "web:1")
    said, sizes = [], []
    for number in range(200):
        said.append(portal.call(say, number))
        sizes.append(len(read_state(engine)))
    yield said, sizes, engine
    engine.dispose()
    portal.call(store.close)


def read_state(engine: sa.engine.Engine) -> str:
    with engine.connect() as connection:
        return str(connection.execute(sa.select(conversations.c.state)).scalar_one())


def test_every_turn_is_answered_and_recorded_once(
    long_talk: tuple[list[Turn], list[int], sa.engine.Engine],
) -> None:
    said, _, engine = long_talk

    with engine.connect() as connection:
        recorded = connection.execute(sa.select(turns.c.number).order_by(turns.c.number))
        assert list(recorded.scalars()) == list(range(1, 201))
    assert [turn.number for turn in said] == list(range(1, 201))
    assert all(turn.replies[0] for turn in said)


def test_the_state_after_turn_200_is_no_larger_than_after_turn_10(
    long_talk: tuple[list[Turn], list[int], sa.engine.Engine],
) -> None:
    _, sizes, _ = long_talk

    assert sizes[199] <= 1.5 * sizes[9]
    assert max(sizes) <= 1.5 * max(sizes[:10])


def test_the_state_is_the_slots_and_nothing_else(
    long_talk: tuple[list[Turn], list[int], sa.engine.Engine],
) -> None:
    _, _, engine = long_talk
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))

    state = read_state(engine)

    kept = json.loads(state)
    assert set(kept) == {"slots", "choices"}
    assert set(kept["slots"]) <= set(domain["slots"])
    for text in SAID:
        assert text not in state


def test_the_record_of_a_turn_does_not_grow(
    long_talk: tuple[list[Turn], list[int], sa.engine.Engine],
) -> None:
    _, _, engine = long_talk
    with engine.connect() as connection:
        rows = connection.execute(sa.select(turns.c.record).order_by(turns.c.number)).scalars()
        sizes = [len(row) for row in rows]

    assert sum(sizes[-len(SAID) :]) <= 1.5 * sum(sizes[len(SAID) : 2 * len(SAID)])
