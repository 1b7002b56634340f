"""The HTTP API, through the real app and the real assistant."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.message import NAMING_UNITS
from bot.settings import PROJECT, Settings
from knowledge.live import Library
from tests.bot.conftest import SECRET, FakeAssistant, Talk, start_talk

pytestmark = pytest.mark.xdist_group("assistant")

SOURCE = set(
    (PROJECT / "knowledge" / "policies" / "sz-2016" / "source.txt")
    .read_text(encoding="utf-8")
    .splitlines()
)
LARGEST_BODY = 64 * 1024


def assert_guarded(response: Any) -> None:
    """As data for a program: nothing runs in it, nobody frames it, no cache keeps it."""
    headers = response.headers
    assert headers.get_list("content-security-policy") == [
        "default-src 'none'; frame-ancestors 'none'"
    ]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def assert_problem(response: Any, status: int) -> None:
    assert response.status_code == status, response.text
    assert_guarded(response)
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]


AN_ID = "6f1c7a1e-0d0c-4d8a-9a53-0c3f2b6f7a10"


def message(**body: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), **body}


# Questions


@pytest.mark.parametrize(
    ("language", "question", "summary_has"),
    [
        ("zh-Hans", "创投机构投资中小高新技术企业，投资额可以抵扣所得税吗？", "抵扣"),
        ("zh-Hant", "創投機構投資中小高新技術企業，投資額可以抵扣所得稅嗎？", "抵扣"),
        ("en", "Can a venture capital firm deduct its investment in small high-tech firms?", "tax"),
    ],
)
def test_a_question_in_each_script_gets_the_clause_its_text_and_the_offices(
    talk: Talk, language: str, question: str, summary_has: str
) -> None:
    turn = talk.say(question)

    assert turn["outcome"] == "answer"
    assert turn["language"] == language
    assert turn["provisions"][0] == "sz-2016/6.2"
    assert turn["units"] == ["guoshui", "caizheng", "dishui"]
    card = turn["cards"][0]
    assert card["language"] == language
    assert summary_has in card["summary"]
    assert card["quote"] in SOURCE
    assert turn["quotes"] == [card["quote"]]
    assert card["quote"] in turn["replies"][0]
    assert all(unit["contacts"] for unit in card["units"])


def test_the_quote_is_the_same_official_text_in_every_language(
    new_talk: Callable[[], Talk],
) -> None:
    turns = [new_talk().say("6.2", language=language) for language in ("zh-Hans", "zh-Hant", "en")]

    assert [turn["cards"][0]["language"] for turn in turns] == ["zh-Hans", "zh-Hant", "en"]
    assert len({turn["cards"][0]["quote"] for turn in turns}) == 1


@pytest.mark.parametrize(
    ("question", "provisions"),
    [
        ("创业担保贷款找谁？", {"sz-2016/9.1", "sz-2016/10.1"}),
        ("創業擔保貸款搵邊個？", {"sz-2016/9.1", "sz-2016/10.1"}),
        ("Who handles guaranteed startup loans?", {"sz-2016/9.1", "sz-2016/10.1"}),
    ],
)
def test_whom_to_ask_names_the_unit_of_2016_and_the_office_of_today(
    talk: Talk, question: str, provisions: set[str]
) -> None:
    turn = talk.say(question)

    assert turn["outcome"] == "contact"
    assert turn["provisions"][0] in provisions
    assert "jinrong" in turn["units"]
    reply = turn["replies"][0]
    assert "市金融办" in reply or "市金融辦" in reply
    assert "jr.sz.gov.cn" in reply
    # The human resources bureau answers for it today and is not named by the policy.
    assert "12333" in reply


def test_two_subjects_in_one_question_get_a_card_each(talk: Talk) -> None:
    turn = talk.say("知识产权保护和税收优惠都有吗")

    assert turn["outcome"] == "answer"
    assert 2 <= len(turn["cards"]) <= 3
    measures = {card["measure"] for card in turn["cards"]}
    assert measures >= {3, 6}


def test_what_the_policy_does_not_cover_is_declined_with_a_place_to_turn_to(talk: Talk) -> None:
    turn = talk.say("今天深圳天气怎么样？")

    assert turn["outcome"] == "decline"
    assert "12345" in turn["replies"][0]
    assert (turn["cards"], turn["quotes"], turn["provisions"]) == ([], [], [])


def test_small_talk_pours_out_no_policy(talk: Talk) -> None:
    for text in ("谢谢", "thanks!", "唔該晒", "再见"):
        turn = talk.say(text)
        assert turn["outcome"] == "smalltalk"
        assert turn["cards"] == []
        assert len(turn["replies"][0]) < 80


@pytest.mark.parametrize(
    ("text", "candour"),
    [
        ("你好", ("不是政府", "未能证实", "没有跟公报核对")),
        ("這個政策現在還有效嗎？", ("不是政府", "未能證實", "沒有與公報核對")),
        (
            "Is this policy still in force?",
            ("not a government", "could not be", "gazette"),
        ),
    ],
)
def test_the_welcome_and_the_question_of_validity_are_answered_with_candour(
    talk: Talk, text: str, candour: tuple[str, ...]
) -> None:
    reply = talk.say(text)["replies"][0]

    folded = reply.replace("没能证实", "未能证实")
    assert [words for words in candour if words not in folded] == []


def test_a_turn_lists_units_only_when_contacts_are_shown_and_quotes_only_when_quoted(
    talk: Talk,
) -> None:
    for text in ("6.2", "找哪个部门？", "原文呢", "还有效吗", "谢谢"):
        turn = talk.say(text)
        naming = [card for card in turn["cards"] if card["view"] in NAMING_UNITS]
        assert turn["units"] == [unit["id"] for card in naming for unit in card["units"]]
        for quote in turn["quotes"]:
            assert quote in SOURCE
            assert quote in turn["replies"][0]


# Repeats and choices


def test_a_repeated_message_gets_the_recorded_turn(talk: Talk) -> None:
    body = message(text="有没有贷款？")

    first, other, again = talk.post(body), talk.post(message(text="谢谢")), talk.post(body)

    assert again.json() == first.json()
    assert other.json()["number"] == 2
    assert talk.say("再见")["number"] == 3


def test_a_message_id_in_capitals_is_the_same_id(talk: Talk) -> None:
    body = message(text="有没有贷款？")
    first = talk.post(body)

    again = talk.post({**body, "id": body["id"].upper()})

    assert again.json() == first.json()


def test_a_choice_does_what_its_title_says(talk: Talk) -> None:
    talk.say("6.2")
    titles = [choice["title"] for choice in talk.last["choices"]]
    position = next(n for n, title in enumerate(titles) if "效" in title or "变化" in title)

    turn = talk.choose(position)

    assert turn["outcome"] == "status"
    assert turn["provisions"][0] == "sz-2016/6.2"


def test_a_choice_keeps_the_language_of_the_conversation(talk: Talk) -> None:
    talk.say("Can a venture capital firm deduct its investment from its tax?")

    turn = talk.choose(0)

    assert turn["language"] == "en"


def test_a_topic_is_chosen_from_the_list_and_then_a_provision(talk: Talk) -> None:
    topics = talk.say("有哪些主题？")
    assert topics["outcome"] == "choices"
    assert len(topics["choices"]) > 6

    provisions = talk.choose(0)
    assert provisions["outcome"] == "choices"
    assert provisions["choices"]

    answer = talk.choose(0)
    assert answer["outcome"] == "answer"
    assert answer["cards"]


def test_a_choice_that_was_not_offered_is_refused(talk: Talk) -> None:
    talk.say("6.2")

    for choice in ("1-99", "0-1", "", "/ask_original", "sz-2016/6.2", "原文"):
        assert_problem(talk.post(message(choice=choice)), 422)


def test_a_choice_before_anything_was_offered_is_refused(talk: Talk) -> None:
    assert_problem(talk.post(message(choice="1-1")), 422)


def test_after_a_turn_without_choices_there_is_none_to_take(talk: Talk) -> None:
    talk.say("6.2")
    assert talk.say("谢谢")["choices"] == []

    assert_problem(talk.post(message(choice="2-1")), 422)


def test_a_choice_of_another_conversation_is_refused(talk: Talk, another_talk: Talk) -> None:
    choice = talk.say("6.2")["choices"][0]["id"]

    assert_problem(another_talk.post(message(choice=choice)), 422)


# Language and focus


def test_the_language_of_a_message_can_be_fixed(talk: Talk) -> None:
    turn = talk.say("创投抵扣", language="en")

    assert turn["language"] == "en"
    assert turn["cards"][0]["language"] == "en"


def test_a_fixed_language_is_for_its_message_alone(talk: Talk) -> None:
    talk.say("创投抵扣", language="en")

    assert talk.say("有什么税收优惠？")["language"] == "zh-Hans"


def test_a_choice_is_answered_in_the_language_that_is_fixed_with_it(talk: Talk) -> None:
    talk.say("6.2", language="zh-Hans")

    turn = talk.choose(0, language="en")

    assert turn["language"] == "en"
    assert all(card["language"] == "en" for card in turn["cards"])


def test_the_focus_is_what_a_message_without_a_subject_is_about(talk: Talk) -> None:
    turn = talk.say("原文呢", focus="sz-2016/6.2")

    assert turn["provisions"][0] == "sz-2016/6.2"
    assert turn["cards"][0]["number"] == "6.2"


@pytest.mark.parametrize(
    "text",
    ["How do I apply?", "我能申请吗？", "有什么支持？", "有什麼條件", "这是什么", "點申請呀"],
)
def test_what_is_asked_from_a_provisions_page_is_answered_with_it(talk: Talk, text: str) -> None:
    turn = talk.say(text, focus="sz-2016/18.1")

    assert [card["number"] for card in turn["cards"]] == ["18.1"]


@pytest.mark.parametrize("text", ["上海有吗", "谢谢", "今天天气怎么样"])
def test_what_is_not_about_the_page_is_not_answered_with_it(talk: Talk, text: str) -> None:
    assert talk.say(text, focus="sz-2016/18.1")["cards"] == []


@pytest.mark.parametrize("focus", ["6", "sz-2016/6"])
def test_a_measure_in_focus_is_meant_as_a_whole(talk: Talk, focus: str) -> None:
    first = talk.say("原文呢", focus=focus)
    second = talk.say("第二个的原文")

    assert first["cards"][0]["number"] == "6.1"
    assert second["cards"][0]["number"] == "6.2"


@pytest.mark.parametrize(
    "focus", ["6.99", "99", "no-such/6", "no-such/6.2", "", "<b>", "\u0000", "6.2; DROP TABLE"]
)
def test_a_focus_that_does_not_exist_is_refused_and_changes_nothing(talk: Talk, focus: str) -> None:
    before = talk.say("6.2")

    assert_problem(talk.post(message(text="原文呢", focus=focus)), 422)

    turn = talk.say("原文呢")
    assert turn["number"] == 2
    assert turn["provisions"] == before["provisions"]


# Who may speak


def test_a_conversation_has_an_id_and_a_token_of_its_own(client: TestClient) -> None:
    one, other = start_talk(client), start_talk(client)

    assert len({one.id, other.id, one.token, other.token}) == 4


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "not a scheme at all"]
)
def test_without_a_token_nothing_is_said(
    client: TestClient, talk: Talk, header: str | None
) -> None:
    response = client.post(
        f"/api/conversations/{talk.id}/messages",
        json=message(text="你好"),
        headers={} if header is None else {"Authorization": header},
    )

    assert_problem(response, 401)
    assert response.headers["www-authenticate"] == "Bearer"


def forged(claims: dict[str, Any], key: str, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, key, algorithm=algorithm)


def test_a_token_that_is_not_ours_is_refused(talk: Talk) -> None:
    head, body, signature = talk.token.split(".")
    for token in (
        "nonsense",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[::-1]}",
        forged({"sub": talk.id}, "another secret that is long enough to sign"),
        forged({"sub": talk.id}, "", algorithm="none"),
        forged({"sub": talk.id}, SECRET * 2, algorithm="HS512"),
    ):
        assert_problem(talk.post(message(text="你好"), token=token), 401)


def test_a_token_that_says_nobody_is_refused(talk: Talk) -> None:
    for claims in ({}, {"sub": None}, {"sub": ["a"]}, {"sub": {}}):
        response = talk.post(message(text="你好"), token=forged(claims, SECRET))
        assert response.status_code in (401, 403)


def test_another_conversations_token_is_refused(talk: Talk, another_talk: Talk) -> None:
    assert_problem(talk.post(message(text="你好"), token=another_talk.token), 403)


def test_a_conversation_that_we_no_longer_have_is_not_found(client: TestClient) -> None:
    gone = Talk(client, "gone", forged({"sub": "gone"}, SECRET))

    assert_problem(gone.post(message(text="你好")), 404)


# What a message must be


def post_raw(talk: Talk, body: bytes, content_type: str | None = "application/json") -> Any:
    headers = {"Authorization": f"Bearer {talk.token}"}
    if content_type is not None:
        headers["Content-Type"] = content_type
    return talk.client.post(f"/api/conversations/{talk.id}/messages", content=body, headers=headers)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"id": ',
        b"not json",
        b"{'id': 1}",
        b'{"text": "\xff\xfe"}',
        b"\x00",
        b"[" * 30_000,
        b'{"id":' * 8_000,
        b"9" * 60_000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_malformed_json_is_refused(talk: Talk, body: bytes) -> None:
    response = post_raw(talk, body)

    assert_problem(response, response.status_code)
    assert response.status_code in (400, 422)


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        1,
        None,
        True,
        {},
        {"text": "你好"},
        {"id": AN_ID},
        {"id": AN_ID, "text": None},
        {"id": AN_ID, "text": 5},
        {"id": AN_ID, "text": ["你好"]},
        {"id": AN_ID, "text": {"a": 1}},
        {"id": AN_ID, "choice": 1},
        {"id": AN_ID, "text": "你好", "choice": "1-1"},
        {"id": AN_ID, "text": "你好", "language": "fr"},
        {"id": AN_ID, "text": "你好", "language": 1},
        {"id": AN_ID, "text": "你好", "focus": 6.2},
        {"id": AN_ID, "text": "你好", "focus": "6" * 101},
        {"id": AN_ID, "text": "你好", "sender": "somebody else"},
        {"id": "1", "text": "你好"},
        {"id": 1, "text": "你好"},
        {"id": None, "text": "你好"},
        {"id": f"{AN_ID}x", "text": "你好"},
        {"id": f"{AN_ID}\n", "text": "你好"},
    ],
    ids=lambda body: json.dumps(body, ensure_ascii=False)[:60],
)
def test_wrong_types_and_keys_are_refused(talk: Talk, body: Any) -> None:
    response = post_raw(talk, json.dumps(body).encode())

    assert_problem(response, 422)
    assert talk.say("你好")["number"] == 1  # nothing was recorded


def test_a_refusal_does_not_repeat_what_was_sent(talk: Talk) -> None:
    response = talk.post(message(text="你好", language="<script>13800138000"))

    assert_problem(response, 422)
    assert "script" not in response.text
    assert "13800138000" not in response.text


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_what_does_not_say_that_it_is_json_is_refused(talk: Talk, content_type: str | None) -> None:
    body = json.dumps(message(text="你好")).encode()

    assert_problem(post_raw(talk, body, content_type), 415)


def test_a_character_set_beside_the_content_type_is_no_obstacle(talk: Talk) -> None:
    body = json.dumps(message(text="你好")).encode()

    assert post_raw(talk, body, "application/JSON; charset=utf-8").status_code == 200


def test_4000_characters_are_answered_and_4001_refused(talk: Talk) -> None:
    assert talk.post(message(text="税" * 4000)).status_code == 200
    assert_problem(talk.post(message(text="税" * 4001)), 422)


async def call(app: Starlette, talk: Talk, headers: dict[str, str], receive: Any) -> int:
    """The status of an answer, with a body that is handed over as the test wants."""
    sent: list[Any] = []
    given = {"authorization": f"Bearer {talk.token}", "content-type": "application/json", **headers}
    path = f"/api/conversations/{talk.id}/messages"
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }

    async def send(event: Any) -> None:
        sent.append(event)

    await app(scope, receive, send)
    return int(sent[0]["status"])


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read(
    app: Starlette, talk: Talk
) -> None:
    async def receive() -> Any:
        raise AssertionError("the body was read")

    status = await call(app, talk, {"content-length": str(LARGEST_BODY + 1)}, receive)

    assert status == 413


async def test_a_body_that_does_not_say_its_size_is_read_no_further_than_allowed(
    app: Starlette, talk: Talk
) -> None:
    read = 0

    async def receive() -> Any:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b" " * 8192, "more_body": True}

    status = await asyncio.wait_for(call(app, talk, {}, receive), timeout=10)

    assert status == 413
    assert read <= LARGEST_BODY // 8192 + 1


def test_a_body_of_just_under_the_limit_is_read(talk: Talk) -> None:
    body = json.dumps(message(text="你好")).encode()

    assert post_raw(talk, body.ljust(LARGEST_BODY)).status_code == 200
    assert_problem(post_raw(talk, body.ljust(LARGEST_BODY + 1)), 413)


# Routes


@pytest.mark.parametrize(
    "path", ["/nothing", "/api", "/api/", "/api/conversations/x", "/api/provisions/99.9", "/.env"]
)
def test_an_unknown_route_is_a_problem_and_no_page(client: TestClient, path: str) -> None:
    assert_problem(client.get(path), 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/conversations"),
        ("GET", "/api/conversations/x/messages"),
        ("DELETE", "/api/conversations"),
        ("POST", "/api/search"),
        ("PUT", "/api/provisions/6.2"),
        ("POST", "/health"),
        ("POST", "/"),
    ],
)
def test_a_wrong_method_is_a_problem_that_says_which_are_right(
    client: TestClient, method: str, path: str
) -> None:
    response = client.request(method, path)

    assert_problem(response, 405)
    assert response.headers["allow"]


def test_health_and_readiness_are_said(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    ready = client.get("/ready").json()
    assert ready["status"] == "ready"
    assert ready["content"]


def test_before_it_has_started_the_app_is_alive_and_not_ready(settings: Settings) -> None:
    from bot.app import make_app

    # Without `with`, the app is not started.
    client = TestClient(make_app(settings, assistant=FakeAssistant()))

    assert client.get("/health").status_code == 200
    assert_problem(client.get("/ready"), 503)


@pytest.mark.parametrize(
    ("path", "accepted", "language", "title"),
    [
        ("/en/", "zh-CN", "en", "Starting"),
        ("/zh-Hant/search?q=x", "en", "zh-Hant", "正在啟動"),
        ("/talk", "zh-CN", "zh-Hans", "正在启动"),
        ("/talk?language=zh-Hant", "zh-CN", "zh-Hant", "正在啟動"),
        ("/talk", "zh-HK", "zh-Hant", "正在啟動"),
    ],
)
def test_while_it_starts_a_reader_gets_a_page_that_comes_again(
    settings: Settings, path: str, accepted: str, language: str, title: str
) -> None:
    headers = {"accept": "text/html,*/*", "accept-language": accepted}
    client = starting_client(settings)
    page = client.get(path, headers=headers)

    assert page.status_code == 503
    assert page.headers["content-type"].startswith("text/html")
    assert f'<html lang="{language}">' in page.text
    assert title in page.text
    assert '<meta http-equiv="refresh" content="3">' in page.text
    assert page.headers["retry-after"] == "3"
    assert page.headers["cache-control"] == "no-store"
    assert "style-src 'self'" in page.headers["content-security-policy"]
    style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert client.get(style).status_code == 200


@pytest.mark.parametrize("path", ["/en/", "/talk", "/api/search?q=loan", "/ready"])
def test_while_it_starts_a_program_gets_a_problem_that_says_when_to_come_again(
    settings: Settings, path: str
) -> None:
    response = starting_client(settings).get(path)

    assert_problem(response, 503)
    assert response.headers["retry-after"] == "3"


def test_while_it_starts_the_api_gives_no_page(settings: Settings) -> None:
    client = starting_client(settings)

    assert_problem(client.get("/api/search?q=loan", headers={"accept": "text/html"}), 503)


def starting_client(settings: Settings) -> TestClient:
    """Of an app that is not started: there is no `with`, and its content is not loaded."""
    from bot.app import make_app

    return TestClient(make_app(settings, assistant=FakeAssistant(), library=Library()))


def test_a_provision_can_be_read_without_a_conversation(client: TestClient) -> None:
    short, full = client.get("/api/provisions/6.2"), client.get("/api/provisions/sz-2016/6.2")

    assert short.status_code == 200
    assert short.json() == full.json()
    assert short.json()["quote"] in SOURCE
    english = client.get("/api/provisions/6.2", params={"language": "en"}).json()
    assert english["language"] == "en"
    assert english["quote"] == short.json()["quote"]
    assert_problem(client.get("/api/provisions/6.2", params={"language": "fr"}), 400)


def test_search_ranks_provisions_for_a_question(client: TestClient) -> None:
    found = client.get("/api/search", params={"q": "创投机构的投资额抵扣税"}).json()

    scores = [match["score"] for match in found["matches"]]
    assert found["matches"][0]["provision"] == "sz-2016/6.2"
    assert scores == sorted(scores, reverse=True)
    assert 0 <= min(scores) <= max(scores) <= 1
    assert found["out_of_scope"] < 0.5


@pytest.mark.parametrize("q", ["", "   ", "\u200b", "税" * 1001])
def test_a_search_for_nothing_or_for_too_much_is_refused(client: TestClient, q: str) -> None:
    assert_problem(client.get("/api/search", params={"q": q}), 400)


def test_a_search_without_a_question_is_refused(client: TestClient) -> None:
    assert_problem(client.get("/api/search"), 400)


def test_the_page_is_served_with_a_policy_that_lets_nothing_foreign_in(client: TestClient) -> None:
    page = client.get("/talk")

    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_what_programs_get_runs_nowhere_and_is_kept_in_no_cache(
    client: TestClient, talk: Talk
) -> None:
    said = talk.post(message(text="6.2"))
    rated = client.post(
        f"/api/conversations/{talk.id}/turns/1/feedback",
        json={"vote": "up"},
        headers={"Authorization": f"Bearer {talk.token}"},
    )

    assert (said.status_code, rated.status_code) == (200, 204)
    started = client.post("/api/conversations")  # its answer holds a token
    read = [client.get(path) for path in ("/api/search?q=loan", "/api/provisions/6.2", "/health")]
    for response in (said, rated, started, *read):
        assert_guarded(response)


def test_the_pages_keep_the_policy_that_lets_their_own_scripts_run(client: TestClient) -> None:
    headers = client.get("/en/").headers

    assert len(headers.get_list("content-security-policy")) == 1
    assert "script-src 'self'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-cache"


def test_a_lost_reader_gets_a_page_and_a_lost_program_a_problem(client: TestClient) -> None:
    read = client.get("/nothing", headers={"accept": "text/html", "accept-language": "en"})

    assert read.status_code == 404
    assert '<html lang="en">' in read.text
    assert_problem(client.get("/nothing"), 404)
    assert_problem(client.get("/api/nothing", headers={"accept": "text/html"}), 404)


def test_the_description_and_the_routes_name_the_same_paths_and_methods(
    client: TestClient, app: Starlette
) -> None:
    described = client.get("/api/openapi.json").json()
    paths = {(path, method.upper()) for path, item in described["paths"].items() for method in item}
    routes = {
        (route.path.replace(":path}", "}"), method)
        for route in app.routes
        if isinstance(route, Route) and route.path.startswith(("/api/", "/health", "/ready"))
        for method in (route.methods or set()) - {"HEAD"}
    }

    assert described["openapi"] == "3.1.0"
    assert routes == paths


# What may go wrong inside


def failing_client(settings: Settings, error: Exception) -> TestClient:
    from bot.app import make_app

    fake = FakeAssistant()
    fake.error = error
    return TestClient(make_app(settings, assistant=fake), raise_server_exceptions=False)


def test_an_assistant_that_gives_no_answer_is_a_problem_and_the_message_may_be_sent_again(
    settings: Settings,
) -> None:
    from bot.message import AssistantUnavailable

    with failing_client(settings, AssistantUnavailable("no answer in 20 s")) as client:
        talk = start_talk(client)
        assert_problem(talk.post(message(text="你好")), 503)


def test_a_mistake_of_ours_says_nothing_of_its_inside_and_is_logged_without_the_text(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with failing_client(settings, RuntimeError("a look inside")) as client:
        talk = start_talk(client)
        response = talk.post(message(text="我的秘密问题"))

    assert_problem(response, 500)
    assert "inside" not in response.text
    assert "RuntimeError" in caplog.text
    assert "我的秘密问题" not in caplog.text
