"""Whatever founders, clerks, time and restarts do in any order, a talk has exactly one owner.

`SOAK_EXAMPLES=10000 python -m pytest tests/bot/test_handover_machine.py` tries as many, each time
others.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.message import Part, Turn, UnknownChoice, UserMessage
from bot.people.ownership import NotAllowed, OwnerChanged, Ownership, Reason
from bot.people.reception import CALL_BACK, CANCEL, WITHDRAW
from tests.bot.conftest import empty_database
from tests.bot.handover_world import CLERKS, PERSON, World

SOAK = int(os.environ.get("SOAK_EXAMPLES", "0"))
TALKS = ("web:1", "telegram:2")
NUMBER = "138 0013 8000"
# What only the founder's own turn can do; it is that turn which says so.
BY_FOUNDER = ("asked", "withdrawn", "returned")
TICKET = re.compile(r"\bCW-\w{5}-\w{5}\b")

talks = st.sampled_from(TALKS)
clerks = st.sampled_from(CLERKS)
acts = st.sampled_from(("take", "give_back", "hand_on", "end", "say", "clerk_left", "tick"))
taps = st.sampled_from((WITHDRAW, WITHDRAW, CALL_BACK, CANCEL))
_Value = TypeVar("_Value")


class HandoverMachine(RuleBasedStateMachine):
    """Founders of two conversations, two clerks, a clock; `world` and `loop` outlive examples."""

    world: ClassVar[World]
    loop: ClassVar[asyncio.AbstractEventLoop]

    messages: Bundle[UserMessage] = Bundle("messages")
    seen: Bundle[Ownership] = Bundle("seen")

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.accepted: dict[str, dict[str, Turn]] = {talk: {} for talk in TALKS}
        self.said: dict[str, list[str]] = {talk: [] for talk in TALKS}  # keys of clerks' letters
        # Since the last check: what may have changed, and the turns that answered.
        self.touched: set[str] = set()
        self.answered: dict[str, Turn] = {}
        self.versions = dict.fromkeys(TALKS, 0)
        self.owners: dict[str, Ownership] = {talk: Ownership(talk) for talk in TALKS}

    def wait(self, work: Awaitable[_Value]) -> _Value:
        self.world.clock.turn(seconds=1)
        return self.loop.run_until_complete(work)  # type: ignore[arg-type]

    @initialize(target=messages, wants_person=st.booleans())
    def begin(self, wants_person: bool) -> Any:
        self.wait(self.world.empty())
        for talk in TALKS:
            self.wait(self.world.talks.create(talk))
        if not wants_person:
            return multiple()
        return self.deliver(UserMessage(TALKS[0], self.new_id(), PERSON))

    def which(self, *owners: str) -> list[str]:
        return [talk for talk in TALKS if self.owners[talk].owner in owners]

    # --- The founder. ---

    @rule(target=messages, talk=talks, text=st.sampled_from((PERSON, PERSON, "loans?", NUMBER)))
    def founder_writes(self, talk: str, text: str) -> Any:
        return self.deliver(UserMessage(talk, self.new_id(), text))

    @precondition(lambda self: self.which("waiting", "human"))
    @rule(target=messages, data=st.data(), text=st.sampled_from((NUMBER, PERSON)), act=acts)
    def somebody_acts_while_the_founder_writes(self, data: Any, text: str, act: str) -> Any:
        talk = data.draw(st.sampled_from(self.which("waiting", "human")))
        clerk = self.owners[talk].staff or data.draw(clerks)
        self.world.store.meanwhile = lambda: self.act(act, talk, clerk)
        return self.deliver(UserMessage(talk, self.new_id(), text))

    @rule(
        target=messages,
        talk=talks,
        payload=st.sampled_from((WITHDRAW, CALL_BACK, CALL_BACK, CANCEL)),
    )
    def founder_taps(self, talk: str, payload: str) -> Any:
        """A button of the last message, or one of an old message where it has none such."""
        stored = self.wait(self.world.store.read(talk, ""))
        assert stored is not None
        offered = [choice.id for choice in stored.last_choices if choice.payload == payload]
        choice = offered[0] if offered else "0-1"
        return self.deliver(UserMessage(talk, self.new_id(), choice=choice))

    @rule(message=messages)
    def a_platform_delivers_again(self, message: UserMessage) -> None:
        first = self.accepted[message.conversation].get(message.id)
        if first is not None:  # else the founder had it forgotten
            assert self.wait(self.world.talks.handle(message)) == first

    @rule(talk=talks)
    def founder_has_all_forgotten_and_begins_anew(self, talk: str) -> None:
        self.wait(self.world.talks.forget(talk))
        kept = self.wait(self.world.kept(talk))
        assert (kept.owner, kept.letters, kept.turns, kept.tickets) == (Ownership(talk), [], [], 0)
        self.accepted[talk], self.said[talk] = {}, []
        self.versions[talk], self.owners[talk] = 0, Ownership(talk)
        self.wait(self.world.talks.create(talk))

    # --- Clerks. ---

    @rule(talk=talks, clerk=clerks, act=acts)
    def clerk_tries(self, talk: str, clerk: int, act: str) -> None:
        self.wait(self.act(act, talk, clerk))

    @precondition(lambda self: self.which("waiting"))
    @rule(data=st.data(), clerk=clerks)
    def clerk_takes(self, data: Any, clerk: int) -> None:
        self.wait(self.act("take", data.draw(st.sampled_from(self.which("waiting"))), clerk))

    @precondition(lambda self: self.which("human"))
    @rule(data=st.data(), act=acts)
    def clerk_goes_on(self, data: Any, act: str) -> None:
        talk = data.draw(st.sampled_from(self.which("human")))
        self.wait(self.act(act, talk, self.owners[talk].staff or 0))

    @rule(talk=talks)
    def both_clerks_take_it_at_once(self, talk: str) -> None:
        before = self.wait(self.world.owners.read(talk))

        async def both() -> list[Any]:
            takes = (self.world.handover.take(talk, clerk) for clerk in CLERKS)
            return await asyncio.gather(*takes, return_exceptions=True)

        done = self.wait(both())
        assert all(each is None or isinstance(each, NotAllowed | OwnerChanged) for each in done)
        assert done.count(None) == (1 if before.owner == "waiting" else 0)
        self.touched.add(talk)
        # Which of them was faster is chance where each has a thread. What follows must not depend
        # on it, or Hypothesis could not take the same course twice: the first one goes on.
        if done[1] is None:
            self.wait(self.act("hand_on", talk, CLERKS[1]))

    @rule(talk=talks, clerk=clerks, key=st.sampled_from(("say-a", "say-b")))
    def clerk_sends_twice(self, talk: str, clerk: int, key: str) -> None:
        for _ in range(2):
            self.wait(self.act("say", talk, clerk, key))

    # --- What was read before and is done too late. ---

    @rule(target=seen, talk=talks)
    def somebody_looks(self, talk: str) -> Ownership:
        return self.wait(self.world.owners.read(talk))

    @rule(
        old=seen,
        reason=st.sampled_from(("taken", "handed_on", "given_back", "ended", "clerk_gone")),
        clerk=clerks,
    )
    def somebody_acts_on_what_was_seen_before(
        self, old: Ownership, reason: Reason, clerk: int
    ) -> None:
        now = self.wait(self.world.owners.read(old.conversation))
        try:
            change = old.change(reason, by=clerk, to=3 - clerk if reason == "handed_on" else None)
        except NotAllowed:
            return
        work = self.world.owners.apply(change, self.world.clock(), "en", f"{reason}.")
        self.touched.add(old.conversation)
        if old.version == now.version:
            self.wait(work)
        else:
            with pytest.raises(OwnerChanged):
                self.wait(work)

    # --- Time, and the end of the process. ---

    @rule(minutes=st.sampled_from((1, 9, 11, 61)))
    def time_passes(self, minutes: int) -> None:
        self.world.clock.turn(minutes=minutes)
        self.wait(self.world.handover.tick())
        self.touched.update(TALKS)

    @rule()
    def the_process_begins_anew(self) -> None:
        self.world.restart()

    # --- How it is done. ---

    def new_id(self) -> str:
        self.count += 1
        return f"m{self.count}"

    def deliver(self, message: UserMessage) -> Any:
        """To the bot, as channels do; nothing is kept of a button that is not known any more."""
        talk, world = message.conversation, self.world
        self.touched.add(talk)
        try:
            turn = self.wait(world.talks.handle(message))
        except UnknownChoice:
            return multiple()
        finally:
            world.store.meanwhile = None
        assert message.id not in self.accepted[talk]
        self.accepted[talk][message.id] = turn
        assert world.store.recorded is not None
        # Nothing is said exactly where a person has it.
        assert turn.is_silent == (world.store.recorded.owner == "human")
        self.answered[talk] = turn
        return message

    async def act(self, act: str, talk: str, clerk: int, key: str = "") -> None:
        handover = self.world.handover
        self.touched.update(TALKS if act in ("clerk_left", "tick") else (talk,))
        try:
            if act == "take":
                await handover.take(talk, clerk)
            elif act == "give_back":
                await handover.give_back(talk, clerk)
            elif act == "hand_on":
                await handover.hand_on(talk, clerk, 3 - clerk)
            elif act == "end":
                await handover.end(talk, clerk)
            elif act == "say":
                key = key or f"say-{self.new_id()}"
                letter = await handover.say(talk, key, clerk, (Part(text=f"words of {key}"),))
                assert letter.parts == (Part(text=f"words of {key}"),)
                if key not in self.said[talk]:
                    self.said[talk].append(key)
            elif act == "clerk_left":
                await handover.clerk_left(clerk)
            else:
                await handover.tick()
        except (NotAllowed, OwnerChanged):
            pass

    # --- What must hold after each step. ---

    @invariant()
    def all_is_well(self) -> None:
        touched, self.touched = self.touched, set()
        for talk in sorted(touched):
            self.check(talk)

    def check(self, talk: str) -> None:
        kept = self.loop.run_until_complete(self.world.kept(talk))
        owner, changes = kept.owner, kept.changes
        # One owner, and a clerk exactly where a person has it.
        assert owner.owner in ("bot", "waiting", "human", "closed")
        assert (owner.owner == "human") == (owner.staff in CLERKS)
        # Each version is one change from where the one before led to.
        assert [change.version for change in changes] == list(range(owner.version))
        path = ["bot", *(change.after for change in changes)]
        assert [change.before for change in changes] == path[:-1]
        assert path[-1] == owner.owner
        assert not changes or changes[-1].staff == owner.staff
        # What the founder's own turn changed, that turn says.
        own = [c for c in changes[self.versions[talk] :] if c.reason in BY_FOUNDER]
        turn = self.answered.pop(talk, None)
        assert len(own) <= 1
        assert not own or (turn is not None and not turn.is_silent)
        self.versions[talk], self.owners[talk] = owner.version, owner
        # No message lost, none doubled.
        assert kept.message_ids == list(self.accepted[talk])
        assert kept.turns == list(range(1, len(kept.turns) + 1))
        assert kept.counted == len(kept.turns)
        # Letters are numbered without gaps, each key once; each change is told once.
        assert [letter.number for letter in kept.letters] == list(range(1, len(kept.letters) + 1))
        told = [f"owner-{c.version + 1}" for c in changes if c.reason not in BY_FOUNDER]
        assert sorted(x.key for x in kept.letters) == sorted([*told, *self.said[talk]])
        assert all(letter.parts[0].text for letter in kept.letters)
        # Each promise has its ticket, and each ticket its promise.
        turns = self.accepted[talk].values()
        assert kept.tickets == sum(bool(TICKET.search(t.replies[0])) for t in turns if t.replies)


def run(url: str) -> None:
    class Machine(HandoverMachine):
        loop = asyncio.new_event_loop()
        world = World(url)

    chosen = settings(
        max_examples=SOAK or 300, stateful_step_count=20, deadline=None, derandomize=not SOAK
    )
    try:
        run_state_machine_as_test(Machine, settings=chosen)
    finally:
        Machine.loop.run_until_complete(Machine.world.store.close())
        Machine.loop.close()


def test_in_any_order_on_sqlite(tmp_path: Path) -> None:
    run(f"sqlite:///{tmp_path / 'handover.db'}")


@pytest.mark.xdist_group("postgresql")
def test_in_any_order_on_postgresql(postgresql: str) -> None:
    run(empty_database(postgresql))
