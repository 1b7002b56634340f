"""The events in use: those of the office's file as it was last right."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from bot.secretary.event import Event
from bot.secretary.event_file import read_events

_NEVER = datetime(2016, 8, 8, tzinfo=timezone.utc)


class Calendar:
    """The events in use. A file that is wrong changes nothing; without a file there are none."""

    def __init__(self, path: Path | None = None) -> None:
        """Raises EventsError where the file is wrong."""
        self._path = path
        self.events: tuple[Event, ...] = ()
        self.changed = _NEVER
        self.reload()

    @property
    def is_kept(self) -> bool:
        """Whether the office keeps events at all."""
        return self._path is not None

    def reload(self) -> None:
        """Take the file as it is now. Raises EventsError and keeps what was there."""
        if self._path is None:
            return
        events = read_events(self._path)
        self.changed = datetime.fromtimestamp(self._path.stat().st_mtime, timezone.utc)
        self.events = events

    def coming(self, now: datetime) -> list[Event]:
        """Those that are not over, the next one first."""
        return [event for event in self.events if event.over > now]
