"""The library of mentors: everybody looks, supervisors change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.access import Access, Form, Visit
from bot.desk.rendering import DeskPages
from bot.desk.services import Desk
from bot.http import NotReady, Problem
from bot.secretary.mentor import ABOUT, Mentor
from bot.secretary.mentor_entry import COLUMNS, BadEntry, read_entry
from knowledge.live import Library
from knowledge.vocabulary import Vocabulary

_PATH, _BLOCK = "/desk/mentors", "mentors"
_ONE = f"{_PATH}/{{mentor}}"
# Columns of ticked words, and the kind of word.
_TICKED = {"fields": "fields", "stages": "stages", "languages": "tongues"}
_SAID = ("added", "changed", "deactivated", "activated")


class MentorPages:
    """Whoever has taken a call back for a mentor sees how the mentor is reached."""

    def __init__(self, access: Access, pages: DeskPages, desk: Desk, library: Library) -> None:
        self._access, self._pages, self._desk, self._library = access, pages, desk, library

    def routes(self) -> list[Route]:
        def change(path: str, endpoint) -> Route:  # type: ignore[no-untyped-def]
            return self._access.route(path, endpoint, methods=["POST"], role="supervisor")

        return [
            self._access.route(_PATH, self._list),
            change(_PATH, self._add),
            self._access.route(_ONE, self._show, role="supervisor"),
            change(_ONE, self._change),
            change(f"{_ONE}/deactivate", self._deactivate),
            change(f"{_ONE}/activate", self._activate),
            self._access.route(f"{_ONE}/contact", self._contact, methods=["POST"]),
        ]

    async def _list(self, visit: Visit) -> Response:
        return await self._page(visit)

    async def _add(self, visit: Visit) -> Response:
        form = await visit.form()
        try:
            mentor = self._read(form)
        except BadEntry as error:
            return await self._page(visit, 422, error, form)
        sealed = replace(mentor, contact=self._desk.vault.seal(mentor.contact))
        if not await self._desk.mentors.add(sealed, self._desk.clock()):
            return await self._page(visit, 422, written=form, why="id_taken")
        return await self._done(visit, "added", mentor.id)

    async def _show(self, visit: Visit) -> Response:
        return await self._sheet(visit, await self._chosen(visit))

    async def _change(self, visit: Visit) -> Response:
        kept, form = await self._chosen(visit), await visit.form()
        # A contact that is not typed anew stays; nobody need look at it to change the times.
        contact = form.get("contact", "").strip() or self._desk.vault.open(kept.contact) or ""
        try:
            mentor = self._read(form, id=kept.id, contact=contact)
        except BadEntry as error:
            return await self._sheet(visit, kept, 422, error, form)
        mentor = replace(mentor, contact=self._desk.vault.seal(mentor.contact), demo=kept.demo)
        await self._desk.mentors.put([mentor], self._desk.clock())
        return await self._done(visit, "changed", mentor.id)

    async def _deactivate(self, visit: Visit) -> Response:
        return await self._set_active(visit, False)

    async def _activate(self, visit: Visit) -> Response:
        return await self._set_active(visit, True)

    async def _set_active(self, visit: Visit, active: bool) -> Response:
        mentor, said = await self._chosen(visit), "activated" if active else "deactivated"
        if await self._desk.mentors.set_active(mentor.id, active, self._desk.clock()):
            return await self._done(visit, said, mentor.id)
        return _back(said)

    async def _contact(self, visit: Visit) -> Response:
        mentor = await self._chosen(visit)
        if not visit.staff.may("supervisor") and not await self._is_asked_for(visit, mentor):
            raise Problem(403, "Not allowed", "Take the call back for this mentor first.")
        await self._access.record(visit.staff, "mentor_contact_seen", mentor.id)
        whole = self._desk.vault.open(mentor.contact)
        return self._pages.fragment(visit, "contact.html", block=_BLOCK, whole=whole)

    async def _is_asked_for(self, visit: Visit, mentor: Mentor) -> bool:
        """Whether this clerk takes care of a call back that is about the mentor."""
        open_ones = await self._desk.callbacks.open()
        about = f"{ABOUT}{mentor.id}"
        return any(each.about == about and each.staff == visit.staff.id for each in open_ones)

    def _read(self, form: Form, **known: str) -> Mentor:
        written = {name: form.get(name, "") for name in COLUMNS}
        written |= {name: ";".join(form.getlist(name)) for name in _TICKED}
        today = self._desk.clock().astimezone(self._desk.operator.opening.zone).date()
        return read_entry({**written, **known}, self._vocabulary(), today)

    async def _done(self, visit: Visit, said: str, mentor: str) -> Response:
        await self._access.record(visit.staff, f"mentor_{said}", mentor)
        return _back(said)

    async def _page(
        self,
        visit: Visit,
        status: int = 200,
        error: BadEntry | None = None,
        written: Form | None = None,
        why: str = "",
    ) -> Response:
        said = visit.request.query_params.get("said", "")
        return self._pages.page(
            visit,
            "mentors.html",
            status,
            block=_BLOCK,
            mentors=await self._desk.mentors.all(),
            said=said if said in _SAID else "",
            why=why,
            **self._fields(visit, error, _typed(written) if written is not None else {}),
        )

    async def _sheet(
        self,
        visit: Visit,
        mentor: Mentor,
        status: int = 200,
        error: BadEntry | None = None,
        written: Form | None = None,
    ) -> Response:
        kept: dict[str, object] = {
            "name": mentor.name,
            "times": mentor.times,
            "consent": mentor.consent.isoformat(),
            **{name: mentor.of(kind) for name, kind in _TICKED.items()},  # type: ignore[arg-type]
        }
        typed = _typed(written) if written is not None else kept
        fields = self._fields(visit, error, typed)
        return self._pages.page(visit, "mentor.html", status, block=_BLOCK, mentor=mentor, **fields)

    def _fields(
        self, visit: Visit, error: BadEntry | None, typed: Mapping[str, object]
    ) -> dict[str, object]:
        """What the form of a mentor needs: the words to tick, what was typed, what is wrong."""
        mistakes = error.mistakes if error is not None else []
        return {
            "words": self._vocabulary(),
            "ticked": _TICKED,
            "typed": {**dict.fromkeys(COLUMNS, ""), **typed},
            "mistakes": [(each.column, each.say(visit.language)) for each in mistakes],
        }

    def _vocabulary(self) -> Vocabulary:
        if not self._library.loaded:
            raise NotReady
        return self._library.content.knowledge.vocabulary

    async def _chosen(self, visit: Visit) -> Mentor:
        mentor = await self._desk.mentors.find(visit.request.path_params["mentor"])
        if mentor is None:
            raise HTTPException(404)
        return mentor


def _typed(form: Form) -> dict[str, object]:
    """What was sent, to be shown again; a contact is typed anew."""
    typed: dict[str, object] = {name: form.get(name, "") for name in COLUMNS if name != "contact"}
    return {**typed, **{name: form.getlist(name) for name in _TICKED}}


def _back(said: str) -> Response:
    return RedirectResponse(f"{_PATH}?{urlencode({'said': said})}", 303)
