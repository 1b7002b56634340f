"""The page of one's own account: another password, proved by the one that holds."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.access import Access
from bot.desk.accounts import Accounts, Wrong, minutes_until
from bot.desk.open_forms import later
from bot.desk.passwords import SHORTEST, BadPassword
from bot.desk.rendering import DeskPages
from bot.desk.services import Desk
from bot.desk.sessions import COOKIE, set_cookie
from bot.desk.visit import Visit

PATH = "/desk/account"


class OwnAccountPages:
    """For whoever is signed in."""

    def __init__(self, access: Access, pages: DeskPages, desk: Desk, accounts: Accounts) -> None:
        self._access, self._pages, self._accounts = access, pages, accounts
        self._clock = desk.clock

    def routes(self) -> list[Route]:
        return [
            self._access.route(PATH, self._show),
            self._access.route(PATH, self._change, methods=["POST"]),
        ]

    async def _show(self, visit: Visit) -> Response:
        said = visit.request.query_params.get("said", "")
        return self._page(visit, said="password_changed" if said == "password_changed" else "")

    async def _change(self, visit: Visit) -> Response:
        form = await visit.form()
        new = form.get("password", "")
        if new != form.get("again", ""):
            return self._page(visit, 422, "not_the_same")
        try:
            await self._accounts.change_password(visit.staff, form.get("old", ""), new)
        except BadPassword as bad:
            return self._page(visit, 422, bad.why)
        except Wrong as wrong:
            await self._access.record(visit.staff, "password_refused", visit.staff.name)
            if wrong.until is None:
                return self._page(visit, 422, "wrong_old")
            minutes = minutes_until(wrong.until, self._clock())
            return later(self._page(visit, 429, "wait", minutes=minutes), minutes * 60)
        await self._access.record(visit.staff, "password_set", visit.staff.name)
        # Whoever else was in with the old one is out; who has just proved to be there stays.
        token = await self._accounts.sessions.begin_alone(visit.staff.id, visit.language)
        address = f"{PATH}?said=password_changed"
        answer = RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
        set_cookie(visit.request, answer, COOKIE, token)
        return answer

    def _page(
        self, visit: Visit, status: int = 200, why: str = "", said: str = "", minutes: int = 0
    ) -> Response:
        return self._pages.page(
            visit,
            "own_account.html",
            status,
            block="sign_in",
            why=why,
            said=said,
            minutes=minutes,
            shortest=SHORTEST,
        )
