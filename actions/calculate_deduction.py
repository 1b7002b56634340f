"""The founder has the venture capital deduction reckoned out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.answer_specifics import ActionAnswerSpecifics
from actions.asking import with_focus
from actions.summing import ask_or_show, say_troubles
from actions.turn import Turn
from knowledge import replies
from knowledge.amounts import Amount
from knowledge.bookkeeping import Book
from knowledge.dates import Dated, When
from knowledge.deduction import PROVISION
from knowledge.figures import Figure, Told, is_answer, read
from knowledge.reckoning import Sum, with_more


class ActionCalculateDeduction(Action):
    """Ask for what is missing, one thing at a time, then show the years; anything can be told at
    once, corrected and added to."""

    def __init__(self, today: Callable[[], date] = date.today) -> None:
        self._today = today

    def name(self) -> str:
        return "action_calculate_deduction"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn, today = Turn(dispatcher, tracker), self._today()
        known = Sum.from_slot(turn.slot("sum"))
        tapped = turn.entity("sum")
        if tapped is not None:
            return _tapped(turn, known, tapped, today)
        asked = turn.slot("asking") == "sum"
        if asked and replies.asks_why(turn.text):
            turn.say("utter_sum_why")
            return ask_or_show(turn, known, today)
        said = _in_words(turn.text, known, today) if asked else None
        if said is not None:
            return _tapped(turn, known, said, today)
        told = read(turn.text, today)
        is_ours = turn.slot("sum") and is_answer(turn.text, today)
        only_asks = told.nothing and not known.shares and not replies.wants_it_reckoned(turn.text)
        if only_asks or (not is_ours and not _is_meant(turn, told)):
            return await ActionAnswerSpecifics().run(dispatcher, tracker, domain)
        if told.nothing:
            if not known.shares:
                turn.say("utter_sum_begin")
            return ask_or_show(turn, known, today)
        book = Book(known, today)
        after = book.enter(told)
        say_troubles(turn, book)
        return ask_or_show(turn, after, today, book.unclear)


def _is_meant(turn: Turn, told: Told) -> bool:
    """Whether a question to reckon something is about this deduction: no other can be reckoned."""
    if turn.knowledge.provision(PROVISION) is None:
        return False
    asked = with_focus(turn)
    if asked.elsewhere:
        return False
    if any(figure.role == "investment" for figure in told.figures):
        return True
    if asked.decision == "no_subject":
        return True
    return asked.decision != "decline" and any(p.id == PROVISION for p in asked.provisions)


def _in_words(text: str, known: Sum, today: date) -> str | None:
    """What a button would say, in words."""
    asked, _ = known.asks(today)
    if replies.starts_again(text):
        return "again"
    if replies.passes(text):
        return "skip"
    if asked == "income" and replies.says_nothing_earned(text):
        return "zero"
    return "done" if replies.is_done(text) or replies.says_nothing_earned(text) else None


def _tapped(turn: Turn, known: Sum, said: str, today: date) -> list[EventType]:
    """A button: something more, a year without income, not known, enough, or from the start."""
    asked, which = known.asks(today)
    kind, _, value = said.partition(":")
    if kind in ("amount", "year"):
        figures: tuple[Figure, ...] = ()
        dates: tuple[Dated, ...] = ()
        if kind == "amount":
            figures = (Figure(Amount(Decimal(value), 0, 0), None, None),)
        else:
            dates = (Dated(When(int(value)), 0, 0),)
        return ask_or_show(turn, Book(known, today).enter(Told(figures, dates)), today)
    if kind == "again":
        turn.say("utter_sum_begin")
        return ask_or_show(turn, Sum(), today)
    if kind == "another_investment":
        return ask_or_show(turn, with_more(known, "amount"), today)
    if kind == "another_year":
        return ask_or_show(turn, with_more(known, "income"), today)
    if kind == "zero" and asked == "income":
        book = Book(known, today)
        book.set_income(which, Decimal(0))
        return ask_or_show(turn, book.sum, today)
    if kind == "skip" and asked == "income":
        unknown = (*known.unknown, which)
        return ask_or_show(turn, replace(known, unknown=unknown, more=""), today)
    if kind in ("skip", "done"):
        return ask_or_show(turn, replace(known, more="", loose=None, done=True), today)
    # To begin with, or to go on after other questions.
    if not known.shares:
        turn.say("utter_sum_begin")
    return ask_or_show(turn, known, today)
