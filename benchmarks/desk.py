"""`python -m benchmarks.desk`: how soon a clerk sees the list; writes docs/benchmarks/desk.md."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from string import Template

from rich.console import Console
from rich.table import Table

from benchmarks.browser import browser, require
from benchmarks.clerks import KEYS_PER_SECOND, PASSWORD, Typed, type_in, type_together
from benchmarks.processes import (
    BenchmarkError,
    Watch,
    environment,
    free_port,
    python,
    server,
)
from benchmarks.questions import Supply, questions
from benchmarks.results import Machine, percentile
from benchmarks.sides import Server
from bot.desk.accounts import Accounts
from bot.desk.services import open_desk
from bot.settings import PROJECT, Settings
from bot.store.sql import SqlStore

_FOLDER = PROJECT / "docs" / "benchmarks"
_PAGE = Path(__file__).with_name("desk.md")
_CLERKS, _CHATS, _TURNS = 20, 16, 5
_AT_MOST = 200  # turns a second; the chat must not be over before the clerks are
_WARM_UP = 160


@dataclass(frozen=True)
class Figures:
    """Milliseconds. `others`: the share of the machine that other programs used."""

    date: str
    machine: Machine
    others: float
    painted_p50: float
    painted_p95: float
    painted: int
    busy_p50: float
    busy_p95: float
    busy_overtaken: float  # of all keys, 0 to 1
    calm_p50: float
    calm_p95: float
    chat_per_s: float
    chat_p95: float


def measure(seconds: float, console: Console) -> Figures:
    """Start the server with its staff, let them type, at last while founders write."""
    require()
    supply, watch = Supply(questions()), Watch()
    with tempfile.TemporaryDirectory(prefix="chuangwen-bench-") as name, ExitStack() as stack:
        folder, port = Path(name), free_port()
        asyncio.run(_staff(folder))
        pid = stack.enter_context(
            server(
                python("-m", "bot", "serve", "--port", str(port)),
                cwd=PROJECT,
                env=environment(
                    CHUANGWEN_DATA_DIR=name,
                    CHUANGWEN_LIMIT_FACTOR="0",  # one machine is all the founders here
                    CHUANGWEN_LOG_LEVEL="WARNING",
                ),
                log=folder / "serve.log",
                port=port,
                ready="/ready",
            )
        )
        chat = Server("ours", port, (pid,), folder)
        chromium = stack.enter_context(browser())
        thread = stack.enter_context(ThreadPoolExecutor(1))
        beside = stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        names = [_name(number) for number in range(_CLERKS)]

        def texts() -> list[list[str]]:
            each = int(seconds * KEYS_PER_SECOND / 8) + 2  # no question is shorter on average
            return [supply.take(each) for _ in range(_CLERKS)]

        chat.talk(supply.take(_WARM_UP), _CHATS, _TURNS)
        console.print(f"{_CLERKS} clerks")
        calm: Typed = beside.submit(type_together, port, names, texts(), seconds).result()
        console.print(f"{_CLERKS} clerks, one in a browser, {_CHATS} founders")
        founders = thread.submit(
            chat.talk, supply.take(int(seconds + 5) * _AT_MOST), _CHATS, _TURNS
        )
        typing = beside.submit(type_together, port, names, texts(), seconds)
        address = f"http://127.0.0.1:{port}"
        painted = type_in(chromium, address, _name(_CLERKS), supply.take(60), seconds)
        busy: Typed = typing.result()
        if founders.done():
            raise BenchmarkError("the chat was over before the clerks were")
        talked = founders.result()
    return Figures(
        date=date.today().isoformat(),
        machine=Machine.this(),
        others=watch.others(),
        painted_p50=percentile(painted.taken, 50),
        painted_p95=percentile(painted.taken, 95),
        painted=len(painted.taken),
        busy_p50=percentile(busy.taken, 50),
        busy_p95=percentile(busy.taken, 95),
        busy_overtaken=busy.overtaken / len(busy.taken),
        calm_p50=percentile(calm.taken, 50),
        calm_p95=percentile(calm.taken, 95),
        chat_per_s=talked.turns_per_second,
        chat_p95=percentile(talked.ms(), 95),
    )


async def _staff(folder: Path) -> None:
    store = SqlStore(Settings(data_dir=folder).database)
    accounts = Accounts(open_desk(Settings(data_dir=folder), store))
    for number in range(_CLERKS + 1):
        await accounts.add(_name(number), "clerk", PASSWORD)
    await store.close()


def _name(number: int) -> str:
    return f"clerk {number}"


def rows(figures: Figures) -> list[tuple[str, str, str, str]]:
    """What, measured, asked for, and whether it is reached."""

    def row(what: str, value: float, most: float | None = None) -> tuple[str, str, str, str]:
        mark = "" if most is None else "✓" if value <= most else "✗"
        return what, f"{value:.1f}", "" if most is None else f"≤ {most:g}", mark

    busy = f"{_CLERKS} clerks type, {_CHATS} founders write without a pause"
    return [
        row(f"Browser, key to painted list; {busy}: p95 (ms)", figures.painted_p95, 100),
        row("… p50 (ms)", figures.painted_p50),
        row(f"Key to list over a socket; {busy}: p95 (ms)", figures.busy_p95, 100),
        row("… p50 (ms)", figures.busy_p50),
        row("… keys that a later one overtook (%)", figures.busy_overtaken * 100),
        row(f"… {_CLERKS} clerks type, no chat: p95 (ms)", figures.calm_p95),
        row("… p50 (ms)", figures.calm_p50),
        row("The chat meanwhile: turns/s", figures.chat_per_s),
        row("… p95 (ms)", figures.chat_p95),
    ]


def main() -> int:
    """0 when all was measured, whether or not the targets are reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.desk", description=__doc__)
    parser.add_argument("--seconds", type=float, default=15, help="how long is typed")
    options = parser.parse_args()
    console = Console(stderr=True)
    try:
        figures = measure(options.seconds, console)
    except BenchmarkError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    table = Table(title="The desk", title_justify="left")
    for name in ("", "measured", "asked for", ""):
        table.add_column(name, justify="right" if name else "left")
    for cells in rows(figures):
        table.add_row(*cells)
    Console(width=120).print(table)
    (_FOLDER / "desk.json").write_text(json.dumps(asdict(figures), indent=1) + "\n", "utf-8")
    page = Template(_PAGE.read_text(encoding="utf-8")).substitute(
        table="\n".join("| " + " | ".join(cells) + " |" for cells in rows(figures)),
        date=figures.date,
        others=f"{figures.others:.0%}",
        machine=f"{figures.machine.cpu}, {figures.machine.cores} cores",
        clerks=_CLERKS,
        keys=KEYS_PER_SECOND,
        painted=figures.painted,
        chats=_CHATS,
    )
    (_FOLDER / "desk.md").write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
