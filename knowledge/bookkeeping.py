"""Takes what a message says into a sum: new figures, answers to what was asked, corrections.

What cannot be (a negative investment, a day to come, another currency) is left out, and named.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal

from knowledge.dates import Dated, When
from knowledge.figures import Figure, Told
from knowledge.reckoning import Share, Sum

Trouble = Literal[
    "currency", "negative", "zero", "too_large", "unit", "vague_amount",
    "future", "too_early", "no_such_day", "vague_date", "future_income", "not_understood",
]  # fmt: skip
LARGEST = Decimal(10) ** 12
EARLIEST_YEAR = 1990


class Book:
    """One message's figures, entered one after the other. `troubles`: what could not be entered;
    `unclear`: the small number without a unit among it."""

    def __init__(self, known: Sum, today: date) -> None:
        self.sum, self._today = known, today
        self._asked, self._which = known.asks(today)
        self.troubles: list[Trouble] = []
        self.unclear: Decimal | None = None
        self._entered = False

    def enter(self, told: Told) -> Sum:
        """The sum after the message."""
        figures = self._meant(told)
        investments = [f for f in figures if self._role(told, f) == "investment"]
        incomes = [f for f in figures if self._role(told, f) == "income"]
        self._investments(told, [f for f in investments if self._possible(f, Decimal(1))])
        for figure in incomes:
            if self._possible(figure, -LARGEST):
                self._income(told, figure)
        for dated in told.dates:
            self._date(told, dated)
        if told.vague_amount and not figures:
            self.troubles.append("vague_amount")
        if told.vague_date and not told.dates and not self._entered:
            self.troubles.append("vague_date")
        if not self._entered and not self.troubles:
            self.troubles.append("not_understood")
        return self.sum

    def _meant(self, told: Told) -> list[Figure]:
        """Without those that the message itself takes back, or says to be changed."""
        figures = [figure for figure in told.figures if not figure.negated]
        if told.corrects and len(figures) == 2 and figures[0].dated is None:
            # "Change 5 million to 6 million"
            known = {share.amount for share in self.sum.shares} | set(self.sum.incomes.values())
            if figures[0].amount.value in known and figures[1].role == figures[0].role:
                return figures[1:]
        return figures

    def _role(self, told: Told, figure: Figure) -> str:
        """What it says it is; else what it corrects; else the answer to what was asked."""
        if figure.role is not None:
            return figure.role
        if self._named(told) is not None:
            return "investment"
        corrected = self._corrected(told) if told.corrects and figure.dated is None else None
        if corrected is not None:
            return "income" if corrected.isdigit() else "investment"
        if self._asked in ("income", "whose") or (self._asked == "since" and figure.dated):
            return "income"
        if self._asked in ("amount", "since"):
            return "investment"
        return "income" if figure.dated or self.sum.last != "amount" else "investment"

    def _corrected(self, told: Told) -> str | None:
        """What is corrected, as in `Sum.last`: what has the amount that is taken back, else what
        was told last."""
        named = {figure.amount.value for figure in told.figures}
        if any(share.amount in named for share in self.sum.shares):
            return "amount"
        years = [str(year) for year, income in self.sum.incomes.items() if income in named]
        return years[0] if years else self.sum.last or None

    def _possible(self, figure: Figure, least: Decimal) -> bool:
        value, trouble = figure.amount.value, None
        if figure.amount.other:
            trouble = "currency"
        elif value < 0 and least > 0:
            trouble = "negative"
        elif value == 0 and least > 0:
            trouble = "zero"
        elif abs(value) > LARGEST:
            trouble = "too_large"
        elif figure.amount.bare:
            trouble, self.unclear = "unit", value
        if trouble:
            self.troubles.append(trouble)  # type: ignore[arg-type]
        return trouble is None

    def _investments(self, told: Told, figures: list[Figure]) -> None:
        if not figures:
            return
        made = [Share(f.amount.value, self._since(f.dated)) for f in figures]
        shares, first = self.sum.shares, made[0]
        named = self._named(told) is not None
        adds = not named and (told.another or self.sum.more == "amount" or not shares)
        if not adds and len(made) == 1 and (told.corrects or named or len(shares) == 1):
            at = self._place(told)
            kept = replace(first, since=first.since or shares[at].since)
            shares = (*shares[:at], kept, *shares[at + 1 :])
        elif adds:
            shares = (*shares, *made)
        else:
            shares = tuple(made)
        self._change(shares=shares, more="", last="amount")

    def _named(self, told: Told) -> int | None:
        """The place of an investment that is called the first, the second, and is there."""
        is_there = told.place is not None and told.place < len(self.sum.shares)
        return told.place if is_there else None

    def _place(self, told: Told) -> int:
        """Of the investment that is corrected: the one that is named, else the last."""
        place = self._named(told)
        if place is not None:
            return place
        named = {figure.amount.value for figure in told.figures}
        for at, share in enumerate(self.sum.shares):
            if share.amount in named:
                return at
        return len(self.sum.shares) - 1

    def _income(self, told: Told, figure: Figure) -> None:
        value = figure.amount.value
        year = figure.dated.when.year if figure.dated and figure.dated.when else None
        if figure.dated is None and told.every_year and self._asked == "income":
            years = self.sum.missing_years(self._today)
            self._change(incomes={**self.sum.incomes, **dict.fromkeys(years, value)}, more="")
            return
        corrected = self._corrected(told) if told.corrects else None
        if year is None and corrected is not None and corrected.isdigit():
            year = int(corrected)
        if year is None and self._asked == "income":
            year = self._which
        if year is None and told.that_year and self._all_dated():
            year = self.sum.first_year
        if year is None:
            self._change(loose=value)
        elif year > self._today.year:
            self.troubles.append("future_income")
        else:
            self.set_income(year, value)

    def _all_dated(self) -> bool:
        return bool(self.sum.shares) and all(share.since for share in self.sum.shares)

    def set_income(self, year: int, value: Decimal) -> None:
        """What was earned in a year; what was said of it before does not count."""
        unknown = tuple(each for each in self.sum.unknown if each != year)
        incomes = {**self.sum.incomes, year: value}
        self._change(incomes=incomes, unknown=unknown, loose=None, more="", last=str(year))

    def _date(self, told: Told, dated: Dated) -> None:
        """A date without an amount: since when, or the year of an income without one."""
        if self._asked == "whose" and self.sum.loose is not None and dated.when:
            if dated.when.year > self._today.year:
                self.troubles.append("future_income")
            else:
                self.set_income(dated.when.year, self.sum.loose)
            return
        since = self._since(dated)
        if since is None or not self.sum.shares:
            return
        open_places = [at for at, share in enumerate(self.sum.shares) if share.since is None]
        if not open_places and not told.corrects and len(self.sum.shares) > 1:
            return
        at = open_places[0] if open_places else len(self.sum.shares) - 1
        shares = list(self.sum.shares)
        shares[at] = replace(shares[at], since=since)
        self._change(shares=tuple(shares))

    def _since(self, dated: Dated | None) -> When | None:
        """The date, where an investment can be held since then."""
        if dated is None:
            return None
        trouble: Trouble | None = None
        if dated.when is None:
            trouble = "no_such_day"
        elif dated.when.first > self._today:
            trouble = "future"
        elif dated.when.year < EARLIEST_YEAR:
            trouble = "too_early"
        if trouble:
            self.troubles.append(trouble)
            return None
        return dated.when

    def _change(self, **parts: object) -> None:
        self.sum = replace(self.sum, **parts, done=False)  # type: ignore[arg-type]
        self._entered = True
