"""When the desk is open, and until when a call back is due."""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.desk.operator import Operator
from bot.desk.services import open_desk
from bot.people.opening import Opening, OpeningError, is_working_day, last_known_year
from bot.settings import Settings, SettingsError
from bot.store.sql import SqlStore

UTC, SHENZHEN = timezone.utc, ZoneInfo("Asia/Shanghai")
WEEK = dict.fromkeys(
    ("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-12:00, 14:00-18:00"
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHENZHEN)


def opening(**more: Any) -> Opening:
    return Opening.read({"hours": WEEK, **more})


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-25 09:00", True),  # a Wednesday
        ("2026-11-25 11:59", True),
        ("2026-11-25 12:00", False),
        ("2026-11-25 18:00", False),
        ("2026-11-28 10:00", False),  # a Saturday
        ("2026-10-01 10:00", False),  # National Day, a Thursday
        ("2026-10-10 10:00", True),  # a Saturday worked in exchange: hours of a Monday
    ],
)
def test_hours_holidays_and_days_worked_in_exchange(moment: str, is_open: bool) -> None:
    assert opening().is_open(at(moment)) is is_open
    assert opening().is_open(at(moment).astimezone(timezone.utc)) is is_open


@pytest.mark.parametrize(
    ("moment", "closes"),
    [
        ("2026-11-25 09:00", "2026-11-25 12:00"),
        ("2026-11-25 15:00", "2026-11-25 18:00"),
        ("2026-11-25 12:30", None),
        ("2026-11-28 10:00", None),
    ],
)
def test_it_says_until_when_it_is_open(moment: str, closes: str | None) -> None:
    assert opening().closes(at(moment)) == (at(closes) if closes else None)


def test_a_night_shift_is_open_past_midnight() -> None:
    nights = {"tuesday": "20:00-24:00", "wednesday": "00:00-06:00"}
    desk = Opening.read({"hours": nights})
    assert desk.closes(at("2026-11-24 21:00")) == at("2026-11-25 06:00")
    assert Opening.read({}).closes(at("2026-11-24 21:00")) is None


def test_a_day_off_of_the_operators_own_is_closed() -> None:
    assert not opening(closed=[date(2026, 11, 25)]).is_open(at("2026-11-25 10:00"))


def test_who_works_on_holidays_says_so() -> None:
    assert opening(closed_on_holidays=False).is_open(at("2026-10-01 10:00"))


def test_without_hours_it_counts_as_open_and_says_none() -> None:
    assert Opening().is_open(at("2026-10-01 03:00"))
    assert Opening().next_open(at("2026-10-01 03:00")) is None


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-25 12:30", "2026-11-25 14:00"),
        ("2026-11-27 18:00", "2026-11-30 09:00"),  # over a weekend
        ("2026-09-30 19:00", "2026-10-08 09:00"),  # over the holidays
    ],
)
def test_it_says_when_it_opens_next(moment: str, opens: str) -> None:
    assert opening().next_open(at(moment)) == at(opens)


@pytest.mark.parametrize(
    ("promise", "asked", "due"),
    [
        ("4 hours", "2026-11-25 09:00", "2026-11-25 15:00"),  # the pause at noon does not count
        ("4 hours", "2026-11-27 17:00", "2026-11-30 12:00"),  # nor the weekend
        ("1 hour", "2026-11-28 10:00", "2026-11-30 10:00"),
        ("1 working day", "2026-11-25 10:00", "2026-11-26 18:00"),
        ("2 working days", "2026-11-26 10:00", "2026-11-30 18:00"),
        ("1 working day", "2026-10-09 10:00", "2026-10-10 18:00"),  # that Saturday is worked
    ],
)
def test_a_call_back_is_due_by_the_hours_that_are_worked(
    promise: str, asked: str, due: str
) -> None:
    assert opening(call_back_within=promise).due(at(asked)) == at(due)


def test_no_promise_is_no_time() -> None:
    assert opening().due(at("2026-11-25 10:00")) is None


def test_hours_of_a_promise_run_on_where_no_opening_hours_are_given() -> None:
    late = Opening.read({"call_back_within": "4 hours"})
    days = Opening.read({"call_back_within": "1 working day"})

    assert late.due(at("2026-11-25 23:00")) == at("2026-11-26 03:00")
    assert days.due(at("2026-11-27 10:00")) == at("2026-11-30 23:59")


def test_past_the_last_known_year_weekends_alone_are_off() -> None:
    year = last_known_year() + 1
    new_year = date(year, 1, 1)

    assert is_working_day(new_year) is (new_year.weekday() < 5)
    assert not is_working_day(date(year, 1, 1 + (5 - new_year.weekday()) % 7))


def test_past_the_last_known_year_the_start_warns(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    known = last_known_year()
    store = SqlStore("sqlite://")
    for year in (known, known + 1):
        caplog.clear()
        open_desk(Settings(data_dir=tmp_path), store, lambda y=year: datetime(y, 6, 1, tzinfo=UTC))

        warned = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
        assert len(warned) == (year > known)
    assert str(known) in warned[0]
    assert "chinesecalendar" in warned[0]


def test_around_the_clock_ends_at_midnight() -> None:
    always = Opening.read({"hours": {"monday": "00:00-24:00"}, "closed_on_holidays": False})

    assert always.is_open(at("2026-11-23 23:59"))
    assert not always.is_open(at("2026-11-24 00:00"))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"hours": {"someday": "09:00-10:00"}}, "someday"),
        ({"hours": {"monday": "9-10"}}, "monday: '9-10'"),
        ({"hours": {"monday": "10:00-09:00"}}, "ends before it begins"),
        ({"hours": {"monday": "09:00-12:00, 11:00-13:00"}}, "overlaps"),
        ({"hours": {"monday": "09:00-24:30"}}, "24:00"),
        ({"closed": ["2026-13-01"]}, "closed"),
        ({"call_back_within": "soon"}, "call_back_within: 'soon'"),
        ({"time_zone": "Shenzhen"}, "time_zone"),
    ],
)
def test_a_mistake_is_named(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(OpeningError, match=told):
        Opening.read(wrong)


def test_the_desk_file_that_is_shipped_promises_nothing() -> None:
    operator = Operator.read()

    assert not operator.opening.has_hours
    assert operator.opening.promise is None
    assert all(len(sentence) == 3 for sentence in operator.canned)


@pytest.mark.parametrize(
    "written",
    [
        "hours: [",
        "- a list",
        "hors: {}",
        "patience: {nobody_comes: soon}",
        "patience: {nobody: 3}",
        "canned: [{en: hello}]",
        "hours: {monday: noon}",
    ],
)
def test_a_desk_file_with_a_mistake_stops_the_start_and_names_itself(
    written: str, tmp_path: Path
) -> None:
    file = tmp_path / "desk.yml"
    file.write_text(written, "utf-8")

    with pytest.raises(SettingsError, match=r"CHUANGWEN_DESK_FILE.*desk\.yml"):
        Operator.read(file)


def test_a_desk_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CHUANGWEN_DESK_FILE"):
        Operator.read(tmp_path / "nowhere.yml")
