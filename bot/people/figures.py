"""The figures of the desk: what was counted, period by period, as tables without any person."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal

SPANS = (7, 30, 90, 365)  # days that can be looked at
_MOST_DAYS = 92  # beyond that a bar is a week
_OUTCOMES = {
    "answered": ("answer", "contact", "result", "status"),
    "asked_back": ("choices", "form"),
    "declined": ("decline",),
    "handed_over": ("handoff",),
}
_OTHER = "other"
_KIND_OF = {outcome: kind for kind, outcomes in _OUTCOMES.items() for outcome in outcomes}

Shape = Literal["stacks", "lines", "bars"]
Step = Literal["day", "week"]


@dataclass(frozen=True)
class Period:
    """A day or a week, from `start` until before `end`."""

    first: date
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Asked:
    """How many questions came by a channel in a language and ended in an outcome."""

    channel: str
    language: str
    outcome: str
    count: int


@dataclass(frozen=True)
class Wait:
    """A wish for a person; `seconds` until one took it, None where none did."""

    began: datetime
    seconds: float | None


@dataclass(frozen=True)
class CallBackCounts:
    """Call backs that were promised in a span, by how they stand. `made`: no time was promised."""

    on_time: int = 0
    late: int = 0
    made: int = 0
    not_reached: int = 0
    overdue: int = 0
    to_make: int = 0

    @property
    def share_on_time(self) -> float | None:
        """Of those that were to be made by now."""
        return share(self.on_time, self.on_time + self.late + self.overdue)


@dataclass(frozen=True)
class Counts:
    """All that was counted; `asked` and `votes` period by period."""

    asked: Sequence[Sequence[Asked]]
    provisions: Mapping[str, int]
    votes: Sequence[Mapping[str, int]]
    calls: Mapping[str, int]
    waits: Sequence[Wait]
    callbacks: CallBackCounts

    @property
    def questions(self) -> int:
        return sum(each.count for some in self.asked for each in some)

    def share_of(self, kind: str) -> float | None:
        """Of all questions, those that ended so."""
        here = sum(e.count for some in self.asked for e in some if kind_of(e.outcome) == kind)
        return share(here, self.questions)

    def wait(self, part: float) -> float | None:
        """Seconds within which this part of those who got a person had one."""
        return percentile([w.seconds for w in self.waits if w.seconds is not None], part)

    @property
    def share_liked(self) -> float | None:
        up = sum(votes.get("up", 0) for votes in self.votes)
        return share(up, up + sum(votes.get("down", 0) for votes in self.votes))


@dataclass(frozen=True)
class Row:
    """A line of a table; `name` is a key, or a date. None: there is nothing to count."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Table:
    """`columns` are keys too; `drawn`: those that a plot shows."""

    key: str
    shape: Shape
    rows_are: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    drawn: tuple[str, ...]

    @property
    def total(self) -> float:
        return sum(value or 0 for row in self.rows for value in row.values)

    def drawn_of(self, row: Row) -> list[float | None]:
        return [v for name, v in zip(self.columns, row.values, strict=True) if name in self.drawn]


def step_of(days: int) -> Step:
    """What a row of so many days stands for."""
    return "day" if days <= _MOST_DAYS else "week"


def periods_of(days: int, now: datetime, zone: tzinfo) -> list[Period]:
    """The last days up to today, in the desk's zone; weeks from Monday where they are many."""
    today = now.astimezone(zone).date()
    first, length = today - timedelta(days=days - 1), 1
    if step_of(days) == "week":
        first, length = first - timedelta(days=first.weekday()), 7
    starts = range(0, (today - first).days + 1, length)
    return [_period(first + timedelta(days=at), length, zone) for at in starts]


def _period(first: date, length: int, zone: tzinfo) -> Period:
    # Each end by itself: a day on which the clocks change has not 24 hours.
    ends = (first, first + timedelta(days=length))
    start, end = (datetime.combine(day, time(), zone) for day in ends)
    return Period(first, start, end)


def tables_of(
    counts: Counts, periods: Sequence[Period], step: Step, topic_of: Callable[[str], str | None]
) -> list[Table]:
    """Every table of the page. `topic_of`: the main topic of a provision."""

    def by(key: str, name: Callable[[Asked], str], columns: Iterable[str] = ()) -> Table:
        counted = [_summed((name(each), each.count) for each in some) for some in counts.asked]
        return _by_period(key, step, periods, counted, columns)

    topics = _summed((topic_of(p), count) for p, count in counts.provisions.items())
    kinds = {f.name: getattr(counts.callbacks, f.name) for f in fields(CallBackCounts)}
    return [
        by("channels", lambda each: each.channel),
        by("languages", lambda each: each.language),
        by("outcomes", lambda each: kind_of(each.outcome), (*_OUTCOMES, _OTHER)),
        _ranked("topics", "topic", topics),
        _waits(counts.waits, periods, step),
        _ranked("callbacks", "state", kinds, sort=False),
        _ranked("calls", "outcome", counts.calls),
        _by_period("votes", step, periods, counts.votes, ("up", "down")),
    ]


def kind_of(outcome: str) -> str:
    """Answered, asked back, declined, handed over, or something else."""
    return _KIND_OF.get(outcome, _OTHER)


def _by_period(
    key: str,
    step: Step,
    periods: Sequence[Period],
    counted: Sequence[Mapping[str, int]],
    columns: Iterable[str] = (),
) -> Table:
    """A column for each name; those that have none given come with the largest first."""
    totals = _summed(pair for each in counted for pair in each.items())
    names = tuple(columns) or tuple(sorted(totals, key=lambda name: (-totals[name], name)))
    rows = tuple(
        Row(period.first.isoformat(), tuple(each.get(name, 0) for name in names))
        for period, each in zip(periods, counted, strict=True)
    )
    return Table(key, "stacks", step, names, rows, names)


def _ranked(key: str, rows_are: str, counted: Mapping[str, int], sort: bool = True) -> Table:
    names = sorted(counted, key=lambda name: (-counted[name], name)) if sort else list(counted)
    rows = tuple(Row(name, (counted[name],)) for name in names)
    return Table(key, "bars", rows_are, ("count",), rows, ("count",))


def _waits(waits: Sequence[Wait], periods: Sequence[Period], step: Step) -> Table:
    starts = [period.start for period in periods]
    by_period: list[list[Wait]] = [[] for _ in periods]
    for wait in waits:
        by_period[bisect_right(starts, wait.began) - 1].append(wait)
    rows = []
    for period, here in zip(periods, by_period, strict=True):
        taken = [wait.seconds for wait in here if wait.seconds is not None]
        middle, most = (_minutes(percentile(taken, part)) for part in (0.5, 0.9))
        rows.append(Row(period.first.isoformat(), (len(here), len(taken), middle, most)))
    columns = ("wished", "taken", "median", "p90")
    return Table("waits", "lines", step, columns, tuple(rows), columns[2:])


def percentile(values: Sequence[float], part: float) -> float | None:
    """The value that this part of them do not exceed; None of none."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(part * len(ranked)) - 1)] if ranked else None


def share(part: int, whole: int) -> float | None:
    """From 0 to 1; None of nothing."""
    return part / whole if whole else None


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)


def _summed(pairs: Iterable[tuple[str | None, int]]) -> Counter[str]:
    """Counts by name; what has no name is left out."""
    sums: Counter[str] = Counter()
    for name, count in pairs:
        if name is not None:
            sums[name] += count
    return sums
