"""Talk in the terminal."""

from __future__ import annotations

import argparse
import asyncio
import sys

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.commands.session import conversations
from bot.message import AssistantUnavailable, Turn, UserMessage
from bot.settings import Settings


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    asyncio.run(_chat(settings))
    return 0


async def _chat(settings: Settings) -> None:
    console = Console()
    with console.status("创问 ChuangWen …"):
        session = conversations(settings)
        talk = await session.__aenter__()
    try:
        await talk.create("chat")
        console.print(_panel(await talk.handle(UserMessage("chat", "0", "你好 hello"))))
        number = 0
        while True:
            line = await asyncio.to_thread(_read_line, console)
            if line is None:
                return
            number += 1
            try:
                turn = await talk.handle(UserMessage("chat", str(number), line))
            except AssistantUnavailable as error:
                console.print(str(error), style="red")
            else:
                console.print(_panel(turn))
    finally:
        await session.__aexit__(None, None, None)


def _read_line(console: Console) -> str | None:
    """The next line, or None at its end (Ctrl-D, or the end of what is piped in)."""
    try:
        line = console.input("[bold]> [/bold]") if sys.stdin.isatty() else input()
    except EOFError:
        return None
    return None if line.strip() in ("exit", "quit", "/exit", "/quit") else line


def _panel(turn: Turn) -> Panel:
    return Panel(Text(turn.to_text()), title=turn.outcome, title_align="left", border_style="dim")
