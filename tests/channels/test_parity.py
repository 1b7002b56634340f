"""The same answer everywhere: forty questions on every channel, with the real assistant.

What a channel cannot fit stands behind a number there; the test goes and reads it.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.conversation import Conversations
from bot.store.sql import SqlStore
from tests.channels.everywhere import Everywhere, everywhere_for

pytestmark = pytest.mark.xdist_group("assistant")

# Ours, not the knowledge base's: what they find is not the point, that all find it is.
QUESTIONS = (
    "小微企业能少交哪些税？", "创业担保贷款找哪个部门办？", "6.2的原文是什么", "第十八条讲什么",
    "创新券现在还有吗", "我们想租一台示波器", "众创空间有补贴吗", "知识产权被侵权了去哪里投诉",
    "大学生休学创业行不行", "专利可以拿去质押贷款吗", "政府采购会优先买初创公司的产品吗",
    "我是科研人员，想离岗创业，能保留编制吗", "深圳的引导基金归谁管", "创新券面额多少？",
    "我刚从海外回来，手上有个芯片项目，想落户深圳创业，能用上什么？", "众筹平台有什么规定",
    "港澳青年嚟深圳創業有咩支持？", "註冊公司可唔可以用住宅地址？", "邊個部門負責孵化器？",
    "孔雀計劃係咩嚟㗎", "創業大賽喺邊度報名", "想搵間平租嘅寫字樓開工", "想上新三板有冇人幫手",
    "第六條第二款", "稅務優惠搵邊個", "點樣先可以攞到研發資助", "想同大學合作做研發搵邊個",
    "Who handles guaranteed startup loans?", "Can our VC fund deduct its investment from tax?",
    "what is a maker space", "Is there any help with renting a lab?",
    "patent got copied, who helps", "I'm a student and want to start a company",
    "Are innovation vouchers still given out?",
    "We build drones with eight people and need money for a prototype", "who runs the talent plan",
    "今天天气怎么样", "上海有没有创业补贴", "hello", "转人工",
)  # fmt: skip
HUMAN = {"zh-Hans": "人工", "zh-Hant": "人工", "en": "person"}


@pytest_asyncio.fixture
async def everywhere(assistant: Any) -> AsyncIterator[Everywhere]:
    store = SqlStore("sqlite://")
    async with everywhere_for(Conversations(assistant, store), store) as everywhere:
        yield everywhere
    await store.close()


async def test_forty_questions_find_the_same_provision_quote_and_office_on_every_channel(
    everywhere: Everywhere,
) -> None:
    assert len(QUESTIONS) == 40
    for number, question in enumerate(QUESTIONS, start=1):
        user = str(number)
        turn = await everywhere.on_the_web(user, question)
        for ask in (everywhere.on_telegram, everywhere.on_wechat, everywhere.on_wecom):
            read = await ask(user, question)
            where = f"{ask.__name__}, {question}"
            assert same(turn.choices[0].title, read) if turn.choices else True, where
            for card in turn.cards:
                assert same(card["heading"], read), where
                assert same(card["summary"], read) or card["view"] != "answer", where
                await assert_shown(card, read, lambda text, u=user, a=ask: a(u, text), where)
            if not turn.cards:
                assert same(turn.replies[0], read), where


async def assert_shown(card: dict[str, Any], read: list[str], say: Any, where: str) -> None:
    """The quote and every office of today, here or behind the number that the text names."""
    offices = [contact["name"] for unit in card["units"] for contact in unit["contacts"]]
    wanted = {
        "answer": [card["quote"], *offices],
        "contact": offices,
        "original": [card["quote"]],
        "status": [],
    }[card["view"]]
    for text in wanted:
        if same(text, read):
            continue
        told = re.findall(r"(?:回[复覆]\s*|reply )(\d)", "\n".join(read))
        behind = [piece for digit in dict.fromkeys(told) for piece in await say(digit)]
        assert same(text, behind), f"{where}: neither shown nor behind {told}: {text[:30]}"


def same(text: str, read: list[str]) -> bool:
    """Whether a text is in what was read, whatever the line breaks and marks of headings."""
    return _bare(text) in _bare("".join(read))


def _bare(text: str) -> str:
    return re.sub(r"[\s【】]", "", text)


def test_the_questions_are_in_three_scripts_and_need_every_kind_of_answer() -> None:
    from knowledge.language import detect

    languages = [detect(question) for question in QUESTIONS]
    assert min(languages.count(language) for language in HUMAN) >= 10
