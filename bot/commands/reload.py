"""Let the running server take changed content and events, whole or not at all."""

from __future__ import annotations

import argparse
import os
import signal
import sys

from bot.library import open_calendar
from bot.running import server_process
from bot.settings import Settings
from knowledge.storage import load


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    knowledge = load(*settings.knowledge_dirs)  # mistakes are said here and nothing is sent
    open_calendar(settings)
    process = server_process(settings.pid_file)
    if process is None:
        print(f"no server runs with the data folder {settings.data_dir}", file=sys.stderr)
        return 1
    os.kill(process, signal.SIGHUP)
    print(f"content {knowledge.version} is right; the server (process {process}) takes it now")
    return 0
