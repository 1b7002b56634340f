"""The page of accounts: who works here, in which role, and who is signed in."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.access import Access, Visit
from bot.desk.accounts import LINK_LASTS, Accounts, BadName
from bot.desk.rendering import DeskPages
from bot.desk.services import Desk
from bot.people.staff import ROLES, Role, Staff
from bot.store.staff import LastAdmin, NameTaken

_PATH = "/desk/staff"


class StaffPages:
    """For admins alone."""

    def __init__(
        self,
        access: Access,
        pages: DeskPages,
        desk: Desk,
        accounts: Accounts,
        public_url: str = "",
    ) -> None:
        self._access, self._pages, self._accounts = access, pages, accounts
        self._clock, self._public_url = desk.clock, public_url

    def routes(self) -> list[Route]:
        def change(name: str, endpoint) -> Route:  # type: ignore[no-untyped-def]
            path = f"{_PATH}/{{staff:number}}/{name}"
            return self._access.route(path, endpoint, methods=["POST"], role="admin")

        return [
            self._access.route(_PATH, self._list, role="admin"),
            self._access.route(_PATH, self._add, methods=["POST"], role="admin"),
            change("role", self._role),
            change("link", self._link),
            change("sign-out", self._sign_out),
            change("deactivate", self._deactivate),
            change("activate", self._activate),
        ]

    async def _list(self, visit: Visit) -> Response:
        return await self._page(visit)

    async def _add(self, visit: Visit) -> Response:
        form = await visit.form()
        name, role = form.get("name", ""), _role(form.get("role", ""))
        try:
            staff = await self._accounts.add(name, role)
        except BadName:
            return await self._page(visit, 422, why="bad_name", typed=name)
        except NameTaken:
            return await self._page(visit, 422, why="name_taken", typed=name)
        await self._access.record(visit.staff, "staff_added", f"{staff.name}: {staff.role}")
        return await self._with_link(visit, staff)

    async def _role(self, visit: Visit) -> Response:
        staff, role = await self._chosen(visit), _role((await visit.form()).get("role", ""))
        try:
            changed = await self._accounts.change_role(staff, role)
        except LastAdmin:
            return await self._page(visit, 422, why="last_admin")
        if changed:
            about = f"{staff.name}: {staff.role} > {role}"
            await self._access.record(visit.staff, "role_changed", about)
        return _back()

    async def _link(self, visit: Visit) -> Response:
        return await self._with_link(visit, await self._chosen(visit, active=True))

    async def _sign_out(self, visit: Visit) -> Response:
        staff = await self._chosen(visit)
        if await self._accounts.sign_out(staff):
            await self._access.record(visit.staff, "forced_out", staff.name)
        return _back()

    async def _deactivate(self, visit: Visit) -> Response:
        staff = await self._chosen(visit)
        try:
            ended = await self._accounts.deactivate(staff)
        except LastAdmin:
            return await self._page(visit, 422, why="last_admin")
        if ended:
            await self._access.record(visit.staff, "deactivated", staff.name)
        return _back()

    async def _activate(self, visit: Visit) -> Response:
        staff = await self._chosen(visit)
        if await self._accounts.activate(staff):
            await self._access.record(visit.staff, "activated", staff.name)
        return await self._with_link(visit, staff)

    async def _with_link(self, visit: Visit, staff: Staff) -> Response:
        """The list, and a link to hand over, which is shown this once."""
        token = await self._accounts.make_link(staff)
        await self._access.record(visit.staff, "link_made", staff.name)
        base = self._public_url or str(visit.request.base_url).rstrip("/")
        return await self._page(visit, link=welcome_address(base, token), link_of=staff.name)

    async def _page(self, visit: Visit, status: int = 200, **content: object) -> Response:
        shown = {"why": "", "typed": "", "link": "", "link_of": "", **content}
        return self._pages.page(
            visit,
            "staff.html",
            status,
            block="staff",
            accounts=await self._accounts.all(),
            roles=ROLES,
            hours=int(LINK_LASTS.total_seconds() // 3600),
            now=self._clock(),
            **shown,
        )

    async def _chosen(self, visit: Visit, active: bool = False) -> Staff:
        account = await self._accounts.numbered(visit.request.path_params["staff"])
        if account is None or (active and not account.staff.active):
            raise HTTPException(404)
        return account.staff


def welcome_address(base: str, token: str) -> str:
    """Where a one-time link leads."""
    return f"{base}/desk/welcome/{token}"


def _role(sent: str) -> Role:
    if sent not in ROLES:
        raise HTTPException(422)
    return sent


def _back() -> Response:
    return RedirectResponse(_PATH, 303, headers={"Cache-Control": "no-store"})
