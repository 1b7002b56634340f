"""What a screen reader hears: each answer once, and nothing that was said before."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Embed
from tests.browser.widget import WidgetServer, answers, ask, question

pytestmark = pytest.mark.xdist_group("browser")

# Notes what comes into a log that is on the page, an entry alone or whole, as it is announced.
OBSERVE = """() => {
  window.announced = [];
  const root = document.querySelector("chuangwen-chat").shadowRoot;
  const parts = (node) => (node.className === "entry" ? [...node.children] : [node]);
  const name = (part) => part.className || part.textContent;
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes)
      if (root.querySelector("[role=log]").contains(target))
        announced.push(...[...addedNodes].flatMap(parts).map(name));
  }).observe(root, { childList: true, subtree: true, characterData: true });
}"""


def announced(page: Page) -> list[str]:
    found: list[str] = page.evaluate("announced")
    return found


def test_each_answer_is_announced_once(embed: Embed) -> None:
    page = embed("data-open")
    page.evaluate(OBSERVE)
    ask(page, "第一问")
    assert announced(page) == ["said", "answer"]
    ask(page, "第二问")
    assert announced(page) == ["said", "answer"] * 2


def test_nothing_is_announced_again_after_a_reload(embed: Embed) -> None:
    page = embed("data-open")
    ask(page, "第一问")
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
          window.announced = [];
          const attach = Element.prototype.attachShadow;
          Element.prototype.attachShadow = function (options) {
            const root = attach.call(this, options);
            new MutationObserver((changes) => {
              for (const { target, addedNodes } of changes)
                if (target.closest?.("[role=log]")) announced.push(...addedNodes);
            }).observe(root, { childList: true, subtree: true });
            return root;
          };
        }, { capture: true });"""
    )
    page.reload()
    expect(answers(page)).to_be_visible()
    assert page.evaluate("announced.length") == 0


def test_nothing_is_announced_again_when_the_language_is_switched_or_the_chat_reopened(
    embed: Embed,
) -> None:
    page = embed("data-open")
    ask(page, "第一问")
    page.evaluate(OBSERVE)
    page.get_by_label("语言").select_option("en")
    expect(page.get_by_role("log", name="Conversation")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".launcher").click()
    expect(answers(page)).to_be_visible()
    assert announced(page) == []


def test_an_answer_of_the_other_tab_is_announced_once_in_each(embed: Embed) -> None:
    page = embed("data-open")
    other = page.context.new_page()
    other.goto(page.url)
    for each in (page, other):
        each.evaluate(OBSERVE)
    ask(page, "甲页的问题")
    expect(answers(other)).to_have_count(1)
    assert announced(page) == announced(other) == ["said", "answer"]


def test_a_question_does_not_wait_for_a_slow_answer_to_be_shown(
    embed: Embed, widget_server: WidgetServer
) -> None:
    widget_server.assistant.seconds = 2
    page = embed("data-open")
    page.evaluate(OBSERVE)
    question(page).fill("第一问")
    question(page).press("Enter")

    expect(page.locator(".said")).to_be_visible()
    assert announced(page) == ["said"]
    expect(answers(page)).to_have_count(1)
    assert announced(page) == ["said", "answer"]


def test_the_status_is_said_when_it_changes_and_not_again(
    embed: Embed, widget_server: WidgetServer
) -> None:
    widget_server.assistant.seconds = 0.5
    page = embed("data-open")
    page.evaluate(
        """() => {
          window.said = [];
          const { shadowRoot } = document.querySelector("chuangwen-chat");
          const status = shadowRoot.querySelector("p[role=status]");
          const note = () => said.push(status.textContent);
          new MutationObserver(note).observe(status, { childList: true });
        }"""
    )
    ask(page, "第一问")
    question(page).fill("第二问")
    assert page.evaluate("said") == ["正在查找……", ""]
