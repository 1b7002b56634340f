"""Bursts: fragments wait for their rest, everything else goes on at once."""

from __future__ import annotations

import asyncio
import time

from bot.bursts import Bursts
from bot.message import UserMessage


async def looks_unfinished(text: str) -> bool:
    return len(text) < 5


def said(text: str, conversation: str = "telegram:1") -> UserMessage:
    return UserMessage(conversation, text, text)


async def test_a_complete_message_goes_on_at_once() -> None:
    started = time.monotonic()

    whole = await Bursts(looks_unfinished).whole(said("有没有创业贷款？"))

    assert whole == said("有没有创业贷款？")
    assert time.monotonic() - started < 0.5


async def test_a_fragment_and_its_rest_are_one_question() -> None:
    bursts = Bursts(looks_unfinished, seconds=5)

    fragment = asyncio.create_task(bursts.whole(said("我想")))
    await asyncio.sleep(0)
    rest = await bursts.whole(said("申请创新券"))

    assert rest is not None
    assert rest.text == "我想 申请创新券"
    assert rest.id == "申请创新券"
    assert await fragment is None


async def test_three_pieces_are_one_question() -> None:
    bursts = Bursts(looks_unfinished, seconds=5)

    first = asyncio.create_task(bursts.whole(said("我")))
    await asyncio.sleep(0)
    second = asyncio.create_task(bursts.whole(said("想")))
    await asyncio.sleep(0)
    third = await bursts.whole(said("申请创新券"))

    assert third is not None
    assert third.text == "我 想 申请创新券"
    assert await first is None
    assert await second is None


async def test_a_fragment_that_nothing_follows_goes_on_alone() -> None:
    whole = await Bursts(looks_unfinished, seconds=0.02).whole(said("我想"))

    assert whole == said("我想")


async def test_all_pieces_together_wait_no_longer_than_one() -> None:
    bursts = Bursts(looks_unfinished, seconds=0.2)
    started = time.monotonic()

    first = asyncio.create_task(bursts.whole(said("我")))
    await asyncio.sleep(0.15)
    second = await bursts.whole(said("想"))

    assert second is not None
    assert second.text == "我 想"
    assert time.monotonic() - started < 0.3
    assert await first is None


async def test_two_founders_do_not_finish_each_others_sentences() -> None:
    bursts = Bursts(looks_unfinished, seconds=0.05)

    mine = asyncio.create_task(bursts.whole(said("我想", "telegram:1")))
    await asyncio.sleep(0)
    theirs = await bursts.whole(said("申请创新券", "telegram:2"))

    assert theirs == said("申请创新券", "telegram:2")
    assert await mine == said("我想", "telegram:1")


async def test_a_tap_or_a_command_does_not_wait() -> None:
    tap = UserMessage("telegram:1", "m", choice="1-2")

    assert await Bursts(looks_unfinished).whole(tap) is tap
