"""List every setting with its value (secrets masked)."""

from __future__ import annotations

import argparse

from bot.settings import Settings


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    for name, value, what in settings.table():
        print(f"{name}={value}\n    {what}")
    return 0
