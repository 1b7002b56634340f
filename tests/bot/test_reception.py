"""The queue, call backs and tickets, as a founder meets them in a conversation."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import pytest_asyncio

from bot.conversation import Conversations
from bot.desk.services import Desk, open_desk
from bot.desk.sessions import IDLE, LASTS
from bot.message import Effect, Turn, UserMessage
from bot.people.callback import contact_in, new_ticket, ticket_in
from bot.settings import Settings
from bot.store.desk_tables import staff, staff_sessions
from bot.store.sign_ins import SqlSignIns
from bot.store.sql import SqlStore
from knowledge.language import Language
from tests.bot.conftest import FakeAssistant

MORNING = datetime(2026, 11, 25, 2, tzinfo=timezone.utc)  # 10 o'clock in Shenzhen
NIGHT = datetime(2026, 11, 25, 14, tzinfo=timezone.utc)
HOURS = """
hours: {monday: "09:00-18:00", tuesday: "09:00-18:00", wednesday: "09:00-18:00"}
call_back_within: 2 hours
"""
ME = "web:me"


@dataclass
class Founder:
    """A conversation of somebody, with a clock that is moved by hand."""

    desk: Desk
    talk: Conversations
    assistant: FakeAssistant
    folder: Path
    now: datetime = MORNING
    sent: int = 0

    async def says(
        self,
        text: str = "",
        choice: str | None = None,
        who: str = ME,
        language: Language | None = None,
    ) -> Turn:
        self.sent += 1
        await self.talk.create(who)
        message = UserMessage(who, f"m{self.sent}", text, choice=choice, language=language)
        return await self.talk.handle(message)

    async def taps(self, turn: Turn, title: str) -> Turn:
        choice = next(choice for choice in turn.choices if choice.title == title)
        return await self.says(choice=choice.id)

    async def asks_for_a_person(self) -> Turn:
        self.assistant.effects = (Effect("hand_over"),)
        turn = await self.says("找真人")
        self.assistant.effects = ()
        return turn

    async def leaves(self, contact: str) -> Turn:
        """A call back, from asking for a person to the contact."""
        form = await self.taps(await self.asks_for_a_person(), "留电话，等回电")
        assert form.outcome == "form"
        return await self.says(contact)

    def on_disk(self) -> bytes:
        return b"".join(file.read_bytes() for file in self.folder.glob("talk.db*"))


@pytest.fixture
def hours() -> str:
    """What the desk's file says; overridden by tests of a desk without hours."""
    return HOURS


@pytest_asyncio.fixture
async def founder(tmp_path: Path, hours: str) -> AsyncIterator[Founder]:
    made: list[Founder] = []

    def clock() -> datetime:
        return made[0].now if made else MORNING

    address = f"sqlite:///{tmp_path / 'talk.db'}"
    store, assistant = SqlStore(address, clock=clock), FakeAssistant()
    (tmp_path / "desk.yml").write_text(hours, "utf-8")
    settings = Settings(data_dir=tmp_path, desk_file=tmp_path / "desk.yml")
    desk = open_desk(settings, store, clock)
    talk = Conversations(assistant, store, (desk.reception,), desk.events)
    made.append(Founder(desk, talk, assistant, tmp_path))
    row = {"id": 1, "name": "Li", "role": "clerk", "password": "", "active": True, "failed": 0}
    await store.run(lambda c: c.execute(staff.insert(), {**row, "created": MORNING}))
    yield made[0]
    await store.close()


async def test_without_staff_there_is_no_desk_and_the_assistant_says_whom_to_call(
    founder: Founder,
) -> None:
    await founder.desk.store.run(lambda c: c.execute(staff.update().values(active=False)))

    turn = await founder.asks_for_a_person()

    assert turn.replies == ("you said: 找真人",)
    assert turn.owner == "bot"


WITHOUT_HOURS = pytest.mark.parametrize("hours", [""])


async def signs_in(founder: Founder) -> None:
    await SqlSignIns(founder.desk.store).add("a session", 1, "", "en", founder.now)


@WITHOUT_HOURS
async def test_without_hours_and_with_nobody_signed_in_a_call_back_is_offered_without_a_time(
    founder: Founder,
) -> None:
    turn = await founder.asks_for_a_person()

    assert turn.owner == "bot"
    assert turn.replies == (
        "现在没有工作人员值班。你可以留个电话或邮箱，我们回复你；也可以接着问我。",
    )
    form = await founder.taps(turn, "留电话，等回电")
    assert form.outcome == "form"


@WITHOUT_HOURS
async def test_without_hours_somebody_is_there_who_is_signed_in_day_and_night(
    founder: Founder,
) -> None:
    founder.now = NIGHT
    await signs_in(founder)
    turn = await founder.asks_for_a_person()

    assert turn.owner == "waiting"
    assert "服务时间" not in turn.replies[0]


@WITHOUT_HOURS
@pytest.mark.parametrize(
    "gone",
    [{"seen": MORNING - IDLE}, {"created": MORNING - LASTS}],
    ids=["not seen for long", "signed in too long ago"],
)
async def test_a_session_that_was_left_alone_is_nobody(
    founder: Founder, gone: dict[str, datetime]
) -> None:
    await signs_in(founder)
    await founder.desk.store.run(lambda c: c.execute(staff_sessions.update().values(**gone)))

    assert (await founder.asks_for_a_person()).owner == "bot"


async def test_with_hours_they_alone_say_whether_somebody_is_there(founder: Founder) -> None:
    assert (await founder.asks_for_a_person()).owner == "waiting"

    founder.now = NIGHT
    await signs_in(founder)
    founder.assistant.effects = (Effect("hand_over"),)
    assert (await founder.says("找真人", who="web:other")).owner == "bot"


async def test_the_place_in_the_queue_counts_who_came_before(founder: Founder) -> None:
    first = await founder.asks_for_a_person()
    founder.assistant.effects = (Effect("hand_over"),)
    second = await founder.says("找真人", who="web:other")

    assert "第1位" in first.replies[0]
    assert "第2位" in second.replies[0]
    assert (first.owner, first.outcome) == ("waiting", "handoff")


async def test_who_waits_hears_until_when_somebody_is_there(founder: Founder) -> None:
    turn = await founder.asks_for_a_person()
    assert "服务时间到 2026-11-25 18:00（深圳时间）" in turn.replies[0]

    founder.now = NIGHT
    assert "服务时间" not in (await founder.says("还在吗")).replies[0]


async def test_english_sentences_stand_apart(founder: Founder) -> None:
    founder.assistant.effects = (Effect("hand_over"),)
    turn = await founder.says("Can I talk to a person?", language="en")
    assert "(Shenzhen time). You can write" in turn.replies[0]

    founder.now = NIGHT
    turn = await founder.says("Is nobody there?", who="web:other", language="en")
    assert "(Shenzhen time). You can leave" in turn.replies[0]


async def test_a_ticket_is_answered_while_its_founder_waits(founder: Founder) -> None:
    told = await founder.leaves("13800138000")
    ticket = ticket_in(told.replies[0])
    assert ticket is not None
    assert (await founder.asks_for_a_person()).owner == "waiting"

    turn = await founder.says(ticket)

    assert ticket in turn.replies[0]
    assert turn.owner == "waiting"


async def test_a_contact_of_another_kind_is_not_kept_in_clear(founder: Founder) -> None:
    turn = await founder.leaves("我的微信是 li_ming88")

    assert "没看到电话号码或邮箱" in turn.replies[0]
    assert b"li_ming88" not in founder.on_disk()


async def test_what_is_written_while_waiting_is_kept_and_not_answered_by_the_bot(
    founder: Founder,
) -> None:
    await founder.asks_for_a_person()
    asked = len(founder.assistant.asked)

    turn = await founder.says("我做无人机")

    assert "已记下" in turn.replies[0]
    assert len(founder.assistant.asked) == asked


async def test_who_stops_waiting_has_the_bot_again(founder: Founder) -> None:
    left = await founder.taps(await founder.asks_for_a_person(), "不等了，接着问创问")
    after = await founder.says("有什么贷款？")

    assert left.owner == after.owner == "bot"
    assert after.replies == ("you said: 有什么贷款？",)
    assert await founder.desk.owners.waiting() == 0


async def test_outside_the_hours_nobody_waits_and_a_call_back_is_offered(founder: Founder) -> None:
    founder.now = NIGHT

    turn = await founder.asks_for_a_person()

    assert turn.owner == "bot"
    assert "2026-11-30 09:00" in turn.replies[0]
    assert turn.choices[0].title == "留电话，等回电"


async def test_a_contact_is_sealed_and_stands_in_clear_nowhere(
    founder: Founder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    turn = await founder.leaves("叫我王生，电话 138 0013 8000")

    (callback,) = await founder.desk.callbacks.open()
    assert founder.desk.vault.open(callback.contact) == "138 0013 8000"
    assert callback.ticket in turn.replies[0]
    assert callback.due == MORNING + timedelta(hours=2)
    assert "2026-11-25 12:00" in turn.replies[0]
    for trace in ("13800138000", "138 0013 8000", "王生"):
        assert trace.encode() not in founder.on_disk()
        assert trace not in caplog.text
        assert trace not in repr(founder.assistant.asked)


async def test_who_leaves_a_contact_is_out_of_the_queue(founder: Founder) -> None:
    turn = await founder.leaves("me@example.com")

    assert turn.owner == "bot"
    assert await founder.desk.owners.waiting() == 0


async def test_what_is_no_contact_is_asked_for_once_more_and_then_let_go(founder: Founder) -> None:
    again = await founder.leaves("下午三点以后")
    kept = await founder.says("那算了，有什么贷款？")

    assert again.outcome == "form"
    assert again.choices[0].title == "不留了"
    assert "已记下" in kept.replies[0]  # still in the queue, where a person will read it
    assert await founder.desk.callbacks.open() == []


async def test_outside_the_hours_what_is_no_contact_is_a_question_the_second_time(
    founder: Founder,
) -> None:
    founder.now = NIGHT
    again = await founder.leaves("下午三点以后")

    answered = await founder.says("那算了，有什么贷款？")
    after = await founder.says("13800138000")

    assert again.outcome == "form"
    assert answered.replies == ("you said: 那算了，有什么贷款？",)
    assert after.replies == ("you said: ***",)  # the form is over
    assert await founder.desk.callbacks.open() == []


async def test_a_person_who_comes_during_the_form_ends_it(founder: Founder) -> None:
    form = await founder.taps(await founder.asks_for_a_person(), "留电话，等回电")
    await founder.desk.handover.take(form.conversation, 1)

    silent = await founder.says("13800138000")
    await founder.desk.handover.give_back(form.conversation, 1)
    after = await founder.says("13800138000")

    assert silent.is_silent
    assert after.replies == ("you said: ***",)
    assert await founder.desk.callbacks.open() == []


async def test_who_thinks_better_of_it_leaves_nothing(founder: Founder) -> None:
    founder.now = NIGHT
    form = await founder.taps(await founder.asks_for_a_person(), "留电话，等回电")

    cancelled = await founder.taps(form, "不留了")
    after = await founder.says("13800138000")

    assert cancelled.owner == "bot"
    assert after.replies == ("you said: ***",)
    assert await founder.desk.callbacks.open() == []


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-Hans", "还没有回复"), ("zh-Hant", "尚未回覆"), ("en", "not answered yet")],
)
async def test_a_ticket_tells_its_state_in_any_conversation_and_nothing_else(
    founder: Founder, language: str, said: str
) -> None:
    await founder.leaves("13800138000")
    (callback,) = await founder.desk.callbacks.open()
    await founder.talk.create("telegram:9")
    typed = callback.ticket.lower().replace("-", " ").replace("0", "o")

    turn = await founder.talk.handle(
        UserMessage("telegram:9", "m", f"{typed}？", language=language)  # type: ignore[arg-type]
    )

    assert said in turn.replies[0]
    assert "8000" not in turn.replies[0]
    assert founder.assistant.asked[-1][0].text != f"{typed}？"


@pytest.mark.parametrize(("state", "said"), [("done", "已经回复过"), ("dropped", "没能联系上你")])
async def test_a_ticket_that_is_over_says_so(founder: Founder, state: str, said: str) -> None:
    await founder.leaves("13800138000")
    (callback,) = await founder.desk.callbacks.open()
    await founder.desk.callbacks.change(callback.ticket, state=state)

    assert said in (await founder.says(callback.ticket)).replies[0]


async def test_a_ticket_past_its_time_says_that_it_is_late(founder: Founder) -> None:
    await founder.leaves("13800138000")
    (callback,) = await founder.desk.callbacks.open()
    founder.now += timedelta(hours=3)

    assert "超过说好的时间" in (await founder.says(callback.ticket)).replies[0]


async def test_a_ticket_of_nobody_is_not_known(founder: Founder) -> None:
    assert "没有查到" in (await founder.says(new_ticket())).replies[0]


async def test_a_button_of_the_queue_never_reaches_the_assistant(founder: Founder) -> None:
    waiting = await founder.asks_for_a_person()
    conversation = waiting.conversation
    await founder.desk.handover.take(conversation, 1)
    await founder.desk.handover.give_back(conversation, 1)
    asked = len(founder.assistant.asked)

    turn = await founder.taps(waiting, "不等了，接着问创问")

    assert turn.outcome == "status"
    assert len(founder.assistant.asked) == asked


async def test_nobody_coming_offers_a_call_back_that_can_be_tapped(founder: Founder) -> None:
    turn = await founder.asks_for_a_person()
    founder.now += timedelta(minutes=11)
    await founder.desk.handover.tick()

    (letter,) = await founder.desk.letters.after(turn.conversation)
    form = await founder.says(choice=letter.choices[0].id)

    assert letter.author == "notice"
    assert form.outcome == "form"


async def test_a_founder_who_writes_after_the_end_is_answered_by_the_bot(founder: Founder) -> None:
    turn = await founder.asks_for_a_person()
    await founder.desk.handover.take(turn.conversation, 1)
    await founder.desk.handover.end(turn.conversation, 1)

    after = await founder.says("还有一个问题")

    assert after.owner == "bot"
    assert after.replies == ("you said: 还有一个问题",)


def test_tickets_are_random_enough_and_read_as_they_are_typed() -> None:
    tickets = {new_ticket() for _ in range(2000)}

    assert len(tickets) == 2000
    for ticket in list(tickets)[:200]:
        assert ticket_in(f"我的号是{ticket.lower()}，怎么样了") == ticket
        assert ticket_in(ticket.replace("1", "l").replace("0", "O")) == ticket
    assert ticket_in("ＣＷ－１２３４５－６７８９０") == "CW-12345-67890"
    assert ticket_in("cw—12345—67890") == "CW-12345-67890"
    assert ticket_in("CW-12345") is None
    assert ticket_in("CWX12345-67890") is None


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("13800138000", "13800138000"),
        ("請打 +852 9123 4567 俾我", "+852 9123 4567"),
        ("0755-82001234", "0755-82001234"),
        ("call (0755) 8200 1234 please", "(0755) 8200 1234"),
        ("my.name+x@mail.example.com.", "my.name+x@mail.example.com"),
        ("13800138000 或 li@example.com", "13800138000, li@example.com"),
        ("+852 9123 4567 or li@x.com", "+852 9123 4567, li@x.com"),
        ("13800138000@qq.com", "13800138000@qq.com"),
        ("5个人，去年3月开的", None),
        ("12345", None),
        ("", None),
        ("1234567890123456789012", None),
    ],
)
def test_contacts_are_found_in_words(text: str, contact: str | None) -> None:
    assert contact_in(text) == contact
