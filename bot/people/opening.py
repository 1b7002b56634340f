"""When the desk is open, and until when a call back is due, on China's working calendar."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

_ZONE = "Asia/Shanghai"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_PROMISE = re.compile(r"([1-9]\d?) (hours?|working days?)")
# Nothing is promised further away than this many days of looking for an open one.
_LONGEST_SEARCH = 90

Calendar = Callable[[date], bool]


class OpeningError(ValueError):
    """Hours or a promise cannot be read; the message names what."""


@lru_cache(maxsize=1024)
def is_working_day(day: date) -> bool:
    """Whether China works that day, shifted days counted; weekends alone past the known years."""
    import chinese_calendar  # takes a moment, and only a desk needs it

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def last_known_year() -> int:
    """The last year whose holidays are known."""
    import chinese_calendar

    return int(max(chinese_calendar.constants.holidays).year)


@dataclass(frozen=True)
class Opening:
    """Opening hours by weekday, and what is promised for call backs.

    `hours`: for each weekday from Monday its spans; all empty: none are given, so none are said,
    and whether somebody is there depends on who is signed in (bot/people/reception.py).
    `closed_on_holidays`: days off are closed and shifted working days have the hours of a Monday.
    `promise`: (4, "hours") or (2, "working days"); None promises nothing.
    """

    hours: tuple[tuple[tuple[time, time], ...], ...] = ((),) * 7
    closed_on_holidays: bool = True
    closed: frozenset[date] = frozenset()
    promise: tuple[int, str] | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(_ZONE))
    calendar: Calendar = is_working_day

    @classmethod
    def read(cls, data: Mapping[str, Any], calendar: Calendar = is_working_day) -> Opening:
        """From the desk's YAML. Raises OpeningError."""
        given = data.get("hours") or {}
        unknown = set(given) - {*_DAYS}
        if unknown:
            raise OpeningError(f"hours: no such day {sorted(map(str, unknown))[0]!r}")
        closed = data.get("closed") or []
        if not all(type(day) is date for day in closed):
            raise OpeningError("closed: a list of dates like 2027-02-05")
        try:
            zone = ZoneInfo(str(data.get("time_zone", _ZONE)))
        except (KeyError, ValueError, OSError) as error:
            raise OpeningError(f"time_zone: no such zone {data['time_zone']!r}") from error
        return cls(
            hours=tuple(_spans(day, given.get(day)) for day in _DAYS),
            closed_on_holidays=bool(data.get("closed_on_holidays", True)),
            closed=frozenset(closed),
            promise=_promise(data.get("call_back_within")),
            zone=zone,
            calendar=calendar,
        )

    @property
    def has_hours(self) -> bool:
        return any(self.hours)

    def is_open(self, now: datetime) -> bool:
        """Whether somebody is there; always where no hours are given."""
        local = now.astimezone(self.zone)
        if not self.has_hours:
            return True
        return any(start <= local < end for start, end in self._open_on(local.date()))

    def next_open(self, now: datetime) -> datetime | None:
        """When it opens next, in the desk's zone; None where no hours are given."""
        local = now.astimezone(self.zone)
        for day in _days_from(local.date()):
            for start, _ in self._open_on(day):
                if start > local:
                    return start
        return None

    def closes(self, now: datetime) -> datetime | None:
        """Until when it is open, in the desk's zone; None where it is closed or has no hours."""
        local = now.astimezone(self.zone)
        spans = [*self._open_on(local.date()), *self._open_on(local.date() + timedelta(days=1))]
        end = None
        for begins, ends in spans:
            if begins <= (end or local) < ends:  # a night goes on past midnight
                end = ends
        return end

    def due(self, now: datetime) -> datetime | None:
        """Until when a call back asked for now is promised; None where nothing is.

        Hours are counted while the desk is open. Working days: to the end of the last of them.
        """
        if self.promise is None:
            return None
        count, unit = self.promise
        local = now.astimezone(self.zone)
        if unit.startswith("working"):
            return self._end_of_working_day(local.date(), count)
        if not self.has_hours:
            return local + timedelta(hours=count)
        left = timedelta(hours=count)
        for day in _days_from(local.date()):
            for start, end in self._open_on(day):
                begin = max(start, local)
                if begin >= end:
                    continue
                if left <= end - begin:
                    return begin + left
                left -= end - begin
        return None

    def _end_of_working_day(self, today: date, count: int) -> datetime | None:
        for day in _days_from(today + timedelta(days=1)):
            if not self._works(day):
                continue
            count -= 1
            if count == 0:
                spans = self._open_on(day)
                return spans[-1][1] if spans else datetime.combine(day, time(23, 59), self.zone)
        return None

    def _works(self, day: date) -> bool:
        if self.has_hours:
            return bool(self._open_on(day))
        return day not in self.closed and self.calendar(day)

    def _open_on(self, day: date) -> list[tuple[datetime, datetime]]:
        weekday = day.weekday()
        if day in self.closed:
            return []
        if self.closed_on_holidays:
            works = self.calendar(day)
            if not works and weekday < 5:
                return []
            if works and weekday >= 5:
                weekday = 0
        return [(self._at(day, start), self._at(day, end)) for start, end in self.hours[weekday]]

    def _at(self, day: date, clock: time) -> datetime:
        if clock == time.max:  # 24:00
            return datetime.combine(day + timedelta(days=1), time(), self.zone)
        return datetime.combine(day, clock, self.zone)


def _days_from(day: date) -> list[date]:
    return [day + timedelta(days=number) for number in range(_LONGEST_SEARCH)]


def _spans(day: str, written: Any) -> tuple[tuple[time, time], ...]:
    spans: list[tuple[time, time]] = []
    for part in str(written or "").replace("，", ",").split(","):
        if not part.strip():
            continue
        match = _HOURS.fullmatch(part.strip())
        if match is None:
            raise OpeningError(f"hours: {day}: {part.strip()!r}; write 09:00-12:00, 14:00-18:00")
        hour, minute, last_hour, last_minute = (int(number) for number in match.groups())
        if last_hour == 24 and last_minute:
            raise OpeningError(f"hours: {day}: {part.strip()!r}; a day ends at 24:00")
        end = time.max if last_hour == 24 else time(last_hour, last_minute)
        span = time(hour, minute), end
        if span[0] >= span[1] or (spans and spans[-1][1] > span[0]):
            raise OpeningError(f"hours: {day}: {part.strip()!r} ends before it begins or overlaps")
        spans.append(span)
    return tuple(spans)


def _promise(written: Any) -> tuple[int, str] | None:
    if not written:
        return None
    match = _PROMISE.fullmatch(str(written).strip())
    if match is None:
        raise OpeningError(f"call_back_within: {written!r}; write '4 hours' or '2 working days'")
    return int(match.group(1)), match.group(2).rstrip("s") + "s"
