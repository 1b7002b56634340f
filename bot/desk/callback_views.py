"""What the desk shows of a call back: whose it is, what it is about, the contact masked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from bot.desk.access import Visit
from bot.desk.services import Desk
from bot.people.call import Call
from bot.people.callback import CallBack, shown
from bot.secretary.mentor import ABOUT, Mentor
from bot.store.calls import SqlCalls
from bot.store.staff import SqlStaff
from knowledge.cards import heading
from knowledge.language import Language
from knowledge.live import Library

SOON = timedelta(minutes=30)


@dataclass(frozen=True)
class Entry:
    """One call back as a list shows it. It is about a provision (`subject`) or a mentor."""

    callback: CallBack
    overdue: bool
    soon: bool
    staff: str
    mine: bool
    contact: str
    subject: str
    call: Call | None
    mentor: Mentor | None


class CallBackViews:
    """Puts together what is kept of call backs and of what they are about."""

    def __init__(self, desk: Desk, library: Library) -> None:
        self._desk, self._library = desk, library
        self._calls, self._staff = SqlCalls(desk.store), SqlStaff(desk.store)

    async def entries(self, visit: Visit, found: Iterable[CallBack]) -> list[Entry]:
        """As this member of staff sees them, in the order given."""
        found, now = list(found), self._desk.clock()
        calls = await self._calls.numbered(each.call for each in found if each.call is not None)
        names = {account.staff.id: account.staff.name for account in await self._staff.all()}
        mentors = {f"{ABOUT}{mentor.id}": mentor for mentor in await self._desk.mentors.all()}
        return [
            Entry(
                callback=each,
                overdue=each.is_overdue(now),
                soon=each.due is not None and now <= each.due <= now + SOON,
                staff=names.get(each.staff, "") if each.staff is not None else "",
                mine=each.staff == visit.staff.id,
                contact=shown(self._desk.vault.open(each.contact) or ""),
                subject=self._subject(each.about, visit.language),
                call=calls.get(each.call) if each.call is not None else None,
                mentor=mentors.get(each.about),
            )
            for each in found
        ]

    def _subject(self, about: str, language: Language) -> str:
        if not self._library.loaded:
            return about
        knowledge = self._library.content.knowledge
        provision = knowledge.provision(about)
        return heading(knowledge, provision, language) if provision else about
