"""The repository stays a standard Rasa project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bot.settings import PROJECT
from tests.bot.conftest import START_SECONDS, environment, free_port, wait_until

pytestmark = pytest.mark.xdist_group("rasa")

QUOTE = "创业投资企业采取股权投资方式投资于未上市的中小高新技术企业2年以上"


def rasa(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rasa", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment(),
        timeout=START_SECONDS,
    )


def validate(folder: Path) -> subprocess.CompletedProcess[str]:
    return rasa(folder, "data", "validate", "--data", "nlu", "stories", "--fail-on-warnings")


def test_the_training_data_are_valid() -> None:
    done = validate(PROJECT)

    assert done.returncode == 0, done.stderr[-2000:]


def keep_few_examples(file: Path) -> None:
    """Two of each intent: validating goes through all, and here it is about another file."""
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    for intent in data["nlu"]:
        lines = intent.get("examples", "").splitlines(keepends=True)
        intent["examples"] = "".join(lines[:2])
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")


def test_a_broken_response_makes_the_validation_fail(tmp_path: Path) -> None:
    for name in ("actions", "knowledge", "nlu", "stories"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    for name in ("config.yml", "domain.yml"):
        shutil.copy(PROJECT / name, tmp_path)
    for file in (tmp_path / "nlu").glob("*.yml"):
        keep_few_examples(file)
    small_talk = tmp_path / "nlu" / "responses" / "small_talk.yml"
    text = small_talk.read_text(encoding="utf-8")
    assert "  utter_greet:" in text
    # A rule still leads to the old name.
    small_talk.write_text(text.replace("  utter_greet:", "  utter_greeet:"), encoding="utf-8")

    done = validate(tmp_path)

    assert done.returncode != 0
    assert "utter_greet" in done.stdout + done.stderr


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Starts a `rasa` command that does not outlive the test."""
    processes: list[subprocess.Popen[bytes]] = []

    def run(*arguments: str) -> None:
        with (tmp_path / f"{len(processes)}.log").open("wb") as log:
            processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", "rasa", *arguments],
                    stdout=log,
                    stderr=log,
                    cwd=PROJECT,
                    env={**environment(), "SANIC_HOST": "127.0.0.1"},
                    start_new_session=True,
                )
            )

    yield run
    for process in processes:
        # Sanic starts workers of its own.
        os.killpg(process.pid, 9)
        process.wait()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def test_rasa_run_with_rasa_run_actions_answers_over_rest(
    start: Callable[..., None], tmp_path: Path
) -> None:
    port, actions = free_port(), free_port()
    endpoints = yaml.safe_load((PROJECT / "endpoints.yml").read_text(encoding="utf-8"))
    assert endpoints["action_endpoint"]["url"] == "http://127.0.0.1:5055/webhook"
    endpoints["action_endpoint"]["url"] = f"http://127.0.0.1:{actions}/webhook"
    (tmp_path / "endpoints.yml").write_text(yaml.safe_dump(endpoints), encoding="utf-8")

    start("run", "actions", "--port", str(actions))
    start(
        *("run", "-i", "127.0.0.1", "--port", str(port)),
        *("--model", "models/chuangwen.tar.gz"),
        *("--endpoints", str(tmp_path / "endpoints.yml"), "--credentials", "credentials.yml"),
    )
    wait_until(lambda: answers(f"http://127.0.0.1:{actions}/health"), "rasa run actions")
    wait_until(lambda: answers(f"http://127.0.0.1:{port}/"), "rasa run")

    def say(sender: str, text: str) -> list[dict[str, Any]]:
        body = {"sender": sender, "message": text}
        url = f"http://127.0.0.1:{port}/webhooks/rest/webhook"
        answer = httpx.post(url, json=body, timeout=START_SECONDS)
        assert answer.status_code == 200
        return list(answer.json())

    # Rasa answers [] when the first question waits too long for the search to be built.
    wait_until(lambda: say(str(uuid.uuid4()), "6.2") != [], "the first answer")
    assert QUOTE in str(say("founder", "6.2"))
    contact = str(say("founder", "那找哪个部门?"))
    assert "国家税务总局深圳市税务局" in contact
    assert "contact" in contact
