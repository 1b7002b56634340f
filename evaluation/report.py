"""Writes the report: a page with plots and every miss, and a short table in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from rich.console import Console
from rich.table import Table

from evaluation import figures
from evaluation.asking import Answer
from evaluation.figures import Target
from evaluation.plots import calibration_plot, curve_plot
from evaluation.questions import IN_SCOPE, QuestionFile
from knowledge.judgement import DECLINE_ABOVE, UNSURE_ABOVE
from knowledge.language import LANGUAGES
from knowledge.models import Knowledge

_TEMPLATE = "report.html"
_DIFFICULTIES = ("easy", "usual", "hard")
_SAID = 60  # characters of a reply that the list of misses shows


def show(targets: Sequence[Target], console: Console) -> None:
    """The targets in the terminal."""
    table = Table(title="Understanding, on questions never trained on", title_justify="left")
    for name in ("", "measured", "asked for", "of", ""):
        table.add_column(name, justify="left" if not name else "right")
    for target in targets:
        table.add_row(*_cells(target))
    console.print(table)


def write(
    answers: Sequence[Answer],
    files: Sequence[QuestionFile],
    knowledge: Knowledge,
    folder: Path,
    date: str,
) -> list[Target]:
    """report.html and README.md into `folder`; returns the targets."""
    folder.mkdir(parents=True, exist_ok=True)
    targets = figures.targets(answers, knowledge)
    slices = [
        ("all", answers),
        *((name, [a for a in answers if a.question.language == name]) for name in LANGUAGES),
        *((name, [a for a in answers if a.question.difficulty == name]) for name in _DIFFICULTIES),
    ]
    outcomes = sorted({answer.turn.outcome for answer in answers})
    kinds = list(dict.fromkeys(answer.question.kind for answer in answers))
    points = figures.curve(answers)
    chosen = ((UNSURE_ABOVE, "answers"), (DECLINE_ABOVE, "does not decline"))
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    page = environment.get_template(_TEMPLATE).render(
        date=date,
        content=knowledge.version,
        questions=len(answers),
        files=files,
        targets=targets,
        columns=[name for name, _ in slices],
        kinds=[
            (
                kind,
                [
                    (
                        figures.share(figures.of_kind(some, kind), Answer.right),
                        figures.share(figures.of_kind(some, kind), lambda a: a.right(3)),
                    )
                    for _, some in slices
                ],
            )
            for kind in IN_SCOPE
        ],
        outcomes=outcomes,
        done=[(k, Counter(a.turn.outcome for a in figures.of_kind(answers, k))) for k in kinds],
        curve=curve_plot(points, chosen),
        calibration=calibration_plot(figures.calibration(answers)),
        confusions=figures.confusions(answers),
        names={p.number: p.name["zh-Hans"] for p in knowledge.provisions.values()},
        misses=[
            {**vars(m), "confidence": m.confidence, "said": _said(m)}
            for m in figures.misses(answers, knowledge)
        ],
    )
    (folder / "report.html").write_text(page + "\n", encoding="utf-8")
    by_file = {
        file.name: figures.targets([a for a in answers if a.question in file.questions], knowledge)
        for file in files
    }
    markdown = _markdown(targets, by_file, len(answers), date)
    (folder / "README.md").write_text(markdown, encoding="utf-8")
    return targets


def _said(answer: Answer) -> str:
    named = ", ".join(identity.partition("/")[2] for identity in answer.turn.provisions[:3])
    return named or answer.turn.replies[0][:_SAID]


def _markdown(
    targets: Sequence[Target], by_file: Mapping[str, Sequence[Target]], count: int, date: str
) -> str:
    rows = "\n".join(
        "| " + " | ".join([*_cells(target), *map(_percent, of_files)]) + " |"
        for target, *of_files in zip(targets, *by_file.values(), strict=True)
    )
    names = "".join(f" {name} |" for name in by_file)
    return f"""# Understanding

Measured on {date} by `make eval`: {count} questions that were never trained on, asked through
the whole bot. Made by the command; do not edit. The curve, the confused pairs and the worst misses
are in [report.html](report.html).

| | measured | asked for | of | |{names}
|---|--:|--:|--:|:-:|{"--:|" * len(by_file)}
{rows}
"""


def _percent(target: Target) -> str:
    return f"{100 * target.share.value:.1f} %"


def _cells(target: Target) -> tuple[str, str, str, str, str]:
    sign = "≤" if target.at_most else "≥"
    return (
        target.what,
        _percent(target),
        f"{sign} {100 * target.asked:g} %",
        str(target.share.of),
        "✓" if target.reached else "✗",
    )
