"""Signing in and out, and the language of the screens."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.access import SIGN_IN, Access, with_body
from bot.desk.accounts import Accounts, Wrong, minutes_until
from bot.desk.open_forms import OpenForms, language_of, later
from bot.desk.services import Desk
from bot.desk.sessions import COOKIE, drop_cookie, set_cookie
from bot.desk.visit import Visit, read_form
from knowledge.language import LANGUAGES

HOME = "/desk"
# Pages of the desk alone, so that no link to us leads elsewhere once somebody has signed in.
_OUR_PAGE = re.compile(r"/desk(?:[/?][\x21-\x5b\x5d-\x7e]*)?")
_NO_SCREEN = re.compile(r"/desk/(?:sign-in|sign-out|welcome|language|assets)\b|/\.{1,2}(?:/|\?|$)")


class SignInPages:
    """The way in, which is open, and the way out."""

    def __init__(self, access: Access, forms: OpenForms, desk: Desk, accounts: Accounts) -> None:
        self._access, self._forms, self._accounts = access, forms, accounts
        self._handover, self._clock = desk.handover, desk.clock

    def routes(self) -> list[Route]:
        route = self._access.route
        return [
            Route(SIGN_IN, self._ask, methods=["GET"]),
            Route(SIGN_IN, self._sign_in, methods=["POST"]),
            route("/desk/sign-out", self._sign_out, methods=["POST"]),
            route("/desk/language", self._speak, methods=["POST"]),
        ]

    async def _ask(self, request: Request) -> Response:
        if await self._accounts.sessions.find(request):
            return _see(own_page(request.query_params.get("next", "")))
        return self._sign_in_page(request, own_page(request.query_params.get("next", "")))

    async def _sign_in(self, request: Request) -> Response:
        request = await with_body(request)
        form = await read_form(request)
        then, name = own_page(form.get("next", "")), form.get("name", "")
        if not self._forms.is_ours(request, form):
            return self._sign_in_page(request, then, 403, name, why="no_cookie")
        seconds = await self._forms.waits(request)
        if seconds:
            return later(self._sign_in_page(request, then, 429, name, why="busy"), seconds)
        try:
            staff = await self._accounts.prove(name, form.get("password", ""))
        except Wrong as wrong:
            return await self._not_signed_in(request, then, name, wrong)
        language = language_of(request)
        token = await self._accounts.sessions.begin(request, staff.id, language)
        await self._access.record(staff, "signed_in", staff.name)
        answer = _see(then)
        set_cookie(request, answer, COOKIE, token)
        self._forms.done(request, answer)
        return answer

    async def _not_signed_in(
        self, request: Request, then: str, name: str, wrong: Wrong
    ) -> Response:
        # A name that nobody has may be a password in the wrong field: it is not kept.
        about = wrong.staff.name if wrong.staff else ""
        await self._access.record(wrong.staff, "sign_in_failed", about)
        if wrong.until is None:
            return self._sign_in_page(request, then, 422, name, why="wrong")
        minutes = minutes_until(wrong.until, self._clock())
        page = self._sign_in_page(request, then, 429, name, why="wait", minutes=minutes)
        return later(page, minutes * 60)

    def _sign_in_page(
        self,
        request: Request,
        then: str,
        status: int = 200,
        name: str = "",
        why: str = "",
        minutes: int = 0,
    ) -> Response:
        said = request.query_params.get("said", "")
        return self._forms.page(
            request,
            "sign_in.html",
            status,
            then=then,
            name=name,
            why=why,
            minutes=minutes,
            said=said if said in ("password_set", "signed_out") else "",
        )

    async def _sign_out(self, visit: Visit) -> Response:
        await self._accounts.sessions.end(visit.request)
        await self._handover.clerk_left(visit.staff.id)
        await self._access.record(visit.staff, "signed_out", visit.staff.name)
        answer = _see(f"{SIGN_IN}?said=signed_out")
        drop_cookie(visit.request, answer, COOKIE)
        return answer

    async def _speak(self, visit: Visit) -> Response:
        form = await visit.form()
        language = form.get("language", "")
        if language in LANGUAGES:
            await self._accounts.sessions.speak(visit.session, language)
        return _see(own_page(form.get("back", "")))


def own_page(address: str) -> str:
    """A page of the desk to go on to; its first page for any other address."""
    return address if _OUR_PAGE.fullmatch(address) and not _NO_SCREEN.search(address) else HOME


def _see(address: str) -> Response:
    return RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
