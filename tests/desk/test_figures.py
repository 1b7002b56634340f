"""The page of figures: what is counted, how it is drawn and exported, and that nobody is in it."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.plots import HEIGHT, lines, stacks
from bot.people.callback import CallBack
from bot.people.figures import (
    SPANS,
    CallBackCounts,
    Counts,
    Period,
    Table,
    Wait,
    percentile,
    periods_of,
    step_of,
    tables_of,
)
from bot.store.callbacks import SqlCallBacks
from bot.store.calls import SqlCalls
from bot.store.database import _MIGRATIONS
from bot.store.figures import SqlFigures
from bot.store.sql import SqlStore
from bot.store.staff import SqlStaff
from knowledge.live import Content
from tests.desk.conftest import DeskApp, DeskClient, SignedIn
from tests.desk.supervision import Month

# 10:00 in Shenzhen.
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=timezone.utc)
ZONE = ZoneInfo("Asia/Shanghai")
SECRETS = ("telegram:alpha", "alpha", "a very private question", "so rude", "liwei", "13800138000")


async def counted(store: SqlStore, days: int = 7, now: datetime = NOW) -> Counts:
    return await SqlFigures(store).read(periods_of(days, now, ZONE), now)


async def table(store: SqlStore, key: str, days: int = 7) -> Table:
    periods = periods_of(days, NOW, ZONE)
    counts = await SqlFigures(store).read(periods, NOW)
    tables = tables_of(counts, periods, step_of(days), lambda provision: f"topic of {provision}")
    return next(each for each in tables if each.key == key)


def cells(shown: Table) -> dict[str, dict[str, float | None]]:
    """Row by row what is not nothing."""
    found = {
        row.name: {k: v for k, v in zip(shown.columns, row.values, strict=True) if v}
        for row in shown.rows
    }
    return {name: values for name, values in found.items() if values}


# What is counted.


async def test_questions_are_counted_by_the_days_of_the_desk(both_stores: SqlStore) -> None:
    late = Month(both_stores, datetime(2026, 11, 23, 15, 59, tzinfo=timezone.utc))
    early = Month(both_stores, datetime(2026, 11, 23, 16, 0, tzinfo=timezone.utc))
    await late.ask("telegram:1", "before midnight in Shenzhen", "answer", language="zh-Hans")
    await early.ask("telegram:2", "after it", "answer", language="zh-Hant")
    await early.ask("web:3:with:colons", "and on the website", "decline", language="en")
    await late.before(days=30).ask("web:4", "long ago")

    assert cells(await table(both_stores, "channels")) == {
        "2026-11-23": {"telegram": 1},
        "2026-11-24": {"telegram": 1, "web": 1},
    }
    assert cells(await table(both_stores, "languages")) == {
        "2026-11-23": {"zh-Hans": 1},
        "2026-11-24": {"en": 1, "zh-Hant": 1},
    }


async def test_outcomes_are_summed_up_and_what_people_answered_is_none(
    both_stores: SqlStore,
) -> None:
    month = Month(both_stores, NOW - timedelta(days=1))
    outcomes = [
        "answer",
        "contact",
        "result",
        "status",
        "choices",
        "form",
        "decline",
        "handoff",
        "smalltalk",
    ]
    for outcome in outcomes:
        await month.ask("web:1", "…", outcome)
    # Said to a person, or to the form for a number: nothing was understood.
    await month.ask("web:1", "to a clerk", "handoff", intent="")
    counts = await counted(both_stores)

    assert cells(await table(both_stores, "outcomes")) == {
        "2026-11-24": {
            "answered": 4,
            "asked_back": 2,
            "declined": 1,
            "handed_over": 1,
            "other": 1,
        }
    }
    assert counts.questions == 9
    assert counts.share_of("answered") == pytest.approx(4 / 9)


async def test_topics_are_those_of_the_provision_found_first(both_stores: SqlStore) -> None:
    month = Month(both_stores, NOW - timedelta(days=1))
    for found in (["b"], ["a", "b"], ["a"], []):
        await month.ask("web:1", "…", "answer", found=found)

    assert cells(await table(both_stores, "topics")) == {
        "topic of a": {"count": 2},
        "topic of b": {"count": 1},
    }


async def test_a_wait_lasts_from_asking_to_being_taken(both_stores: SqlStore) -> None:
    clerk = (await SqlStaff(both_stores).add("liwei", "clerk", "", NOW)).id
    month = Month(both_stores, NOW - timedelta(hours=5))
    for number, minutes in enumerate((1, 2, 3, 4, 30)):
        await month.change(f"web:{number}", "asked")
        later = month.before(minutes=-minutes)
        await later.change(f"web:{number}", "taken", by=clerk)
        # A second time, after it had been given back: a wait of its own.
        await later.change(f"web:{number}", "given_back", by=clerk)
    await month.change("web:gone", "asked")
    await month.before(minutes=-9).change("web:gone", "withdrawn")
    await month.change("web:still", "asked")
    await month.before(hours=-1).change("web:0", "asked")
    await month.before(hours=-2).change("web:0", "taken", by=clerk)
    counts = await counted(both_stores)

    assert cells(await table(both_stores, "waits")) == {
        "2026-11-25": {"wished": 8, "taken": 6, "median": 3.0, "p90": 60.0}
    }
    assert (counts.wait(0.5), counts.wait(0.9)) == (180, 3600)


async def test_a_clerk_who_falls_silent_makes_no_wait_of_a_taken_chat(
    both_stores: SqlStore,
) -> None:
    clerk = (await SqlStaff(both_stores).add("liwei", "clerk", "", NOW)).id
    month = Month(both_stores, NOW - timedelta(hours=5))
    await month.change("web:1", "asked")
    await month.before(minutes=-1).change("web:1", "taken", by=clerk)
    await month.before(minutes=-20).change("web:1", "clerk_gone")
    await month.before(minutes=-50).change("web:1", "taken", by=clerk)
    counts = await counted(both_stores)

    assert [wait.seconds for wait in counts.waits] == [60]


async def test_call_backs_are_on_time_late_overdue_or_still_to_be_made(
    both_stores: SqlStore,
) -> None:
    callbacks = SqlCallBacks(both_stores)
    at, hour = NOW - timedelta(days=1), timedelta(hours=1)
    kept = [
        ("on_time", {"state": "done", "due": at + hour, "done": at + hour}),
        ("late", {"state": "done", "due": at + hour, "done": at + 2 * hour}),
        ("made", {"state": "done", "due": None, "done": at + hour}),
        ("dropped", {"state": "dropped", "due": at + hour, "done": at + hour}),
        ("overdue", {"due": NOW - hour}),
        ("to_make", {"due": NOW + hour}),
        ("no_time", {"due": None}),
    ]
    for number, (name, values) in enumerate(kept):
        callback = CallBack(f"CW-0000{number}-00000", "en", "sealed", name, at, **values)  # type: ignore[arg-type]
        await callbacks.add(callback)
    counts = await counted(both_stores)

    assert counts.callbacks == CallBackCounts(1, 1, 1, 1, 1, 2)
    assert counts.callbacks.share_on_time == pytest.approx(1 / 3)


async def test_calls_by_outcome_and_votes_by_day(both_stores: SqlStore) -> None:
    clerk = (await SqlStaff(both_stores).add("liwei", "clerk", "", NOW)).id
    calls, month = SqlCalls(both_stores), Month(both_stores, NOW - timedelta(days=3))
    for outcome in ("answered", "answered", "not_covered", None):
        call = await calls.begin(clerk, "en", NOW - timedelta(hours=1))
        if outcome is not None:
            await calls.end(clerk, call.id, outcome, NOW)  # type: ignore[arg-type]
    for vote in ("up", "up", "down"):
        number = await month.ask("web:1", "…", "answer")
        await month.before(days=-1).vote("web:1", number, vote)
    counts = await counted(both_stores)

    assert cells(await table(both_stores, "calls")) == {
        "answered": {"count": 2},
        "not_covered": {"count": 1},
    }
    assert cells(await table(both_stores, "votes")) == {"2026-11-23": {"up": 2, "down": 1}}
    assert counts.share_liked == pytest.approx(2 / 3)


async def test_of_nothing_there_are_no_shares(both_stores: SqlStore) -> None:
    counts = await counted(both_stores, 365)

    assert counts.questions == 0
    shares = (counts.share_of("answered"), counts.wait(0.5), counts.share_liked)
    assert shares == (None, None, None)
    assert counts.callbacks.share_on_time is None


async def test_turns_from_before_the_columns_are_counted_too(both_stores: SqlStore) -> None:
    await Month(both_stores, NOW - timedelta(days=1)).ask(
        "web:1", "…", "decline", language="zh-Hant", found=["a", "b"]
    )
    engine, config = both_stores._engine, Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    for way, version in ((command.downgrade, "0004"), (command.upgrade, "head")):
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            way(config, version)
    chosen = sa.text("SELECT intent, outcome, language, provision FROM turns")
    kept = await both_stores.run(lambda c: [tuple(row) for row in c.execute(chosen)])

    assert kept == [("ask_measure", "decline", "zh-Hant", "a")]


# Days, weeks and percentiles.


def test_periods_end_with_today_and_long_spans_have_weeks() -> None:
    week, year = periods_of(7, NOW, ZONE), periods_of(365, NOW, ZONE)

    assert [period.first.isoformat() for period in week][:: len(week) - 1] == [
        "2026-11-19",
        "2026-11-25",
    ]
    assert all(period.first.weekday() == 0 for period in year)
    assert 52 <= len(year) <= 54


@given(
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1)),
    st.sampled_from(SPANS),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"]),
)
def test_periods_follow_one_another_without_a_gap(now: datetime, days: int, zone: str) -> None:
    now = now.replace(tzinfo=timezone.utc)
    periods = periods_of(days, now, ZoneInfo(zone))

    def instant(moment: datetime) -> float:
        return moment.timestamp()

    assert all(instant(a.end) == instant(b.start) for a, b in itertools.pairwise(periods))
    assert instant(periods[-1].start) <= now.timestamp() < instant(periods[-1].end)
    assert now.timestamp() - instant(periods[0].start) >= (days - 1) * 86400 - 3600


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_a_percentile_is_a_value_that_the_part_does_not_exceed(
    values: list[float], part: float
) -> None:
    found = percentile(values, part)

    assert found in values
    assert sum(value <= found for value in values) >= part * len(values) * 0.999999
    assert sum(value < found for value in values) < part * len(values) + 1e-9


def test_a_day_on_which_the_clocks_change_is_counted_whole() -> None:
    (day,) = [
        period
        for period in periods_of(
            7, datetime(2026, 3, 31, tzinfo=timezone.utc), ZoneInfo("Europe/Berlin")
        )
        if period.first.isoformat() == "2026-03-29"
    ]
    assert day.end.timestamp() - day.start.timestamp() == 23 * 3600


# How it is drawn.

VALUES = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 50)),
    min_size=1,
    max_size=90,
)


@given(VALUES)
def test_bars_have_the_heights_of_their_values_and_stay_in_the_plot(
    rows: list[tuple[int, int, int]],
) -> None:
    plot = stacks(rows)
    drawn = {(piece.row, piece.series): piece for piece in plot.pieces}
    scale = (HEIGHT - plot.marks[-1].y) / plot.marks[-1].value

    assert set(drawn) == {(r, s) for r, row in enumerate(rows) for s, v in enumerate(row) if v}
    for (row, series), piece in drawn.items():
        assert piece.height == pytest.approx(rows[row][series] * scale, abs=0.1)
        assert piece.y >= plot.marks[-1].y - 0.1
        assert piece.x >= 0
        assert piece.x + piece.width <= 100.01
    for row in range(len(rows)):
        foots = [p.y + p.height for p in plot.pieces if p.row == row]
        assert not foots or max(foots) == pytest.approx(HEIGHT, abs=0.1)


@given(st.floats(0, 1e9))
def test_the_scale_has_a_few_round_numbers_and_reaches_the_highest(most: float) -> None:
    marks = lines([(most,)]).marks

    assert 2 <= len(marks) <= 6
    assert marks[-1].value >= most * 0.999
    assert marks[0].value == 0


def test_a_line_has_a_gap_where_there_is_no_value() -> None:
    plot = lines([(1.0, None), (2.0, None), (None, 3.0), (4.0, 5.0)])

    assert [line.points.count(",") for line in plot.lines] == [2, 1, 2]
    assert len(plot.points) == 5


def test_whole_numbers_have_whole_marks() -> None:
    assert [mark.value for mark in stacks([(1,), (2,)]).marks] == [0, 1, 2]


# The page.


@pytest.fixture
async def supervisor(signed_in: SignedIn, content: Content) -> DeskClient:
    return await signed_in("supervisor")


@pytest.fixture
async def busy(desk_app: DeskApp) -> DeskApp:
    """A desk at which a little of everything has happened."""
    month = Month(desk_app.store, desk_app.clock.now - timedelta(hours=2))
    clerk = (await desk_app.accounts.add("liwei", "clerk")).id
    number = await month.ask(
        "telegram:alpha", "a very private question", "answer", found=["sz-2016/6.2"]
    )
    await month.vote("telegram:alpha", number, "down", "so rude")
    await month.change("telegram:alpha", "asked")
    await month.before(minutes=-3).change("telegram:alpha", "taken", by=clerk)
    call = await SqlCalls(desk_app.store).begin(clerk, "en", month.now)
    await SqlCalls(desk_app.store).end(clerk, call.id, "referred", desk_app.clock.now)
    sealed = desk_app.desk.vault.seal("13800138000")
    await desk_app.desk.callbacks.add(
        CallBack("CW-00000-00001", "en", sealed, "a very private question", month.now)
    )
    return desk_app


async def test_the_page_draws_all_and_says_the_numbers_to_a_screen_reader(
    supervisor: DeskClient, busy: DeskApp
) -> None:
    page = (await supervisor.get("/desk/figures")).text
    plots = re.findall(r'<svg[^>]*role="img".*?</svg>(?!\s*<circle)', page, re.S)

    assert "Nothing in this span." not in page
    assert page.count('role="img"') == 8
    for key in ("channels", "languages", "outcomes", "topics", "waits", "callbacks", "calls"):
        assert f'id="p-{key}"' in page
        assert f'<desc id="d-{key}">Highest: ' in page
    assert plots
    for plot in re.findall(r"<svg.*?</svg>", page, re.S):
        if plot.count("<svg") == 1:
            ElementTree.fromstring(plot)
    assert "style=" not in page
    assert "Venture capital" not in page
    assert "3.0 min" in page


async def test_nobody_is_in_the_figures(supervisor: DeskClient, busy: DeskApp) -> None:
    page = (await supervisor.get("/desk/figures")).text.partition("<main")[2]
    files = [
        (await supervisor.get(f"/desk/figures/{key}.csv")).text
        for key in re.findall(r"/desk/figures/(\w+)\.csv", page)
    ]
    assert len(files) == 8
    assert [s for s in SECRETS for text in (page, *files) if s in text] == []


async def test_each_table_can_be_taken_along_as_it_stands_on_the_page(
    supervisor: DeskClient, busy: DeskApp
) -> None:
    answer = await supervisor.get("/desk/figures/outcomes.csv?days=7")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))

    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="chuangwen-outcomes-2026-11-25-7.csv"' in answer.headers["content-disposition"]
    assert rows[0] == [
        "Day",
        "Answered",
        "Asked back",
        "Declined",
        "Handed over",
        "Small talk and other",
    ]
    assert rows[-1] == ["2026-11-25", "1", "0", "0", "0", "0"]
    assert len(rows) == 8


async def test_the_tables_speak_the_language_of_who_looks(
    signed_in: SignedIn, busy: DeskApp, content: Content
) -> None:
    client = await signed_in("supervisor", language="zh-HK")
    topics = (await client.get("/desk/figures/topics.csv")).text
    name = next(iter(content.knowledge.policies["sz-2016"].topics["tax"].name.values()))
    assert name
    wanted = content.knowledge.policies["sz-2016"].topics["tax"].name["zh-Hant"]

    assert topics.splitlines()[1] == f"{wanted},1"
    assert "Telegram" in (await client.get("/desk/figures/channels.csv")).text


async def test_an_unknown_span_is_the_usual_one_and_an_unknown_table_is_missing(
    supervisor: DeskClient,
) -> None:
    page = (await supervisor.get("/desk/figures?days=1000000")).text

    assert re.search(r'days=30" aria-current="page"', page)
    assert page.count("Nothing in this span.") == 8
    assert (await supervisor.get("/desk/figures/staff.csv")).status_code == 404


def test_every_table_has_its_words_in_each_language(content: Content) -> None:
    import yaml

    from bot.desk.rendering import _TEXTS

    block = yaml.safe_load(_TEXTS.read_text("utf-8"))["figures"]
    start = datetime(2026, 11, 25, tzinfo=timezone.utc)
    periods = [Period(start.date(), start, start + timedelta(days=1))]
    counts = Counts([[]], {}, [{}], {}, [Wait(start, 1.0)], CallBackCounts())
    for each in tables_of(counts, periods, "day", str):
        assert {f"table_{each.key}", f"rows_{each.rows_are}"} <= set(block), json.dumps(each.key)
        names = each.columns if each.shape != "bars" else [row.name for row in each.rows]
        assert {f"{each.key}_{name}" for name in names} <= set(block)


async def test_the_page_stands_while_somebody_waits_and_nobody_has_been_taken(
    desk_app: DeskApp, supervisor: DeskClient
) -> None:
    month = Month(desk_app.store, NOW)
    await month.change("web:1", "asked")

    answer = await supervisor.get("/desk/figures")

    assert answer.status_code == 200
    assert 'id="p-waits"' not in answer.text  # nothing to draw yet
    assert "/desk/figures/waits.csv" in answer.text
