"""Rows of a CSV file as an office writes it, each with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator


def csv_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The line that a row begins in, and its cells. Empty rows and those that begin with # are
    left out. Raises csv.Error, which names the line."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    ended = 0  # a value may go over several lines: a row is named by its first
    try:
        for cells in reader:
            line, ended = ended + 1, reader.line_num
            if any(cell.strip() for cell in cells) and not cells[0].startswith("#"):
                yield line, cells
    except csv.Error as error:
        raise csv.Error(f"line {reader.line_num}: is no CSV ({error})") from error
