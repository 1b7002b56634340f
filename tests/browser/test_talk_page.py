"""The page at `/talk`, used as a visitor uses it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.browser.conftest import ANSWERS_WITHIN_MILLISECONDS, Open

pytestmark = pytest.mark.xdist_group("browser")

MESSAGES = "**/api/conversations/*/messages"
QUESTION = "孵化器有什么支持？"
PHONE = {"width": 320, "height": 640}

expect.set_options(timeout=ANSWERS_WITHIN_MILLISECONDS)


def ask(page: Page, text: str) -> dict[str, Any]:
    """Type a question and send it; the turn that the server answered with."""
    with page.expect_response(MESSAGES) as response:
        page.get_by_role("textbox").fill(text)
        page.keyboard.press("Enter")
    turn: dict[str, Any] = response.value.json()
    expect(page.locator(".answer")).to_have_count(turn["number"])
    return turn


def last_answer(page: Page) -> Locator:
    return page.locator(".answer").last


@pytest.mark.parametrize(
    ("locale", "question", "language"),
    [
        ("zh-CN", QUESTION, "zh-Hans"),
        ("zh-HK", "孵化器有什麼支持？", "zh-Hant"),
        ("en-GB", "Is there support for incubators?", "en"),
    ],
    ids=["zh-Hans", "zh-Hant", "en"],
)
def test_visitor_asks_and_sees_clause_and_office(
    open_page: Open, server: str, complaints: list[str], locale: str, question: str, language: str
) -> None:
    page = open_page(locale)
    expect(page.locator("html")).to_have_attribute("lang", language)
    turn = ask(page, question)
    assert turn["outcome"] == "answer"
    assert turn["language"] == language
    identity = turn["cards"][0]["provision"]
    official = page.request.get(f"{server}/api/provisions/{identity}?language={language}").json()

    expect(page.locator(".said")).to_contain_text(question)
    card = last_answer(page).locator(".card").first
    expect(card).to_have_attribute("lang", language)
    expect(card.get_by_role("heading", level=2)).to_have_text(official["heading"])
    expect(card).to_contain_text(official["summary"])
    quote = card.locator("blockquote")
    expect(quote).to_be_visible()
    expect(quote).to_have_attribute("lang", "zh-Hans")
    assert quote.text_content() == official["quote"]

    unit = next(unit for unit in official["units"] if unit["contacts"])
    office = unit["contacts"][0]
    expect(card).to_contain_text(unit["name"])
    expect(card).to_contain_text(office["name"])
    website = card.get_by_role("link", name=office["website"], exact=True).first
    expect(website).to_be_visible()
    href = website.get_attribute("href") or ""
    assert href.startswith("https://")
    assert office["website"] in href
    assert "noopener" in (website.get_attribute("rel") or "")
    number = office["hotlines"][0]["number"]
    telephone = card.get_by_role("link", name=number, exact=True).first
    expect(telephone).to_have_attribute("href", f"tel:{number}")
    expect(card).to_contain_text(official["as_of"])
    assert complaints == []


def test_visitor_asks_for_a_term_and_reads_its_meaning_above_the_card(page: Page) -> None:
    turn = ask(page, "什么是四众")
    meaning = turn["replies"][0].split(f"\n\n{turn['cards'][0]['heading']}\n")[0]
    # Beside the cards nothing of the plain text is said but this; the cards say the rest.
    expect(last_answer(page).locator(":scope > .prose")).to_have_text([meaning])


def test_every_card_of_an_answer_is_shown(page: Page) -> None:
    turn = ask(page, "贷款和孵化器都有吗")
    quotes = last_answer(page).locator("blockquote").all_text_contents()
    assert quotes == [card["quote"] for card in turn["cards"]]


def test_answer_without_a_card_is_shown_whole_with_its_hotline_as_a_link(page: Page) -> None:
    turn = ask(page, "今天天气怎么样")
    assert turn["cards"] == []
    expect(last_answer(page).locator(".prose")).to_have_text(turn["replies"][0])
    expect(last_answer(page).locator("a[href='tel:12345']")).to_be_visible()


def test_visitor_taps_a_choice(page: Page) -> None:
    turn = ask(page, QUESTION)
    choice = turn["choices"][0]
    with page.expect_request(MESSAGES) as request:
        last_answer(page).get_by_role("button", name=choice["title"]).click()
    assert request.value.post_data_json["choice"] == choice["id"]
    assert "text" not in request.value.post_data_json
    expect(page.locator(".answer")).to_have_count(2)
    expect(page.locator(".said").last).to_contain_text(choice["title"])
    # Only the choices of the last turn hold, so only they can be tapped.
    expect(page.locator("#log .choices")).to_have_count(1)
    expect(page.get_by_role("textbox")).to_be_focused()


def test_list_of_choices_stays_readable_when_it_can_no_longer_be_tapped(page: Page) -> None:
    turn = ask(page, "有哪些主题")
    assert turn["cards"] == []
    ask(page, "你好")
    expect(page.locator(".answer").first.get_by_role("button")).to_have_count(0)
    expect(page.locator(".answer").first.get_by_role("listitem")).to_have_text(
        [choice["title"] for choice in turn["choices"]]
    )


def test_visitor_starts_with_an_example(page: Page) -> None:
    example = page.locator("#examples button").first
    text = example.text_content() or ""
    example.click()
    expect(page.locator(".said")).to_contain_text(text)
    expect(page.locator(".card")).to_be_visible()


def test_visitor_uses_the_keyboard_alone(page: Page) -> None:
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "question":
            break
    box = page.get_by_role("textbox")
    expect(box).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_have_count(1)
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    # Backwards from the input, the first stop is the last choice.
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#log .choices button").last).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_have_count(2)
    expect(box).to_be_focused()


def test_enter_takes_a_word_while_an_input_method_composes(page: Page) -> None:
    box = page.get_by_role("textbox")
    box.fill("chuangye")
    box.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    box.dispatch_event("keydown", {"key": "Enter", "keyCode": 229})
    expect(box).to_have_value("chuangye")
    expect(page.locator(".said")).to_have_count(0)


def test_blank_question_is_not_sent(page: Page) -> None:
    page.get_by_role("textbox").fill(" \u3000")
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_have_count(0)


def test_question_is_sent_once_however_often_the_visitor_presses(page: Page) -> None:
    held: list[Route] = []
    page.route(MESSAGES, lambda route: held.append(route))
    page.get_by_role("textbox").fill(QUESTION)
    with page.expect_request(MESSAGES):
        page.keyboard.press("Enter")
    expect(page.locator("#send")).to_be_disabled()
    expect(page.get_by_role("status")).not_to_be_empty()
    page.get_by_role("textbox").fill("第二个问题")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox")).to_have_value("第二个问题")
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator(".answer")).to_have_count(1)
    expect(page.locator("#send")).to_be_enabled()
    expect(page.get_by_role("status")).to_be_empty()


def test_html_in_the_question_is_shown_as_text(page: Page) -> None:
    text = "<img src=x onerror=alert(1)><script>alert(2)</script><b>贷款</b>"
    page.on("dialog", lambda dialog: pytest.fail(f"the question ran: {dialog.message}"))
    ask(page, text)
    expect(page.locator(".said")).to_contain_text(text)
    assert page.locator("#log").locator("img, script").count() == 0
    assert page.locator(".said b").count() == 0


def test_the_policy_of_the_page_stops_a_script_written_into_it(
    open_page: Open, complaints: list[str]
) -> None:
    page = open_page()
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'ran = 1'}))"
    )
    assert page.evaluate("typeof ran") == "undefined"
    assert any("Content Security Policy" in complaint for complaint in complaints)


def _message_ids(page: Page) -> list[str]:
    """Fills with the id of each message that is sent from now on."""
    ids: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/messages"):
            ids.append(request.post_data_json["id"])

    page.on("request", note)
    return ids


def _fails(route: Route) -> None:
    route.fulfill(status=503, json={"title": "No answer", "status": 503, "detail": "Try again."})


@pytest.mark.parametrize("how", ["offline", "503"])
def test_server_down_shows_a_message_and_retry_keeps_the_text(open_page: Open, how: str) -> None:
    page = open_page()
    ask(page, "你好")
    ids = _message_ids(page)
    if how == "offline":
        page.context.set_offline(True)
    else:
        page.route(MESSAGES, _fails)
    page.get_by_role("textbox").fill(QUESTION)
    page.keyboard.press("Enter")
    failed = page.locator(".failed")
    expect(failed).to_contain_text("没有收到回答")
    expect(page.locator(".said").last).to_contain_text(QUESTION)
    expect(page.get_by_role("textbox")).to_be_focused()

    failed.get_by_role("button").click()  # Still down: the same again.
    expect(failed).to_have_count(1)
    expect(failed.get_by_role("button")).to_be_enabled()

    page.context.set_offline(False)
    page.unroute_all()
    failed.get_by_role("button", name="再试一次").click()
    expect(page.locator(".answer")).to_have_count(2)
    expect(last_answer(page).locator("blockquote").first).to_be_visible()
    expect(failed).to_have_count(0)
    expect(page.locator(".said")).to_have_count(2)
    expect(page.get_by_role("textbox")).to_be_focused()
    assert len(ids) == 3
    assert len(set(ids)) == 1


def test_server_down_from_the_first_message_on(open_page: Open) -> None:
    page = open_page("en-GB")
    page.route("**/api/conversations", lambda route: route.abort("connectionrefused"))
    page.get_by_role("textbox").fill("Is there support for incubators?")
    page.keyboard.press("Enter")
    expect(page.locator(".failed")).to_contain_text("No answer came")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".card").first).to_be_visible()


def test_answer_lost_on_the_way_is_fetched_and_not_given_twice(open_page: Open) -> None:
    page = open_page()

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route(MESSAGES, lose)
    page.get_by_role("textbox").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".failed")).to_be_visible()
    page.unroute_all()
    with page.expect_response(MESSAGES) as response:
        page.locator(".failed button").click()
    assert response.value.json()["number"] == 1
    assert ask(page, "谢谢")["number"] == 2


def test_question_is_sent_over_plain_http_too(page: Page) -> None:
    # Outside 127.0.0.1 a page without HTTPS has no randomUUID.
    page.evaluate("Object.defineProperty(crypto, 'randomUUID', {value: undefined})")
    assert ask(page, QUESTION)["outcome"] == "answer"
    assert ask(page, "谢谢")["number"] == 2


def test_visitor_goes_on_when_the_server_no_longer_knows_the_conversation(open_page: Open) -> None:
    page = open_page()
    page.evaluate('sessionStorage.setItem(\'conversation\', \'{"id": "gone", "token": "x"}\')')
    page.reload()
    page.get_by_role("textbox").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".card").first).to_be_visible()
    expect(page.locator(".failed")).to_have_count(0)


def test_conversation_goes_on_after_a_reload(page: Page) -> None:
    ask(page, QUESTION)
    page.reload()
    with page.expect_response(MESSAGES) as response:
        page.get_by_role("textbox").fill("原文呢")
        page.keyboard.press("Enter")
    assert response.value.json()["number"] == 2


def test_visitor_chooses_the_language_of_page_and_answers(page: Page) -> None:
    page.get_by_label("语言").select_option("en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.get_by_role("textbox", name="Your question")).to_be_visible()
    with page.expect_request(MESSAGES) as request:
        turn = ask(page, QUESTION)
    assert request.value.post_data_json["language"] == "en"
    assert turn["language"] == "en"
    page.reload()
    expect(page.get_by_role("combobox")).to_have_value("en")
    page.get_by_role("combobox").select_option("zh-Hant")
    expect(page.get_by_role("button", name="傳送")).to_be_visible()


def test_language_is_left_to_the_question_until_one_is_chosen(page: Page) -> None:
    with page.expect_request(MESSAGES) as request:
        turn = ask(page, "Is there support for incubators?")
    assert "language" not in request.value.post_data_json
    assert turn["language"] == "en"
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("zh-CN", ["独立", "不是政府部门", "2016-08-08", "副本", "未能证实"]),
        ("zh-TW", ["獨立", "不是政府部門", "2016-08-08", "副本", "未能證實"]),
        ("fr-FR", ["independent", "not a government", "2016-08-08", "copy", "not be confirmed"]),
    ],
    ids=["zh-Hans", "zh-Hant", "en"],
)
def test_page_says_what_it_is_before_anything_is_asked(
    open_page: Open, locale: str, words: list[str]
) -> None:
    page = open_page(locale)
    for word in words:
        expect(page.locator("#welcome")).to_contain_text(word, ignore_case=True)
    for word in (words[0], words[1], words[4]):
        expect(page.locator("footer")).to_contain_text(word, ignore_case=True)
    expect(page.locator("footer a[href='https://sf.sz.gov.cn/gfxwjcx']")).to_be_visible()


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_phone_shows_everything_in_reach_of_a_thumb(open_page: Open, locale: str) -> None:
    page = open_page(locale, viewport=PHONE)
    ask(page, "Is there support for incubators?" if locale == "en-GB" else QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    targets = "button, select, textarea, summary, .ways a, .sources a"
    heights = page.locator(targets).evaluate_all("all => all.map(one => one.offsetHeight)")
    assert len(heights) > 10
    assert min(heights) >= 44


def test_log_and_controls_are_named_for_screen_readers(page: Page) -> None:
    expect(page.get_by_role("log", name="对话")).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("textbox", name="你的问题")).to_be_visible()
    expect(page.get_by_role("combobox", name="语言")).to_be_visible()
    ask(page, QUESTION)
    expect(page.get_by_role("group", name="接着可以选")).to_be_visible()
