"""Who suits a founder and why, and a request that becomes a call back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.secretary.mentor import Wanted, suitable
from tests.secretary.conftest import PHONE, Founder, keep, mentor

CHIPS = mentor("a", "chips", "seed growth", "mandarin english")
BOTH = mentor("b", "chips hardware", "idea")
MONEY = mentor("c", "fintech", "seed", "english")
ALL = (MONEY, BOTH, CHIPS)


def names(*wanted: tuple[str, ...], limit: int = 3) -> list[str]:
    return [match.mentor.id for match in suitable(ALL, Wanted(*wanted), limit)]


def test_who_has_all_that_is_wanted_comes_alone() -> None:
    assert names(("chips",)) == ["a", "b"]
    assert names(("chips",), ("seed",)) == ["a"]
    assert names(("chips", "hardware")) == ["b", "a"]
    assert names((), ("seed",), ("english",)) == ["a", "c"]


def test_without_such_those_of_the_field_come_and_say_what_they_lack() -> None:
    found = suitable(ALL, Wanted(("chips",), ("mature",), ("english",)))

    assert [match.mentor.id for match in found] == ["a", "b"]
    assert [match.unmet for match in found] == [("stages",), ("stages", "tongues")]


def test_a_mentor_for_something_else_is_none() -> None:
    assert names(("biomed",), ("seed",)) == []


def test_at_most_three_and_in_the_same_order_whatever_order_they_are_kept_in() -> None:
    many = [mentor(name, "ai") for name in "edcba"]

    found = [match.mentor.id for match in suitable(many, Wanted(("ai",)))]

    assert found == ["a", "b", "c"]


async def test_an_empty_library_leaves_the_assistants_own_sentence(founder: Founder) -> None:
    turn = await founder.wants("find_mentor", "找导师", fields="chips")

    assert turn.replies == ("you said: 找导师",)


async def test_a_deactivated_mentor_is_not_shown(founder: Founder) -> None:
    await keep(founder, CHIPS)
    await founder.desk.mentors.set_active("a", False, founder.now)

    turn = await founder.wants("find_mentor", "找导师", fields="chips")

    assert turn.replies == ("you said: 找导师",)


@pytest.mark.parametrize(
    ("language", "reason"),
    [
        ("zh-Hans", "为什么合适：做芯片与半导体；带种子期的项目；讲英语"),
        ("zh-Hant", "為甚麼合適：做芯片與半導體；帶種子期的項目；講英語"),
        ("en", "Why: works in chips and semiconductors; guides ventures at the stage: seed; "),
    ],
)
async def test_each_comes_with_the_reason_out_of_the_data_and_without_contact(
    founder: Founder, language: str, reason: str
) -> None:
    founder.language = language  # type: ignore[assignment]
    await keep(founder, *ALL)

    turn = await founder.wants("find_mentor", fields="chips", stages="seed", tongues="english")

    assert turn.outcome == "result"
    assert reason in turn.replies[0]
    assert "Mentor a" in turn.replies[0]
    assert "Mentor b" not in turn.replies[0]
    assert PHONE not in turn.to_text()


async def test_nobody_for_it_is_said_with_the_fields_that_there_are(founder: Founder) -> None:
    await keep(founder, *ALL)

    turn = await founder.wants("find_mentor", fields="biomed")

    assert "没有做“生物医药与医疗器械”的导师" in turn.replies[0]
    assert [c.title for c in turn.choices] == ["芯片与半导体", "智能硬件", "金融科技"]
    assert turn.choices[0].payload == '/find_mentor{"fields":"chips"}'


async def test_without_a_field_one_is_asked_for(founder: Founder) -> None:
    await keep(founder, *ALL)

    turn = await founder.wants("find_mentor")

    assert turn.outcome == "choices"
    assert "库里有3位导师" in turn.replies[0]


async def test_a_request_becomes_a_call_back_that_names_the_mentor(founder: Founder) -> None:
    await keep(founder, *ALL)
    shown = await founder.wants("find_mentor", fields="fintech")

    asked = await founder.taps(shown, "约 Mentor c")
    unclear = await founder.says("星期二")
    done = await founder.says("13912345678")

    assert asked.outcome == unclear.outcome == "form"
    (callback,) = await founder.desk.callbacks.open()
    assert callback.ticket in done.replies[0]
    assert callback.about == "mentor:c"
    assert founder.desk.vault.open(callback.contact) == "13912345678"
    assert b"13912345678" not in founder.on_disk()


async def test_a_call_back_after_that_is_about_what_is_in_focus_again(founder: Founder) -> None:
    await keep(founder, *ALL)
    shown = await founder.wants("find_mentor", fields="fintech")
    await founder.taps(await founder.taps(shown, "约 Mentor c"), "不留了")
    again = await founder.wants("find_mentor", fields="chips")
    await founder.taps(again, "约 Mentor a")
    await founder.says("13912345678")

    assert [each.about for each in await founder.desk.callbacks.open()] == ["mentor:a"]


async def test_without_staff_nobody_can_be_asked_for(founder: Founder) -> None:
    await keep(founder, *ALL)
    await founder.without_staff()

    turn = await founder.wants("find_mentor", fields="fintech")

    assert "Mentor c" in turn.replies[0]
    assert turn.choices == ()


@pytest.mark.parametrize(
    ("language", "mark"),
    [("zh-Hans", "演示数据"), ("zh-Hant", "示範資料"), ("en", "demo data")],
)
async def test_demo_mentors_are_marked_in_the_answer_and_on_the_button(
    founder: Founder, language: str, mark: str
) -> None:
    founder.language = language  # type: ignore[assignment]
    await keep(founder, replace(MONEY, demo=True))

    turn = await founder.wants("find_mentor", fields="fintech")

    assert mark in turn.replies[0]
    assert mark in turn.choices[0].title
