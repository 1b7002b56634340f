"""The measurements, step by step."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.processes import BenchmarkError, Watch, end, python, run
from benchmarks.questions import Supply, questions
from benchmarks.results import Machine, OwnFigures, SideFigures, percentile
from benchmarks.sides import Ours, Side
from bot.settings import PROJECT

CLIENTS = 16
# As long as a founder's conversation is; each client then begins the next.
TURNS = 5
# The first turns meet cold caches on both sides.
_WARM_UP = 80
_LONG = 205
_SPREAD = 5  # turns 5 to 15 stand for turn 10, turns 195 to 205 for turn 200
_LIMIT = 900.0

Say = Callable[[str], None]


@dataclass(frozen=True)
class Sizes:
    """How much is asked. `epochs` are the stock side's."""

    alone: int = 300
    together: int = 960
    long_conversations: int = 6
    batch: int = 300
    epochs: int = 100


QUICK = Sizes(alone=60, together=160, long_conversations=2, batch=80, epochs=1)


def side(which: Side, sizes: Sizes, say: Say) -> SideFigures:
    """Train, serve and talk; both sides are asked the same questions in the same order."""
    name = type(which).__name__.lower()
    watch = Watch()
    say(f"{name}: training")
    training = which.train()
    say(f"{name}: starting")
    supply = Supply(questions())
    with which.serve() as server:
        server.talk(supply.take(_WARM_UP), CLIENTS, TURNS)
        say(f"{name}: {sizes.alone} turns, 1 client")
        alone = server.talk(supply.take(sizes.alone), 1, TURNS)
        say(f"{name}: {sizes.together} turns, {CLIENTS} clients")
        cpu = server.cpu_seconds()
        together = server.talk(supply.take(sizes.together), CLIENTS, TURNS)
        cpu = server.cpu_seconds() - cpu
        memory = server.memory()
        say(f"{name}: {sizes.long_conversations} conversations of {_LONG} turns")
        long = server.talk(supply.take(_LONG * sizes.long_conversations), 1, _LONG)
    return SideFigures(
        date=datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        machine=Machine.this(),
        epochs=which.epochs,
        training_s=training.seconds,
        training_cpu_s=training.cpu_seconds,
        search_build_s=training.search_seconds,
        p50_ms=median(alone.ms()),
        p95_ms=percentile(alone.ms(), 95),
        turns_per_s=together.turns_per_second,
        cpu_ms_per_turn=cpu / sizes.together * 1000,
        turn_10_ms=median(long.ms(10 - _SPREAD, 10 + _SPREAD)),
        turn_200_ms=median(long.ms(200 - _SPREAD, 200 + _SPREAD)),
        steady_mb=memory.steady_mb,
        peak_mb=memory.peak_mb,
        turns=sizes.alone + sizes.together + _LONG * sizes.long_conversations,
        failed_turns=sum(len(measured.failed) for measured in (alone, together, long)),
        others=watch.others(),
    )


def own(ours: Ours, sizes: Sizes, folder: Path, say: Say) -> OwnFigures:
    """What is measured of ours alone, with the model and the cache that training has left."""
    supply = Supply(questions())
    say("ours: turns, and embedding, search and NLU by themselves")
    # The first half is taken apart, the other half is asked whole.
    parts = _inside(ours, "parts", supply.take(2 * (_WARM_UP + sizes.batch)), folder)
    say(f"ours: {sizes.batch} turns through batch")
    texts = supply.take(_WARM_UP + sizes.batch)
    batch = _batch(ours, texts, folder)[_WARM_UP:]
    say("ours: search with three times the questions")
    fresh = [f"{text} {number}" for number, text in enumerate(texts)]
    tripled = _inside(ours, "tripled", fresh, folder)
    warm = {name: values[_WARM_UP:] for name, values in parts.items()}
    turn = warm.pop("turn")
    sums = [sum(each) for each in zip(*warm.values(), strict=True)]
    return OwnFigures(
        batch_p50_ms=median(batch),
        turn_p50_ms=median(turn),
        parts_p50_ms=median(sums),
        embed_ms=median(warm["embed"]),
        search_ms=median(warm["search"]),
        nlu_ms=median(warm["nlu"]),
        tripled_questions=tripled["questions"],
        tripled_build_s=tripled["seconds"],
        tripled_rank_p50_ms=median(tripled["ms"]),
        tripled_rank_p95_ms=percentile(tripled["ms"], 95),
    )


def _inside(ours: Ours, what: str, texts: list[str], folder: Path):  # type: ignore[no-untyped-def]
    done = run(
        python("-m", "benchmarks.inside", what),
        cwd=PROJECT,
        env=ours.environment(),
        log=folder / f"{what}.log",
        limit=_LIMIT,
        given=json.dumps(texts),
    )
    return json.loads(done.printed)


def _batch(ours: Ours, texts: list[str], folder: Path) -> list[float]:
    """Milliseconds from one answer of `batch` to the next, so all of a turn, storing included."""
    source = folder / "batch.jsonl"
    lines = [json.dumps({"id": number, "text": text}) for number, text in enumerate(texts)]
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with source.open(encoding="utf-8") as given, (folder / "batch.log").open("w") as log:
        process = subprocess.Popen(
            python("-m", "bot", "batch"),
            cwd=PROJECT,
            env=ours.environment(),
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
        stop = threading.Timer(_LIMIT, end, [process])
        stop.start()
        try:
            assert process.stdout is not None
            marks = [time.perf_counter() for _ in process.stdout]
            code = process.wait()
        finally:
            stop.cancel()
            end(process)
    if code or len(marks) != len(texts):
        raise BenchmarkError(f"batch: exit code {code}, {len(marks)} of {len(texts)} answered")
    return [(later - earlier) * 1000 for earlier, later in pairwise(marks)]
