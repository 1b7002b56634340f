"""What is over, to be read again: calls that ended, call backs that were made or given up."""

from __future__ import annotations

from functools import partial
from typing import TypeVar, get_args

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.access import Access, Visit
from bot.desk.call_views import names_of_told
from bot.desk.callback_views import CallBackViews
from bot.desk.paging import page_of
from bot.desk.rendering import DeskPages
from bot.desk.services import Desk
from bot.people.call import OUTCOMES, Call
from bot.people.callback import State, shown
from bot.store.calls import SqlCalls
from bot.store.staff import SqlStaff
from knowledge.language import LANGUAGE_NAMES
from knowledge.live import Library

_Name = TypeVar("_Name", bound=str)
_A_PAGE = 50
_CLOSED: tuple[State, ...] = tuple(state for state in get_args(State) if state != "open")


class FinishedPages:
    """A clerk reads what was the clerk's own, supervisors everything. Nothing of it can be changed,
    and a contact stays masked."""

    def __init__(
        self,
        access: Access,
        pages: DeskPages,
        desk: Desk,
        library: Library,
        callbacks: CallBackViews,
    ) -> None:
        self._access, self._pages, self._desk, self._library = access, pages, desk, library
        self._callbacks = callbacks
        self._calls, self._staff = SqlCalls(desk.store), SqlStaff(desk.store)

    def routes(self) -> list[Route]:
        return [
            self._access.route("/desk/calls", self._list_calls),
            self._access.route("/desk/calls/{call:number}", self._show_call),
            self._access.route("/desk/callbacks/finished", self._list_callbacks),
        ]

    async def _list_calls(self, visit: Visit) -> Response:
        outcome = _one_of(OUTCOMES, visit.request.query_params.get("outcome", ""))
        return self._pages.page(
            visit,
            "call_list.html",
            block="calls",
            page=await page_of(
                visit, _A_PAGE, partial(self._calls.finished, _whose(visit), outcome)
            ),
            outcome=outcome,
            outcomes=OUTCOMES,
            staff=await self._names(),
            names=self._told(visit),
        )

    async def _show_call(self, visit: Visit) -> Response:
        call = await self._finished(visit)
        await self._access.record(visit.staff, "call_seen", f"call {call.id}")
        contact = self._desk.vault.open(call.contact) if call.contact else ""
        return self._pages.page(
            visit,
            "call.html",
            block="calls",
            call=call,
            masked=shown(contact) if contact is not None else "***",
            ticket=await self._desk.callbacks.ticket_of(call.id),
            staff=await self._names(),
            names=self._told(visit),
            called=LANGUAGE_NAMES,
        )

    async def _list_callbacks(self, visit: Visit) -> Response:
        state = _one_of(_CLOSED, visit.request.query_params.get("state", ""))
        read = partial(self._desk.callbacks.finished, _whose(visit), state)
        page = await page_of(visit, _A_PAGE, read)
        return self._pages.page(
            visit,
            "callback_finished.html",
            block="callbacks",
            page=page,
            entries=await self._callbacks.entries(visit, page.items),
            state=state,
            states=_CLOSED,
            called=LANGUAGE_NAMES,
        )

    async def _finished(self, visit: Visit) -> Call:
        number = int(visit.request.path_params["call"])
        call = (await self._calls.numbered([number])).get(number)
        # Of a colleague's call not even that there is one.
        if call is None or call.ended is None or _whose(visit) not in (None, call.staff):
            raise HTTPException(404)
        return call

    async def _names(self) -> dict[int, str]:
        return {account.staff.id: account.staff.name for account in await self._staff.all()}

    def _told(self, visit: Visit) -> dict[str, str]:
        words = self._pages.words(visit.language, "calls")
        return names_of_told(self._library, visit.language, words)


def _whose(visit: Visit) -> int | None:
    """Whose are shown: one's own; None, all, to a supervisor."""
    return None if visit.staff.may("supervisor") else visit.staff.id


def _one_of(names: tuple[_Name, ...], sent: str) -> _Name | None:
    return next((name for name in names if name == sent), None)
