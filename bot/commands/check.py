"""Validate all content and the events, and say every mistake."""

from __future__ import annotations

import argparse

from bot.library import open_calendar
from bot.settings import Settings
from knowledge.storage import load


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    knowledge = load(*settings.knowledge_dirs)  # raises ContentError, which lists every mistake
    calendar = open_calendar(settings)  # raises SettingsError, likewise
    questions = sum(len(p.questions) for p in knowledge.provisions.values())
    print(
        f"content {knowledge.version} is right: {len(knowledge.policies)} policies, "
        f"{len(knowledge.provisions)} provisions, {questions} questions, "
        f"{len(knowledge.terms)} terms, {len(knowledge.changes)} changes, "
        f"{len(calendar.events)} events"
    )
    return 0
