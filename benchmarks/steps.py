"""Says the step under way: a line with a running clock, or plain lines where none can run."""

from __future__ import annotations

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Steps:
    """Each call ends the step before it and begins the next."""

    def __init__(self, console: Console) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console)

    def __enter__(self) -> Steps:
        if self._progress.console.is_terminal:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._finish()
        self._progress.stop()

    def __call__(self, step: str) -> None:
        self._finish()
        self._progress.add_task(step, total=1)
        if not self._progress.console.is_terminal:
            self._progress.console.print(step)

    def _finish(self) -> None:
        for task in self._progress.task_ids:
            self._progress.update(task, completed=1)
