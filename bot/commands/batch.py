"""Answer a list of questions: JSON lines in, JSON lines out, in the same order."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import Any, TextIO

from bot.commands.session import conversations
from bot.conversation import Conversations
from bot.message import UserMessage
from bot.settings import Settings


class LineError(ValueError):
    """An input line that is no question; names the line."""


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    try:
        asyncio.run(_batch(settings, sys.stdin, sys.stdout))
    except LineError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _batch(settings: Settings, source: TextIO, out: TextIO) -> None:
    questions = [
        parse_line(line, number) for number, line in enumerate(source, start=1) if line.strip()
    ]
    async with conversations(settings) as talk:
        started: set[str] = set()
        for number, question in enumerate(questions, start=1):
            answer = await _answer(talk, question, number, started)
            out.write(json.dumps(answer, ensure_ascii=False) + "\n")
            out.flush()
            if sys.stderr.isatty():
                print(f"\r{number}/{len(questions)}", end="", file=sys.stderr, flush=True)


def parse_line(line: str, number: int) -> dict[str, Any]:
    """One input line: {"id", "text", "conversation"?}. Raises LineError."""
    try:
        data = json.loads(line)
    except ValueError as error:
        raise LineError(f"line {number}: not JSON ({error})") from error
    if not isinstance(data, dict):
        raise LineError(f"line {number}: must be an object with id and text")
    if not isinstance(data.get("text"), str):
        raise LineError(f"line {number}: text is missing or not a string")
    if not isinstance(data.get("id"), (str, int)):
        raise LineError(f"line {number}: id is missing or neither a string nor a number")
    if data.get("conversation") is not None and not isinstance(data["conversation"], (str, int)):
        raise LineError(f"line {number}: conversation is neither a string nor a number")
    return data


async def _answer(
    talk: Conversations, question: dict[str, Any], number: int, started: set[str]
) -> dict[str, Any]:
    given = question.get("conversation")
    conversation = f"line:{number}" if given is None else f"given:{given}"
    if conversation not in started:
        await talk.create(conversation)
        started.add(conversation)
    turn = await talk.handle(UserMessage(conversation, str(number), question["text"]))
    return {
        "id": question["id"],
        "conversation": conversation if given is None else given,
        "language": turn.language,
        "intent": turn.intent,
        "confidence": turn.confidence,
        "outcome": turn.outcome,
        "provisions": turn.provisions,
        "units": turn.units,
        "quotes": turn.quotes,
        "replies": [turn.to_text()],
        "ms": turn.ms,
    }
