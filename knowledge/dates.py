"""Days, months and years in a founder's words: 2023年3月1日, 去年三月, "March 2022", "last year".

Taken only where the year is certain; "three years ago" may be one of two years and is not.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from knowledge.language import Language

_DIGITS = {digit: str(value) for value, digit in enumerate("〇一二三四五六七八九")} | {"零": "0"}
_COUNTS = {
    **{name: value for value, name in enumerate("一二三四五六七八九十", start=1)},
    **{"十一": 11, "十二": 12},
}
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
# How far from this year.
_RELATIVE = {
    **{
        "大前年": -3,
        "前年": -2,
        "去年": -1,
        "上年": -1,
        "旧年": -1,
        "出年": 1,
        "明年": 1,
        "后年": 2,
    },
    **{"今年": 0, "本年度": 0, "本年": 0},
    **{"the year before last": -2, "last year": -1, "this year": 0, "next year": 1},
}
_YEAR = r"(?:19|20)\d\d"
_RELATIVE_YEAR = "|".join(_RELATIVE)
_MONTH_NAME = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?(?![a-z])"
_MONTH = r"1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]"
_DAY = r"\d{1,2}|[一二]?十[一二三四五六七八九]?|三十一?|[一二三四五六七八九]"
# After a year: what makes it an amount, a document's number or a count.
_NO_YEAR_AFTER = r"(?!\d|[.,]\d|\s*(?:[万亿元块个笔%〕\]]|号|w\b|k\b|m\b|million|yuan|rmb))"
_WRITTEN = re.compile(
    # 2023年3月1日, 二〇二三年三月, 去年三月, 23年3月
    rf"(?:(?P<zh_year>(?<!\d){_YEAR}|二[〇零][〇零一二三四][〇零一二三四五六七八九]"
    rf"|(?<!\d)[012]\d(?=\s*年\s*(?:{_MONTH})\s*月))"
    rf"\s*年度?|(?P<zh_relative>{_RELATIVE_YEAR})度?)的?\s*"
    rf"(?:(?P<zh_month>\d{{1,2}}|{_MONTH})\s*月份?\s*(?:(?P<zh_day>{_DAY})\s*[日号])?)?"
    # 2023-03-01, 2023/3, 2023.3.1
    rf"|(?<![\d.])(?P<iso_year>{_YEAR})[-/.](?P<iso_month>\d{{1,2}})(?:[-/.](?P<iso_day>\d{{1,2}}))?(?!\d)"
    # March 2022, March 1st, 2022, March last year
    rf"|(?<![a-z])(?P<en_month>{_MONTH_NAME})\s+(?:(?P<en_day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+)?(?:of\s+)?"
    rf"(?P<en_year>{_YEAR}|{_RELATIVE_YEAR})(?!\d)"
    # 1 March 2022
    rf"|(?<!\d)(?P<uk_day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<uk_month>{_MONTH_NAME}),?\s+"
    rf"(?P<uk_year>{_YEAR}|{_RELATIVE_YEAR})(?!\d)"
    rf"|(?<![\d/])(?P<slash_month>0?[1-9]|1[0-2])/(?P<slash_year>{_YEAR})(?!\d)"
    # A year alone; 2000 is an amount more often.
    rf"|(?<!\d[.,])(?<![\d〔\[¥$-])(?:fy\s*)?(?P<year>(?!2000)(?:19[89]|20[0-4])\d){_NO_YEAR_AFTER}"
)
# A time that leaves the year open.
_UNCLEAR = re.compile(
    r"[\d一二两三四五六七八九十]+\s*年(?:多|半)?(?:之?前|以前)|[持满][有股满]*\s*[\d一二两三四五六七八九十]+\s*年"
    r"|(?:\d+|one|two|three|four|five|six|a few|several)\s+years?\s+ago"
    r"|(?:held|holding)\s+\w+\s+(?:\w+\s+)?years?"
    rf"|(?<!\d)(?:{_MONTH})\s*月|(?<![a-z]){_MONTH_NAME}|几年前|早几年"
)


@dataclass(frozen=True)
class When:
    """A year, or a month or day of one."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def from_text(cls, text: str) -> When:
        """The other way of `str`."""
        return cls(*(int(part) for part in text.split("-")))

    def __str__(self) -> str:
        parts = [f"{self.year:04}"]
        parts += [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    @property
    def first(self) -> date:
        """The first day that it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """The last day that it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def written(self, language: Language) -> str:
        if language == "en":
            name = f"{calendar.month_name[self.month]} " if self.month else ""
            return f"{self.day} {name}{self.year}" if self.day else f"{name}{self.year}"
        month = f"{self.month}月" if self.month else ""
        return f"{self.year}年{month}" + (f"{self.day}日" if self.day else "")


@dataclass(frozen=True)
class Dated:
    """A date in a text; `start` and `end` count characters of the folded text. No `when`: there is
    no such day."""

    when: When | None
    start: int
    end: int


def find_dates(folded: str, today: date) -> list[Dated]:
    """Every date of a folded text whose year is certain, in order."""
    return [
        Dated(_when(match, today), match.start(), match.start() + len(match.group().rstrip()))
        for match in _WRITTEN.finditer(folded)
    ]


def has_unclear_date(folded: str) -> bool:
    """Whether a time is spoken of that leaves the year open, as in "three years ago"."""
    return _UNCLEAR.search(_WRITTEN.sub(" ", folded)) is not None


def _when(match: re.Match[str], today: date) -> When | None:
    named = {
        name.partition("_")[2] or name: text for name, text in match.groupdict().items() if text
    }
    year = named.get("year") or named["relative"]
    number = today.year + _RELATIVE[year] if year in _RELATIVE else _number(year)
    month, day = (_number(named[part]) if part in named else None for part in ("month", "day"))
    number += 2000 if number < 100 else 0
    try:
        date(number, month or 1, day or 1)
    except ValueError:
        return None
    return When(number, month, day)


def _number(text: str) -> int:
    text = text.rstrip(".")
    if text in _MONTHS:
        return _MONTHS[text]
    if text.isdigit() and text.isascii():
        return int(text)
    if len(text) == 4:
        return int("".join(_DIGITS[digit] for digit in text))
    tens, ten, ones = text.partition("十")
    if not ten:
        return _COUNTS[text]
    return 10 * (_COUNTS[tens] if tens else 1) + (_COUNTS[ones] if ones else 0)
