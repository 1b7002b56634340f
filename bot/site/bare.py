"""Scripts and styles without what only a reader of their source needs."""

from __future__ import annotations

import re

_REMARK = re.compile(r"(^|(?<=[;{},)]) )// .*")
# Every statement ends with a sign of its own, so that a line may go on after a bracket.
_BREAK = re.compile(r"(?<=[{},;(\[])\n|\n(?=[)\]}?:.&|])")
# Space around signs, but not in what holds space of its own. A division is written with space
# after its sign, a regular expression without.
_GAP = re.compile(
    r"""
    ( "(?:\\.|[^"\\\n])*"
    | `(?:\\.|[^`\\])*`
    | (?<=[(,=:&|?!\ ])/(?![/*\s])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/[\\\n])+/
    )
    | [ ]*([{}();,=<>?:&|*\[\]])[ ]*
    """,
    re.VERBOSE,
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s*([{};,>])\s*|(?<=:)\s+")


def bare_script(script: str) -> str:
    """Without indents, comments, needless line breaks and space."""
    lines = (_REMARK.sub("", line.strip()) for line in script.splitlines())
    bare = "\n".join(line for line in lines if line and not line.startswith(("/**", "*")))
    return _BREAK.sub("", _GAP.sub(lambda found: found[1] or found[2], bare))


def bare_style(style: str) -> str:
    """Without comments and needless space."""
    return _SPACE.sub(r"\1", _COMMENT.sub("", style)).replace(";}", "}").strip()
