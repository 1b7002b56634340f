"""Questions to improve on, out of the turns and what founders thought of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.people.unanswered import Question, Why
from bot.store.desk_tables import reviewed
from bot.store.sql import SqlStore
from bot.store.tables import UtcTime, feedback, turns
from knowledge.language import DEFAULT, LANGUAGES

_UNANSWERED = ("decline", "choices")
# These are choices because a list was asked for.
_LISTS = ("ask_topics", "ask_more")
_DISLIKED = "down"


class SqlUnanswered:
    """The inbox of supervisors in the database of the conversations."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def read(self, since: datetime, until: datetime, limit: int) -> list[Question]:
        """Not reviewed ones of a span, oldest first; of more than `limit` the newest."""
        chosen = _QUESTIONS.where(_ASKED_AT.between(since, until))

        def work(connection: Connection) -> list[Question]:
            rows = connection.execute(chosen.order_by(*_NEWEST_FIRST).limit(limit))
            return [_question(row) for row in rows][::-1]

        found = await self._store.run_beside(work)
        # What was tapped has no words, and a number alone means nothing by itself.
        return [question for question in found if any(sign.isalpha() for sign in question.text)]

    async def review(self, questions: Iterable[Question], staff: int, now: datetime) -> None:
        """These have been dealt with. One that was deleted meanwhile is passed over."""
        rows = [
            {"conversation": q.conversation, "number": q.number, "staff": staff, "created": now}
            for q in questions
        ]
        if rows:
            await self._store.run_beside(lambda connection: connection.execute(_REVIEW, rows))


def _question(row: Any) -> Question:
    disliked = row.vote == _DISLIKED
    why: Why = "disliked" if disliked else "declined" if row.outcome == "decline" else "asked_back"
    return Question(
        conversation=row.conversation,
        number=row.number,
        text=row.text,
        language=row.language if row.language in LANGUAGES else DEFAULT,
        why=why,
        reason=row.reason if disliked else "",
        created=row.at,
    )


_ASKED_AT = sa.type_coerce(turns.c.created, UtcTime())  # compared in UTC, as it is kept
_NEWEST_FIRST = (turns.c.created.desc(), turns.c.conversation.desc(), turns.c.number.desc())
_SAME_TURN = sa.and_(
    feedback.c.conversation == turns.c.conversation, feedback.c.number == turns.c.number
)
_DONE = sa.exists().where(
    reviewed.c.conversation == turns.c.conversation, reviewed.c.number == turns.c.number
)
_QUESTIONS = (
    sa.select(
        turns.c.conversation,
        turns.c.number,
        turns.c.text,
        turns.c.language,
        turns.c.outcome,
        _ASKED_AT.label("at"),
        feedback.c.vote,
        feedback.c.reason,
    )
    .select_from(turns.outerjoin(feedback, _SAME_TURN))
    .where(
        sa.or_(
            sa.and_(turns.c.outcome.in_(_UNANSWERED), turns.c.intent.not_in(_LISTS)),
            feedback.c.vote == _DISLIKED,
        ),
        ~_DONE,
        turns.c.text != "",
    )
)
# Both databases know "on conflict"; a turn that is no longer there is not found.
_REVIEW = sa.text(
    "INSERT INTO reviewed (conversation, number, staff, created) "
    "SELECT conversation, number, :staff, :created FROM turns "
    "WHERE conversation = :conversation AND number = :number "
    "ON CONFLICT (conversation, number) DO NOTHING"
).bindparams(sa.bindparam("created", type_=reviewed.c.created.type))
