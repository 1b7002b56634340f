"""Bursts: fragments wait for their rest, everything else goes on at once."""

from __future__ import annotations

import asyncio
import time

from bot.bursts import Bursts
from bot.message import UserMessage


async def looks_unfinished(text: str) -> bool:
    return len(text) < 5


async def keep(whole: UserMessage) -> None:
    pass


def said(text: str, conversation: str = "telegram:1") -> UserMessage:
    return UserMessage(conversation, text, text)


async def test_a_complete_message_goes_on_at_once() -> None:
    started = time.monotonic()

    whole = await Bursts(looks_unfinished).whole(said("有没有创业贷款？"), keep)

    assert whole == said("有没有创业贷款？")
    assert time.monotonic() - started < 0.5


async def test_a_fragment_and_its_rest_are_one_question() -> None:
    bursts = Bursts(looks_unfinished, seconds=5)

    fragment = asyncio.create_task(bursts.whole(said("我想"), keep))
    await asyncio.sleep(0)
    rest = await bursts.whole(said("申请创新券"), keep)

    assert rest is not None
    assert rest.text == "我想 申请创新券"
    assert rest.id == "申请创新券"
    assert await fragment is None


async def test_three_pieces_are_one_question() -> None:
    bursts = Bursts(looks_unfinished, seconds=5)

    first = asyncio.create_task(bursts.whole(said("我"), keep))
    await asyncio.sleep(0)
    second = asyncio.create_task(bursts.whole(said("想"), keep))
    await asyncio.sleep(0)
    third = await bursts.whole(said("申请创新券"), keep)

    assert third is not None
    assert third.text == "我 想 申请创新券"
    assert await first is None
    assert await second is None


async def test_a_fragment_that_nothing_follows_goes_on_alone() -> None:
    whole = await Bursts(looks_unfinished, seconds=0.02).whole(said("我想"), keep)

    assert whole == said("我想")


async def test_all_pieces_together_wait_no_longer_than_one() -> None:
    bursts = Bursts(looks_unfinished, seconds=0.2)
    started = time.monotonic()

    first = asyncio.create_task(bursts.whole(said("我"), keep))
    await asyncio.sleep(0.15)
    second = await bursts.whole(said("想"), keep)

    assert second is not None
    assert second.text == "我 想"
    assert time.monotonic() - started < 0.3
    assert await first is None


async def test_two_founders_do_not_finish_each_others_sentences() -> None:
    bursts = Bursts(looks_unfinished, seconds=0.05)

    mine = asyncio.create_task(bursts.whole(said("我想", "telegram:1"), keep))
    await asyncio.sleep(0)
    theirs = await bursts.whole(said("申请创新券", "telegram:2"), keep)

    assert theirs == said("申请创新券", "telegram:2")
    assert await mine == said("我想", "telegram:1")


async def test_a_tap_or_a_command_does_not_wait() -> None:
    tap = UserMessage("telegram:1", "m", choice="1-2")

    assert await Bursts(looks_unfinished).whole(tap, keep) is tap


async def test_a_fragment_is_let_go_of_only_when_the_whole_is_kept() -> None:
    bursts = Bursts(looks_unfinished, seconds=0.02)
    kept: list[str] = []

    async def keep_slowly(whole: UserMessage) -> None:
        await asyncio.sleep(0.05)  # longer than a fragment waits
        kept.append(whole.text)

    fragment = asyncio.create_task(bursts.whole(said("我想"), keep_slowly))
    await asyncio.sleep(0)
    rest = asyncio.create_task(bursts.whole(said("申请创新券"), keep_slowly))

    assert await fragment is None
    assert kept == ["我想 申请创新券"]
    assert await rest is not None
