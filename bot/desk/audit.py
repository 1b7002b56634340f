"""The page of the audit trail: who saw and did what."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.access import Access, Visit
from bot.desk.accounts import Accounts
from bot.desk.paging import number_in, page_of
from bot.desk.rendering import DeskPages
from bot.desk.services import Desk
from bot.store.audit import SqlAudit

_A_PAGE = 100


class AuditPages:
    """For admins alone."""

    def __init__(
        self, access: Access, pages: DeskPages, desk: Desk, accounts: Accounts, trail: SqlAudit
    ) -> None:
        self._access, self._pages, self._accounts, self._trail = access, pages, accounts, trail
        self._zone = desk.operator.opening.zone

    def routes(self) -> list[Route]:
        return [self._access.route("/desk/audit", self._show, role="admin")]

    async def _show(self, visit: Visit) -> Response:
        asked = visit.request.query_params
        day, person = _day(asked.get("day", "")), number_in(asked.get("staff", ""))
        start = datetime.combine(day, time(), self._zone) if day else None
        end = start + timedelta(days=1) if start else None
        page = await page_of(visit, _A_PAGE, partial(self._trail.read, start, end, person))
        return self._pages.page(
            visit,
            "audit.html",
            block="audit",
            page=page,
            accounts=await self._accounts.all(),
            day=day.isoformat() if day else "",
            person=person,
        )


def _day(sent: str) -> date | None:
    try:
        day = date.fromisoformat(sent)
    except ValueError:
        return None
    # The ends of the calendar have no day before or after in every zone.
    return day if 1970 <= day.year < 9999 else None
