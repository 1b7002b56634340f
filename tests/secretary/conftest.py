"""What tests of the secretary share: a founder who talks, the desk behind it, databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timezone
from pathlib import Path

import pytest
import pytest_asyncio

from bot.conversation import Conversations
from bot.desk.services import Desk, open_desk
from bot.message import Effect, Turn, UserMessage
from bot.secretary.calendar import Calendar
from bot.secretary.event_guide import EventGuide
from bot.secretary.mentor import Mentor
from bot.secretary.mentor_guide import MentorGuide
from bot.secretary.project_form import ProjectForm
from bot.settings import Settings
from bot.store.desk_tables import staff
from bot.store.sign_ins import SqlSignIns
from bot.store.sql import SqlStore
from knowledge.language import Language
from knowledge.storage import load_vocabulary
from knowledge.vocabulary import Vocabulary
from tests.bot.conftest import FakeAssistant, address, postgresql  # noqa: F401 - fixtures

NOW = datetime(2026, 11, 25, 2, tzinfo=timezone.utc)
ME = "web:me"
PHONE = "13800138000"


@dataclass
class Founder:
    """A conversation of somebody, with a clock that is moved by hand."""

    desk: Desk
    assistant: FakeAssistant
    folder: Path
    calendar: Calendar
    words: Vocabulary
    now: datetime = NOW
    language: Language = "zh-Hans"
    sent: int = 0
    talk: Conversations = field(init=False)

    def __post_init__(self) -> None:
        self.start_anew()

    def start_anew(self) -> None:
        """As after a restart: nothing is left but the database."""
        desk = self.desk
        attendants = (
            desk.reception,
            EventGuide(self.calendar, "https://faq.example", self.clock),
            MentorGuide(desk.mentors, lambda: self.words, desk.staffed),
            ProjectForm(desk.projects, lambda: self.words, desk.vault, desk.staffed, self.clock),
        )
        self.talk = Conversations(self.assistant, desk.store, attendants, desk.events)

    def clock(self) -> datetime:
        return self.now

    async def says(self, text: str = "", choice: str | None = None, who: str = ME) -> Turn:
        self.sent += 1
        await self.talk.create(who)
        message = UserMessage(who, f"m{self.sent}", text, choice=choice, language=self.language)
        return await self.talk.handle(message)

    async def taps(self, turn: Turn, title: str) -> Turn:
        choice = next(choice for choice in turn.choices if title in choice.title)
        return await self.says(choice=choice.id)

    async def wants(self, effect: str, text: str = "?", **data: str) -> Turn:
        """Says something that the assistant understands as this."""
        self.assistant.effects = (Effect(effect, data),)
        try:
            return await self.says(text)
        finally:
            self.assistant.effects = ()

    async def without_staff(self) -> None:
        await self.desk.store.run(lambda c: c.execute(staff.update().values(active=False)))

    def on_disk(self) -> bytes:
        return b"".join(file.read_bytes() for file in self.folder.glob("talk.db*"))


@pytest.fixture(scope="session")
def words() -> Vocabulary:
    return load_vocabulary()


@pytest_asyncio.fixture
async def founder(tmp_path: Path, words: Vocabulary) -> AsyncIterator[Founder]:
    """With one member of staff, so that there is a desk."""
    made: list[Founder] = []

    def clock() -> datetime:
        return made[0].now if made else NOW

    store = SqlStore(f"sqlite:///{tmp_path / 'talk.db'}", clock=clock)
    desk = open_desk(Settings(data_dir=tmp_path), store, clock)
    made.append(Founder(desk, FakeAssistant(), tmp_path, Calendar(), words))
    row = {"id": 1, "name": "Li", "role": "clerk", "password": "", "active": True, "failed": 0}
    await store.run(lambda c: c.execute(staff.insert(), {**row, "created": NOW}))
    await SqlSignIns(store).add("a session", 1, "", "en", NOW)
    yield made[0]
    await store.close()


def mentor(identity: str, fields: str, stages: str = "seed", tongues: str = "mandarin") -> Mentor:
    """With words separated by spaces, and a contact that is not sealed."""
    return Mentor(
        identity,
        f"Mentor {identity}",
        tuple(fields.split()),
        tuple(stages.split()),
        tuple(tongues.split()),
        "weekends",
        PHONE,
        date(2026, 11, 1),
    )


async def keep(founder: Founder, *mentors: Mentor) -> None:
    sealed = [replace(each, contact=founder.desk.vault.seal(each.contact)) for each in mentors]
    await founder.desk.mentors.put(sealed, founder.now)


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    store = SqlStore(f"sqlite:///{tmp_path / 'chuangwen.db'}")
    yield store
    await store.close()
