"""The two sides: how each is trained and served."""

from __future__ import annotations

import json
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from benchmarks.load import Measured, Plan, Protocol
from benchmarks.processes import (
    Memory,
    cpu_of,
    environment,
    free_port,
    memory,
    python,
    run,
    server,
)
from bot.settings import PROJECT

STOCK = PROJECT / "benchmarks" / "stock"
_TRAINING_LIMIT = 4 * 3600.0
_LOAD_LIMIT = 1800.0


@dataclass(frozen=True)
class Server:
    """A side that answers: how to talk to it and which processes it consists of."""

    protocol: Protocol
    port: int
    pids: tuple[int, ...]
    folder: Path

    def talk(self, texts: list[str], clients: int, turns: int) -> Measured:
        """Ask all texts, in conversations of `turns` turns."""
        plan = Plan(self.protocol, self.port, clients, turns, texts)
        done = run(
            python("-m", "benchmarks.load"),
            cwd=PROJECT,
            env=environment(),
            log=self.folder / "load.log",
            limit=_LOAD_LIMIT,
            given=json.dumps(asdict(plan)),
        )
        return Measured(**json.loads(done.printed))

    def memory(self) -> Memory:
        return memory(*self.pids)

    def cpu_seconds(self) -> float:
        """Processor time that the side has used since it started."""
        return cpu_of(*self.pids)


@dataclass(frozen=True)
class Training:
    """Wall clock and processor time of all steps; `search_seconds` is the search's part of it."""

    seconds: float
    cpu_seconds: float
    search_seconds: float = 0.0


class Side(ABC):
    """One of the two. `folder` is empty and its own: nothing is there from earlier runs."""

    epochs = 0

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True)

    @abstractmethod
    def train(self) -> Training:
        """From the sources to all that answering needs."""

    @abstractmethod
    @contextmanager
    def serve(self) -> Iterator[Server]:
        """The running side."""
        yield  # type: ignore[misc]


class Ours(Side):
    """This bot as `make run` starts it: one process, SQLite, encoder, search, entities."""

    def environment(self) -> dict[str, str]:
        return environment(
            CHUANGWEN_DATA_DIR=str(self._folder / "var"),
            CHUANGWEN_LIMIT_FACTOR="0",  # one machine is all the founders here
            CHUANGWEN_MODEL=str(self._folder / "models" / "chuangwen.tar.gz"),
            RASA_CACHE_DIRECTORY=str(self._folder / "rasa-cache"),
        )

    def train(self) -> Training:
        model, search = (
            run(
                python(*arguments),
                cwd=PROJECT,
                env=self.environment(),
                log=self._folder / f"{arguments[-1]}.log",
                limit=_TRAINING_LIMIT,
            )
            for arguments in (("-m", "bot", "train"), ("-m", "benchmarks.inside", "build"))
        )
        return Training(
            model.seconds + search.seconds, model.cpu_seconds + search.cpu_seconds, search.seconds
        )

    @contextmanager
    def serve(self) -> Iterator[Server]:
        port = free_port()
        with server(
            python("-m", "bot", "serve", "--port", str(port)),
            cwd=PROJECT,
            env=self.environment(),
            log=self._folder / "serve.log",
            port=port,
            ready="/ready",
        ) as pid:
            yield Server("ours", port, (pid,), self._folder)


class Stock(Side):
    """Rasa as its documentation sets it up, on our intents: `rasa run` and `rasa run actions`."""

    def __init__(self, folder: Path, epochs: int) -> None:
        super().__init__(folder)
        self.epochs = epochs
        for source in ("endpoints.yml", "credentials.yml", "stories.yml"):
            shutil.copy(STOCK / source, folder)
        shutil.copytree(STOCK / "actions", folder / "actions")
        config = yaml.safe_load((STOCK / "config.yml").read_text(encoding="utf-8"))
        for part in (*config["pipeline"], *config["policies"]):
            if "epochs" in part:
                part["epochs"] = epochs
        _write(folder / "config.yml", config)
        listed = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))["intents"]
        # An intent with options of its own is a mapping of one key.
        intents = [entry if isinstance(entry, str) else next(iter(entry)) for entry in listed]
        _write(folder / "domain.yml", _domain(intents))
        _write(folder / "rules.yml", _rules(intents))

    def train(self) -> Training:
        # The examples alone: our responses belong to our actions.
        examples = sorted(str(path) for path in (PROJECT / "nlu").glob("*.yml"))
        done = run(
            python("-m", "rasa", "train", "--data", *examples, "stories.yml", "rules.yml"),
            cwd=self._folder,
            env=environment(),
            log=self._folder / "train.log",
            limit=_TRAINING_LIMIT,
        )
        return Training(done.seconds, done.cpu_seconds)

    @contextmanager
    def serve(self) -> Iterator[Server]:
        port, action_port = free_port(), free_port()
        env = environment(SANIC_HOST="127.0.0.1", STOCK_ACTION_PORT=str(action_port))
        with (
            server(
                python("-m", "rasa", "run", "actions", "-p", str(action_port)),
                cwd=self._folder,
                env=env,
                log=self._folder / "actions.log",
                port=action_port,
                ready="/health",
            ) as actions,
            server(
                python("-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port)),
                cwd=self._folder,
                env=env,
                log=self._folder / "run.log",
                port=port,
                ready="/",
            ) as core,
        ):
            yield Server("stock", port, (actions, core), self._folder)


def _domain(intents: list[str]) -> dict[str, object]:
    return {
        "version": "3.1",
        "intents": intents,
        "actions": ["action_answer"],
        "responses": {"utter_greet": [{"text": "你好"}]},
        "session_config": {
            "session_expiration_time": 60,
            "carry_over_slots_to_new_session": True,
        },
    }


def _rules(intents: list[str]) -> dict[str, object]:
    """Every intent leads to the one action, small talk's first to the one response."""
    return {
        "version": "3.1",
        "rules": [
            {
                "rule": intent,
                "steps": [
                    {"intent": intent},
                    {"action": "utter_greet" if intent == "greet" else "action_answer"},
                ],
            }
            for intent in (*intents, "nlu_fallback")
        ],
    }


def _write(path: Path, data: dict[str, object]) -> None:
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
