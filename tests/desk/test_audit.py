"""The audit trail: what is recorded, and how it is looked through."""

from __future__ import annotations

import ast
import re
from datetime import datetime, timezone

import pytest
import sqlalchemy as sa

from bot.settings import PROJECT
from bot.site.texts import read_texts
from bot.store.audit import SqlAudit
from bot.store.desk_tables import audit
from bot.store.personal import forget
from bot.store.sign_ins import SqlSignIns
from bot.store.sql import SqlStore
from tests.desk.conftest import PASSWORD, DeskApp, SignedIn, sign_in_as

WRONG = "not the right one at all"


async def trail(desk_app: DeskApp) -> list[tuple[str, str, str]]:
    """Who, what, about, the oldest first."""
    entries = await SqlAudit(desk_app.store).read(None, None, None, 1000)
    return [(e.name, e.action, e.about) for e in reversed(entries)]


def lines(page: str) -> list[list[str]]:
    """The table of the page as text."""
    body = page[page.index("<tbody") : page.index("</tbody>")]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)
    return [[re.sub("<[^>]+>", "", c) for c in re.findall(r"<td.*?</td>", r, re.S)] for r in rows]


async def test_coming_going_and_failing_is_recorded(desk_app: DeskApp) -> None:
    await desk_app.accounts.add("anna", "clerk", PASSWORD)
    async with desk_app.client() as client:
        await sign_in_as(client, "anna", WRONG)
        # The password in the field of the name: nothing of it is kept.
        await sign_in_as(client, PASSWORD, "anna")
        await sign_in_as(client, "anna")
    assert await trail(desk_app) == [
        ("anna", "sign_in_failed", "anna"),
        ("", "sign_in_failed", ""),
        ("anna", "signed_in", "anna"),
    ]


async def test_what_an_admin_does_to_accounts_is_recorded(
    desk_app: DeskApp, signed_in: SignedIn
) -> None:
    admin = await signed_in("admin", "root")
    await admin.send_form("/desk/staff", name="bob", role="clerk")
    bob = await desk_app.accounts.named("bob")
    assert bob is not None
    path = f"/desk/staff/{bob.staff.id}"
    sign_ins = SqlSignIns(desk_app.store)
    await sign_ins.add("a session", bob.staff.id, "", "en", desk_app.clock.now)
    # What is sent twice is done once, and recorded once; a link is another each time.
    for _ in range(2):
        await admin.send_form(f"{path}/role", role="supervisor")
    for way in ("sign-out", "sign-out", "deactivate", "deactivate", "activate", "link"):
        await admin.send_form(f"{path}/{way}")
    # What was refused was not done.
    await admin.send_form(f"/desk/staff/{admin.staff.id}/deactivate")
    await admin.send_form("/desk/staff", name="bob", role="clerk")
    await admin.send_form("/desk/sign-out")
    assert [line for line in await trail(desk_app) if line[1] != "signed_in"] == [
        ("root", "staff_added", "bob: clerk"),
        ("root", "link_made", "bob"),
        ("root", "role_changed", "bob: clerk > supervisor"),
        ("root", "forced_out", "bob"),
        ("root", "deactivated", "bob"),
        ("root", "activated", "bob"),
        ("root", "link_made", "bob"),
        ("root", "link_made", "bob"),
        ("root", "signed_out", "root"),
    ]


async def test_a_password_set_by_a_link_is_recorded_without_the_link(desk_app: DeskApp) -> None:
    staff = await desk_app.accounts.add("anna", "clerk")
    token = await desk_app.accounts.make_link(staff)
    async with desk_app.client() as client:
        page = await client.get(f"/desk/welcome/{token}")
        csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert csrf
        sent = {"csrf": csrf[1], "password": PASSWORD, "again": PASSWORD}
        await client.post(f"/desk/welcome/{token}", data=sent)
    assert await trail(desk_app) == [("anna", "password_set", "anna")]


async def test_the_trail_is_looked_through_by_person_and_by_day_of_the_desk(
    desk_app: DeskApp, signed_in: SignedIn
) -> None:
    admin = await signed_in("admin", "root")
    kept = SqlAudit(desk_app.store)
    # In Shenzhen the 26th begins at 16:00 UTC of the 25th.
    for hour, day, about in ((15, 25, "before"), (16, 25, "midnight"), (15, 26, "late")):
        at = datetime(2026, 11, day, hour, 59 if hour == 15 else 0, tzinfo=timezone.utc)
        await kept.add(admin.staff.id, "role_changed", about, at)
    await kept.add(None, "sign_in_failed", "nobody's", datetime(2026, 11, 26, tzinfo=timezone.utc))

    page = (await admin.get("/desk/audit?day=2026-11-26")).text
    assert [line[3] for line in lines(page)] == ["late", "nobody&#39;s", "midnight"]
    assert lines(page)[2][:3] == ["2026-11-26 00:00", "root", "changed a role"]
    mine = (await admin.get(f"/desk/audit?day=2026-11-26&staff={admin.staff.id}")).text
    assert [line[3] for line in lines(mine)] == ["late", "midnight"]


async def test_a_page_has_a_hundred_lines_and_leads_to_the_next(
    desk_app: DeskApp, signed_in: SignedIn
) -> None:
    admin = await signed_in("admin", "root")
    for number in range(249):
        await SqlAudit(desk_app.store).add(None, "signed_in", str(number), desk_app.clock())
    counts = []
    seen: set[str] = set()
    for page in (1, 2, 3):
        text = (await admin.get(f"/desk/audit?page={page}")).text
        counts.append(len(lines(text)))
        seen |= {line[3] for line in lines(text)}
        assert ('rel="next"' in text) == (page < 3)
        assert ('rel="prev"' in text) == (page > 1)
    assert counts == [100, 100, 50]
    assert len(seen) == 250


@pytest.mark.parametrize(
    "query",
    [
        "day=yesterday",
        "day=0001-01-01",
        "day=9999-12-31",
        "staff=x",
        "staff=-1",
        "staff=99999999999999999999",
        "page=0",
        "page=-3",
        "page=x",
        "page=999999999",
        "day=&staff=&page=",
    ],
)
async def test_nonsense_in_the_address_is_no_error(signed_in: SignedIn, query: str) -> None:
    admin = await signed_in("admin")
    assert (await admin.get(f"/desk/audit?{query}")).status_code == 200


async def test_a_forgotten_conversation_stands_in_no_line(both_stores: SqlStore) -> None:
    kept = SqlAudit(both_stores)
    now = datetime(2026, 11, 25, tzinfo=timezone.utc)
    await kept.add(None, "chat_seen", "telegram:42", now)
    await both_stores.run(lambda connection: forget(connection, "telegram:42"))
    rows = await both_stores.run(lambda c: c.execute(sa.select(audit)).all())
    assert len(rows) == 1
    assert "42" not in rows[0].about


def recorded_in_code() -> set[str]:
    """All names of actions that the desk's code records."""
    found = set()
    for file in (PROJECT / "bot" / "desk").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            said = [k.value for k in node.keywords if k.arg == "audit"]
            if isinstance(node.func, ast.Attribute) and node.func.attr == "record":
                said += node.args[1:2]
            found |= {name for each in said if (name := _begins_with(each))}
    return found


def _begins_with(name: ast.expr) -> str:
    """A name that stands in the code, or the part of it that does: f"callback_{said}"."""
    if isinstance(name, ast.JoinedStr):
        name = name.values[0]
    return str(name.value) if isinstance(name, ast.Constant) else ""


def test_every_action_that_is_recorded_has_its_words() -> None:
    words = read_texts("audit", PROJECT / "bot" / "desk" / "texts.yml")["en"]
    recorded = recorded_in_code()

    assert "signed_in" in recorded and "deactivated" in recorded
    told = [word.removeprefix("did_") for word in words]
    # A part ends with _: there is a word for one at least.
    missing = {
        name
        for name in recorded
        if name not in told and not (name.endswith("_") and any(w.startswith(name) for w in told))
    }
    assert missing == set()
