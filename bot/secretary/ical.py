"""The events as an iCalendar feed (RFC 5545), for calendar programs."""

from __future__ import annotations

from datetime import datetime, timedelta

import icalendar

from bot.secretary.calendar import Calendar
from bot.secretary.event import ZONE, Event

_OFFSET = timedelta(hours=8)  # China has had no other since 1991-09-15
_SINCE = datetime(1991, 9, 15)


def feed_of(calendar: Calendar, name: str, host: str) -> bytes:
    """All events, past ones too: a program that subscribes keeps what it once had.

    `host` makes ids that are nobody else's.
    """
    feed = icalendar.Calendar()
    feed.add("prodid", "-//ChuangWen//Events//ZH")
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    feed.add("x-wr-calname", name)
    feed.add_component(_shanghai())
    for event in calendar.events:
        feed.add_component(_component(event, calendar.changed, host))
    return bytes(feed.to_ical(sorted=False))


def _component(event: Event, changed: datetime, host: str) -> icalendar.Event:
    component = icalendar.Event()
    component.add("uid", f"{event.id}@{host}")
    # When the file was changed last, not now: the same file makes the same feed.
    component.add("dtstamp", changed.replace(microsecond=0))
    if event.all_day:
        component.add("dtstart", event.start.date())
        component.add("dtend", event.end.date() + timedelta(days=1))  # the day after the last
    else:
        component.add("dtstart", event.start)
        if event.end > event.start:
            component.add("dtend", event.end)
    component.add("summary", event.title)
    if event.title_en:
        component.add("description", event.title_en)
    if event.place:
        component.add("location", event.place)
    if event.url:
        component.add("url", event.url)
    return component


def _shanghai() -> icalendar.Timezone:
    zone, standard = icalendar.Timezone(), icalendar.TimezoneStandard()
    zone.add("tzid", str(ZONE))
    standard.add("dtstart", _SINCE)
    standard.add("tzoffsetfrom", _OFFSET)
    standard.add("tzoffsetto", _OFFSET)
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone
