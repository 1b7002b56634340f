"""A project handed in question by question, as founders do it: with doubts and in between."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from bot.message import Turn, UserMessage
from bot.secretary.project import Project, new_number, number_in
from bot.secretary.project_sheet import command_in, is_question
from tests.secretary.conftest import ME, Founder, keep, mentor

CONTACT = "13912345678"
# What is said at each step, and what is tapped, in the language of the walk.
WALKS = {
    "zh-Hans": ("会浇水的花盆", "种子期", "两个人", "找代工厂", "同意", "确认提交", "已收到"),
    "zh-Hant": ("識淋水嘅花盆", "種子期", "兩個人", "搵廠", "同意", "確認提交", "已收到"),
    "en": (
        "A pot that waters",
        "seed",
        "two of us",
        "a factory",
        "I agree",
        "Hand it in",
        "received",
    ),
}


async def begin(founder: Founder, who: str = ME) -> Turn:
    return await founder.wants("submit_project", "我要提交项目")


async def fill_in(founder: Founder) -> Turn:
    """Up to where it is read back."""
    await begin(founder)
    for said in ("花盆", "种子期", "两个人", "找代工厂", CONTACT):
        turn = await founder.says(said)
    return await founder.taps(turn, "同意")


async def the_project(founder: Founder) -> Project:
    (project,) = await founder.desk.projects.of_state("new")
    return project


@pytest.mark.parametrize("language", WALKS)
async def test_a_project_is_handed_in_in_each_language(founder: Founder, language: str) -> None:
    founder.language = language  # type: ignore[assignment]
    what, stage, team, need, agree, confirm, state = WALKS[language]
    first = await begin(founder)
    second = await founder.says(what)
    assert stage in [choice.title for choice in second.choices]
    await founder.says(stage)
    await founder.says(team)
    await founder.says(need)
    asked = await founder.says(CONTACT)
    review = await founder.taps(asked, agree)
    done = await founder.taps(review, confirm)

    project = await the_project(founder)
    assert all(turn.outcome == "form" for turn in (first, second, asked, review, done))
    assert "1/6" in first.replies[0]
    assert all(said in review.replies[0] for said in (what, stage, team, need, "***5678"))
    assert project.number in done.replies[0]
    assert (project.what, project.stage, project.language) == (what, "seed", language)
    assert founder.desk.vault.open(project.contact) == CONTACT
    standing = await founder.says(project.number.lower(), who="telegram:7")
    assert state in standing.replies[0]
    assert what not in standing.to_text()


async def test_the_contact_is_nowhere_in_clear_and_the_assistant_never_sees_it(
    founder: Founder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await founder.taps(await fill_in(founder), "确认提交")

    assert CONTACT.encode() not in founder.on_disk()
    assert CONTACT not in caplog.text
    assert all(CONTACT not in message.text for message, _, _ in founder.assistant.asked)


async def test_personal_numbers_in_answers_are_masked(founder: Founder) -> None:
    await begin(founder)
    for said in ("花盆，电话13800138000", "种子期", "我的邮箱 a@b.cn", "钱", CONTACT):
        turn = await founder.says(said)
    await founder.taps(await founder.taps(turn, "同意"), "确认提交")

    project = await the_project(founder)
    assert (project.what, project.team) == ("花盆，电话***", "我的邮箱 ***")


async def test_what_may_be_skipped_is_empty_and_read_back_so(founder: Founder) -> None:
    await begin(founder)
    turn = await founder.says("花盆")
    for _ in range(3):
        turn = await founder.taps(turn, "跳过")
    turn = await founder.says("跳过")
    review = await founder.taps(turn, "同意")
    await founder.says("确认")

    assert review.replies[0].count("没填") == 4
    project = await the_project(founder)
    assert (project.stage, project.team, project.need, project.contact) == ("", "", "", "")


async def test_what_it_is_and_the_consent_cannot_be_skipped(founder: Founder) -> None:
    first = await begin(founder)
    again = await founder.says("跳过")

    assert "跳过" not in [choice.title for choice in first.choices]
    assert "1/6" in again.replies[0]


async def test_any_answer_can_be_changed_where_it_is_read_back(founder: Founder) -> None:
    review = await fill_in(founder)
    await founder.taps(review, "改：团队")
    again = await founder.says("四个人")
    await founder.says("改阶段")
    await founder.says("成长期")
    await founder.says("提交")

    project = await the_project(founder)
    assert "四个人" in again.replies[0]
    assert (project.team, project.stage, project.need) == ("四个人", "growth", "找代工厂")


async def test_back_goes_to_the_question_before_and_its_answer_replaces_the_old(
    founder: Founder,
) -> None:
    await begin(founder)
    turn = await founder.says("花盆")
    back = await founder.taps(turn, "上一步")
    await founder.says("花瓶")
    for said in ("种子期", "跳过", "跳过", "跳过", "同意", "确认"):
        await founder.says(said)

    assert "1/6" in back.replies[0]
    assert (await the_project(founder)).what == "花瓶"


@pytest.mark.parametrize("word", ["取消", "算了", "cancel"])
async def test_cancelling_hands_nothing_in_and_keeps_nothing(founder: Founder, word: str) -> None:
    await fill_in(founder)
    gone = await founder.says(word)
    after = await founder.says("有什么贷款")

    assert "不提交了" in gone.replies[0]
    assert after.replies == ("you said: 有什么贷款",)
    assert await founder.desk.projects.of_state("new") == []


async def test_the_old_buttons_of_a_form_that_is_over_do_nothing(founder: Founder) -> None:
    review = await fill_in(founder)
    await founder.taps(review, "确认提交")
    # Stands for a button that a channel still shows.
    founder.assistant.choices = (("确认提交", "/project_confirm"),)
    late = await founder.taps(await founder.says("你好"), "确认提交")

    assert "已经过期" in late.replies[0]
    assert len(await founder.desk.projects.of_state("new")) == 1


async def test_a_question_in_between_is_answered_and_the_form_is_kept(founder: Founder) -> None:
    await begin(founder)
    await founder.says("花盆")
    aside = await founder.says("什么是创客空间？")
    on = await founder.taps(aside, "种子期")

    assert "you said: 什么是创客空间？" in aside.replies[0]
    assert "2/6" in aside.replies[0]
    assert "3/6" in on.replies[0]


async def test_an_answer_that_looked_like_a_question_is_taken_with_one_tap(
    founder: Founder,
) -> None:
    await begin(founder)
    aside = await founder.says("How do plants get water? We water them?")
    on = await founder.taps(aside, "刚才那句就是答案")
    for said in ("跳过", "跳过", "跳过", "跳过", "同意", "确认"):
        await founder.says(said)

    assert "2/6" in on.replies[0]
    assert (await the_project(founder)).what == "How do plants get water? We water them?"


async def test_what_is_no_stage_is_asked_for_again(founder: Founder) -> None:
    await begin(founder)
    await founder.says("花盆")
    again = await founder.says("嗯嗯嗯")

    assert "没看懂" in again.replies[0]
    assert "2/6" in again.replies[0]
    assert "成熟期" in [choice.title for choice in again.choices]


async def test_the_form_survives_a_restart(founder: Founder) -> None:
    await begin(founder)
    await founder.says("花盆")
    founder.start_anew()
    for said in ("种子期", "两个人", "钱", CONTACT, "同意", "确认"):
        await founder.says(said)

    assert (await the_project(founder)).what == "花盆"


async def test_a_person_in_between_leaves_the_form_and_what_was_said_to_them_is_no_answer(
    founder: Founder,
) -> None:
    await begin(founder)
    await founder.says("花盆")
    queued = await founder.wants("hand_over", "找真人")
    assert queued.owner == "waiting"
    ownership = await founder.desk.owners.read(ME)
    await founder.desk.owners.apply(ownership.change("taken", by=1), founder.now, "zh-Hans", "接手")
    silent = await founder.says("种子期的时候怎么融资")
    ownership = await founder.desk.owners.read(ME)
    await founder.desk.owners.apply(
        ownership.change("given_back", by=1), founder.now, "zh-Hans", "还给"
    )
    later = await founder.says("好的谢谢")
    on = await founder.taps(later, "种子期")

    assert silent.is_silent
    assert "you said: 好的谢谢" in later.replies[0]
    assert "2/6" in later.replies[0]
    assert "3/6" in on.replies[0]


async def test_after_hours_a_message_is_not_taken_for_the_answer(founder: Founder) -> None:
    await begin(founder)
    founder.now += timedelta(hours=5)
    later = await founder.says("有什么贷款")
    taken = await founder.taps(later, "刚才那句就是答案")

    assert "you said: 有什么贷款" in later.replies[0]
    assert "1/6" in later.replies[0]
    assert "2/6" in taken.replies[0]


async def test_an_ok_that_comes_late_confirms_nothing(founder: Founder) -> None:
    await fill_in(founder)
    founder.now += timedelta(hours=5)
    later = await founder.says("好")

    assert "you said: 好" in later.replies[0]
    assert await founder.desk.projects.of_state("new") == []
    await founder.taps(later, "确认提交")
    assert len(await founder.desk.projects.of_state("new")) == 1


async def test_what_the_assistant_asks_back_can_be_tapped_beside_the_form(
    founder: Founder,
) -> None:
    await begin(founder)
    await keep(founder, mentor("a", "chips"))
    aside = await founder.wants("find_mentor", "有做芯片的导师吗？", fields="chips")

    assert aside.choices[0].title == "约 Mentor a"
    assert "刚才那句就是答案" in [choice.title for choice in aside.choices]


async def test_confirming_twice_makes_one_project(founder: Founder) -> None:
    """As where the owner changes between what was done and what was to be recorded."""
    review = await fill_in(founder)
    stored = await founder.desk.store.read(ME, "")
    assert stored is not None
    await founder.taps(review, "确认提交")
    number = (await the_project(founder)).number
    form = founder.talk._attendants[-1]
    again = await form.receive(
        UserMessage(ME, "another", language="zh-Hans"), "/project_confirm", stored
    )

    assert again.reply is not None
    assert number in again.reply.text
    assert len(await founder.desk.projects.of_state("new")) == 1


async def test_without_staff_no_form_is_opened(founder: Founder) -> None:
    await founder.without_staff()
    turn = await begin(founder)

    assert turn.replies == ("you said: 我要提交项目",)


async def test_an_unknown_number_says_so(founder: Founder) -> None:
    turn = await founder.says("CP-00000-00000")

    assert "没有查到项目 CP-00000-00000" in turn.replies[0]


def test_a_projects_number_is_random_read_as_typed_and_no_call_backs() -> None:
    numbers = {new_number() for _ in range(200)}

    assert len(numbers) == 200
    assert number_in("我的号是 cp 7k3f9 oqxmb 怎么样了") == "CP-7K3F9-0QXMB"
    assert number_in("CW-7K3F9-0QXMB") is None


@pytest.mark.parametrize(
    "text", ["什么是创客空间？", "有冇得借錢", "what is a makerspace", "可以借钱吗", "点样申请"]
)
def test_what_asks_is_known_as_a_question(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize("text", ["做会浇水的花盆", "we make pots", "三个人，两个做硬件", "seed"])
def test_an_answer_is_not(text: str) -> None:
    assert not is_question(text)


def test_words_that_are_an_answer_elsewhere_are_a_command_only_where_they_fit() -> None:
    assert command_in("好", "consent") == ("agree", "")
    assert command_in("好", "review") == ("confirm", "")
    assert command_in("好", "need") is None
    assert command_in("改团队", "review") == ("edit", "team")
    assert command_in("改团队", "need") is None
