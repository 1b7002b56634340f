"""Let the running server take changed content, whole or not at all."""

from __future__ import annotations

import argparse
import os
import signal
import sys

from bot.settings import Settings
from knowledge.storage import load


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    knowledge = load(*settings.knowledge_dirs)  # mistakes are said here and nothing is sent
    try:
        pid = int(settings.pid_file.read_text(encoding="ascii"))
        os.kill(pid, signal.SIGHUP)
    except FileNotFoundError:
        print(f"no server runs with the data folder {settings.data_dir}", file=sys.stderr)
        return 1
    except (ProcessLookupError, ValueError):
        settings.pid_file.unlink(missing_ok=True)
        print("the server has gone; start it with `make run`", file=sys.stderr)
        return 1
    print(f"content {knowledge.version} is right; the server (process {pid}) takes it now")
    return 0
