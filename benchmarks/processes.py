"""Starts processes, waits for servers, weighs them, and ends them whatever happens."""

from __future__ import annotations

import http.client
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_THREADS = "2"


class BenchmarkError(Exception):
    """A step failed or took too long; says which, with the end of its log."""


@dataclass(frozen=True)
class Memory:
    """Megabytes of all the processes of one side, by /proc: now, and at each one's highest."""

    steady_mb: float
    peak_mb: float


@dataclass(frozen=True)
class Done:
    """A command that ended well: how long it took, and what it printed."""

    seconds: float
    cpu_seconds: float
    printed: str


def environment(**more: str) -> dict[str, str]:
    """The environment both sides run in: ours without the user's own settings of the bot."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CHUANGWEN_")}
    return {
        **kept,
        "OMP_NUM_THREADS": _THREADS,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        **more,
    }


def python(*arguments: str) -> list[str]:
    """A command for the interpreter that runs this."""
    return [sys.executable, *arguments]


def run(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    log: Path,
    limit: float,
    given: str = "",
) -> Done:
    """Run to the end. Raises BenchmarkError."""
    with log.open("w", encoding="utf-8") as errors:
        started, cpu_before = time.perf_counter(), cpu_of_children()
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
        try:
            printed, _ = process.communicate(given, timeout=limit)
        except subprocess.TimeoutExpired as error:
            raise BenchmarkError(f"{_shown(command)}: not done in {limit:.0f} s") from error
        finally:
            end(process)
        seconds = time.perf_counter() - started
    if process.returncode:
        with log.open("a", encoding="utf-8") as errors:
            errors.write(printed)
        raise BenchmarkError(f"{_shown(command)}: exit code {process.returncode}\n{_tail(log)}")
    return Done(seconds, cpu_of_children() - cpu_before, printed)


@contextmanager
def server(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    log: Path,
    port: int,
    ready: str,
    limit: float = 240,
) -> Iterator[int]:
    """A server on 127.0.0.1, from when `ready` answers 200 to the end of the block: its pid."""
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            until = time.monotonic() + limit
            while not _answers(port, ready):
                if process.poll() is not None or time.monotonic() > until:
                    raise BenchmarkError(f"{_shown(command)}: did not start\n{_tail(log)}")
                time.sleep(0.1)
            yield process.pid
        finally:
            end(process)


def end(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """End a process and all of its group: asked first, then killed."""
    for number, patience in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    process.wait(5)


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_of_children() -> float:
    """Processor seconds of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Watch:
    """Tells how much of the machine others used meanwhile: on a shared one figures suffer."""

    def __init__(self) -> None:
        self._started, self._busy, self._own = time.perf_counter(), _busy(), _own()

    def others(self) -> float:
        """0 to 1, of all cores. Call it when what was started here has ended."""
        available = (time.perf_counter() - self._started) * (os.cpu_count() or 1)
        return max(0.0, (_busy() - self._busy) - (_own() - self._own)) / available


def others_now(seconds: float = 3.0) -> float:
    """0 to 1, of all cores: what other programs use while this one waits."""
    watch = Watch()
    time.sleep(seconds)
    return watch.others()


def _own() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return cpu_of_children() + used.ru_utime + used.ru_stime


def _busy() -> float:
    """Seconds that all cores have worked since the machine started."""
    first = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, first)
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def memory(*roots: int) -> Memory:
    """What the processes `roots` and all that they started hold, added up."""
    pids = _family(roots)
    return Memory(
        steady_mb=sum(_status_mb(pid, "VmRSS") for pid in pids),
        peak_mb=sum(_status_mb(pid, "VmHWM") for pid in pids),
    )


def cpu_of(*roots: int) -> float:
    """Processor seconds that the processes `roots` and all that they started have used."""
    ticks = sum(sum(map(int, _stat(pid)[11:13])) for pid in _family(roots))
    return ticks / os.sysconf("SC_CLK_TCK")


def _family(roots: Sequence[int]) -> set[int]:
    """The processes with their children, and so on."""
    pids = set(roots)
    everyone = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    parents = {pid: int(_stat(pid)[1]) for pid in everyone}
    while children := {pid for pid, parent in parents.items() if parent in pids} - pids:
        pids |= children
    return pids


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name; zeros for a process that has ended."""
    try:
        # The name in parentheses may itself hold spaces and parentheses.
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 50


def _status_mb(pid: int, key: str) -> float:
    try:
        lines = (Path("/proc") / str(pid) / "status").read_text().splitlines()
    except OSError:
        return 0.0
    kilobytes = [line.split()[1] for line in lines if line.startswith(f"{key}:")]
    return int(kilobytes[0]) / 1024 if kilobytes else 0.0


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _shown(command: Sequence[str]) -> str:
    return " ".join(["python", *command[1:]])


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
