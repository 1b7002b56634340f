"""One request of somebody who is signed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import Response

from bot.people.staff import Role, Staff
from knowledge.language import Language

__all__ = ["Endpoint", "Form", "Role", "Staff", "Visit"]

Form = ImmutableMultiDict[str, str]
_MOST_FIELDS = 200


@dataclass(frozen=True)
class Visit:
    """Who asks, in which language, and what proves that the next form is theirs.

    `session`: the hash by which the session is kept.
    """

    request: Request
    staff: Staff
    language: Language
    csrf: str = field(repr=False)
    session: str = field(default="", repr=False)

    @property
    def address(self) -> str:
        """What was asked for, without the host, as it can be linked to."""
        return address_of(self.request)

    async def form(self) -> Form:
        """The fields that were sent, urlencoded or multipart; without files."""
        return await read_form(self.request)


def address_of(request: Request) -> str:
    """Path and query of a request, as they were sent."""
    sent = request.scope.get("raw_path") or quote(request.url.path).encode()
    path: str = sent.partition(b"?")[0].decode("latin-1")
    return f"{path}?{request.url.query}" if request.url.query else path


async def read_form(request: Request) -> Form:
    """The fields of a form; a file in it is refused with 400."""
    sent = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    return ImmutableMultiDict([(k, v) for k, v in sent.multi_items() if isinstance(v, str)])


Endpoint = Callable[[Visit], Awaitable[Response]]
