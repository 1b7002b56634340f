"""Validate all content and say every mistake."""

from __future__ import annotations

import argparse

from bot.settings import Settings
from knowledge.storage import load


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    knowledge = load(*settings.knowledge_dirs)  # raises ContentError, which lists every mistake
    questions = sum(len(p.questions) for p in knowledge.provisions.values())
    print(
        f"content {knowledge.version} is right: {len(knowledge.policies)} policies, "
        f"{len(knowledge.provisions)} provisions, {questions} questions, "
        f"{len(knowledge.terms)} terms, {len(knowledge.changes)} changes"
    )
    return 0
