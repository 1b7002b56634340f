"""A real server and Debian's chromium for the browser tests."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import built, needs
from tests.bot.conftest import free_port
from tests.browser.widget import WidgetServer, foreign_site, page_with, policy_for, serving

PROJECT = Path(__file__).parents[2]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
]
STARTS_WITHIN_SECONDS = 180
ANSWERS_WITHIN_MILLISECONDS = 20_000

# A network that a test cut is no fault of the widget's, and no icon is one of the page's.
EXCUSED = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "favicon", "status of 4")

Open = Callable[..., Page]
Embed = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser."""
    return needs.chromium()


@pytest.fixture(scope="session")
def friend() -> str:
    """The site, not yet served, on which the real server's widget may be."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="session")
def server(chromium: Path, friend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `python -m bot serve` on a free port, with a data folder of its own."""
    folder = tmp_path_factory.mktemp("browser")
    built.copy_to(folder / "cache")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("CHUANGWEN_")}
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve", "--port", str(port)],
            cwd=PROJECT,
            env={
                **inherited,
                "CHUANGWEN_DATA_DIR": str(folder),
                "CHUANGWEN_WIDGET_ORIGINS": friend,
                "CHUANGWEN_PUBLIC_URL": address,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(process, address, log)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/ready", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    said = log.read_text("utf-8", "replace")[-2000:]
    pytest.fail(f"The server for the browser tests did not get ready:\n{said}", pytrace=False)


# Not for the whole session: while Playwright's synchronous API is open, its event loop counts as
# running, and pytest-asyncio could run no asynchronous test in the same process.
@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser found wrong: errors on the console (refusals by the page's content
    security policy among them) and exceptions of the script."""
    return []


def watched(page: Page, complaints: list[str]) -> Page:
    """A page whose complaints are noted."""
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """The browser of somebody at the desk."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def open_page(browser: Browser, server: str, complaints: list[str]) -> Iterator[Open]:
    """Open the page as a new visitor: `open_page(locale="zh-HK", viewport=…)`."""
    contexts: list[BrowserContext] = []

    def open_page(locale: str = "zh-CN", **options: object) -> Page:
        context = browser.new_context(locale=locale, reduced_motion="reduce", **options)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(ANSWERS_WITHIN_MILLISECONDS)
        page = watched(context.new_page(), complaints)
        page.goto(f"{server}/talk")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Open, complaints: list[str]) -> Iterator[Page]:
    """The page for a visitor from the mainland; the browser must find nothing wrong."""
    yield open_page()
    assert complaints == []


@pytest.fixture(scope="session")
def foreign_port() -> int:
    """Where the page of another site is, which is allowed to ask."""
    return free_port()


@pytest.fixture(scope="session")
def widget_server(
    foreign_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WidgetServer]:
    """The app with an assistant that answers everything at once."""
    allowed = (f"http://127.0.0.1:{foreign_port}",)
    with serving(tmp_path_factory.mktemp("widget"), free_port(), allowed) as server:
        yield server


@pytest.fixture
def embed(
    browser: Browser, widget_server: WidgetServer, foreign_port: int, complaints: list[str]
) -> Iterator[Embed]:
    """Open a foreign page with the widget: `embed("data-open", viewport=…)`."""
    widget_server.assistant.asked.clear()
    widget_server.assistant.seconds = 0.0
    with contextlib.ExitStack() as stack:

        def embed(options: str = "", root: str = "", **context_options: Any) -> Page:
            host = widget_server.url
            site = foreign_site(foreign_port, page_with(host, options, root), policy_for(host))
            address = stack.enter_context(site)
            visitor = {"locale": "zh-CN", "reduced_motion": "reduce", **context_options}
            context = browser.new_context(**visitor)
            stack.callback(context.close)
            context.set_default_timeout(ANSWERS_WITHIN_MILLISECONDS)
            page = watched(context.new_page(), complaints)
            page.goto(address)
            return page

        yield embed
    assert [text for text in complaints if not any(word in text for word in EXCUSED)] == []
