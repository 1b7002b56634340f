"""axe-core's judgement of a page in both themes, shadow roots included."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.needs import npm_package

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a theme changes is colours alone; the other rules need to be asked once.
OF_COLOURS = ["color-contrast", "link-in-text-block"]


def problems(page: Page) -> list[tuple[str, list[str]]]:
    """What breaks WCAG 2.2 A or AA, or good practice, in the light theme or in the dark one: the
    rule and the first elements. Leaves the page in the light one."""
    page.evaluate((npm_package("axe-core") / "axe.min.js").read_text("utf-8"))
    page.emulate_media(color_scheme="dark")
    found = _run(page, {"type": "rule", "values": OF_COLOURS})
    page.emulate_media(color_scheme="light")
    return found + _run(page, {"type": "tag", "values": RULES})


def faint(page: Page) -> list[tuple[str, list[str]]]:
    """What has less than 7:1 in either theme. Leaves the page in the dark one."""
    rule = {"type": "rule", "values": ["color-contrast-enhanced"]}
    page.evaluate((npm_package("axe-core") / "axe.min.js").read_text("utf-8"))
    page.emulate_media(color_scheme="light")
    found = _run(page, rule)
    page.emulate_media(color_scheme="dark")
    return found + _run(page, rule)


def _run(page: Page, only: dict[str, Any]) -> list[tuple[str, list[str]]]:
    found: dict[str, Any] = page.evaluate("only => axe.run({runOnly: only})", only)
    return [(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in found["violations"]]
