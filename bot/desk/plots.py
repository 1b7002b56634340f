"""Where bars and lines of a plot are. Across in percent, so that type keeps its size on any screen;
down in pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 200  # of the area that is drawn on
_TOP = 12  # so that the highest mark's words are not cut off
_MOST_MARKS = 4
_MOST_DATES = 5
_STEPS = (1, 2, 2.5, 5, 10)
_FILLED = 0.72  # of the room of a bar


@dataclass(frozen=True)
class Mark:
    """A line across, with its number."""

    y: float
    value: float


@dataclass(frozen=True)
class Date:
    """A name under the plot; `anchor`: which end of it is at `x`."""

    x: float
    anchor: str
    row: int


@dataclass(frozen=True)
class Piece:
    """One part of a bar: which series of which row."""

    x: float
    y: float
    width: float
    height: float
    series: int
    row: int


@dataclass(frozen=True)
class Point:
    """One value of a line."""

    x: float
    y: float
    series: int
    row: int


@dataclass(frozen=True)
class Line:
    """Points that follow one another without a gap, as SVG has them; x in percent."""

    series: int
    points: str


@dataclass(frozen=True)
class Plot:
    """All that is drawn of a table whose rows follow one another in time."""

    marks: tuple[Mark, ...]
    dates: tuple[Date, ...]
    pieces: tuple[Piece, ...] = ()
    points: tuple[Point, ...] = ()
    lines: tuple[Line, ...] = ()
    height: int = HEIGHT


Values = Sequence[Sequence["float | None"]]


def stacks(rows: Values, whole: bool = True) -> Plot:
    """A bar for each row, its values one on the other. `whole`: no mark between whole numbers."""
    marks, top = _marks(max((sum(v or 0 for v in row) for row in rows), default=0), whole)
    room = 100 / max(1, len(rows))
    pieces = []
    for at, row in enumerate(rows):
        foot = 0.0
        for series, value in enumerate(row):
            if value:
                low, high = _y(foot, top), _y(foot + value, top)
                x, width = room * (at + (1 - _FILLED) / 2), room * _FILLED
                pieces.append(Piece(_r(x), high, _r(width), _r(low - high), series, at))
                foot += value
    return Plot(marks, _dates(len(rows)), pieces=tuple(pieces))


def lines(rows: Values) -> Plot:
    """A line for each series; it has a gap where there is no value."""
    marks, top = _marks(max((v for row in rows for v in row if v is not None), default=0), False)
    room = 100 / max(1, len(rows))
    points: list[Point] = []
    drawn: list[Line] = []
    for series in range(len(rows[0]) if rows else 0):
        run: list[Point] = []
        for at, row in enumerate([*rows, [None] * len(rows[0])]):
            value = row[series]
            if value is not None:
                run.append(Point(_r(room * (at + 0.5)), _y(value, top), series, at))
            elif run:
                points += run
                drawn.append(Line(series, " ".join(f"{p.x},{p.y}" for p in run)))
                run = []
    return Plot(marks, _dates(len(rows)), points=tuple(points), lines=tuple(drawn))


def _marks(most: float, whole: bool) -> tuple[tuple[Mark, ...], float]:
    """Round numbers up to the highest value, and the last of them."""
    rough = max(most, 1) / _MOST_MARKS
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * each for each in _STEPS if size * each >= rough)
    step = max(1, math.ceil(step)) if whole else step
    count = max(1, math.ceil(max(most, 1) / step))
    top = step * count
    return tuple(Mark(_y(step * at, top), _r(step * at)) for at in range(count + 1)), top


def _dates(count: int) -> tuple[Date, ...]:
    """Some of the rows, evenly, the first and the last among them."""
    room, chosen = 100 / max(1, count), min(count, _MOST_DATES)
    rows = sorted({round(at * (count - 1) / max(1, chosen - 1)) for at in range(chosen)})

    def place(row: int) -> tuple[float, str]:
        if count > _MOST_DATES and row == 0:
            return 0, "start"
        if count > _MOST_DATES and row == count - 1:
            return 100, "end"
        return _r(room * (row + 0.5)), "middle"

    return tuple(Date(*place(row), row) for row in rows)


def _y(value: float, top: float) -> float:
    return _r(_TOP + (HEIGHT - _TOP) * (1 - value / top))


def _r(number: float) -> float:
    rounded = round(number, 2)
    return int(rounded) if rounded == int(rounded) else rounded
