"""Which process serves a data folder: a file with its number, locked while it runs."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

logger = logging.getLogger(__name__)


@contextmanager
def running(path: Path) -> Iterator[None]:
    """Hold the file for this process; where another holds it, go on without."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            logger.warning("another server uses this data folder; `reload` reaches that one")
            yield
            return
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def server_process(path: Path) -> int | None:
    """The number of the process that holds the file; None where none runs.

    A number left behind by a process that was killed is not taken for one that runs.
    """
    try:
        with path.open("r", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        pass
    return None
