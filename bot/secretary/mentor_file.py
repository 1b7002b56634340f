"""Mentors out of a CSV file, all of them or none, and the head of such a file."""

from __future__ import annotations

import csv
from datetime import date
from difflib import get_close_matches

from bot.secretary.mentor import Mentor
from bot.secretary.mentor_entry import COLUMNS, BadEntry, Mistake, read_entry
from bot.secretary.rows import csv_rows
from knowledge.vocabulary import Vocabulary

LARGEST = 2_000_000  # bytes


class MentorsError(ValueError):
    """A file cannot be imported; `lines` says each mistake with its line and column."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def read_mentors(data: bytes, vocabulary: Vocabulary, today: date) -> list[Mentor]:
    """The mentors of a file, contacts not yet sealed. Raises MentorsError with every mistake."""
    head: list[str] | None = None
    mistakes: list[str] = []
    found: dict[str, tuple[int, Mentor]] = {}
    try:
        for line, cells in csv_rows(_decoded(data)):
            if head is None:
                head = _head(cells, line)
                continue
            if len(cells) != len(head):
                mistakes.append(
                    f"line {line}: has {len(cells)} values for {len(head)} columns; put a value "
                    'with a comma in it between quotes ("Tuesday, evening")'
                )
                continue
            try:
                mentor = read_entry(dict(zip(head, cells, strict=True)), vocabulary, today)
            except BadEntry as error:
                mistakes += [f"line {line}: {m.column}: {m.say()}" for m in error.mistakes]
                continue
            if mentor.id in found:
                gaps = (("value", mentor.id), ("line", str(found[mentor.id][0])))
                mistakes.append(f"line {line}: id: {Mistake('id', 'id_twice', gaps).say()}")
                continue
            found[mentor.id] = line, mentor
    except csv.Error as error:
        mistakes.append(f"{error}; check the quotes")
    if not found and not mistakes:
        mistakes.append("there is no mentor in it; `python -m bot mentors template` shows how")
    if mistakes:
        raise MentorsError(mistakes)
    return [mentor for _, mentor in found.values()]


def template(vocabulary: Vocabulary) -> str:
    """The first line of a file and, as comments that an import skips, what to write."""

    def listed(kind: str) -> str:
        words = vocabulary.of(kind).values()  # type: ignore[arg-type]
        return ", ".join(f"{word.id} {word.name['zh-Hans']}" for word in words)

    return "\n".join(
        [
            ",".join(COLUMNS),
            "# id: stays the same; importing it again changes that mentor, such as m-001",
            "# name: what founders are told, at most 40 characters",
            f"# fields: one or more, separated by semicolons: {listed('fields')}",
            f"# stages: one or more: {listed('stages')}",
            f"# languages: one or more: {listed('tongues')}",
            "# times: when the mentor has time, as founders shall read it",
            "# contact: phone or e-mail; encrypted, shown to staff alone, never to founders",
            "# consent: the day on which the mentor agreed to be listed, such as 2026-11-30",
            "# Save as CSV in UTF-8. Lines that begin with # are skipped.",
        ]
    )


def _decoded(data: bytes) -> str:
    if len(data) > LARGEST:
        raise MentorsError([f"is larger than {LARGEST // 1_000_000} MB; is it the right file?"])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise MentorsError(
            [f"line {line}: is not UTF-8; in Excel save it as “CSV UTF-8 (comma delimited)”"]
        ) from error


def _head(cells: list[str], line: int) -> list[str]:
    head = [cell.strip().lower() for cell in cells]
    mistakes = []
    for name in sorted(set(head) - set(COLUMNS)):
        near = get_close_matches(name, COLUMNS, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        mistakes.append(f"line {line}: unknown column {name!r}{hint}")
    missing = [name for name in COLUMNS if name not in head]
    if missing:
        mistakes.append(f"line {line}: without the column {', '.join(missing)}")
    mistakes += [f"line {line}: the column {n!r} twice" for n in COLUMNS if head.count(n) > 1]
    if mistakes:
        raise MentorsError(mistakes)
    return head
