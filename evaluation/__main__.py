"""`python -m evaluation`: ask every held-out question, write docs/quality/, print the table."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from datetime import date
from pathlib import Path

# Before numpy and TensorFlow are imported, as in bot/__main__.py.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

from rich.console import Console
from rich.progress import Progress

from bot.settings import PROJECT, Settings
from evaluation import calls, report
from evaluation.asking import ask_all
from evaluation.questions import EvaluationError, call_openings, held_out
from knowledge.live import LIBRARY


def main() -> int:
    """0 when all was measured, whether or not the targets are reached: this is no test."""
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    parser.add_argument(
        "--to", type=Path, default=PROJECT / "docs" / "quality", help="folder of the report"
    )
    options = parser.parse_args()
    console = Console(stderr=True)
    try:
        files, heard = held_out(), call_openings()
    except EvaluationError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    questions = [question for file in files for question in file.questions]
    with Progress(console=console) as progress:
        task = progress.add_task("asking", total=len(questions))
        answers = asyncio.run(
            ask_all(
                Settings.from_environment(),
                questions,
                lambda number: progress.update(task, completed=number),
            )
        )
    today = date.today().isoformat()
    targets = report.write(answers, files, LIBRARY.content.knowledge, options.to, today)
    openings = calls.look_up(heard.questions, LIBRARY.content)
    calls.write(openings, options.to, today)
    report.show([*targets, calls.target(openings)], Console())
    console.print(f"written to {options.to}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
