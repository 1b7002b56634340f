"""An event that the office has entered, in Shenzhen's time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from knowledge.language import Language, to_hong_kong

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Event:
    """One event, in Shenzhen's time. `all_day`: `start` and `end` are days, the last one included.

    `title` as the office writes it; `title_en` for readers of English, if there is one.
    """

    id: str
    title: str
    start: datetime
    end: datetime
    all_day: bool = False
    title_en: str = ""
    place: str = ""
    url: str = ""

    def called(self, language: Language) -> str:
        if language == "en":
            return self.title_en or self.title
        return to_hong_kong(self.title) if language == "zh-Hant" else self.title

    @property
    def over(self) -> datetime:
        """When it is no longer to come."""
        return self.end + timedelta(days=1) if self.all_day else self.end

    def when(self) -> str:
        """In digits that read the same in every language."""
        pattern = "%Y-%m-%d" if self.all_day else "%Y-%m-%d %H:%M"
        start, end = self.start.strftime(pattern), self.end.strftime(pattern)
        if start == end:
            return start
        same_day = not self.all_day and self.start.date() == self.end.date()
        return f"{start}–{self.end.strftime('%H:%M') if same_day else end}"
