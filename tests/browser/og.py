"""The picture that other sites show beside a link to ours: `python -m tests.browser.og` draws it.

From the site's name, title and colours, into bot/site/og.png.
"""

from __future__ import annotations

import io
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup
from PIL import Image
from playwright.sync_api import sync_playwright

from bot.settings import PROJECT
from bot.site.texts import read_texts
from tests.browser.conftest import ARGUMENTS
from tests.needs import CHROMIUM

SITE = PROJECT / "bot" / "site"
FILE = SITE / "og.png"
COLOURS = 32  # A flat picture; the rest are edges of letters.


def source() -> str:
    """The picture as a page."""
    words = read_texts("pages")
    template = Environment(autoescape=True).from_string(
        Path(__file__).with_name("og.html").read_text("utf-8")
    )
    return template.render(
        tokens=Markup((SITE / "tokens.css").read_text("utf-8")),
        mark=Markup((SITE / "favicon.svg").read_text("utf-8")),
        names={language: texts["name"] for language, texts in words.items()},
        lines={language: texts["title"] for language, texts in words.items()},
    )


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1200, "height": 630}, color_scheme="light")
        page.set_content(source())
        drawn = page.screenshot()
        browser.close()
    Image.open(io.BytesIO(drawn)).convert("RGB").quantize(COLOURS).save(FILE, optimize=True)


if __name__ == "__main__":
    main()
