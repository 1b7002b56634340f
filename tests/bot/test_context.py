"""What was said before counts: follow-ups, corrections, lists, languages, districts."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.bot.conftest import Talk

pytestmark = pytest.mark.xdist_group("assistant")

TAX = ("sz-2016/6.1", "sz-2016/6.2")
# With several responsible units and no district.
INVESTMENT = "创投机构投资中小高新技术企业，投资额可以抵扣所得税吗？"


@pytest.mark.parametrize(
    "text", ["那找哪个部门?", "那找哪个部门？", "搵邊個部門？", "Who do I ask?"]
)
def test_whom_to_ask_is_about_what_was_talked_about(talk: Talk, text: str) -> None:
    before = talk.say(INVESTMENT)

    turn = talk.say(text)

    assert turn["outcome"] == "contact"
    assert [card["provision"] for card in turn["cards"]] == [before["provisions"][0]]
    assert turn["cards"][0]["view"] == "contact"
    assert turn["units"] == before["units"]


@pytest.mark.parametrize("text", ["还有别的吗", "還有其他嗎？", "anything else?"])
def test_more_shows_what_was_found_and_not_yet_shown(talk: Talk, text: str) -> None:
    before = talk.say("有没有贷款？")
    rest = [p for p in before["provisions"] if p not in {c["provision"] for c in before["cards"]}]

    turn = talk.say(text)
    assert turn["outcome"] == "choices"

    answer = talk.choose(0)
    assert answer["provisions"][0] == rest[0]


def test_more_again_and_again_comes_to_an_end_and_never_repeats(talk: Talk) -> None:
    talk.say("有没有贷款？")
    seen: list[str] = []
    for _ in range(6):
        turn = talk.say("还有别的吗")
        assert turn["outcome"] == "choices"
        titles = [c["title"] for c in turn["choices"]]
        fresh = [title for title in titles if any(character.isdigit() for character in title)]
        seen += fresh
        if not fresh:
            break
    else:
        pytest.fail("there is always more")

    assert len(seen) == len(set(seen)) >= 3


def test_the_second_is_that_of_the_list_that_was_shown(talk: Talk) -> None:
    talk.say("有没有贷款？")
    listed = talk.say("还有别的吗")["choices"]
    wanted = listed[1]["title"]

    turn = talk.say("第二个详细说说")

    assert turn["outcome"] == "answer"
    assert len(turn["cards"]) == 1
    assert turn["cards"][0]["number"] in wanted


@pytest.mark.parametrize(
    "text", ["what about the second one?", "第二个呢", "第二個呢？", "the 2nd"]
)
def test_the_second_one_without_a_list_is_the_second_that_was_found(talk: Talk, text: str) -> None:
    before = talk.say(INVESTMENT)

    turn = talk.say(text)

    assert turn["outcome"] == "answer"
    assert turn["provisions"][0] == before["provisions"][1]


def test_a_number_picks_from_the_choices(talk: Talk) -> None:
    choices = talk.say("第六条")["choices"]
    assert len(choices) == 2

    turn = talk.say("2")

    assert turn["provisions"][0] == "sz-2016/6.2"


@pytest.mark.parametrize("text", ["25.1", "2.1", "第二十五条", "measure 25"])
def test_the_number_of_a_provision_is_no_number_of_a_choice(talk: Talk, text: str) -> None:
    for before in ("有没有贷款？", "有哪些主题？", "还有别的吗"):
        talk.say(before)

        turn = talk.say(text)

        assert turn["outcome"] == "answer"
        assert turn["provisions"][0] == ("sz-2016/2.1" if text == "2.1" else "sz-2016/25.1")


def test_a_number_beyond_the_choices_is_asked_back(talk: Talk) -> None:
    choices = talk.say("第六条")["choices"]

    turn = talk.say("第九个")

    assert turn["outcome"] == "choices"
    assert [c["title"] for c in turn["choices"]] == [c["title"] for c in choices]


@pytest.mark.parametrize("text", ["原文呢", "原文係點寫？", "show me the original text"])
def test_the_original_text_is_that_of_what_was_talked_about(talk: Talk, text: str) -> None:
    before = talk.say(INVESTMENT)

    turn = talk.say(text)

    assert turn["outcome"] == "answer"
    assert turn["quotes"] == before["quotes"]
    assert turn["cards"][0]["view"] == "original"


def test_a_correction_leaves_the_old_subject(talk: Talk) -> None:
    talk.say("有没有贷款？")

    turn = talk.say("不是，我是问税的")

    assert turn["outcome"] in ("answer", "choices")
    assert turn["provisions"][0] in TAX


def test_after_a_correction_follow_ups_are_about_the_new_subject(talk: Talk) -> None:
    talk.say("有没有贷款？")
    corrected = talk.say("不是，我是问税的")

    turn = talk.say("那找哪个部门?")

    assert turn["provisions"][0] == corrected["provisions"][0]


def test_the_whole_conversation_of_the_design_works(talk: Talk) -> None:
    loan = talk.say("创业担保贷款找谁？")
    assert loan["outcome"] == "contact"
    assert talk.say("那找哪个部门?")["provisions"][0] == loan["provisions"][0]
    assert talk.say("还有别的吗")["outcome"] == "choices"
    second = talk.say("第二个详细说说")
    assert second["outcome"] == "answer"
    assert talk.say("原文呢")["quotes"] == second["quotes"]
    tax = talk.say("不是，我是问税的")
    assert tax["provisions"][0] in TAX
    other = talk.say("what about the second one?")
    assert other["provisions"][0] == tax["provisions"][1]
    assert other["language"] == "en"
    assert talk.say("in English please")["language"] == "en"
    assert talk.say("有什么税收优惠？")["language"] == "en"
    assert talk.say("用繁體")["language"] == "zh-Hant"
    assert talk.say("what about tax?")["language"] == "zh-Hant"


@pytest.mark.parametrize(
    ("request_text", "question", "language", "said"),
    [
        ("in English please", "有什么税收优惠？", "en", "English"),
        ("用繁體", "有什么税收优惠？", "zh-Hant", "繁體"),
        ("用英文回答", "有什么税收优惠？", "en", "English"),
        ("請用簡體中文", "Is there any tax relief?", "zh-Hans", "简体"),
        ("用简体", "有什麼稅收優惠？", "zh-Hans", "简体"),
    ],
)
def test_a_language_that_is_asked_for_holds_for_the_conversation(
    talk: Talk, request_text: str, question: str, language: str, said: str
) -> None:
    switched = talk.say(request_text)
    assert switched["outcome"] == "smalltalk"
    assert switched["language"] == language
    assert said in switched["replies"][0]

    for text in (question, "6.2", "找哪个部门？"):
        turn = talk.say(text)
        assert turn["language"] == language
        assert all(card["language"] == language for card in turn["cards"])


def test_one_language_after_the_other_is_confirmed_in_the_new_one(talk: Talk) -> None:
    talk.say("in English please")

    turn = talk.say("用繁體")
    assert turn["language"] == "zh-Hant"
    assert "繁體" in turn["replies"][0]

    turn = talk.say("用简体")
    assert turn["language"] == "zh-Hans"
    assert "简体" in turn["replies"][0]


def test_without_such_a_request_each_answer_is_in_the_language_of_its_question(talk: Talk) -> None:
    questions = {
        "有什么税收优惠？": "zh-Hans",
        "有什麼稅收優惠？": "zh-Hant",
        "What tax relief is there?": "en",
        "创业担保贷款找谁？": "zh-Hans",
    }

    assert {text: talk.say(text)["language"] for text in questions} == questions


def test_the_district_is_asked_once_and_remembered(talk: Talk) -> None:
    asked = talk.say("众创空间补贴找哪个部门？")
    assert asked["provisions"][0] == "sz-2016/5.2"
    assert "哪个区" in asked["replies"][0]
    districts = [choice["title"] for choice in asked["choices"]]
    assert len(districts) >= 9

    told = talk.choose(next(n for n, title in enumerate(districts) if "南山" in title))
    assert told["outcome"] == "contact"
    assert "南山" in told["replies"][0]

    talk.say(INVESTMENT)
    again = talk.say("众创空间补贴找哪个部门？")
    assert "哪个区" not in again["replies"][0]
    assert "南山" in again["replies"][0]


def test_a_district_in_the_question_is_taken_from_it(talk: Talk) -> None:
    turn = talk.say("我在福田区，众创空间补贴找哪个部门？")

    assert turn["outcome"] == "contact"
    assert "福田" in turn["replies"][0]
    assert "哪个区" not in turn["replies"][0]


def test_who_does_not_say_the_district_is_not_asked_again(talk: Talk) -> None:
    assert "哪个区" in talk.say("众创空间补贴找哪个部门？")["replies"][0]

    assert "哪个区" not in talk.say("那找哪个部门?")["replies"][0]


def test_where_the_text_names_no_unit_the_answer_says_so(talk: Talk) -> None:
    for number in ("31.1", "32.1", "33.1", "34.1"):
        turn = talk.say(f"{number}找哪个部门？")
        assert turn["outcome"] == "contact"
        assert turn["units"] == []
        assert "没有写明负责单位" in turn["replies"][0]


def test_a_duty_says_that_there_is_nothing_to_apply_for(talk: Talk) -> None:
    turn = talk.say("1.1")

    assert turn["cards"][0]["kind"] == "duty"
    assert "没有可以申请" in turn["replies"][0]


def test_an_unconfirmed_offer_is_shown_as_an_open_question(new_talk: Callable[[], Talk]) -> None:
    for number in ("18.1", "25.1", "2.1"):
        turn = new_talk().say(number)
        assert turn["cards"][0]["open"] is True
        assert "未能证实" in turn["replies"][0]


@pytest.mark.parametrize("text", ["3", "(7)", "12."])
def test_a_number_where_nothing_was_offered_is_asked_for_its_subject(talk: Talk, text: str) -> None:
    turn = talk.say(text)
    assert turn["outcome"] == "choices"
    assert turn["provisions"] == []
    assert "税收" in turn["replies"][0]


def test_the_words_alone_of_an_unconfirmed_offer_say_that_it_is_one(talk: Talk) -> None:
    talk.say("18.1")
    turn = talk.say("原文呢")
    assert turn["cards"][0]["view"] == "original"
    assert "未能证实" in turn["replies"][0]


def test_a_person_is_a_hotline_for_now(talk: Talk) -> None:
    for text in ("转人工", "我要搵真人", "let me talk to a human"):
        turn = talk.say(text)
        assert turn["outcome"] == "handoff"
        assert "12345" in turn["replies"][0]


# Two conversations


def shape(turn: dict[str, Any]) -> dict[str, Any]:
    """What is the same in every conversation in which the same is said."""
    return {key: turn[key] for key in turn if key not in ("id", "conversation", "ms")}


LOANS = ["有没有贷款？", "还有别的吗", "第二个详细说说", "那找哪个部门?", "原文呢"]
TAXES = ["创投抵扣税 in English please", "in English please", "6.2", "who do I ask?", "第六条"]


def test_two_conversations_never_see_each_other(new_talk: Callable[[], Talk]) -> None:
    alone = [[shape(talk.say(text)) for text in texts] for talk, texts in pairs(new_talk)]

    (one, loans), (other, taxes) = pairs(new_talk)
    turns = [(shape(one.say(a)), shape(other.say(b))) for a, b in zip(loans, taxes, strict=True)]

    assert [turn for turn, _ in turns] == alone[0]
    assert [turn for _, turn in turns] == alone[1]


def test_many_conversations_at_once_never_see_each_other(new_talk: Callable[[], Talk]) -> None:
    alone = [[shape(talk.say(text)) for text in texts] for talk, texts in pairs(new_talk)]

    def run(pair: tuple[Talk, list[str]]) -> list[dict[str, Any]]:
        talk, texts = pair
        return [shape(talk.say(text)) for text in texts]

    many = list(itertools.chain.from_iterable(pairs(new_talk) for _ in range(6)))
    with ThreadPoolExecutor(len(many)) as threads:
        results = list(threads.map(run, many))

    assert results == alone * 6


def pairs(new_talk: Callable[[], Talk]) -> list[tuple[Talk, list[str]]]:
    return [(new_talk(), LOANS), (new_talk(), TAXES)]


def test_the_same_conversation_always_goes_the_same_way(new_talk: Callable[[], Talk]) -> None:
    one, other = new_talk(), new_talk()

    assert [shape(one.say(text)) for text in LOANS] == [shape(other.say(text)) for text in LOANS]
