"""Changes to files as a unified diff, as `git apply` takes it."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

# Alone at the line feed: other separators are characters of a line.
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_NO_END = "\\ No newline at end of file\n"


@dataclass(frozen=True)
class FileChange:
    """A file before and after; `before` is None for a new one. `path`: in the repository."""

    path: str
    before: str | None
    after: str

    @property
    def diff(self) -> str:
        is_new = self.before is None
        head = f"diff --git a/{self.path} b/{self.path}\n"
        if is_new:
            head += "new file mode 100644\n"
        lines = difflib.unified_diff(
            _LINES.findall(self.before or ""),
            _LINES.findall(self.after),
            "/dev/null" if is_new else f"a/{self.path}",
            f"b/{self.path}",
        )
        return head + "".join(
            line if line.endswith("\n") else f"{line}\n{_NO_END}" for line in lines
        )


@dataclass(frozen=True)
class Patch:
    """Files that change together; `name` is that of the patch."""

    name: str
    changes: tuple[FileChange, ...]

    @property
    def text(self) -> str:
        return "".join(change.diff for change in self.changes)
