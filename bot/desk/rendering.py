"""The desk's pages: a template, the words of its block, and the frame of who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from bot.desk.assets import Assets
from bot.desk.visit import Visit
from bot.people.call import is_not_covered
from bot.people.callback import ways_of
from bot.people.staff import Role
from bot.site.rendering import bare, linked, phone, web
from bot.site.serving import HEADERS
from bot.site.texts import read_texts
from knowledge.language import LANGUAGE_NAMES, LANGUAGES, Language

_FOLDER = Path(__file__).parent
_TEXTS = _FOLDER / "texts.yml"
_COMMON = "common"
# Nothing of the desk is kept by a browser or told to another site. Not "no-referrer": with that,
# browsers send a form's Origin as null.
_HEADERS = {**HEADERS, "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
_HTML = "text/html"


@dataclass(frozen=True)
class Place:
    """An entry of the desk's menu; its name is the text `nav_<key>`."""

    key: str
    path: str
    role: Role


PLACES = (
    Place("calls", "/desk", "clerk"),
    Place("chats", "/desk/chats", "clerk"),
    Place("callbacks", "/desk/callbacks", "clerk"),
    Place("projects", "/desk/projects", "clerk"),
    Place("mentors", "/desk/mentors", "clerk"),
    Place("news", "/desk/news", "clerk"),
    Place("inbox", "/desk/inbox", "supervisor"),
    Place("figures", "/desk/figures", "supervisor"),
    Place("staff", "/desk/staff", "admin"),
    Place("audit", "/desk/audit", "admin"),
)
_CALLS = "/desk/calls/"  # of the first place, too


class DeskPages:
    """Renders bot/desk/templates in the language of whoever looks at them."""

    def __init__(self, assets: Assets, zone: tzinfo) -> None:
        self._zone = zone
        self._words: dict[tuple[str, Language], SimpleNamespace] = {}
        self._environment = Environment(
            loader=FileSystemLoader(_FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            web=web,
            phone=phone,
            ways=ways_of,
            bare=bare,
            linked=linked,
            moment=self._moment,
            clock=self._clock,
        )
        self._environment.tests.update(not_covered=is_not_covered)
        self._environment.globals.update(asset=assets.address)

    def page(
        self, visit: Visit, template: str, status: int = 200, *, block: str = "", **content: Any
    ) -> Response:
        """A whole page. `block`: of texts.yml, whose words `t` has beside the common ones."""
        here = _here(visit.request.url.path)
        # An address that takes a form shows nothing when it is merely looked at.
        looked = visit.request.method in ("GET", "HEAD")
        frame = {
            "menu": [(place, place is here) for place in PLACES if visit.staff.may(place.role)],
            "back": visit.address if looked else here.path if here else PLACES[0].path,
        }
        words = self.words(visit.language, block)
        return self._answer(visit, visit.language, template, status, words, {**frame, **content})

    def fragment(
        self, visit: Visit, template: str, status: int = 200, *, block: str = "", **content: Any
    ) -> Response:
        """A part of a page, for a script to put in; its template extends nothing."""
        words = self.words(visit.language, block)
        return self._answer(visit, visit.language, template, status, words, content)

    def outside(
        self,
        request: Request,
        language: Language,
        template: str,
        status: int = 200,
        *,
        block: str = "",
        **content: Any,
    ) -> Response:
        """A page for whoever is not signed in; links on it change its language."""
        rest = [(k, v) for k, v in request.query_params.multi_items() if k != "language"]
        frame = {"here": f"?{urlencode([*rest, ('language', '')])}"}
        words = self.words(language, block)
        return self._answer(None, language, template, status, words, {**frame, **content})

    def words(self, language: Language, block: str = "") -> SimpleNamespace:
        """The words of a block and the common ones, by key. Raises KeyError for no such block."""
        key = (block, language)
        if key not in self._words:
            words = read_texts(_COMMON, _TEXTS)[language]
            if block:
                words = words | read_texts(block, _TEXTS)[language]
            self._words[key] = SimpleNamespace(**words)
        return self._words[key]

    def _answer(
        self,
        visit: Visit | None,
        language: Language,
        template: str,
        status: int,
        words: SimpleNamespace,
        content: dict[str, Any],
    ) -> Response:
        text = self._environment.get_template(template).render(
            **content,
            visit=visit,
            language=language,
            languages=[(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
            t=words,
        )
        return Response(text, status, _HEADERS, _HTML)

    def _moment(self, moment: datetime) -> str:
        """Day and time in the desk's zone, in digits that read the same in every language."""
        return moment.astimezone(self._zone).strftime("%Y-%m-%d %H:%M")

    def _clock(self, moment: datetime) -> str:
        """The time of day in the desk's zone."""
        return moment.astimezone(self._zone).strftime("%H:%M")


def _here(path: str) -> Place | None:
    """The entry of the menu that an address belongs to; all begin with that of the first."""
    first, *others = PLACES
    for place in others:
        if path == place.path or path.startswith(f"{place.path}/"):
            return place
    return first if path == first.path or f"{path}/".startswith(_CALLS) else None
