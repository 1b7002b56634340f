"""Pictures of every kind of page and every state of the widget, for people to look at.

`python -m tests.browser.pictures [word …]` writes them to var/pictures/, those whose name holds a
word or all of them.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, Route, sync_playwright

from bot.settings import PROJECT
from bot.site.site import Site
from knowledge.language import Language
from knowledge.live import LIBRARY
from tests.bot.conftest import free_port
from tests.browser.conftest import ARGUMENTS
from tests.browser.states import STATES
from tests.browser.widget import ask, serving
from tests.needs import CHROMIUM
from tests.site.test_in_browser import ALL_KINDS

FOLDER = PROJECT / "var" / "pictures"
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Each width in one language, the phone in all.
SIZES = [
    (360, 720, ("zh-Hans", "zh-Hant", "en")),
    (768, 1024, ("zh-Hant",)),
    (1440, 900, ("zh-Hans",)),
]
LOCALES = {"zh-Hans": "zh-CN", "zh-Hant": "zh-HK", "en": "en-GB"}


def take(host: str, browser: Browser, words: list[str]) -> int:
    """Take the pictures whose name holds one of the words; how many there are."""
    taken = 0
    for width, height, languages in SIZES:
        for theme in THEMES:
            for language in languages:
                for name, scene in _scenes():
                    file = FOLDER / f"{name}-{width}-{theme}-{language}.png"
                    if words and not any(word in file.name for word in words):
                        continue
                    context = browser.new_context(
                        viewport={"width": width, "height": height},
                        color_scheme=theme,
                        locale=LOCALES[language],
                        reduced_motion="reduce",
                    )
                    page = context.new_page()
                    whole = _play(page, f"{host}/{language}", name, scene)
                    page.screenshot(path=file, full_page=whole)
                    context.close()
                    taken += 1
    return taken


def _scenes() -> Iterator[tuple[str, str]]:
    yield from ((f"page-{kind.replace(' ', '-')}", address) for kind, address in ALL_KINDS.items())
    yield from ((f"widget-{state}", state) for state in STATES)
    yield "demo", ""
    yield from (("talk-welcome", ""), ("talk-answer", "6.2"), ("print-measure", "measures/6"))


def _play(page: Page, site: str, name: str, scene: str) -> bool:
    """Bring the page into the scene; whether all of it is wanted or the window alone."""
    if name.startswith("widget-"):
        page.goto(f"{site}/")
        STATES[scene](page)
        return False
    host, _, language = site.rpartition("/")
    if name == "page-busy":
        page.route(f"{site}/{scene}", _refuse(language))
    if name == "demo":
        page.goto(f"{host}/demo")
        return False
    if name.startswith("talk-"):
        page.goto(f"{host}/talk?language={language}&focus={scene}")
        if scene:
            ask(page, "有什么支持？")
        return False
    page.goto(f"{site}/{scene}")
    if name.startswith("print-"):
        page.emulate_media(media="print")
    return True


def _refuse(language: Language) -> Callable[[Route], None]:
    """What who asks too much is shown; nobody has to ask too much for it."""
    body = Site(LIBRARY.content.knowledge).busy(language).body
    return lambda route: route.fulfill(status=429, body=body, content_type="text/html")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), free_port(), ()) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        taken = take(server.url, browser, sys.argv[1:])
        browser.close()
    sys.stdout.write(f"{taken} pictures in {FOLDER.relative_to(PROJECT)}\n")


if __name__ == "__main__":
    main()
