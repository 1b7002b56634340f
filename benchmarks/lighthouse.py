"""Google's Lighthouse on the pages: npm's package of that name, with Debian's chromium."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.browser import CHROMIUM, FLAGS
from benchmarks.processes import BenchmarkError, end

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
Points = Mapping[str, int]

_FOLDER = Path(__file__).with_name("npm")
_INSTALL_LIMIT, _LIMIT, _LEAVES_WITHIN = 300.0, 180.0, 10.0  # seconds


def install() -> None:
    """Make the package there, as the lock file has it. Raises BenchmarkError."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise BenchmarkError("There is no node or npm: apt-get install nodejs npm")
    lock, installed = _FOLDER / "package-lock.json", _FOLDER / "node_modules/.package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    command = ["npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    said = _run(command, _INSTALL_LIMIT, "Lighthouse could not be fetched")
    if not installed.exists():
        raise BenchmarkError(f"Lighthouse could not be fetched: {said[-500:]}")


def judge(address: str, skipped: tuple[str, ...] = ()) -> dict[str, int]:
    """Points of 100 in each category, for a phone on a slow network, as is its default; audits
    that are `skipped` do not count. Raises BenchmarkError."""
    command = [
        str(_FOLDER / "node_modules" / ".bin" / "lighthouse"),
        address,
        "--output=json",
        "--quiet",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={' '.join(['--headless=new', *FLAGS])}",
        *([f"--skip-audits={','.join(skipped)}"] if skipped else []),
    ]
    return points(json.loads(_run(command, _LIMIT, f"Lighthouse on {address}")))


def points(report: Mapping[str, Any]) -> dict[str, int]:
    """Of a report. Raises BenchmarkError where it could not judge a category at all."""
    scores = {name: report["categories"][name]["score"] for name in CATEGORIES}
    unjudged = [name for name, score in scores.items() if score is None]
    if unjudged:
        reason = report.get("runtimeError", {}).get("message", "no reason given")
        raise BenchmarkError(f"Lighthouse could not judge {', '.join(unjudged)}: {reason}")
    return {name: round(100 * score) for name, score in scores.items()}


def _run(command: list[str], limit: float, what: str) -> str:
    process = subprocess.Popen(
        command,
        cwd=_FOLDER,
        env={**os.environ, "CHROME_PATH": CHROMIUM},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        printed, errors = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired as error:
        raise BenchmarkError(f"{what}: not done in {limit:.0f} s") from error
    finally:
        if process.poll() is None:
            # Its browser is in a group of its own; asked like this, it ends that too.
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LEAVES_WITHIN)
            end(process)
    if process.returncode:
        raise BenchmarkError(f"{what}: exit code {process.returncode}: {errors.strip()[-500:]}")
    return printed
