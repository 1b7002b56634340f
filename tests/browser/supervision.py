"""A server whose desk has a month behind it, as supervisors see it."""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from bot.desk.accounts import Accounts
from bot.desk.services import Desk
from bot.people.call import OUTCOMES
from bot.people.callback import CallBack
from bot.store.calls import SqlCalls
from knowledge.language import LANGUAGES
from tests.bot.conftest import free_port
from tests.browser.desk import PASSWORD, opened, run
from tests.browser.widget import WidgetServer, serving
from tests.desk.supervision import Month

_CHANNELS = ("web", "web", "web", "telegram", "wechat", "wecom")
_OUTCOMES = ("answer",) * 6 + ("contact", "choices", "decline", "handoff", "smalltalk")
# Each asked in several wordings.
QUESTIONS: Sequence[Sequence[str]] = (
    ("游艇码头的泊位证怎么办理", "遊艇碼頭嘅泊位證點辦理呀", "游艇码头泊位证"),
    ("Could my sailing club get a mooring permit?", "how do i get a mooring permit for a club"),
    ("我们基金买了初创公司的股，税上能少算多少呢", "基金买了初创公司的股税上能少算多少"),
    ("孵化器的房东要涨价，合同还没到期怎么办",),
)


@contextlib.contextmanager
def supervised(folder: Path) -> Iterator[WidgetServer]:
    """The running app; `anna` is a supervisor there."""
    run(_month(folder))
    with serving(folder, free_port(), ()) as server:
        yield server


async def _month(folder: Path) -> None:
    async with opened(folder) as desk:
        accounts, store = Accounts(desk), desk.store
        await accounts.add("anna", "supervisor", PASSWORD)
        clerk = (await accounts.add("liwei", "clerk", PASSWORD)).id
        chance = random.Random(5)
        now = datetime.now(timezone.utc)
        for day in range(28):
            month = Month(store, now - timedelta(days=day, hours=1))
            await _questions(month, chance, day)
            if day % 2 == 0:
                await month.change(f"web:wait-{day}", "asked")
                minutes = chance.uniform(0.5, 9)
                await month.before(minutes=-minutes).change(f"web:wait-{day}", "taken", by=clerk)
            call = await SqlCalls(store).begin(clerk, "zh-Hans", month.now)
            await SqlCalls(store).end(clerk, call.id, chance.choice(OUTCOMES), month.now)
        await _inbox(Month(store, now - timedelta(hours=3)))
        await _promises(desk, now)


async def _questions(month: Month, chance: random.Random, day: int) -> None:
    for number in range(chance.randrange(2, 9)):
        conversation = f"{chance.choice(_CHANNELS)}:{day}-{number}"
        outcome = chance.choice(_OUTCOMES)
        found = [f"sz-2016/{chance.randrange(1, 35)}.1"] if outcome in ("answer", "contact") else ()
        # The words are those of the inbox alone.
        turn = await month.ask(
            conversation, "", outcome, language=chance.choice(LANGUAGES), found=found
        )
        if chance.random() < 0.3:
            await month.vote(conversation, turn, chance.choice(("up", "up", "down")))


async def _inbox(month: Month) -> None:
    for number, texts in enumerate(QUESTIONS):
        for again, text in enumerate(itertools.islice(itertools.cycle(texts), len(texts) * 2)):
            language = "en" if text.isascii() else "zh-Hant" if "嘅" in text else "zh-Hans"
            turn = await month.ask(f"web:q{number}-{again}", text, language=language)
            if again == number == 2:
                reason = "说的是贷款，我问的是税"
                await month.vote(f"web:q{number}-{again}", turn, "down", reason)


async def _promises(desk: Desk, now: datetime) -> None:
    at, hour = now - timedelta(days=4), timedelta(hours=1)
    for number, state in enumerate(("on_time", "on_time", "on_time", "late", "overdue")):
        values = {
            "on_time": {"state": "done", "due": at + hour, "done": at + hour / 2},
            "late": {"state": "done", "due": at + hour, "done": at + hour * 2},
            "overdue": {"due": at + hour},
        }[state]
        sealed = desk.vault.seal("13800138000")
        await desk.callbacks.add(
            CallBack(f"CW-0000{number}-00000", "zh-Hans", sealed, "sz-2016/6.2", at, **values)  # type: ignore[arg-type]
        )
