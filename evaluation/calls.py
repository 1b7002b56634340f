"""A caller's first sentence as a clerk types it: is the right provision among those shown first?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.figures import Share, Target
from evaluation.questions import Question
from knowledge.language import LANGUAGES
from knowledge.live import Content
from knowledge.typeahead import Typeahead

_FIRST = 3
_ASKED = 0.90
_SLICES = (*LANGUAGES, "easy", "usual", "hard")


@dataclass(frozen=True)
class Opening:
    """What was typed, and what the desk's list has for it, best first, by number."""

    question: Question
    shown: tuple[str, ...]

    def right(self, places: int) -> bool:
        """Whether a right provision is among the first `places`."""
        return any(number in self.question.provisions for number in self.shown[:places])


def look_up(questions: Iterable[Question], content: Content) -> list[Opening]:
    """As the desk does it, each text whole."""
    typeahead = Typeahead(content)
    return [
        Opening(
            question, tuple(p.partition("/")[2] for p in typeahead.find(question.text).provisions)
        )
        for question in questions
    ]


def target(openings: Sequence[Opening]) -> Target:
    """The number that was asked for."""
    return Target(
        "Call openings: right provision among the first three", _share(openings, _FIRST), _ASKED
    )


def write(openings: Sequence[Opening], folder: Path, date: str) -> None:
    """calls.md into `folder`."""
    rows = [("all", openings), *((name, [o for o in openings if _is(o, name)]) for name in _SLICES)]
    lines = "\n".join(
        f"| {name} | {len(some)} | {_percent(_share(some, 1))} | {_percent(_share(some, _FIRST))} |"
        for name, some in rows
    )
    text = f"""# Calls

Measured on {date} by `make eval`: what a caller says first, as a clerk would type it, sealed and
never trained on, looked up as the desk does it. Made by the command; do not edit.

| | openings | right one first | among the first three |
|---|--:|--:|--:|
{lines}
"""
    (folder / "calls.md").write_text(text, encoding="utf-8")


def _share(openings: Sequence[Opening], places: int) -> Share:
    return Share(sum(opening.right(places) for opening in openings), len(openings))


def _is(opening: Opening, name: str) -> bool:
    return name in (opening.question.language, opening.question.difficulty)


def _percent(share: Share) -> str:
    return f"{100 * share.value:.1f} %"
