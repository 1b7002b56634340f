"""`python -m benchmarks.channels`: what the channels add; writes docs/benchmarks/channels.md."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from string import Template

from rich.console import Console
from rich.table import Table

from benchmarks.platform import TELEGRAM, WECHAT, BotApi, TelegramFounder, WeChatFounder
from benchmarks.processes import (
    BenchmarkError,
    Watch,
    environment,
    free_port,
    memory,
    python,
    server,
)
from benchmarks.questions import questions
from benchmarks.results import Machine, percentile
from bot.settings import PROJECT

_FOLDER = PROJECT / "docs" / "benchmarks"
_PAGE = Path(__file__).with_name("channels.md")
_CONVERSATIONS = 20
_EVERY = 2.0  # seconds between two messages of a conversation
_HELD_OPEN = 500
# Shorter ones may be fragments, which wait for their rest on purpose.
_COMPLETE = 12

Say = Callable[[str], float]


@dataclass(frozen=True)
class Figures:
    """Milliseconds and megabytes. `others`: the share of the machine that other programs used."""

    date: str
    machine: Machine
    others: float
    wechat_p50: float
    wechat_p95: float
    wechat_closed_p95: float
    wechat_per_s: float
    repeat_p95: float
    telegram_p50: float
    telegram_p95: float
    telegram_closed_p95: float
    telegram_per_s: float
    open_mb: float
    messages: int


def measure(rounds: int, console: Console) -> Figures:
    """Start the server with both channels, and write to it."""
    unasked = iter(q for q in questions() if len(q) >= _COMPLETE)
    watch = Watch()
    with tempfile.TemporaryDirectory(prefix="chuangwen-bench-") as name, ExitStack() as stack:
        api, port = BotApi(), free_port()
        stack.callback(api.close)
        more = {
            **TELEGRAM,
            **WECHAT,
            "TELEGRAM_API_BASE": api.url,
            "CHUANGWEN_DATA_DIR": name,
            "CHUANGWEN_LOG_LEVEL": "WARNING",
        }
        pid = stack.enter_context(
            server(
                python("-m", "bot", "serve", "--port", str(port)),
                cwd=PROJECT,
                env=environment(**more),
                log=Path(name) / "serve.log",
                port=port,
                ready="/ready",
            )
        )
        wechat = [WeChatFounder(port, f"o{n}") for n in range(_CONVERSATIONS)]
        founders: list[Say] = [f.say for f in wechat[:3]] + [TelegramFounder(port, 1, api).say]
        for say in founders:
            say(next(unasked))  # warms up

        def ask(speakers: Sequence[Say], each: int, every: float) -> tuple[list[float], float]:
            asked = [[next(unasked) for _ in range(each)] for _ in speakers]
            return _talk(speakers, asked, every)

        console.print(f"WeChat, {_CONVERSATIONS} conversations")
        paced, _ = ask([f.say for f in wechat], rounds, _EVERY)
        closed, seconds = ask([f.say for f in wechat], rounds, 0)
        again = [f.repeat("") for f in wechat for _ in range(5)]
        console.print(f"Telegram, {_CONVERSATIONS} conversations")
        telegram = [TelegramFounder(port, 1000 + n, api) for n in range(_CONVERSATIONS)]
        tg_paced, _ = ask([f.say for f in telegram], rounds, _EVERY)
        time.sleep(3)  # the limiter's allowance for a burst is full again
        tg_closed, tg_seconds = ask([f.say for f in telegram], 2, 0)
        console.print(f"{_HELD_OPEN} conversations held open")
        before = memory(pid).steady_mb
        many = [WeChatFounder(port, f"m{n}") for n in range(_HELD_OPEN)]
        for start in range(0, _HELD_OPEN, _CONVERSATIONS):
            ask([f.say for f in many[start : start + _CONVERSATIONS]], 2, 0)
        after = memory(pid).steady_mb
    return Figures(
        date=date.today().isoformat(),
        machine=Machine.this(),
        others=watch.others(),
        wechat_p50=percentile(paced, 50),
        wechat_p95=percentile(paced, 95),
        wechat_closed_p95=percentile(closed, 95),
        wechat_per_s=len(closed) / seconds,
        repeat_p95=percentile(again, 95),
        telegram_p50=percentile(tg_paced, 50),
        telegram_p95=percentile(tg_paced, 95),
        telegram_closed_p95=percentile(tg_closed, 95),
        telegram_per_s=len(tg_closed) / tg_seconds,
        open_mb=after - before,
        messages=len(paced),
    )


def _talk(
    speakers: Sequence[Say], asked: Sequence[Sequence[str]], every: float
) -> tuple[list[float], float]:
    """Milliseconds of all messages, and seconds of the whole; with `every` 0 no pauses."""
    started = time.perf_counter()

    def one(number: int) -> list[float]:
        taken = []
        for turn, text in enumerate(asked[number]):
            # Spread over the interval, as people are.
            due = started + turn * every + number * every / len(speakers)
            time.sleep(max(0.0, due - time.perf_counter()))
            taken.append(speakers[number](text))
        return taken

    with ThreadPoolExecutor(len(speakers)) as threads:
        taken = [ms for some in threads.map(one, range(len(speakers))) for ms in some]
    return taken, time.perf_counter() - started


def rows(figures: Figures) -> list[tuple[str, str, str, str]]:
    """What, measured, asked for, and whether it is reached."""

    def row(what: str, value: float, most: float | None = None) -> tuple[str, str, str, str]:
        mark = "" if most is None else "✓" if value < most else "✗"
        return what, f"{value:.1f}", "" if most is None else f"< {most:g}", mark

    pace = f"{_CONVERSATIONS} conversations, a message every {_EVERY:g} s each"
    loop = f"{_CONVERSATIONS} at once, closed loop"
    return [
        row(f"WeChat, encrypted round trip, {pace}: p95 (ms)", figures.wechat_p95, 50),
        row("… p50 (ms)", figures.wechat_p50),
        row(f"… {loop}: p95 (ms)", figures.wechat_closed_p95),
        row("… messages/s", figures.wechat_per_s),
        row("WeChat, a repeated MsgId: p95 (ms)", figures.repeat_p95, 5),
        row(f"Telegram, update to send call, {pace}: p95 (ms)", figures.telegram_p95, 50),
        row("… p50 (ms)", figures.telegram_p50),
        row(f"… {loop}, 2 messages each: p95 (ms)", figures.telegram_closed_p95),
        row("… messages/s", figures.telegram_per_s),
        row(f"{_HELD_OPEN} conversations held open, more memory (MB)", figures.open_mb, 100),
    ]


def main() -> int:
    """0 when all was measured, whether or not the targets are reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.channels", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="messages of a conversation")
    options = parser.parse_args()
    console = Console(stderr=True)
    try:
        figures = measure(options.rounds, console)
    except BenchmarkError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    table = Table(title="Channels", title_justify="left")
    for name in ("", "measured", "asked for", ""):
        table.add_column(name, justify="right" if name else "left")
    for cells in rows(figures):
        table.add_row(*cells)
    Console(width=120).print(table)
    (_FOLDER / "channels.json").write_text(json.dumps(asdict(figures), indent=1) + "\n", "utf-8")
    page = Template(_PAGE.read_text(encoding="utf-8")).substitute(
        table="\n".join("| " + " | ".join(cells) + " |" for cells in rows(figures)),
        date=figures.date,
        others=f"{figures.others:.0%}",
        machine=f"{figures.machine.cpu}, {figures.machine.cores} cores",
        messages=figures.messages,
    )
    (_FOLDER / "channels.md").write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
