"""The supervisors' inbox: questions without a good answer, drafted as changes of the content."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.access import Access, Form, Visit
from bot.desk.call_views import Entry, entry
from bot.desk.drafts import CannotDraft, Draft, Drafts
from bot.desk.finding import language_named, loaded
from bot.desk.rendering import DeskPages
from bot.desk.services import Desk
from bot.people.unanswered import Group, Question, grouped
from bot.privacy import mask
from bot.site.serving import HEADERS
from bot.store.unanswered import SqlUnanswered
from knowledge.language import LANGUAGE_NAMES, Language, clean, has_words
from knowledge.live import Content, Library
from knowledge.search import OUT_OF_SCOPE

_PATH, _BLOCK = "/desk/inbox", "inbox"
SPANS = (7, 30, 90)  # days that can be looked at
LONGEST = 300  # characters of a question that is drafted
_USUAL = 30
_A_PAGE = 20
_FIRST_YEAR = 2000  # further back no zone can be reckoned with
_MOST = 5000  # questions that are grouped at once
_NEAREST = 3
_LIKELY_OUTSIDE = 0.5
_SAID = ("seen", "changed")


@dataclass(frozen=True)
class Shown:
    """A group as the page shows it: what it may be about, the best first, and whether the policy
    likely does not have it."""

    group: Group
    nearest: tuple[Entry, ...]
    outside: bool


@dataclass(frozen=True)
class Span:
    """What is looked at: the questions from `since` to `until`."""

    days: int
    since: datetime
    until: datetime


class InboxPages:
    """For supervisors. Of a question they see the masked words, and never whose they are."""

    def __init__(
        self, access: Access, pages: DeskPages, desk: Desk, library: Library, drafts: Drafts
    ) -> None:
        self._access, self._pages, self._desk = access, pages, desk
        self._library, self._drafts = library, drafts
        self._store = SqlUnanswered(desk.store)
        self._last: tuple[list[Question], str, list[Group]] = ([], "", [])

    def routes(self) -> list[Route]:
        def post(name: str, endpoint, audit: str = "") -> Route:  # type: ignore[no-untyped-def]
            path = f"{_PATH}/{name}"
            return self._access.route(
                path, endpoint, methods=["POST"], role="supervisor", audit=audit
            )

        return [
            self._access.route(_PATH, self._show, role="supervisor"),
            post("seen", self._seen),
            post("draft", self._draft),
            post("patch", self._patch),
        ]

    async def _show(self, visit: Visit) -> Response:
        asked, content = visit.request.query_params, loaded(self._library)
        span = self._span(asked.get("days", ""))
        groups = await self._groups(span, content)
        pages = max(1, -(-len(groups) // _A_PAGE))
        page = min(max(1, _number(asked.get("page", "")) or 1), pages)
        shown = groups[(page - 1) * _A_PAGE : page * _A_PAGE]
        said = asked.get("said", "")
        return self._pages.page(
            visit,
            "inbox.html",
            block=_BLOCK,
            shown=await asyncio.to_thread(_with_nearest, shown, content, visit.language),
            questions=sum(group.size for group in groups),
            groups=len(groups),
            number=page,
            pages=pages,
            span=span,
            spans=SPANS,
            most=_MOST,
            longest=LONGEST,
            outside=OUT_OF_SCOPE,
            called=LANGUAGE_NAMES,
            said=said if said in _SAID else "",
        )

    async def _seen(self, visit: Visit) -> Response:
        form = await visit.form()
        span = self._span(form.get("days", ""), form.get("until", ""))
        groups = await self._groups(span, loaded(self._library))
        group = next((each for each in groups if each.key == form.get("key")), None)
        if group is not None:
            await self._store.review(group.questions, visit.staff.id, self._desk.clock())
            await self._access.record(visit.staff, "inbox_seen", str(group.size))
        query = {
            "days": span.days,
            "page": _number(form.get("page", "")) or 1,
            "said": "changed" if group is None else "seen",
        }
        address = f"{_PATH}?{urlencode(query)}"
        return RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})

    async def _draft(self, visit: Visit) -> Response:
        form, content = await visit.form(), loaded(self._library)
        draft = _drafted(form)
        patch, problem = None, "" if has_words(draft.question) else "empty"
        where = ""
        if not problem:
            try:
                patch = await asyncio.to_thread(self._drafts.patch, draft, content)
            except CannotDraft as error:
                problem, where = error.why, error.where
        knowledge = content.knowledge
        provisions = [entry(knowledge, p, visit.language) for p in knowledge.provisions.values()]
        return self._pages.page(
            visit,
            "draft.html",
            422 if problem else 200,
            block=_BLOCK,
            draft=draft,
            patch=patch,
            problem=problem,
            where=where,
            provisions=provisions,
            longest=LONGEST,
            outside=OUT_OF_SCOPE,
            called=LANGUAGE_NAMES,
            kept={name: form.get(name, "") for name in ("key", "days", "page", "until")},
        )

    async def _patch(self, visit: Visit) -> Response:
        """The draft as a file; what is in it is on the page that leads here."""
        draft, content = _drafted(await visit.form()), loaded(self._library)
        if not has_words(draft.question):
            raise HTTPException(422)
        try:
            patch = await asyncio.to_thread(self._drafts.patch, draft, content)
        except CannotDraft as error:
            raise HTTPException(422, str(error)) from error
        await self._access.record(visit.staff, "inbox_drafted", draft.target)
        headers = {
            **HEADERS,
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{patch.name}"',
        }
        return Response(patch.text.encode(), 200, headers, "text/x-diff; charset=utf-8")

    async def _groups(self, span: Span, content: Content) -> list[Group]:
        questions = await self._store.read(span.since, span.until, _MOST)
        before, version, groups = self._last
        if questions == before and content.knowledge.version == version:
            return groups
        groups = await asyncio.to_thread(grouped, questions, content.search.rarity)
        self._last = questions, content.knowledge.version, groups
        return groups

    def _span(self, days: str, until: str = "") -> Span:
        """Whole days of the desk's zone, up to now or to when the page was made."""
        now = self._desk.clock()
        with_days = _number(days)
        span = with_days if with_days in SPANS else _USUAL
        end = min(_moment(until) or now, now)
        today = end.astimezone(self._desk.operator.opening.zone)
        since = today.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=span - 1)
        return Span(span, since, end)


def _with_nearest(groups: list[Group], content: Content, language: Language) -> list[Shown]:
    shown = []
    for group in groups:
        found = content.search.find(group.example.text, _NEAREST)
        nearest = [content.knowledge.provisions[match.provision] for match in found.matches]
        shown.append(
            Shown(
                group,
                tuple(entry(content.knowledge, each, language) for each in nearest),
                found.out_of_scope > _LIKELY_OUTSIDE,
            )
        )
    return shown


def _drafted(form: Form) -> Draft:
    return Draft(
        question=mask(clean(form.get("question", "")[:LONGEST])),
        language=language_named(form.get("language")),
        target=form.get("target", ""),
    )


def _number(sent: str) -> int | None:
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 7 else None


def _moment(sent: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(sent)
    except ValueError:
        return None
    if moment.year < _FIRST_YEAR:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
