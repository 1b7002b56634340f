"""Train the model that understands what founders want."""

from __future__ import annotations

import argparse
import hashlib
import logging
import sys
import time
import warnings
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.settings import PROJECT, Settings

_READ = ("config.yml", "domain.yml", "nlu", "stories", "knowledge/classifier.py")
_READ_ALSO = ("knowledge/encoder.py", "knowledge/language.py", "requirements.lock")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    console = Console(stderr=True)
    stamp = settings.model.with_suffix(".sha256")
    fingerprint = _fingerprint()
    trained_before = stamp.read_text(encoding="ascii") if stamp.exists() else ""
    if options.if_changed and settings.model.exists() and trained_before == fingerprint:
        console.print("Model is up to date.")
        return 0
    started = time.perf_counter()
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console
    ) as progress:
        task = progress.add_task("importing Rasa", total=None)
        trained = _train(settings, progress, task)
    if not trained:
        console.print("Training failed; see the lines above.", style="red")
        return 1
    stamp.write_text(fingerprint, encoding="ascii")
    size = settings.model.stat().st_size / 1e6
    seconds = time.perf_counter() - started
    console.print(f"Trained {settings.model.name} ({size:.1f} MB) in {seconds:.0f} s.")
    return 0


def _train(settings: Settings, progress: Progress, task: object) -> bool:
    warnings.filterwarnings("ignore")
    from rasa.model_training import train  # takes seconds to import

    class Steps(logging.Handler):
        """Turns Rasa's log of its components into the progress line."""

        def emit(self, record: logging.LogRecord) -> None:
            text = record.getMessage()
            if text.startswith("Starting to train component"):
                name = text.split("'")[1].rpartition(".")[2]
                progress.update(task, description=f"training {name}")  # type: ignore[arg-type]

    hooks = logging.getLogger("rasa.engine.training.hooks")
    steps = Steps()
    hooks.addHandler(steps)
    hooks.setLevel(logging.INFO)
    hooks.propagate = False
    try:
        result = train(
            domain=str(PROJECT / "domain.yml"),
            config=str(PROJECT / "config.yml"),
            training_files=[str(PROJECT / "nlu"), str(PROJECT / "stories")],
            output=str(settings.model.parent),
            fixed_model_name=settings.model.name.removesuffix(".tar.gz"),
            force_training=True,
        )
    finally:
        hooks.removeHandler(steps)
    return result.code == 0 and settings.model.exists()


def _fingerprint() -> str:
    """A hash of all that training reads."""
    digest = hashlib.sha256(sys.version.encode())
    for name in (*_READ, *_READ_ALSO):
        path = PROJECT / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and file.suffix in (".yml", ".py", ".lock"):
                digest.update(str(file.relative_to(PROJECT)).encode())
                digest.update(Path(file).read_bytes())
    return digest.hexdigest()
