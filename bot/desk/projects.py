"""Projects that founders handed in: listed by state, read, and moved on."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.access import Access, Visit
from bot.desk.rendering import DeskPages
from bot.desk.services import Desk
from bot.events import DESK
from bot.http import Problem
from bot.people.call import LONGEST_NOTE
from bot.people.callback import shown
from bot.privacy import mask
from bot.secretary.project import AFTER, STATES, Project, State, standing
from bot.store.staff import SqlStaff
from knowledge.language import LANGUAGE_NAMES, clean
from knowledge.live import Library

_PATH, _BLOCK = "/desk/projects", "projects"
_ONE = f"{_PATH}/{{project}}"
_SAID = ("moved", "noted", "too_late")


class ProjectPages:
    """For everybody at the desk. A change of state tells the founder, once."""

    def __init__(self, access: Access, pages: DeskPages, desk: Desk, library: Library) -> None:
        self._access, self._pages, self._desk, self._library = access, pages, desk, library
        self._staff = SqlStaff(desk.store)

    def routes(self) -> list[Route]:
        def post(name: str, endpoint) -> Route:  # type: ignore[no-untyped-def]
            return self._access.route(f"{_ONE}/{name}", endpoint, methods=["POST"])

        return [
            self._access.route(_PATH, self._list),
            self._access.route(_ONE, self._show, audit="project_seen"),
            post("state", self._move),
            post("note", self._note),
            post("contact", self._contact),
        ]

    async def _list(self, visit: Visit) -> Response:
        show = _state(visit.request.query_params.get("show", "")) or "new"
        counts = await self._desk.projects.counts()
        return self._pages.page(
            visit,
            "projects.html",
            block=_BLOCK,
            projects=await self._desk.projects.of_state(show),
            show=show,
            counts={state: counts.get(state, 0) for state in STATES},
        )

    async def _show(self, visit: Visit) -> Response:
        project = await self._chosen(visit)
        names = {account.staff.id: account.staff.name for account in await self._staff.all()}
        said = visit.request.query_params.get("said", "")
        stage = [project.stage] if project.stage else []
        if self._library.loaded:
            words = self._library.content.knowledge.vocabulary
            stage = words.names("stages", stage, visit.language)
        return self._pages.page(
            visit,
            "project.html",
            block=_BLOCK,
            project=project,
            stage="".join(stage),
            contact=shown(self._desk.vault.open(project.contact) or ""),
            staff=names.get(project.staff, "") if project.staff is not None else "",
            after=AFTER[project.state],
            called=LANGUAGE_NAMES,
            longest=LONGEST_NOTE,
            said=said if said in _SAID else "",
        )

    async def _move(self, visit: Visit) -> Response:
        project, form = await self._chosen(visit), await visit.form()
        to = _state(form.get("state", ""))
        if to is None:
            raise HTTPException(422)
        moved = await self._desk.projects.move(
            project.number,
            to,
            visit.staff.id,
            _noted(form.get("note", project.note)),
            standing(project, to),
            self._desk.clock(),
        )
        if not moved:
            return _back(project, "too_late")
        await self._access.record(visit.staff, "project_moved", f"{project.number}: {to}")
        self._desk.events.publish(DESK)
        if project.conversation is not None:
            self._desk.events.publish(project.conversation)
        return _back(project, "moved")

    async def _note(self, visit: Visit) -> Response:
        project, form = await self._chosen(visit), await visit.form()
        note = _noted(form.get("note", ""))
        if await self._desk.projects.write(project.number, note, self._desk.clock()):
            await self._access.record(visit.staff, "project_noted", project.number)
        return _back(project, "noted")

    async def _contact(self, visit: Visit) -> Response:
        project = await self._chosen(visit)
        if not project.contact:
            raise Problem(404, "No contact", "The founder left none.")
        await self._access.record(visit.staff, "project_contact_seen", project.number)
        whole = self._desk.vault.open(project.contact)
        return self._pages.fragment(visit, "contact.html", block=_BLOCK, whole=whole)

    async def _chosen(self, visit: Visit) -> Project:
        project = await self._desk.projects.find(visit.request.path_params["project"])
        if project is None:
            raise HTTPException(404)
        return project


def _state(sent: str) -> State | None:
    return next((state for state in STATES if state == sent), None)


def _noted(note: str) -> str:
    return mask(clean(note[:LONGEST_NOTE]))


def _back(project: Project, said: str) -> Response:
    return RedirectResponse(f"{_PATH}/{project.number}?{urlencode({'said': said})}", 303)
