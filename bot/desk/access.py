"""Who may do what at the desk: every route of it is made here and checked in one place."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message

from bot.desk.rendering import DeskPages
from bot.desk.services import Clock
from bot.desk.sessions import Sessions
from bot.desk.visit import Endpoint, Form, Role, Staff, Visit, address_of, read_form
from bot.http import LARGEST_BODY, Problem, read_body
from bot.right_of_way import RightOfWay
from bot.site.preferred import preferred
from bot.store.audit import SqlAudit
from bot.store.sign_ins import SignIn

__all__ = ["Access", "Endpoint", "Form", "Role", "Staff", "Visit"]

SIGN_IN = "/desk/sign-in"
_ONLY_LOOK = ("GET", "HEAD")
_CSRF_FIELD, _CSRF_HEADER = "csrf", "x-csrf-token"
# A script that asks by itself says so, or a screen that was left alone would never be idle.
_BACKGROUND = "x-background"


class _Number(IntegerConvertor):
    """The number of something kept: digits that no database could have lead nowhere."""

    regex = "[0-9]{1,9}"


class Access:
    """Makes the routes of the desk and keeps its audit trail. `{…:number}` in a path is an id."""

    def __init__(
        self,
        sessions: Sessions,
        trail: SqlAudit,
        pages: DeskPages,
        clock: Clock,
        public_url: str = "",
        way: RightOfWay | None = None,
    ) -> None:
        self._sessions, self._trail, self._pages, self._clock = sessions, trail, pages, clock
        self._way = way or RightOfWay()
        self._public_host = urlsplit(public_url).netloc
        register_url_convertor("number", _Number())

    def route(
        self,
        path: str,
        endpoint: Endpoint,
        *,
        methods: Sequence[str] = ("GET",),
        role: Role = "clerk",
        audit: str = "",
        largest: int = LARGEST_BODY,
        background: bool = False,
        urgent: bool = False,
    ) -> Route:
        """A route for signed-in staff of a role or above.

        `audit`: the name under which each success is recorded, with what the path is about.
        `largest`: bytes that a body may have. What changes something must not be a GET:
        those are not protected against other sites. A GET with the header X-Background,
        or of a route that scripts alone ask for (`background`), does not count as somebody
        being there. `urgent`: goes before turns of chats (bot/right_of_way.py).
        """

        async def serve(request: Request) -> Response:
            changes = request.method not in _ONLY_LOOK
            asks_by_itself = not changes and (background or _BACKGROUND in request.headers)
            found = await self._sessions.find(request, background=asks_by_itself)
            if found is None:
                return self._sign_in_first(request)
            if changes:
                request = await with_body(request, largest)
            visit = Visit(request, found.staff, found.language, found.csrf, found.hash)
            if not found.staff.may(role):
                return self._refused(visit, "no_role")
            if changes and not await self._is_ours(request, found):
                return self._refused(visit, "no_csrf")
            response = await endpoint(visit)
            if audit and response.status_code < 400:
                await self.record(visit.staff, audit, _about(request))
            return response

        async def serve_first(request: Request) -> Response:
            with self._way.first():
                return await serve(request)

        return Route(path, serve_first if urgent else serve, methods=list(methods))

    async def record(self, staff: Staff | None, action: str, about: str) -> None:
        """Write one line of the audit trail. `about` names a thing, never what is in it."""
        await self._trail.add(staff.id if staff else None, action, about, self._clock())

    async def lasts(self, visit: Visit) -> bool:
        """Whether whoever asked is still signed in: for streams that outlive their request."""
        return await self._sessions.lasts(visit.session)

    def comes_from_us(self, request: Request) -> bool:
        """Whether the browser says that a page of ours sent this, as far as it says anything."""
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = request.headers.get("origin")
        if origin is None:
            return True
        # The host alone: behind a proxy that ends TLS we see another scheme than the browser.
        host = urlsplit(origin).netloc
        return bool(host) and host in (request.url.netloc, self._public_host)

    async def _is_ours(self, request: Request, found: SignIn) -> bool:
        if not self.comes_from_us(request):
            return False
        sent = request.headers.get(_CSRF_HEADER)
        if sent is None:
            sent = (await read_form(request)).get(_CSRF_FIELD, "")
        return same(sent, found.csrf)

    def _sign_in_first(self, request: Request) -> Response:
        if not _reads(request):
            raise Problem(401, "Not signed in", f"Sign in at {SIGN_IN}.")
        if request.method not in _ONLY_LOOK:
            language = preferred(request.headers.get("accept-language", ""))
            return self._pages.outside(request, language, "refused.html", 401, why="not_signed_in")
        address = f"{SIGN_IN}?{urlencode({'next': address_of(request)})}"
        return RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})

    def _refused(self, visit: Visit, why: str) -> Response:
        if _reads(visit.request):
            return self._pages.page(visit, "refused.html", 403, why=why)
        words = self._pages.words(visit.language)
        raise Problem(403, "Not allowed", getattr(words, why))


async def with_body(request: Request, largest: int = LARGEST_BODY) -> Request:
    """The request with its body read, within the limit, so that it can be read again."""
    body = await read_body(request, largest)
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            return await request.receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, receive)


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())


def _about(request: Request) -> str:
    """What a path is about. A conversation's id stands alone, so that it can be forgotten."""
    named = request.path_params
    if "conversation" in named:
        return str(named["conversation"])
    return " ".join(str(value) for value in named.values())


def _reads(request: Request) -> bool:
    """Whether somebody reads the answer in a browser."""
    return "text/html" in request.headers.get("accept", "")
