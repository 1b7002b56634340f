"""docs/widget.md, "Try it on your own machine", followed to the letter but for the ports."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import ANSWERS_WITHIN_MILLISECONDS, PROJECT
from tests.browser.widget import answers, launcher, question

pytestmark = pytest.mark.xdist_group("browser")

DOCUMENT = PROJECT / "docs" / "widget.md"
SECTION = "Try it on your own machine"
THEIR_BOT, THEIR_SITE = "127.0.0.1:8000", "127.0.0.1:8080"


def _blocks() -> list[str]:
    """The code of the section: the page, how to start the bot, how to serve the page."""
    text = DOCUMENT.read_text("utf-8").split(f"## {SECTION}\n")[1].split("\n## ")[0]
    return re.findall(r"```\w+\n(.*?)\n```", text, re.DOTALL)


@pytest.fixture
def page_file(server: str, tmp_path: Path) -> Path:
    page, *_ = _blocks()
    assert f"http://{THEIR_BOT}/widget.js" in page
    file = tmp_path / "page.html"
    file.write_text(page.replace(f"http://{THEIR_BOT}", server), "utf-8")
    return file


@pytest.fixture
def site(page_file: Path, friend: str) -> Iterator[str]:
    """What the recipe serves, where the setting of the recipe allows it."""
    _, start, serve = _blocks()
    assert start == f"CHUANGWEN_WIDGET_ORIGINS=http://{THEIR_SITE} make run"
    program, *arguments = serve.split()
    assert program == "python3"
    port = friend.rpartition(":")[2]
    arguments = [port if argument == "8080" else argument for argument in arguments]
    process = subprocess.Popen(
        [sys.executable, "-u", *arguments],
        cwd=page_file.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert port in process.stdout.readline().decode()  # It says so once it listens.
    yield friend
    process.terminate()
    process.wait(timeout=10)


def test_one_line_in_a_plain_file_talks_to_the_bot(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/page.html")
    launcher(page).click()
    question(page).fill("孵化器有什么支持？")
    question(page).press("Enter")
    expect(answers(page).locator(".card").first).to_be_visible(timeout=ANSWERS_WITHIN_MILLISECONDS)
    page.close()


def test_a_page_opened_straight_from_its_file_is_told_why_it_gets_no_answer(
    browser: Browser, page_file: Path
) -> None:
    page = browser.new_page()
    page.goto(page_file.as_uri())
    launcher(page).click()
    question(page).fill("孵化器有什么支持？")
    question(page).press("Enter")
    expect(page.get_by_role("status")).to_contain_text("直接从文件打开")
    page.close()
