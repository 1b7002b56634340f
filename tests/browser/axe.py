"""axe-core's judgement of a page, shadow roots included."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.needs import npm_package

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def problems(page: Page) -> list[tuple[str, list[str]]]:
    """What breaks WCAG 2.2 A or AA, or good practice: the rule and the first elements."""
    page.evaluate((npm_package("axe-core") / "axe.min.js").read_text("utf-8"))
    found: dict[str, Any] = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    return [(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in found["violations"]]
