"""The search of the shipped content, built once for all workers and servers of the tests: it takes
most of a minute. Where `make run` has built it, it is not built at all."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

from bot.settings import PROJECT
from knowledge.live import LIBRARY, Content, Library

_SHARED = PROJECT / "var" / "cache"


def build() -> None:
    """Make what is missing; other workers wait meanwhile."""
    _SHARED.mkdir(parents=True, exist_ok=True)
    with (_SHARED / "tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        Library([PROJECT / "knowledge"], _SHARED).content  # noqa: B018 - builds it


def copy_to(cache: Path) -> Path:
    """A copy, since a server that builds another search throws this one away."""
    build()
    cache.mkdir(parents=True, exist_ok=True)
    for file in _SHARED.glob("*.pickle"):
        shutil.copy(file, cache)
    return cache


def in_use() -> Content:
    """The content that actions and components see in this process."""
    if LIBRARY._content is None:
        build()
        LIBRARY.configure((), _SHARED)
    return LIBRARY.content
