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


# As if a person had taken over: what the page would have kept of it, and a stream that is silent.
_ATTENDED = """() => {
  const state = JSON.parse(localStorage.getItem("chuangwen"));
  const [asked] = state.entries, { id, turn } = asked;
  const { cards, language } = turn, LEAVE = { id: "1000003-1", title: "留电话，等回电" };
  const letter = (number, author, outline, choices = []) => ({
    id: `letter-${number}`,
    letter: { number, author, language, text: "", cards, outline, choices },
  });
  const silent = { ...turn, replies: [""], cards: [], choices: [], outline: [] };
  state.entries.push(
    letter(1, "notice", [{ text: "工作人员已经接手，现在由真人回答你。" }]),
    { id: `${id}-2`, said: "我在南山，做无人机的", message: {}, turn: silent },
    letter(2, "staff", [{ text: "你好，我姓李。请看这一条：" }, { card: 0 }]),
    letter(3, "notice", [{ text: "对不起，一直没有工作人员接手。" }], [LEAVE]),
  );
  Object.assign(state.conversation, { owner: "human", letter: 3 });
  localStorage.setItem("chuangwen", JSON.stringify(state));
}"""


def _attended(page: Page) -> None:
    _answered(page)
    page.route("**/events?*", lambda route: None)
    page.evaluate(_ATTENDED)
    page.reload()
    expect(page.locator(".answer.staff")).to_be_visible()
    page.locator(".answer.notice").first.evaluate("node => node.scrollIntoView()")


STATES: dict[str, Callable[[Page], None]] = {
    "closed": lambda page: expect(launcher(page)).to_be_visible(),
    "welcome": _open,
    "answer": _answered,
    "quote": _quoted,
    "choice": _chosen,
    "suggestions": _suggested,
    "thumbs-down": _disliked,
    "waiting": _waiting,
    "attended": _attended,
    "offline": _offline,
    "down": _down,
    "refused": _refused,
}
