"""The one-time link with which somebody sets a password."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.access import SIGN_IN, Access, with_body
from bot.desk.accounts import Accounts
from bot.desk.open_forms import OpenForms, later
from bot.desk.passwords import SHORTEST, BadPassword
from bot.desk.visit import read_form
from bot.people.staff import Staff

_PATH = "/desk/welcome/{token}"


class WelcomePages:
    """Open: whoever has the link is whom it was given to."""

    def __init__(self, access: Access, forms: OpenForms, accounts: Accounts) -> None:
        self._access, self._forms, self._accounts = access, forms, accounts

    def routes(self) -> list[Route]:
        return [
            Route(_PATH, self._show, methods=["GET"]),
            Route(_PATH, self._set_password, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        # A look does not use the link up: chat programs look at links before people do.
        return self._page(request, await self._accounts.linked(request.path_params["token"]))

    async def _set_password(self, request: Request) -> Response:
        token = request.path_params["token"]
        request = await with_body(request)
        form = await read_form(request)
        staff = await self._accounts.linked(token)
        if staff is None:
            return self._page(request, None)
        if not self._forms.is_ours(request, form):
            return self._page(request, staff, 403, "no_cookie")
        seconds = await self._forms.waits(request)
        if seconds:
            return later(self._page(request, staff, 429, "busy"), seconds)
        password = form.get("password", "")
        if password != form.get("again", ""):
            return self._page(request, staff, 422, "not_the_same")
        try:
            staff = await self._accounts.use_link(token, password)
        except BadPassword as bad:
            return self._page(request, staff, 422, bad.why)
        if staff is None:
            return self._page(request, None)
        await self._access.record(staff, "password_set", staff.name)
        address = f"{SIGN_IN}?said=password_set"
        return RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})

    def _page(
        self, request: Request, staff: Staff | None, status: int = 200, why: str = ""
    ) -> Response:
        """The form; that the link holds no more, where there is nobody whose link it is."""
        return self._forms.page(
            request,
            "welcome.html",
            status if staff else 410,
            staff=staff,
            why=why,
            shortest=SHORTEST,
        )
