"""A founder's own list as a page with a private address: read, changed and printed there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.http import read_body
from bot.secretary.list_links import ListKey, ListLinks
from bot.secretary.my_list import SLOT as KEY_SLOT
from bot.site.pages import Pages
from bot.site.preferred import language_named
from bot.site.serving import HEADERS
from bot.site.site import HTML
from knowledge.told import SLOT, Told

State = dict[str, Any]
_LARGEST_FORM = 1024  # bytes: one button of the page
# Whoever has the address has the list, so it must get into no cache, index or other site's log.
_PRIVATE = {
    **HEADERS,
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


class States(Protocol):
    """Where conversations are kept, as far as a list needs them."""

    async def state(self, conversation: str) -> State | None: ...

    async def amend(self, conversation: str, change: Callable[[State], State | None]) -> bool:
        """Change the state, alone; False where `change` refuses or there is none."""


class Lists:
    """Serves lists. The truth is the conversation's profile: the chat and the page change the
    same facts."""

    def __init__(self, pages: Pages, links: ListLinks, states: States) -> None:
        self._pages, self._links, self._states = pages, links, states

    def routes(self) -> list[Route]:
        return [
            Route("/{language:language}/lists/{token}", self._show, methods=["GET"]),
            Route("/{language:language}/lists/{token}", self._change, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        language = language_named(request.path_params["language"])
        named = self._links.read(request.path_params["token"])
        told = await self._told(named)
        if told is None or language is None:
            missing = self._pages.missing(request)
            missing.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
            return missing
        page = self._pages.site.list_of(language, told, request.path_params["token"])
        return Response(page, 200, _PRIVATE, HTML)

    async def _change(self, request: Request) -> Response:
        """A button of the page; then the page anew, so that reloading repeats nothing."""
        named = self._links.read(request.path_params["token"])
        body = await read_body(request, _LARGEST_FORM)
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        what, identity = form.get("do", ""), form.get("id", "")

        def change(state: State) -> State | None:
            told = self._read(named, state)
            return {**state, SLOT: told.changed(what, identity).slot} if told else None

        if named is None or not await self._states.amend(named.conversation, change):
            return self._pages.missing(request)
        return RedirectResponse(request.url.path, 303, headers=_PRIVATE)

    async def _told(self, named: ListKey | None) -> Told | None:
        state = await self._states.state(named.conversation) if named is not None else None
        return self._read(named, state) if state is not None else None

    def _read(self, named: ListKey | None, state: State) -> Told | None:
        if named is None or state.get(KEY_SLOT) != named.key:
            return None
        told = Told.of(self._pages.knowledge, state.get(SLOT))
        return told if told.ranked else None
