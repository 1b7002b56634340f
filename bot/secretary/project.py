"""A project that a founder hands in, its number, and the states it goes through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal, Protocol

from bot.people.callback import new_ticket, ticket_in
from bot.texts import Texts
from knowledge.language import Language

State = Literal["new", "review", "accepted", "declined", "closed"]
STATES: tuple[State, ...] = ("new", "review", "accepted", "declined", "closed")
# A state is entered once at most, so that its letter is sent once.
AFTER: dict[State, tuple[State, ...]] = {
    "new": ("review", "accepted", "declined", "closed"),
    "review": ("accepted", "declined", "closed"),
    "accepted": ("closed",),
    "declined": ("closed",),
    "closed": (),
}
_KIND = "CP"  # a call back's number begins with CW


@dataclass(frozen=True)
class Project:
    """One project, in the founder's words with personal numbers masked.

    `stage` is an id of knowledge/vocabulary.yml; a value that was skipped is empty. `contact` is
    sealed (bot/people/vault.py). `form`: the form it was written in, which makes one project.
    """

    number: str
    language: Language
    what: str
    stage: str
    team: str
    need: str
    contact: str
    consented: datetime
    created: datetime
    changed: datetime
    conversation: str | None = None
    form: str = ""
    state: State = "new"
    staff: int | None = None
    note: str = ""
    demo: bool = False


class Projects(Protocol):
    """Keeps projects."""

    async def add(self, project: Project) -> str:
        """Keep it; its number, or that of the project which was made of the same form."""

    async def find(self, number: str) -> Project | None: ...


def standing(project: Project, state: State, language: Language | None = None) -> str:
    """The sentence that tells a state, in the project's own language or another."""
    language, texts = language or project.language, _texts()
    demo = texts.of("demo", language) if project.demo else ""
    return demo + texts.of(f"state_{state}", language, number=project.number)


@lru_cache(maxsize=1)
def _texts() -> Texts:
    return Texts.read(Path(__file__).with_name("project.yml"))


def new_number() -> str:
    """Such as CP-7K3F9-0QXMB: 50 random bits."""
    return new_ticket(_KIND)


def number_in(text: str) -> str | None:
    """The project's number that a text names, as people type it."""
    return ticket_in(text, _KIND)
