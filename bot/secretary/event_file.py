"""Events out of a YAML or CSV file, all of them or none."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from difflib import get_close_matches
from pathlib import Path

import yaml

from bot.secretary.event import ZONE, Event
from bot.secretary.rows import csv_rows
from knowledge.language import clean

COLUMNS = ("id", "title", "title_en", "start", "end", "place", "url")
_NEEDED = ("id", "title", "start")
_LONGEST = 200  # characters of a value
_LARGEST = 2_000_000  # bytes of a file
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2}))?", re.ASCII)
_WEB = re.compile(r"https?://[A-Za-z0-9][^\s\"'<>]*")
_WRITE = "write 2026-12-10 19:00, or 2026-12-10 for a whole day"

Row = tuple[int, Mapping[str, str]]  # the line it begins in, and its values by column


class EventsError(ValueError):
    """The file cannot be used; the message names every mistake with its line."""


def read_events(path: Path) -> tuple[Event, ...]:
    """All events of a YAML or CSV file, in the order of time. Raises EventsError."""
    try:
        data = path.read_bytes()
        text = data[:_LARGEST].decode("utf-8-sig")
    except OSError as error:
        raise EventsError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise EventsError(f"{path}: is not UTF-8") from error
    if len(data) > _LARGEST:
        raise EventsError(f"{path}: is larger than {_LARGEST // 1_000_000} MB")
    try:
        rows = list(_from_csv(text) if path.suffix.lower() == ".csv" else _from_yaml(text))
    except (yaml.MarkedYAMLError, csv.Error) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise EventsError(f"{path}: {where}not readable ({_said(error)})") from error
    except EventsError as error:
        raise EventsError(f"{path}: {error}") from error
    events, mistakes = _read(rows)
    if mistakes:
        raise EventsError("\n".join(f"{path}: {mistake}" for mistake in mistakes))
    return tuple(sorted(events, key=lambda event: (event.start, event.id)))


def _read(rows: Iterable[Row]) -> tuple[list[Event], list[str]]:
    """The events of all rows, and what is wrong, by line."""
    events: dict[str, Event] = {}
    mistakes: list[str] = []
    for line, written in rows:
        row = _Row(written)
        event = row.event()
        if event.id and event.id in events:
            row.mistakes.append(f"id: {event.id!r} is there twice")
        events[event.id] = event
        mistakes += [f"line {line}: {mistake}" for mistake in row.mistakes]
    return list(events.values()), mistakes


class _Row:
    """The values of one event; every getter checks, notes a mistake and goes on."""

    def __init__(self, written: Mapping[str, str]) -> None:
        self.mistakes: list[str] = []
        self._values = {name: clean(written.get(name, "")) for name in COLUMNS}
        for name in sorted(written.keys() - set(COLUMNS)):
            near = get_close_matches(name, COLUMNS, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            self.mistakes.append(f"unknown key {name!r}{hint}")

    def event(self) -> Event:
        """Of use only where there are no mistakes."""
        start, all_day = self._moment("start")
        end, ends_all_day = self._moment("end") if self._values["end"] else (start, all_day)
        if not self.mistakes and (end < start or ends_all_day != all_day):
            self.mistakes.append("end: before the start, or a day beside a time")
        return Event(
            id=self._text("id", _ID, "use letters, digits, - and _"),
            title=self._text("title"),
            start=start,
            end=end,
            all_day=all_day,
            title_en=self._text("title_en"),
            place=self._text("place"),
            url=self._text("url", _WEB, "write an address that begins with https://"),
        )

    def _text(self, name: str, pattern: re.Pattern[str] | None = None, instead: str = "") -> str:
        value = self._values[name]
        if not value and name in _NEEDED:
            self.mistakes.append(f"{name}: is missing")
        if len(value) > _LONGEST:
            self.mistakes.append(f"{name}: is longer than {_LONGEST} characters")
        elif value and pattern is not None and not pattern.fullmatch(value):
            self.mistakes.append(f"{name}: {value!r}; {instead}")
        return value

    def _moment(self, name: str) -> tuple[datetime, bool]:
        """The time, and whether it is a whole day."""
        value = self._text(name, _MOMENT, _WRITE)
        match = _MOMENT.fullmatch(value)
        if match is not None:
            year, month, day, hour, minute = match.groups()
            try:
                clock = time(int(hour), int(minute)) if hour else time()
                day_of_it = date(int(year), int(month), int(day))
                return datetime.combine(day_of_it, clock, ZONE), hour is None
            except ValueError:
                self.mistakes.append(f"{name}: {value!r} is not in the calendar; {_WRITE}")
        return datetime.now(ZONE), False


def _from_csv(text: str) -> Iterable[Row]:
    head: list[str] | None = None
    for line, cells in csv_rows(text):
        if head is None:
            head = [cell.strip().lower() for cell in cells]
        elif len(cells) != len(head):
            raise EventsError(f"line {line}: has {len(cells)} values for {len(head)} columns")
        else:
            yield line, dict(zip(head, cells, strict=True))


def _from_yaml(text: str) -> Iterable[Row]:
    """A mapping with a list of mappings under `events`; nothing in the file is no events."""
    root = yaml.compose(text, yaml.SafeLoader)
    if root is None:
        return
    keys = {key.value: value for key, value in root.value} if _is_mapping(root) else {}
    listed = keys.get("events")
    if set(keys) != {"events"} or not isinstance(listed, yaml.SequenceNode):
        if listed is not None and listed.value == "":
            return
        raise EventsError(f"line {root.start_mark.line + 1}: must be a list under 'events:'")
    for node in listed.value:
        line = node.start_mark.line + 1
        if not _is_mapping(node):
            raise EventsError(f"line {line}: must be a mapping with id, title and start")
        row = {}
        for key, value in node.value:
            if not isinstance(value, yaml.ScalarNode):
                raise EventsError(f"line {value.start_mark.line + 1}: {key.value}: must be a text")
            row[str(key.value)] = str(value.value)
        yield line, row


def _is_mapping(node: yaml.Node) -> bool:
    return isinstance(node, yaml.MappingNode)


def _said(error: Exception) -> str:
    return " ".join(str(getattr(error, "problem", None) or error).split())
