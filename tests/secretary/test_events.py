"""The office's events: the file, the feed as another program reads it, and in conversation."""

from __future__ import annotations

import argparse
import os
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import vobject
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.app import _reload
from bot.commands import check
from bot.secretary.calendar import Calendar
from bot.secretary.event_file import EventsError, read_events
from bot.secretary.ical import feed_of
from bot.settings import Settings, SettingsError
from bot.site.pages import Pages
from knowledge.live import Library
from knowledge.storage import ROOT, load
from tests.secretary.conftest import Founder
from tests.site.conftest import PUBLIC, holding

LONG = "创业沙龙，第一期；免费, 带\\号; " * 6
EVENTS = f"""
events:
- id: salon
  title: '{LONG}'
  title_en: Founders' salon
  start: 2026-12-10 19:00
  end: 2026-12-10 21:00
  place: 南山, 一号楼
  url: https://example.com/salon?a=1&b=2
- id: week
  title: 创客周
  start: 2026-12-01
  end: 2026-12-03
- id: gone
  title: 过去的活动
  start: 2026-01-01 10:00
"""
CSV = "id,title,start,end\nwalk,路演,2026-12-05 14:00,2026-12-05 16:00\n"
CHINA = timezone(timedelta(hours=8))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "events.yml"
    path.write_text(EVENTS, "utf-8")
    return path


def written(tmp_path: Path, text: str, name: str = "events.yml") -> str:
    """What is said of a file."""
    path = tmp_path / name
    path.write_text(text, "utf-8")
    with pytest.raises(EventsError) as error:
        read_events(path)
    return str(error.value)


def test_another_program_reads_the_feed_as_it_was_meant(file: Path) -> None:
    feed = feed_of(Calendar(file), "创问", "faq.example")

    assert all(len(line) <= 75 for line in feed.split(b"\r\n"))
    calendar = vobject.readOne(feed.decode())
    gone, week, salon = calendar.vevent_list
    assert salon.uid.value == "salon@faq.example"
    assert salon.summary.value == LONG.strip()
    assert salon.dtstart.value == datetime(2026, 12, 10, 19, tzinfo=CHINA)
    assert salon.dtend.value == datetime(2026, 12, 10, 21, tzinfo=CHINA)
    assert salon.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["Asia/Shanghai"]
    assert salon.location.value == "南山, 一号楼"
    assert salon.url.value == "https://example.com/salon?a=1&b=2"
    # The day after the last one, as RFC 5545 has it.
    assert (week.dtstart.value, week.dtend.value) == (date(2026, 12, 1), date(2026, 12, 4))
    assert gone.dtstamp.value.tzinfo is not None
    assert calendar.vtimezone.tzid.value == "Asia/Shanghai"


def test_the_same_file_makes_the_same_feed_and_a_changed_one_a_newer_stamp(file: Path) -> None:
    calendar = Calendar(file)
    first = feed_of(calendar, "创问", "faq.example")
    assert feed_of(Calendar(file), "创问", "faq.example") == first
    os.utime(file, (1_900_000_000, 1_900_000_000))
    calendar.reload()

    stamp = vobject.readOne(feed_of(calendar, "创问", "x").decode()).vevent.dtstamp.value
    assert stamp == datetime.fromtimestamp(1_900_000_000, timezone.utc)


def test_a_csv_file_does_too(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(CSV, "utf-8")

    (event,) = read_events(path)

    assert (event.title, event.when()) == ("路演", "2026-12-05 14:00–16:00")


def test_what_is_over_is_not_to_come_and_a_day_lasts_until_its_end(file: Path) -> None:
    calendar = Calendar(file)

    def coming(*moment: int) -> list[str]:
        return [event.id for event in calendar.coming(datetime(*moment, tzinfo=CHINA))]  # type: ignore[misc]

    assert coming(2026, 11, 30) == ["week", "salon"]
    assert coming(2026, 12, 3, 23, 59) == ["week", "salon"]
    assert coming(2026, 12, 4, 0, 1) == ["salon"]
    assert coming(2026, 12, 10, 20) == ["salon"]
    assert coming(2026, 12, 10, 21) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("events:\n- id: a\n  titel: x\n  start: 2026-12-01", "line 2: unknown key 'titel' (did"),
        ("events:\n- id: a\n  start: 2026-12-01", "line 2: title: is missing"),
        ("events:\n- {id: a, title: x, start: soon}", "line 2: start: 'soon'; write 2026-12-10"),
        ("events:\n- {id: a, title: x, start: 2026-13-01}", "is not in the calendar"),
        ("events:\n\n- {id: a b, title: x, start: 2026-12-01}", "line 3: id: 'a b'"),
        (
            "events:\n- {id: a, title: x, start: 2026-12-01}\n"
            "- {id: a, title: y, start: 2026-12-02}",
            "line 3: id: 'a' is there twice",
        ),
        (
            "events:\n- {id: a, title: x, start: 2026-12-02, end: 2026-12-01}",
            "line 2: end: before the start",
        ),
        (
            "events:\n- {id: a, title: x, start: 2026-12-01, url: 'javascript:alert(1)'}",
            "line 2: url: 'javascript:alert(1)'; write an address",
        ),
        ("events:\n- [a]", "line 2: must be a mapping"),
        ("- id: a", "line 1: must be a list under 'events:'"),
        ("events:\n- id: [", "not readable"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    assert said in written(tmp_path, text)


def test_every_mistake_of_a_csv_is_said_at_once(tmp_path: Path) -> None:
    said = written(tmp_path, 'id,title,start\na,"b\nc",2026-12-99\n,x,2026-12-01\n', "events.csv")

    assert "line 2: start:" in said
    assert "line 4: id: is missing" in said


def test_an_empty_file_has_no_events(tmp_path: Path) -> None:
    for text in ("", "# none yet\n", "events:\n", "events: []\n"):
        path = tmp_path / "events.yml"
        path.write_text(text, "utf-8")
        assert read_events(path) == ()


async def test_a_file_that_went_wrong_leaves_the_old_events_in_use(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Unchanged(Library):
        def reload(self) -> bool:
            return False

    calendar = Calendar(file)
    file.write_text("events:\n- id: a\n", "utf-8")
    await _reload(Unchanged(), calendar)

    assert len(calendar.events) == 3
    assert "line 2: title: is missing" in caplog.text


def test_check_names_what_is_wrong_in_the_file(file: Path, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, events=file, knowledge_dirs=(ROOT,))
    assert check.run(argparse.Namespace(), settings) == 0
    file.write_text("events:\n- id: a\n", "utf-8")
    with pytest.raises(SettingsError, match=r"CHUANGWEN_EVENTS: .*line 2: start: is missing"):
        check.run(argparse.Namespace(), settings)


async def test_a_founder_is_told_the_next_events_and_where_to_subscribe(
    founder: Founder, file: Path
) -> None:
    founder.calendar = Calendar(file)
    founder.start_anew()
    turn = await founder.wants("list_events")
    founder.language = "en"
    english = await founder.wants("list_events")

    assert "2026-12-01–2026-12-03 · 创客周" in turn.replies[0]
    assert "过去的活动" not in turn.replies[0]
    assert "https://faq.example/events.ics" in turn.replies[0]
    assert "Founders' salon" in english.replies[0]


async def test_without_coming_events_the_assistants_own_sentence_stands(
    founder: Founder, file: Path
) -> None:
    founder.calendar = Calendar(file)
    founder.now = datetime(2027, 1, 1, tzinfo=timezone.utc)
    founder.start_anew()

    turn = await founder.wants("list_events", "有什么活动")

    assert turn.replies == ("you said: 有什么活动",)


def test_the_site_has_a_page_and_the_feed(file: Path) -> None:
    far = file.read_text("utf-8").replace("2026-12", "2126-12")
    file.write_text(far, "utf-8")
    pages = Pages(holding(load()), PUBLIC, Calendar(file))  # type: ignore[arg-type]
    with TestClient(Starlette(routes=pages.routes())) as client:
        page = client.get("/en/events")
        hant = client.get("/zh-Hant/events").text
        feed = client.get("/events.ics")

    assert page.status_code == 200
    assert "Founders&#39; salon" in page.text
    assert "過去的活動" not in hant
    assert 'href="https://example.com/salon?a=1&amp;b=2"' in page.text
    assert feed.headers["content-type"] == "text/calendar; charset=utf-8"
    assert len(vobject.readOne(feed.text).vevent_list) == 3
