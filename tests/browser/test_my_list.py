"""A visitor tells a story in the widget, and opens the list that it gave."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from bot.message import Effect
from bot.secretary import my_list
from tests.bot.conftest import free_port
from tests.browser.conftest import ANSWERS_WITHIN_MILLISECONDS, Open
from tests.browser.widget import Answering, answers, ask, question, serving

pytestmark = pytest.mark.xdist_group("browser")

expect.set_options(timeout=ANSWERS_WITHIN_MILLISECONDS)

# The page is in the answer's language, whatever the browser's is.
STORIES = {
    "zh-Hans": ("我刚注册了一家小公司，缺资金，有什么补贴适合我", "适合", "处于初创期或起步期"),
    "zh-Hant": ("我啱啱註冊咗間細公司，想搵資助，有咩啱我？", "適合", "處於初創或起步階段"),
    "en": (
        "I just registered a small company and need money. What grants would suit me?",
        "Fits",
        "just starting or at an early stage",
    ),
}


@pytest.mark.parametrize("language", STORIES)
def test_a_story_becomes_a_list_that_one_link_opens(
    open_page: Open, complaints: list[str], language: str
) -> None:
    story, fits, fact = STORIES[language]
    page = open_page()
    ask(page, story)
    ask(page, {"en": "my list", "zh-Hans": "我的清单", "zh-Hant": "我的清單"}[language])

    with page.expect_popup() as opened:
        answers(page).last.get_by_role("link").filter(has_text="/lists/").click()

    sheet = opened.value
    expect(sheet.locator("html")).to_have_attribute("lang", language)
    expect(sheet.get_by_role("heading", name=re.compile(fits)).first).to_be_visible()
    expect(sheet.locator("main")).to_contain_text(fact)
    assert sheet.locator(".why").count() > 0  # in the words of the clause
    # The list is no way back into the conversation.
    assert sheet.evaluate("window.opener") is None
    assert complaints == []
    expect(question(page)).to_be_visible()


def test_a_list_of_a_server_that_does_not_know_its_public_address_opens_too(
    context: BrowserContext, tmp_path: Path
) -> None:
    giving = Answering(effects=(Effect(my_list.EFFECT),))
    with serving(tmp_path, free_port(), (), giving) as server:
        page = context.new_page()
        page.goto(f"{server.url}/talk")
        ask(page, "my list")

        with page.expect_popup() as opened:
            answers(page).last.get_by_role("link").filter(has_text="/lists/").click()

        assert opened.value.url.startswith(f"{server.url}/en/lists/")
        expect(opened.value.get_by_role("heading").first).to_be_visible()
