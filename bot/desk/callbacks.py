"""Call backs: what was promised to whom, until when, and who takes care of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.access import Access, Visit
from bot.desk.callback_views import SOON, CallBackViews
from bot.desk.rendering import DeskPages
from bot.desk.services import Desk
from bot.events import DESK
from bot.http import Problem
from bot.people.call import LONGEST_NOTE
from bot.privacy import mask
from knowledge.language import LANGUAGE_NAMES, clean

_PATH, _BLOCK = "/desk/callbacks", "callbacks"
SHOWN = ("open", "mine", "overdue")
# What a page says after something was done, or was not.
_SAID = ("taken", "released", "done", "dropped", "too_late")


class CallBackPages:
    """For everybody at the desk. Who takes one on sees the contact, and is the one to close it."""

    def __init__(self, access: Access, pages: DeskPages, desk: Desk, views: CallBackViews) -> None:
        self._access, self._pages, self._desk, self._views = access, pages, desk, views

    def routes(self) -> list[Route]:
        def post(name: str, endpoint) -> Route:  # type: ignore[no-untyped-def]
            path = f"{_PATH}/{{ticket}}/{name}"
            return self._access.route(path, endpoint, methods=["POST"])

        return [
            self._access.route(_PATH, self._page),
            self._access.route(f"{_PATH}/list", self._list),
            self._access.route("/desk/reminder", self._reminder),
            post("take", self._take),
            post("release", self._release),
            post("done", self._done),
            post("dropped", self._dropped),
            self._access.route(f"{_PATH}/{{ticket}}/contact", self._contact, methods=["POST"]),
        ]

    async def _page(self, visit: Visit) -> Response:
        said = visit.request.query_params.get("said", "")
        content = await self._content(visit)
        return self._pages.page(
            visit,
            "callbacks.html",
            block=_BLOCK,
            said=said if said in _SAID else "",
            **content,
        )

    async def _list(self, visit: Visit) -> Response:
        content = await self._content(visit)
        return self._pages.fragment(visit, "callback_list.html", block=_BLOCK, **content)

    async def _content(self, visit: Visit) -> dict[str, Any]:
        show = visit.request.query_params.get("show", "")
        show = show if show in SHOWN else "open"
        entries = await self._views.entries(visit, await self._desk.callbacks.open())
        chosen = {
            "open": entries,
            "mine": [entry for entry in entries if entry.mine],
            "overdue": [entry for entry in entries if entry.overdue],
        }
        counts = {name: len(some) for name, some in chosen.items()}
        return {"entries": chosen[show], "show": show, "counts": counts, "called": LANGUAGE_NAMES}

    async def _reminder(self, visit: Visit) -> Response:
        now = self._desk.clock()
        overdue, soon = await self._desk.callbacks.pressing(now, now + SOON)
        return self._pages.fragment(
            visit, "reminder.html", block=_BLOCK, overdue=overdue, soon=soon
        )

    async def _take(self, visit: Visit) -> Response:
        return await self._change(visit, "taken", staff=visit.staff.id)

    async def _release(self, visit: Visit) -> Response:
        return await self._change(visit, "released", staff=None)

    async def _done(self, visit: Visit) -> Response:
        return await self._close(visit, "done")

    async def _dropped(self, visit: Visit) -> Response:
        return await self._close(visit, "dropped")

    async def _close(self, visit: Visit, state: str) -> Response:
        note = mask(clean((await visit.form()).get("note", "")[:LONGEST_NOTE]))
        now = self._desk.clock()
        return await self._change(
            visit, state, state=state, staff=visit.staff.id, done=now, note=note
        )

    async def _change(self, visit: Visit, said: str, **values: object) -> Response:
        ticket, store = visit.request.path_params["ticket"], self._desk.callbacks
        # Nobody takes what a colleague has; to release or close it for one is a supervisor's.
        if visit.staff.may("supervisor") and said != "taken":
            changed = await store.change(ticket, **values)
        else:
            changed = await store.change_own(ticket, visit.staff.id, **values)
        if changed:
            await self._access.record(visit.staff, f"callback_{said}", ticket)
            self._desk.events.publish(DESK)
        elif not await self._is_so(ticket, values):
            said = "too_late"
        show = (await visit.form()).get("show", "")
        query = {"show": show if show in SHOWN else "open", "said": said}
        return RedirectResponse(f"{_PATH}?{urlencode(query)}", 303)

    async def _is_so(self, ticket: str, values: Mapping[str, object]) -> bool:
        """Whether it is as it was to be: the same form was sent before."""
        kept = await self._desk.callbacks.find(ticket)
        wanted = {"state": "open", **values}
        wanted.pop("done", None)  # the moment of the second time
        return kept is not None and all(getattr(kept, n) == value for n, value in wanted.items())

    async def _contact(self, visit: Visit) -> Response:
        ticket = visit.request.path_params["ticket"]
        callback = await self._desk.callbacks.find(ticket)
        if callback is None:
            raise Problem(404, "No such call back", "It may have been deleted.")
        if callback.staff != visit.staff.id and not visit.staff.may("supervisor"):
            raise Problem(403, "Not allowed", "Take it first.")
        await self._access.record(visit.staff, "contact_seen", ticket)
        whole = self._desk.vault.open(callback.contact)
        return self._pages.fragment(visit, "contact.html", block=_BLOCK, whole=whole)
