"""Every state in which the widget can be seen: how a visitor gets there. For axe and pictures."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.widget import answers, ask, launcher, question

CONVERSATIONS = "**/api/conversations"
MESSAGES = "**/api/conversations/*/messages"


def _open(page: Page) -> None:
    launcher(page).click()
    expect(page.locator(".welcome")).to_be_visible()


def _answered(page: Page) -> None:
    _open(page)
    ask(page, "有什么支持？")


def _quoted(page: Page) -> None:
    _answered(page)
    page.locator("summary").click()
    expect(page.locator("blockquote")).to_be_visible()


def _chosen(page: Page) -> None:
    _answered(page)
    page.wait_for_timeout(500)  # Not a double click.
    page.locator(".offered button").first.click()
    expect(answers(page)).to_have_count(2)


def _suggested(page: Page) -> None:
    _open(page)
    question(page).press_sequentially("创业担保贷款")
    expect(page.locator("[role=option]").first).to_be_visible()
    question(page).press("ArrowDown")


def _disliked(page: Page) -> None:
    _answered(page)
    page.locator(".rating button").nth(1).click()
    expect(page.locator(".reason input")).to_be_visible()


def _waiting(page: Page) -> None:
    _open(page)
    # As if another tab were sending, without end.
    page.evaluate("() => { navigator.locks.request('chuangwen', () => new Promise(() => {})) }")
    question(page).fill("有什么支持？")
    question(page).press("Enter")
    expect(page.get_by_role("status")).not_to_be_empty()


def _offline(page: Page) -> None:
    _open(page)
    page.context.set_offline(True)
    question(page).fill("有什么支持？")
    question(page).press("Enter")
    expect(page.get_by_role("status").get_by_role("button")).to_be_visible()


def _down(page: Page) -> None:
    _open(page)
    page.route(CONVERSATIONS, lambda route: route.abort())
    question(page).fill("有什么支持？")
    question(page).press("Enter")
    expect(page.get_by_role("status").get_by_role("button")).to_be_visible()


def _refused(page: Page) -> None:
    _open(page)

    def refuse(route: Route) -> None:
        allowed = {"access-control-allow-origin": route.request.headers.get("origin", "*")}
        route.fulfill(status=422, json={"title": "No such choice"}, headers=allowed)

    page.route(MESSAGES, refuse)
    question(page).fill("有什么支持？")
    question(page).press("Enter")
    expect(page.locator(".failed")).to_be_visible()


STATES: dict[str, Callable[[Page], None]] = {
    "closed": lambda page: expect(launcher(page)).to_be_visible(),
    "welcome": _open,
    "answer": _answered,
    "quote": _quoted,
    "choice": _chosen,
    "suggestions": _suggested,
    "thumbs-down": _disliked,
    "waiting": _waiting,
    "offline": _offline,
    "down": _down,
    "refused": _refused,
}
