"""What a venture investor deducts year by year: 70 % of each investment held for two full years.

The rule is provision 6.2's: from the year in which the holding reaches two full years, against
that year's taxable income, the rest in later years.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

# The provision whose words these are, and the words: its share, its year, what is carried forward.
PROVISION = "sz-2016/6.2"
WORDS = (
    "按照其对中小高新技术企业投资的70%",
    "在股权持有满2年的当年依法抵扣该创业投资企业的应纳税所得额",
    "当年不足抵扣的，可以在以后纳税年度结转抵扣",
)
RATE = Decimal("0.70")
HOLDING_YEARS = 2
_FEN = Decimal("0.01")


@dataclass(frozen=True)
class Investment:
    """An investment in shares, in yuan, and the day since which they are held."""

    amount: Decimal
    since: date

    @property
    def deductible(self) -> Decimal:
        """In yuan, to the fen."""
        return (self.amount * RATE).quantize(_FEN, ROUND_HALF_UP)

    @property
    def first_year(self) -> int:
        """The year in which the holding reaches two full years."""
        return self.since.year + HOLDING_YEARS

    def is_held_long_enough(self, today: date) -> bool:
        """Whether two full years have passed; 29 February is reached on 1 March."""
        reached = (self.since.year + HOLDING_YEARS, self.since.month, self.since.day)
        return (today.year, today.month, today.day) >= reached


@dataclass(frozen=True)
class Year:
    """One year's line, in yuan: what could be deducted, what was, and what is carried forward."""

    year: int
    income: Decimal
    carried_in: Decimal
    added: Decimal
    deducted: Decimal
    carried_out: Decimal

    @property
    def taxed(self) -> Decimal:
        """The taxable income that is left."""
        return self.income - self.deducted


def deduct(investments: Sequence[Investment], incomes: Mapping[int, Decimal]) -> tuple[Year, ...]:
    """The years from the first in which anything can be deducted to the last with an income.

    A year without an income between them counts as zero, a loss too: nothing is deducted from it.
    """
    if not investments or not incomes:
        return ()
    first = min(investment.first_year for investment in investments)
    lines: list[Year] = []
    carried = Decimal(0)
    for year in range(first, max(incomes) + 1):
        income = incomes.get(year, Decimal(0))
        added = sum((i.deductible for i in investments if i.first_year == year), Decimal(0))
        deducted = min(carried + added, max(income, Decimal(0)))
        left = carried + added - deducted
        lines.append(Year(year, income, carried, added, deducted, left))
        carried = left
    return tuple(lines)
