"""What the desk's pages load: one style sheet and a few scripts, the same for everybody."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.http import Problem
from bot.site.serving import ASK_AGAIN, FOR_GOOD, Document, served

_FOLDER = Path(__file__).parent
_STYLES = (_FOLDER.parent / "site" / "tokens.css", _FOLDER / "desk.css")
_SCREENS = _FOLDER / "styles"  # what one screen alone needs


class Assets:
    """Read once; an address names the version, so that a browser may keep what it has."""

    def __init__(self) -> None:
        style = "\n".join(part.read_text("utf-8") for part in _styles())
        self._documents = {"desk.css": Document(style.encode(), "text/css")}
        for script in sorted((_FOLDER / "scripts").glob("*.js")):
            self._documents[script.name] = Document(script.read_bytes(), "text/javascript")

    def routes(self) -> list[Route]:
        return [Route("/desk/assets/{name}", self._serve, methods=["GET"])]

    def address(self, name: str) -> str:
        """Where a page loads it from. Raises KeyError for a file that is not there."""
        return f"/desk/assets/{name}?v={self._documents[name].etag}"

    async def _serve(self, request: Request) -> Response:
        document = self._documents.get(request.path_params["name"])
        if document is None:
            raise Problem(404, "Not found", "There is no such file.")
        named = request.query_params.get("v") == document.etag
        return served(request, document, cache=FOR_GOOD if named else ASK_AGAIN)


def _styles() -> list[Path]:
    return [*_STYLES, *sorted(_SCREENS.glob("*.css"))]
