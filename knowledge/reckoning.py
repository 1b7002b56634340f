"""The sum that a founder is helped with: what is known of it, what is missing, what it comes to.

Pure, and small enough to be kept with the conversation. Only what is missing is asked, and of the
years only those in which something is left to deduct.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from knowledge.dates import When
from knowledge.deduction import HOLDING_YEARS, Investment, Year, deduct

# What may be asked: "amount", "since" (of the first investment without a date), "income" of a
# year, "whose" (the year of an income), "" where the sum can be shown.
Asked = str


@dataclass(frozen=True)
class Share:
    """One investment as far as it was told."""

    amount: Decimal
    since: When | None = None

    @property
    def investment(self) -> Investment:
        """Only the year decides from when it is deducted. Needs a date."""
        assert self.since is not None
        return Investment(self.amount, self.since.first)

    def is_held_long_enough(self, today: date) -> bool | None:
        """None where the date is not exact enough to say."""
        assert self.since is not None
        last = Investment(self.amount, self.since.last).is_held_long_enough(today)
        return True if last else None if self.investment.is_held_long_enough(today) else False


@dataclass(frozen=True)
class Sum:
    """`unknown`: years whose income the founder does not know. `loose`: an income whose year is
    not known. `more`: something more is being asked for, "amount" or "income".
    `last`: what was told last, "amount" or a year, for a correction that does not say of what."""

    shares: tuple[Share, ...] = ()
    incomes: Mapping[int, Decimal] = field(default_factory=dict)
    unknown: tuple[int, ...] = ()
    loose: Decimal | None = None
    more: str = ""
    last: str = ""
    done: bool = False

    @classmethod
    def from_slot(cls, kept: Mapping[str, Any] | None) -> Sum:
        """The other way of `slot`."""
        if not kept:
            return cls()
        return cls(
            tuple(
                Share(Decimal(amount), When.from_text(since) if since else None)
                for amount, since in kept["shares"]
            ),
            {int(year): Decimal(income) for year, income in kept["incomes"].items()},
            tuple(kept["unknown"]),
            Decimal(kept["loose"]) if kept["loose"] is not None else None,
            kept["more"],
            kept["last"],
            kept["done"],
        )

    @property
    def slot(self) -> dict[str, Any]:
        """Plain data, exact."""
        return {
            "shares": [[str(s.amount), str(s.since) if s.since else None] for s in self.shares],
            "incomes": {str(year): str(income) for year, income in self.incomes.items()},
            "unknown": list(self.unknown),
            "loose": str(self.loose) if self.loose is not None else None,
            "more": self.more,
            "last": self.last,
            "done": self.done,
        }

    def asks(self, today: date) -> tuple[Asked, int]:
        """What is missing, and which: the place of an investment, or a year."""
        if not self.shares or self.more == "amount":
            return "amount", len(self.shares)
        undated = [place for place, share in enumerate(self.shares) if share.since is None]
        if undated:
            return "since", undated[0]
        years = self.missing_years(today)
        if self.loose is not None and self.first_year <= today.year:
            return "whose", self.first_year
        if years and not self.done:
            return "income", years[0]
        if self.more == "income" and self.next_year(today):
            return "income", self.next_year(today)
        return "", 0

    @property
    def first_year(self) -> int:
        """The first in which anything is deducted; every investment must have its date."""
        return min(share.investment.first_year for share in self.shares)

    def missing_years(self, today: date) -> list[int]:
        """Those without a known income in which there is something to deduct, until the last that
        an investment begins in or an income is known of; none after one that nobody knows."""
        begun = [s.investment.first_year for s in self.shares if s.since is not None]
        begun = [year for year in begun if year <= today.year]
        if not begun:
            return []
        missing: list[int] = []
        for year in range(min(begun), max([*begun, *self.incomes]) + 1):
            if year in self.unknown:
                break
            if year not in self.incomes and (missing or self._left(year) > 0):
                missing.append(year)
        return missing

    def next_year(self, today: date) -> int:
        """The first year after those that are known in which something is still left; 0: none."""
        known = [*self.incomes, *self.unknown, self.first_year - 1]
        year = max(known) + 1
        later = year <= today.year and not self.unknown and self._left(year) > 0
        return year if later else 0

    def lines(self) -> tuple[Year, ...]:
        """The table: until the last income, or until a year whose income nobody knows."""
        last = min(self.unknown, default=9999)
        missing = min((y for y in self._gaps()), default=9999)
        until = min(last, missing)
        incomes = {year: income for year, income in self.incomes.items() if year < until}
        return deduct([share.investment for share in self.shares], incomes)

    @property
    def deductible(self) -> Decimal:
        """70 % of all that was invested."""
        return sum((Investment(s.amount, date.min).deductible for s in self.shares), Decimal(0))

    def _gaps(self) -> list[int]:
        """Years between known incomes that nothing is known of although something is left."""
        last = max(self.incomes, default=0)
        return [
            year
            for year in range(self.first_year, last + 1)
            if year not in self.incomes and self._left(year) > 0
        ]

    def _left(self, year: int) -> Decimal:
        """What could be deducted in a year, with unknown years before it as without income."""
        shares = [share.investment for share in self.shares if share.since is not None]
        incomes = {y: income for y, income in self.incomes.items() if y < year}
        lines = deduct(shares, {**incomes, year: Decimal(0)})
        return lines[-1].carried_out if lines and lines[-1].year == year else Decimal(0)


def with_more(told: Sum, what: str) -> Sum:
    """The sum while one more investment or year is being asked for."""
    return replace(told, more=what, done=False)


def full_two_years(since: When) -> When:
    """The day, month or year in which the two years are full."""
    return When(since.year + HOLDING_YEARS, since.month, since.day)
