"""What the browser tests of the desk share: its folder, the way in, the walks of docs/desk.md."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Page

from bot.desk.services import Desk, open_desk
from bot.settings import PROJECT, Settings
from bot.store.sql import SqlStore
from tests.browser.widget import SECRET

PASSWORD = "a lamp beside two rivers"
_KEYS = {"↓": "ArrowDown", "↑": "ArrowUp", "Esc": "Escape"}
_ROW = re.compile(r"\| (?P<press>[^|]+) \| (?P<see>[^|]+) \|")
_CODE = re.compile(r"`([^`]+)`")
_Value = TypeVar("_Value")


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Desk]:
    """The desk of a server's data folder, to prepare it or to look into it."""
    settings = Settings(data_dir=folder, secret=SECRET)
    store = SqlStore(settings.database)
    try:
        yield open_desk(settings, store)
    finally:
        await store.close()


def run(work: Coroutine[Any, Any, _Value]) -> _Value:
    """In a thread of its own: Playwright's loop runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def sign_in(page: Page, name: str) -> None:
    """On the page that asks for it."""
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")


def enter(page: Page, address: str, name: str, path: str = "/desk") -> None:
    """Sign in and go to a page whose keys work then."""
    page.goto(f"{address}/desk/sign-in?next={path}")
    sign_in(page, name)
    page.wait_for_url(f"{address}{path}")
    # The markup gives a field the focus; only with the page's scripts are keys commands.
    page.wait_for_load_state("domcontentloaded")


WIDTHS = (320, 360, 768, 1280, 2560)


def assert_fits(page: Page) -> None:
    """That the page is wider than no screen."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)


def walks(title: str) -> list[list[tuple[str, str]]]:
    """Each table of keys under a title of docs/desk.md, as rows of what to press and to see."""
    text = (PROJECT / "docs" / "desk.md").read_text("utf-8")
    section = text.partition(f"### {title}\n")[2].partition("\n## ")[0]
    tables = section.split("| press | see |\n|---|---|\n")[1:]
    return [
        [(row["press"], row["see"]) for row in map(_ROW.match, table.splitlines()) if row]
        for table in tables
    ]


def step(page: Page, row: tuple[str, str]) -> None:
    """Press what a row says, and see what it says."""
    pressed, seen = row
    for keys in _CODE.findall(pressed):
        if pressed.startswith("type "):
            page.keyboard.type(keys, delay=30)
        else:
            page.keyboard.press(_KEYS.get(keys, keys).replace("Ctrl+", "Control+"))
    for text in _CODE.findall(seen):
        see(page, text)


def see(page: Page, text: str) -> None:
    """It is on the screen, for somebody to read."""
    shown = "text => document.body.innerText.includes(text)"
    page.wait_for_function(shown, arg=text)
