"""What a test needs that Python packages do not bring: without it the test is skipped and says how
to get it; where CI is set it fails, as a skipped test would look like a passed one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

NPM = Path(__file__).parent / "npm"
CHROMIUM = Path("/usr/bin/chromium")


def need(there: bool, package: str, way: str) -> None:
    """Go on only if `package` is there; `way` is the command that installs it."""
    if there:
        return
    said = f"{package} is missing: {way}"
    if os.environ.get("CI"):
        pytest.fail(said, pytrace=False)
    pytest.skip(said)


def chromium() -> Path:
    need(CHROMIUM.exists(), "chromium", "apt-get install chromium fonts-wqy-zenhei")
    return CHROMIUM


def npm_package(name: str) -> Path:
    """The folder of one of npm's packages."""
    folder = NPM / "node_modules" / name
    if not folder.is_dir():
        node()  # Without it npm cannot be the way.
    need(folder.is_dir(), name, "scripts/peers.sh, with npm's registry in reach")
    return folder


def node() -> str:
    program = shutil.which("node")
    need(program is not None, "nodejs", "apt-get install nodejs npm")
    assert program is not None
    return program
