"""The call screen: what is typed is looked up, and the record of the call builds itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.access import Access, Visit
from bot.desk.call_views import names_of_told, uncovered
from bot.desk.finding import Finding, language_named, loaded
from bot.desk.lookups import Lookups
from bot.desk.rendering import DeskPages
from bot.desk.services import Desk
from bot.events import DESK
from bot.http import Problem
from bot.people.call import OUTCOMES, Call, NoContact
from bot.people.callback import CallBack, contact_in, new_ticket, shown
from bot.store.calls import SqlCalls
from knowledge.language import LANGUAGE_NAMES
from knowledge.live import Library

_BLOCK = "calls"
_FIELDS = ("typed", "opened", "told", "untold", "note", "contact", "language")


class CallPages:
    """For everybody at the desk; each sees and changes the own call alone."""

    def __init__(
        self,
        access: Access,
        pages: DeskPages,
        desk: Desk,
        library: Library,
        lookups: Lookups,
        public_url: str = "",
    ) -> None:
        self._access, self._pages, self._desk, self._library = access, pages, desk, library
        self._lookups = lookups
        self._calls, self._finding = (
            SqlCalls(desk.store),
            Finding(access, pages, library, lookups, public_url),
        )

    def routes(self) -> list[Route]:
        route, one = self._access.route, "/desk/calls/{call:number}"
        return [
            route("/desk", self._screen),
            *self._finding.routes(),
            route("/desk/calls", self._begin, methods=["POST"]),
            route(one, self._change, methods=["POST"]),
            route(f"{one}/contact", self._see_contact, methods=["POST"]),
            route(f"{one}/end", self._end, methods=["POST"]),
            route(f"{one}/discard", self._discard, methods=["POST"]),
        ]

    async def _screen(self, visit: Visit) -> Response:
        self._lookups.warm()
        call = await self._calls.lasting(visit.staff.id)
        return self._pages.page(visit, "calls.html", block=_BLOCK, **self._record(visit, call))

    async def _begin(self, visit: Visit) -> Response:
        form = await visit.form()
        language = language_named(form.get("language"))
        call = await self._calls.begin(visit.staff.id, language, self._desk.clock())
        return self._fragment(visit, call)

    async def _change(self, visit: Visit) -> Response:
        """Any of the record's fields; what is not sent stays."""
        form = await visit.form()
        sent = {name: form[name] for name in _FIELDS if name in form}
        contact = contact_in(sent.get("contact", ""))
        if sent.get("contact", "").strip() and contact is None:
            call = await self._calls.lasting(visit.staff.id)
            return self._fragment(visit, call, 422, problem="no_contact")
        sealed = self._desk.vault.seal(contact or "")

        def change(call: Call) -> Call:
            if "typed" in sent:
                call = call.with_lookup(sent["typed"], self._known(sent.get("opened", "")))
            for field in ("told", "untold"):
                if self._tellable(sent.get(field, "")):
                    call = call.with_told(sent[field], told=field == "told")
            if "note" in sent:
                call = call.with_note(sent["note"])
            if "contact" in sent:
                call = replace(call, contact=sealed)
            if "language" in sent:
                call = replace(call, language=language_named(sent["language"]))
            return call

        call = await self._calls.change(visit.staff.id, _number(visit), change)
        return await self._over(visit) if call is None else self._fragment(visit, call)

    async def _see_contact(self, visit: Visit) -> Response:
        call = await self._calls.lasting(visit.staff.id)
        if call is None or call.id != _number(visit):
            return await self._over(visit)
        await self._access.record(visit.staff, "contact_seen", f"call {call.id}")
        whole = self._desk.vault.open(call.contact)
        return self._fragment(visit, call, whole=whole)

    async def _end(self, visit: Visit) -> Response:
        outcome = (await visit.form()).get("outcome", "")
        if outcome not in OUTCOMES:
            raise Problem(422, "No such outcome", f"outcome is one of {', '.join(OUTCOMES)}.")
        now, number = self._desk.clock(), _number(visit)
        promise = self._promise if outcome == "call_back" else None
        try:
            ended = await self._calls.end(visit.staff.id, number, outcome, now, promise)
        except NoContact:
            call = await self._calls.lasting(visit.staff.id)
            return self._fragment(visit, call, 422, problem="contact_needed")
        if ended is None:
            return await self._over(visit)
        await self._access.record(visit.staff, "call_ended", f"call {number}")
        self._desk.events.publish(DESK)
        return self._fragment(visit, None, ended=ended[0], callback=ended[1])

    async def _discard(self, visit: Visit) -> Response:
        if not await self._calls.discard(visit.staff.id, _number(visit)):
            return await self._over(visit)
        await self._access.record(visit.staff, "call_discarded", f"call {_number(visit)}")
        return self._fragment(visit, None)

    def _promise(self, call: Call) -> CallBack:
        now = self._desk.clock()
        return CallBack(
            ticket=new_ticket(),
            language=call.language,
            contact=call.contact,
            about=call.about,
            created=now,
            due=self._desk.operator.opening.due(now),
            call=call.id,
        )

    async def _over(self, visit: Visit) -> Response:
        """The call that was meant has ended meanwhile, in another tab."""
        call = await self._calls.lasting(visit.staff.id)
        return self._fragment(visit, call, 409, problem="over")

    def _fragment(
        self, visit: Visit, call: Call | None, status: int = 200, **more: Any
    ) -> Response:
        content = self._record(visit, call, **more)
        return self._pages.fragment(visit, "record.html", status, block=_BLOCK, **content)

    def _record(self, visit: Visit, call: Call | None, **more: Any) -> dict[str, Any]:
        """What the record shows. The contact stays masked unless its `whole` is given."""
        nothing = {"whole": None, "problem": "", "ended": None, "callback": None}
        words = self._pages.words(visit.language, _BLOCK)
        contact = self._desk.vault.open(call.contact) if call and call.contact else ""
        return {
            **nothing,
            **more,
            "call": call,
            "masked": shown(contact) if contact is not None else "***",
            "names": names_of_told(self._library, visit.language, words),
            "called": LANGUAGE_NAMES,
            "outcomes": OUTCOMES,
        }

    def _known(self, provision: str) -> str:
        return provision if provision in loaded(self._library).knowledge.provisions else ""

    def _tellable(self, told: str) -> bool:
        return bool(self._known(told)) or told in uncovered(loaded(self._library).knowledge)


def _number(visit: Visit) -> int:
    return int(visit.request.path_params["call"])
