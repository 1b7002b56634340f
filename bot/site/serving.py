"""How the website is served: whole documents with their hash, zipped once, under one policy."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property

from starlette.requests import Request
from starlette.responses import Response

# No script, style or connection but ours, and nobody frames us.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
# Content may be exchanged at any moment, so a browser asks whether its copy is still the one.
ASK_AGAIN = "no-cache"
FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Document:
    """Something that is served, whole; `etag` is the hash of its bytes."""

    body: bytes
    media_type: str

    @cached_property
    def zipped(self) -> bytes:
        return gzip.compress(self.body, mtime=0)

    @cached_property
    def etag(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:20]


def served(
    request: Request,
    document: Document,
    status: int = 200,
    cache: str = ASK_AGAIN,
    more: dict[str, str] | None = None,
) -> Response:
    """The document, zipped where the browser takes that, or 304 where it has it already."""
    zipped = _takes_gzip(request.headers.get("accept-encoding", ""))
    etag = f'"{document.etag}{"-gzip" if zipped else ""}"'
    headers = {**HEADERS, "ETag": etag, "Cache-Control": cache, "Vary": "Accept-Encoding"}
    headers |= more or {}
    if status == 200 and etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if zipped:
        headers["Content-Encoding"] = "gzip"
    body = document.zipped if zipped else document.body
    return Response(body, status, headers, document.media_type)


def _takes_gzip(accepted: str) -> bool:
    """Whether gzip is named and not refused: "gzip;q=0" is a no."""
    for part in accepted.lower().split(","):
        coding, *parameters = part.replace(" ", "").split(";")
        if coding == "gzip":
            return not any(re.fullmatch(r"q=0(\.0*)?", parameter) for parameter in parameters)
    return False
