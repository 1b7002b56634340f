"""The page at `/talk`: the widget alone, before the real assistant, used as a visitor uses it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect

from tests.browser.conftest import ANSWERS_WITHIN_MILLISECONDS, Open

pytestmark = pytest.mark.xdist_group("browser")

CONVERSATIONS = "**/api/conversations"
MESSAGES = "**/api/conversations/*/messages"
QUESTION = "孵化器有什么支持？"
PHONE = {"width": 320, "height": 640}

expect.set_options(timeout=ANSWERS_WITHIN_MILLISECONDS)


def field(page: Page) -> Locator:
    return page.locator("#question")


def last_answer(page: Page) -> Locator:
    return page.locator(".answer").last


def status(page: Page) -> Locator:
    return page.get_by_role("status")


def ask(page: Page, text: str) -> dict[str, Any]:
    """Type a question and send it; the turn that the server answered with."""
    with page.expect_response(MESSAGES) as response:
        field(page).fill(text)
        page.keyboard.press("Enter")
    turn: dict[str, Any] = response.value.json()
    expect(page.locator(".answer")).to_have_count(turn["number"])
    return turn


@pytest.mark.parametrize(
    ("locale", "question", "language"),
    [
        ("zh-CN", QUESTION, "zh-Hans"),
        ("zh-HK", "孵化器有甚麼支持？", "zh-Hant"),
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
    card.locator("summary").click()
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
    assert website.get_attribute("rel") == "noreferrer"  # which opens no way back either
    number = office["hotlines"][0]["number"]
    telephone = card.get_by_role("link", name=number, exact=True).first
    expect(telephone).to_have_attribute("href", f"tel:{number}")
    expect(card).to_contain_text(official["as_of"])
    assert complaints == []


def test_the_page_is_the_chat_alone_with_a_way_home(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.locator(".launcher")).to_have_count(0)
    expect(page.locator(".close")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(field(page)).to_be_visible()
    field_box, view = field(page).bounding_box(), page.viewport_size
    assert field_box
    assert view
    assert view["height"] - 100 < field_box["y"] < view["height"]
    page.get_by_role("link", name="创问").click()
    expect(page).to_have_url(page.url.replace("/talk", "/zh-Hans/"))


def test_the_address_says_language_and_what_the_first_question_is_about(
    open_page: Open, server: str
) -> None:
    page = open_page()
    page.goto(f"{server}/talk?language=en&focus=sz-2016%2F6.2")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(field(page)).to_have_attribute("placeholder", "Ask about 6.2")
    with page.expect_request(MESSAGES) as first:
        turn = ask(page, "What does the original text say?")
    assert first.value.post_data_json["focus"] == "sz-2016/6.2"
    assert turn["cards"][0]["number"] == "6.2"
    with page.expect_request(MESSAGES) as second:
        ask(page, "Thank you")
    assert "focus" not in second.value.post_data_json
    expect(field(page)).to_have_attribute("placeholder", "Ask a question")


def test_a_measure_may_be_what_the_question_is_about(open_page: Open, server: str) -> None:
    page = open_page()
    page.goto(f"{server}/talk?focus=6")
    assert ask(page, "原文呢")["cards"][0]["number"] == "6.1"


@pytest.mark.parametrize("focus", ["99.9", "%22%3E%3Cscript%3E", "%00"])
def test_what_is_not_there_cannot_be_asked_about(open_page: Open, server: str, focus: str) -> None:
    page = open_page()
    page.goto(f"{server}/talk?focus={focus}")
    expect(field(page)).to_have_attribute("placeholder", "想问什么？")
    assert ask(page, QUESTION)["outcome"] == "answer"


def test_without_a_script_the_page_says_so_and_offers_the_search(
    browser: Browser, server: str
) -> None:
    page = browser.new_page(locale="en-GB", java_script_enabled=False)
    page.goto(f"{server}/talk?focus=6.2")
    # By selectors: Playwright's roles and texts leave <noscript> out, which the browser shows.
    expect(page.locator("main p").first).to_be_visible()
    expect(page.locator("main p").first).to_contain_text("The chat needs JavaScript")
    expect(page.locator("a[href='tel:12345']")).to_be_visible()
    page.locator("#q").fill("incubators")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{server}/en/search?q=incubators")
    page.close()


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
    expect(page.locator(".offered")).to_have_count(1)
    expect(field(page)).to_be_focused()


def test_list_of_choices_stays_readable_when_it_can_no_longer_be_tapped(page: Page) -> None:
    turn = ask(page, "有哪些主题")
    assert turn["cards"] == []
    ask(page, "你好")
    listed = page.locator(".answer").first.locator(".offered button")
    expect(listed).to_have_text([choice["title"] for choice in turn["choices"]])
    for each in listed.all():
        expect(each).to_be_disabled()


def test_visitor_starts_with_an_example(page: Page) -> None:
    example = page.locator(".welcome button").first
    text = example.text_content() or ""
    example.click()
    expect(page.locator(".said")).to_contain_text(text)
    expect(page.locator(".card")).to_be_visible()


def test_visitor_uses_the_keyboard_alone(page: Page) -> None:
    for _ in range(12):
        page.keyboard.press("Tab")
        if field(page).evaluate("node => node.matches(':focus')"):
            break
    expect(field(page)).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_have_count(1)
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("")
    last = page.locator(".offered button").last
    for _ in range(4):  # Backwards from the field: the rating, then the choices.
        page.keyboard.press("Shift+Tab")
        if last.evaluate("node => node.matches(':focus')"):
            break
    expect(last).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_have_count(2)
    expect(field(page)).to_be_focused()


def test_enter_takes_a_word_while_an_input_method_composes(page: Page) -> None:
    field(page).fill("chuangye")
    for how in ({"isComposing": True}, {"keyCode": 229}):
        taken = field(page).evaluate(
            """(node, how) => !node.dispatchEvent(new KeyboardEvent(
              "keydown", {key: "Enter", cancelable: true, bubbles: true, ...how}))""",
            how,
        )
        assert taken  # else the browser would send the form
    expect(page.locator(".said")).to_have_count(0)


def test_blank_question_is_not_sent(page: Page) -> None:
    field(page).fill(" \u3000")
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_have_count(0)


def test_each_question_is_sent_once_and_the_next_one_waits_its_turn(page: Page) -> None:
    ids = _message_ids(page)
    held: list[Route] = []
    page.route(MESSAGES, lambda route: held.append(route), times=1)
    field(page).fill(QUESTION)
    with page.expect_request(MESSAGES):
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
    expect(status(page)).to_have_text("正在查找……")
    field(page).fill("谢谢")
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_have_count(2)
    assert len(ids) == 1
    with page.expect_request(MESSAGES) as second:
        held[0].continue_()
    assert second.value.post_data_json["text"] == "谢谢"
    expect(page.locator(".answer")).to_have_count(2)
    expect(status(page)).to_be_empty()
    assert len(ids) == len(set(ids)) == 2


def test_html_in_the_question_is_shown_as_text(page: Page) -> None:
    text = "<img src=x onerror=alert(1)><script>alert(2)</script><b>贷款</b>"
    page.on("dialog", lambda dialog: pytest.fail(f"the question ran: {dialog.message}"))
    ask(page, text)
    expect(page.locator(".said")).to_contain_text(text)
    assert page.get_by_role("log").locator("img, script").count() == 0
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


def test_server_down_is_said_and_the_question_stays_until_it_answers(open_page: Open) -> None:
    page = open_page()
    ask(page, "你好")
    ids = _message_ids(page)
    page.route(MESSAGES, lambda route: route.fulfill(status=503, json={"title": "No answer"}))
    field(page).fill(QUESTION)
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text("没有收到回答")
    expect(page.locator(".said").last).to_contain_text(QUESTION)
    expect(field(page)).to_be_focused()

    page.get_by_role("button", name="现在再试").click()  # Still down: the same again.
    expect(status(page)).to_contain_text("没有收到回答")
    expect(field(page)).to_be_focused()

    page.unroute_all()
    page.get_by_role("button", name="现在再试").click()
    expect(page.locator(".answer")).to_have_count(2)
    expect(status(page)).to_be_empty()
    expect(page.locator(".said")).to_have_count(2)
    assert len(ids) == 3
    assert len(set(ids)) == 1


def test_server_down_from_the_first_message_on(open_page: Open) -> None:
    page = open_page("en-GB")
    page.route(CONVERSATIONS, lambda route: route.abort("connectionrefused"))
    field(page).fill("Is there support for incubators?")
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text("No answer came")
    page.unroute_all()
    page.get_by_role("button", name="Try now").click()
    expect(page.locator(".card").first).to_be_visible()


def test_answer_lost_on_the_way_is_fetched_and_not_given_twice(open_page: Open) -> None:
    page = open_page()

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route(MESSAGES, lose)
    field(page).fill(QUESTION)
    page.keyboard.press("Enter")
    retry = page.get_by_role("button", name="现在再试")
    expect(retry).to_be_visible()
    page.unroute_all()
    with page.expect_response(MESSAGES) as response:
        retry.click()
    assert response.value.json()["number"] == 1
    assert ask(page, "谢谢")["number"] == 2


def test_question_is_sent_over_plain_http_too(page: Page) -> None:
    # Outside 127.0.0.1 a page without HTTPS has none of these.
    page.evaluate("Object.defineProperty(crypto, 'randomUUID', {value: undefined})")
    page.evaluate("Object.defineProperty(navigator, 'locks', {value: undefined})")
    assert ask(page, QUESTION)["outcome"] == "answer"
    assert ask(page, "谢谢")["number"] == 2


def test_conversation_goes_on_after_a_reload_and_on_the_other_pages(page: Page) -> None:
    ask(page, QUESTION)
    page.reload()
    expect(page.locator(".answer")).to_have_count(1)
    assert ask(page, "原文呢")["number"] == 2
    page.goto(page.url.replace("/talk", "/zh-Hans/"))
    page.locator(".launcher").click()
    expect(page.locator(".answer")).to_have_count(2)


def test_visitor_chooses_the_language_of_chat_and_answers(page: Page) -> None:
    page.get_by_label("语言").select_option("en")
    expect(page.get_by_role("main")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.get_by_role("combobox", name="Your question")).to_be_visible()
    with page.expect_request(MESSAGES) as request:
        turn = ask(page, QUESTION)
    assert request.value.post_data_json["language"] == "en"
    assert turn["language"] == "en"
    page.reload()
    expect(page.get_by_label("Language")).to_have_value("en")
    page.get_by_label("Language").select_option("zh-Hant")
    expect(page.get_by_role("button", name="傳送")).to_be_visible()


def test_language_is_left_to_the_question_until_one_is_chosen(page: Page) -> None:
    with page.expect_request(MESSAGES) as request:
        turn = ask(page, "Is there support for incubators?")
    assert "language" not in request.value.post_data_json
    assert turn["language"] == "en"
    expect(page.get_by_role("main")).to_have_attribute("lang", "zh-Hans")


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("zh-CN", ["独立", "不是政府部门", "2016-08-08", "副本", "未能证实"]),
        ("zh-TW", ["獨立", "不是政府部門", "2016-08-08", "副本", "未能證實"]),
        ("fr-FR", ["independent", "not a government", "2016-08-08", "copy", "not be confirmed"]),
    ],
    ids=["zh-Hans", "zh-Hant", "en"],
)
def test_page_says_what_it_is_before_anything_is_asked_and_at_its_foot_after(
    open_page: Open, locale: str, words: list[str]
) -> None:
    page = open_page(locale)
    if locale == "fr-FR":  # A language that we have none of, as of the server's default.
        page.get_by_label("语言").select_option("en")
    for word in words:
        expect(page.locator(".welcome")).to_contain_text(word, ignore_case=True)
    ask(page, "你好")
    expect(page.locator(".welcome")).to_be_hidden()
    for word in words:
        expect(page.locator(".middle > .small")).to_contain_text(word, ignore_case=True)


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_phone_shows_everything_in_reach_of_a_thumb(open_page: Open, locale: str) -> None:
    page = open_page(locale, viewport=PHONE)
    ask(page, "Is there support for incubators?" if locale == "en-GB" else QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    main = page.get_by_role("main")
    targets = main.locator("button:visible, select, #question, summary, .ways a")
    heights = targets.evaluate_all("all => all.map(one => one.offsetHeight)")
    assert len(heights) > 10
    assert min(heights) >= 44


def test_log_and_controls_are_named_for_screen_readers(page: Page) -> None:
    expect(page.get_by_role("log", name="对话")).to_be_attached()
    expect(page.get_by_role("combobox", name="你的问题")).to_be_visible()
    expect(page.get_by_role("combobox", name="语言")).to_be_visible()
    ask(page, QUESTION)
    expect(page.get_by_role("group", name="接着可以选")).to_be_visible()
