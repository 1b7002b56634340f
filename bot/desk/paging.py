"""Long lists a page at a time: which page is asked for, and whether another follows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.desk.visit import Visit

_Item = TypeVar("_Item")
_MOST_PAGES = 10_000


@dataclass(frozen=True)
class Page(Generic[_Item]):
    """One page of a list; `number` counts from 1, and `more` says whether there is another."""

    items: list[_Item]
    number: int
    more: bool


async def page_of(
    visit: Visit, size: int, read: Callable[[int, int], Awaitable[list[_Item]]]
) -> Page[_Item]:
    """The page that the address names. `read`: so many of the list, after skipping so many."""
    asked = number_in(visit.request.query_params.get("page", "")) or 1
    number = max(1, min(asked, _MOST_PAGES))
    # One more than is shown, to see whether there is another page.
    found = await read(size + 1, (number - 1) * size)
    return Page(found[:size], number, len(found) > size)


def number_in(sent: str) -> int | None:
    """What was sent in an address, where it is a number."""
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None
