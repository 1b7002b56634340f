"""Print the answer to one question."""

from __future__ import annotations

import argparse
import asyncio
import json

from bot.commands.session import conversations
from bot.message import Turn, UserMessage
from bot.settings import Settings


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    turn = asyncio.run(_ask(" ".join(options.question), settings))
    print(json.dumps(turn.to_json(), ensure_ascii=False) if options.json else turn.to_text())
    return 0


async def _ask(question: str, settings: Settings) -> Turn:
    async with conversations(settings) as talk:
        await talk.create("ask")
        return await talk.handle(UserMessage("ask", "1", question))
