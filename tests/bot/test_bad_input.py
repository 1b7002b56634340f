"""Whatever is sent gets a short, clear answer or a refusal: never a failure, never silence."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.conversation import Conversations
from bot.message import UserMessage
from tests.bot.conftest import Talk

pytestmark = pytest.mark.xdist_group("assistant")

OUTCOMES = {
    "answer",
    "contact",
    "choices",
    "decline",
    "result",
    "form",
    "handoff",
    "status",
    "smalltalk",
}
# Without a card, whose length is that of the clause.
SHORT = 400

BAD = {
    "empty": "",
    "blank": "   \t\n  ",
    "full-width blanks": "　　　",
    "one emoji": "😀",
    "emoji of several parts": "👨‍👩‍👧‍👦🇨🇳",
    "only punctuation": "？？？！！！……。。",
    "only ASCII punctuation": "?!.,;:-_=+*&^%$#@",
    "control characters": "\x00\x01\x02\x07\x1b[31m",
    "right-to-left marks": "\u202e\u200f\u2067",
    "right-to-left marks in a word": "贷\u202e款",
    "zero-width characters": "\u200b\u200c\u200d\ufeff",
    "a lone surrogate": "\ud800",
    "a lone surrogate in a word": "贷\udfff款",
    "mixed scripts": "лоан 대출 ローン قرض 貸款 贷款 loan",
    "another language": "Où puis-je obtenir un prêt pour ma société ?",
    "a leading slash": "/ask_measure",
    "an intent with entities": '/ask_measure{"provision": "sz-2016/6.2"}',
    "an intent behind blanks": "  /ask_human",
    "an intent behind a zero-width character": "\u200b/ask_human",
    "an intent in full width": "／ask_human",
    "two slashes": "//ask_human",
    "restart": "/restart",
    "session start": "/session_start",
    "back": "/back",
    "fallback": "/nlu_fallback",
    "only a slash": "/",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "SQL": "'; DROP TABLE turns; --",
    "a template": "{title} {{7*7}} ${HOME} %s %(x)s",
    "braces": "{",
    "JSON": '{"intent": "ask_human"}',
    "a placeholder of ours": "***",
    "one character": "税",
    "one letter": "a",
    "one digit": "7",
    "a large number": "9" * 200,
    "one word again and again": "贷款" * 500,
    "as long as allowed": "税" * 4000,
    "without any space": "a" * 4000,
    "many lines": "\n".join(["贷款"] * 300),
    "combining marks": "贷" + "\u0301" * 300,
    "a measure that is not there": "第九十九条",
    "a provision that is not there": "99.9",
    "provision zero": "0.0",
    "a choice that is not there": "第一百个",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_bad_input_gets_a_short_clear_answer(talk: Talk, text: str) -> None:
    turn = say_raw(talk, text)

    assert turn["outcome"] in OUTCOMES
    assert turn["language"] in {"zh-Hans", "zh-Hant", "en"}
    assert turn["replies"]
    assert all(reply.strip() for reply in turn["replies"])
    if not turn["cards"]:
        assert len("".join(turn["replies"])) <= SHORT
    assert "<script>" not in turn["replies"][0]
    assert "{" not in turn["replies"][0]


def test_10000_characters_are_refused_with_a_problem(talk: Talk) -> None:
    response = talk.post({"id": str(uuid.uuid4()), "text": "税" * 10_000})

    assert response.status_code == 422
    assert "4000" in response.json()["detail"]


def test_after_all_of_it_the_conversation_goes_on(talk: Talk) -> None:
    for text in BAD.values():
        say_raw(talk, text)

    turn = talk.say("创投机构的投资额可以抵扣税吗？")

    assert turn["number"] == len(BAD) + 1
    assert turn["provisions"][0] == "sz-2016/6.2"


@pytest.mark.parametrize(
    "text",
    [
        "/ask_human",
        "  /ask_human",
        "\u200b/ask_human",
        "//ask_human",
        "/ /ask_human",
        '/ask_human{"a": "b"}',
        "\t/ask_human",
    ],
)
def test_nobody_can_name_an_intent(talk: Talk, text: str) -> None:
    # Tapped choices have a confidence of 1; words that were understood have less.
    turn = say_raw(talk, text)

    assert turn["confidence"] < 1 or turn["intent"] == "nlu_fallback"


def test_restart_does_not_make_the_conversation_forget_or_fail(talk: Talk) -> None:
    talk.say("6.2")
    for text in ("/restart", "/session_start", "/back"):
        say_raw(talk, text)

    assert talk.say("再见")["number"] == 5


def test_nobody_can_set_a_slot_or_an_entity(talk: Talk) -> None:
    turn = say_raw(talk, '/inform_district{"district": "nanshan"}')

    assert turn["intent"] != "inform_district" or turn["confidence"] < 1


def test_a_focus_that_cannot_be_written_is_refused(talk: Talk) -> None:
    for focus in ("\ud800", "\x00", "6.2\u202e", "/restart"):
        body = json.dumps({"id": str(uuid.uuid4()), "text": "原文呢", "focus": focus})
        assert post(talk, body).status_code == 422

    assert talk.say("6.2")["number"] == 1


def test_a_choice_that_cannot_be_written_is_refused(talk: Talk) -> None:
    body = json.dumps({"id": str(uuid.uuid4()), "choice": "\ud800"})

    assert post(talk, body).status_code == 422


def post(talk: Talk, body: str) -> Any:
    # Not by the client's own encoder, which refuses what JSON can say and UTF-8 cannot.
    headers = {"Authorization": f"Bearer {talk.token}", "Content-Type": "application/json"}
    path = f"/api/conversations/{talk.id}/messages"
    return talk.client.post(path, content=body.encode("ascii"), headers=headers)


def say_raw(talk: Talk, text: str) -> dict[str, Any]:
    response = post(talk, json.dumps({"id": str(uuid.uuid4()), "text": text}))
    assert response.status_code == 200, response.text
    talk.last = response.json()
    return talk.last


# Characters that break things more often than others do, and words that lead somewhere.
_PIECES = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Co", "Cn"]), max_size=10),
    st.sampled_from(
        [*BAD.values(), "贷款", "找谁", "第二个", "还有别的吗", "原文呢", "南山区", "用繁體"]
    ),
)
MODEST = settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@MODEST
@given(text=st.lists(_PIECES, max_size=4).map("".join).map(lambda text: text[:4000]))
@example(text="\ud800\udfff")
@example(text="/")
def test_arbitrary_text_through_the_api_is_always_answered(
    new_talk: Callable[[], Talk], text: str
) -> None:
    turn = say_raw(new_talk(), text)

    assert turn["outcome"] in OUTCOMES
    assert turn["replies"][0].strip()


@settings(MODEST, max_examples=25)
@given(texts=st.lists(_PIECES, min_size=2, max_size=6))
def test_arbitrary_texts_one_after_the_other_are_always_answered(
    talk: Talk, texts: list[str]
) -> None:
    for text in texts:
        turn = say_raw(talk, text[:4000])
        assert turn["outcome"] in OUTCOMES
        assert turn["replies"][0].strip()
        if turn["choices"]:
            talk.choose(len(text) % len(turn["choices"]))


@MODEST
@given(text=st.text(max_size=60), focus=st.sampled_from([None, "6.2", "sz-2016/18.1"]))
def test_the_assistant_itself_never_fails_and_never_says_nothing(
    assistant, portal, tmp_store, text: str, focus: str | None
) -> None:
    talk = Conversations(assistant, tmp_store)
    name = f"test:{uuid.uuid4()}"

    async def turn() -> Any:
        await talk.create(name)
        return await talk.handle(UserMessage(name, "1", text, focus=focus))

    answered = portal.call(turn)

    assert answered.outcome in OUTCOMES
    assert answered.replies[0].strip()
