"""What a founder thinks of an answer is kept with its turn, the last word counting."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from bot.settings import Settings
from bot.store.sql import SqlStore
from bot.store.tables import feedback
from tests.bot.conftest import FakeAssistant, Talk, start_talk


@pytest.fixture
def store() -> SqlStore:
    return SqlStore("sqlite://")


@pytest.fixture
def talk(settings: Settings, store: SqlStore) -> Iterator[Talk]:
    """A conversation of one turn."""
    from bot.app import make_app

    with TestClient(make_app(settings, assistant=FakeAssistant(), store=store)) as client:
        talk = start_talk(client)
        talk.say("有什么支持？")
        yield talk


def rate(talk: Talk, number: object, body: Any, token: str | None = None) -> Any:
    return talk.client.post(
        f"/api/conversations/{talk.id}/turns/{number}/feedback",
        json=body,
        headers={"Authorization": f"Bearer {token or talk.token}"},
    )


def kept(store: SqlStore) -> list[tuple[int, str, str]]:
    with store._engine.connect() as connection:
        rows = connection.execute(sa.select(feedback)).all()
    return [(row.number, row.vote, row.reason) for row in rows]


def test_a_vote_is_kept_with_its_turn(talk: Talk, store: SqlStore) -> None:
    assert rate(talk, 1, {"vote": "up"}).status_code == 204
    assert kept(store) == [(1, "up", "")]


def test_the_last_vote_counts_and_its_reason_is_masked(talk: Talk, store: SqlStore) -> None:
    rate(talk, 1, {"vote": "up"})

    assert rate(talk, 1, {"vote": "down", "reason": "我的电话13812345678"}).status_code == 204
    assert kept(store) == [(1, "down", "我的电话***")]


@pytest.mark.parametrize("number", [0, 2, 999999999, 10**20, "one", "-1", "１"])
def test_a_turn_that_is_not_there_cannot_be_rated(
    talk: Talk, store: SqlStore, number: object
) -> None:
    assert rate(talk, number, {"vote": "up"}).status_code == 404
    assert kept(store) == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "vote is missing"),
        ({"vote": "sideways"}, "one of up, down"),
        ({"vote": "up", "reason": "长" * 501}, "longer than 500 characters"),
        ({"vote": "up", "more": 1}, "not known"),
        ([], "must be of type object"),
    ],
)
def test_what_is_no_feedback_is_refused_in_words(talk: Talk, body: Any, says: str) -> None:
    response = rate(talk, 1, body)

    assert response.status_code == 422
    assert says in response.json()["detail"]


def test_only_the_conversations_own_token_may_rate(talk: Talk, store: SqlStore) -> None:
    stranger = start_talk(talk.client)

    assert rate(talk, 1, {"vote": "up"}, token=stranger.token).status_code == 403
    assert rate(talk, 1, {"vote": "up"}, token="no-token").status_code == 401
    assert kept(store) == []


async def test_feedback_goes_with_its_conversation(talk: Talk, store: SqlStore) -> None:
    rate(talk, 1, {"vote": "down", "reason": "不对"})

    await store.forget(f"web:{talk.id}")

    assert kept(store) == []


def test_a_repeated_message_keeps_its_number_for_rating(talk: Talk) -> None:
    body = {"id": str(uuid.uuid4()), "text": "再问"}
    first, second = talk.post(body).json(), talk.post(body).json()

    assert first["number"] == second["number"] == 2
    assert rate(talk, 2, {"vote": "up"}).status_code == 204
