"""Forms for whoever is not signed in: proved to be ours by a cookie, and not sent too often."""

from __future__ import annotations

import math

from starlette.requests import Request
from starlette.responses import Response

from bot.desk.access import Access, same
from bot.desk.rendering import DeskPages
from bot.desk.sessions import drop_cookie, new_token, set_cookie
from bot.desk.visit import Form
from bot.limits import Buckets, Limit, network_of
from bot.site.preferred import preferred
from knowledge.language import LANGUAGES, Language

# Before there is a session, a form is ours if it repeats what this cookie holds.
_COOKIE = "cw_desk_form"
# A shift of sixty may come in at once, each with a slip of the finger; a program that tries names
# and passwords gets twelve a minute.
_FROM_ONE_ADDRESS = Limit("sign-ins", burst=120, per_second=0.2)


class OpenForms:
    """Pages with such forms, and what is asked of a form that comes back."""

    def __init__(self, access: Access, pages: DeskPages, limit_factor: float = 1.0) -> None:
        self._access, self._pages = access, pages
        self._tries = Buckets(_FROM_ONE_ADDRESS, limit_factor) if limit_factor else None

    def page(
        self, request: Request, template: str, status: int = 200, **content: object
    ) -> Response:
        """A page with a form that holds `csrf`, in the language that is chosen there."""
        token = request.cookies.get(_COOKIE) or new_token()
        page = self._pages.outside(
            request,
            language_of(request),
            template,
            status,
            block="sign_in",
            csrf=token,
            **content,
        )
        set_cookie(request, page, _COOKIE, token)
        return page

    def is_ours(self, request: Request, form: Form) -> bool:
        """Whether a page of ours in this browser has sent it."""
        cookie = request.cookies.get(_COOKIE, "")
        ours = bool(cookie) and same(cookie, form.get("csrf", ""))
        return ours and self._access.comes_from_us(request)

    async def waits(self, request: Request) -> float:
        """Count a form of an address; the seconds until one of it is heard, 0 for now."""
        if self._tries is None or request.client is None:
            return 0
        return await self._tries.take(network_of(request.client.host))

    def done(self, request: Request, response: Response) -> None:
        """The form has done its work; the browser may forget it."""
        drop_cookie(request, response, _COOKIE)


def language_of(request: Request) -> Language:
    """The language that was chosen on the page, or the browser's."""
    chosen = request.query_params.get("language", "")
    if chosen in LANGUAGES:
        return chosen
    return preferred(request.headers.get("accept-language", ""))


def later(page: Response, seconds: float) -> Response:
    """The page, telling programs when to try again."""
    page.headers["Retry-After"] = str(max(1, math.ceil(seconds)))
    return page
