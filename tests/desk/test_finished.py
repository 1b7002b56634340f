"""What is over can be read again: whose it is shown to, what of it, and that nothing changes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.people.call import Call, Outcome, not_covered
from bot.people.callback import CallBack, State
from bot.store.audit import SqlAudit
from bot.store.callbacks import SqlCallBacks
from bot.store.calls import SqlCalls
from bot.store.sql import SqlStore
from bot.store.staff import SqlStaff
from knowledge.live import Content
from tests.desk.conftest import Clock, DeskApp, DeskClient, SignedIn

NUMBER = "13800138000"
CALLS, CALLBACKS = "/desk/calls", "/desk/callbacks/finished"


async def ended(
    desk_app: DeskApp,
    clerk: DeskClient,
    outcome: Outcome = "answered",
    how: Callable[[Call], Call] = lambda call: call,
    minutes: float = 2,
) -> int:
    """A call that has just ended; its number."""
    calls = SqlCalls(desk_app.store)
    call = await calls.begin(clerk.staff.id, "zh-Hant", desk_app.clock.now)
    await calls.change(clerk.staff.id, call.id, how)
    desk_app.clock.turn(minutes=minutes)
    await calls.end(clerk.staff.id, call.id, outcome, desk_app.clock.now)
    return call.id


async def closed(
    desk_app: DeskApp,
    clerk: DeskClient,
    number: int = 1,
    state: State = "done",
    call: int | None = None,
) -> str:
    """A call back that this clerk closed just now; its ticket."""
    now, ticket = desk_app.clock.now, f"CW-00000-{number:05}"
    sealed = desk_app.desk.vault.seal(NUMBER)
    created, due = now - timedelta(hours=3), now + timedelta(hours=1)
    promise = CallBack(ticket, "en", sealed, "sz-2016/6.2", created, due, call=call)
    await desk_app.desk.callbacks.add(promise)
    await desk_app.desk.callbacks.change(
        ticket, state=state, staff=clerk.staff.id, done=now, note=f"note {number}"
    )
    return ticket


async def trail(desk_app: DeskApp) -> list[tuple[str, str]]:
    entries = await SqlAudit(desk_app.store).read(None, None, None, 100, 0)
    return [(entry.action, entry.about) for entry in entries]


def listed(page: str) -> list[int]:
    """The calls of a list, by number."""
    return [int(number) for number in re.findall(r'href="/desk/calls/(\d+)"', page)]


async def test_a_clerk_reads_the_own_calls_and_a_supervisor_everybodys_newest_first(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    one, other = await signed_in("clerk", "anna"), await signed_in("clerk", "bob")
    calls = [await ended(desk_app, clerk) for clerk in (one, other, one)]
    await SqlCalls(desk_app.store).begin(one.staff.id, "en", desk_app.clock.now)

    assert listed((await one.get(CALLS)).text) == [calls[2], calls[0]]
    assert listed((await other.get(CALLS)).text) == [calls[1]]
    for role in ("supervisor", "admin"):
        page = (await (await signed_in(role)).get(CALLS)).text
        assert listed(page) == calls[::-1]
        assert "anna" in page and "bob" in page


async def test_calls_are_listed_by_how_they_ended(signed_in: SignedIn, desk_app: DeskApp) -> None:
    clerk = await signed_in("clerk")
    answered, referred = [await ended(desk_app, clerk, how) for how in ("answered", "referred")]

    assert listed((await clerk.get(f"{CALLS}?outcome=referred")).text) == [referred]
    nothing = await clerk.get(f"{CALLS}?outcome=not_covered")
    assert "There are no finished calls." in nothing.text
    assert listed((await clerk.get(f"{CALLS}?outcome=<b>")).text) == [referred, answered]


async def test_a_page_has_fifty_and_leads_to_the_older_ones_of_the_same_outcome(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk = await signed_in("clerk")
    calls = [await ended(desk_app, clerk, minutes=0.5) for _ in range(52)]
    first = (await clerk.get(f"{CALLS}?outcome=answered")).text
    assert listed(first) == calls[:1:-1]
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    second = (await clerk.get(CALLS + older[1].replace("&amp;", "&"))).text
    assert listed(second) == calls[1::-1]
    assert 'rel="next"' not in second


async def test_a_record_says_all_that_is_kept_and_the_number_stays_masked(
    signed_in: SignedIn, desk_app: DeskApp, content: Content
) -> None:
    clerk = await signed_in("clerk", "anna")
    sealed = desk_app.desk.vault.seal(NUMBER)

    def happened(call: Call) -> Call:
        call = call.with_lookup("<b>贷款</b>", "sz-2016/9.1").with_lookup("上海")
        call = call.with_told("sz-2016/9.1").with_told(not_covered("shanghai"))
        return replace(call.with_note("first line\nsecond"), contact=sealed)

    call = await ended(desk_app, clerk, "call_back", happened)
    ticket = await closed(desk_app, clerk, call=call)
    page = (await clerk.get(f"{CALLS}/{call}")).text

    assert "2026-11-25 10:00" in page and "10:02" in page  # in Shenzhen
    for part in (
        "anna",
        "繁體中文",
        f"9.1 {content.knowledge.provisions['sz-2016/9.1'].name['en']}",
        "上海",
        "Shanghai",
        "first line\nsecond",
        "Call back",
        ticket,
    ):
        assert part in page, part
    assert "&lt;b&gt;贷款&lt;/b&gt;" in page
    assert "Not in this policy" in page
    assert "***8000" in page
    assert NUMBER not in page
    assert "<form" not in page[page.index("<main") :]
    assert ("call_seen", f"call {call}") in await trail(desk_app)


async def test_a_colleagues_call_and_one_that_lasts_are_not_found(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    one, other = await signed_in("clerk"), await signed_in("clerk")
    call = await ended(desk_app, one)
    lasting = await SqlCalls(desk_app.store).begin(one.staff.id, "en", desk_app.clock.now)
    supervisor = await signed_in("supervisor")

    assert (await other.get(f"{CALLS}/{call}")).status_code == 404
    assert (await one.get(f"{CALLS}/{lasting.id}")).status_code == 404
    assert (await supervisor.get(f"{CALLS}/{lasting.id}")).status_code == 404
    assert (await supervisor.get(f"{CALLS}/999")).status_code == 404
    assert not [line for line in await trail(desk_app) if line[0] == "call_seen"]
    assert (await supervisor.get(f"{CALLS}/{call}")).status_code == 200


async def test_finished_call_backs_are_read_by_who_closed_them_and_by_supervisors(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    one, other = await signed_in("clerk", "anna"), await signed_in("clerk", "bob")
    done = await closed(desk_app, one, 1)
    desk_app.clock.turn(minutes=1)
    dropped = await closed(desk_app, other, 2, "dropped")
    page = (await one.get(CALLBACKS)).text

    assert done in page and dropped not in page
    assert "note 1" in page and "***8000" in page
    assert "data-show" not in page and NUMBER not in page
    assert (await one.send_form(f"/desk/callbacks/{done}/release")).status_code == 303
    supervisor = await signed_in("supervisor")
    page = (await supervisor.get(CALLBACKS)).text
    assert page.index(dropped) < page.index(done)
    assert "bob" in page
    only = (await supervisor.get(f"{CALLBACKS}?state=dropped")).text
    assert dropped in only and done not in only
    assert done in (await supervisor.get(f"{CALLBACKS}?state=open")).text


async def test_a_finished_call_back_leads_to_its_call_where_that_may_be_read(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    one, other = await signed_in("clerk"), await signed_in("clerk")
    call = await ended(desk_app, one, "call_back")
    await closed(desk_app, other, call=call)

    assert listed((await other.get(CALLBACKS)).text) == []
    assert listed((await (await signed_in("supervisor")).get(CALLBACKS)).text) == [call]


async def test_what_is_still_to_be_made_is_not_finished(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    supervisor = await signed_in("supervisor")
    await desk_app.desk.callbacks.add(
        CallBack("CW-00000-00003", "en", "sealed", "", desk_app.clock.now)
    )

    assert "There are no finished call backs." in (await supervisor.get(CALLBACKS)).text
    assert CALLBACKS in (await supervisor.get("/desk/callbacks")).text


async def test_both_databases_list_what_is_finished_in_the_same_order(
    both_stores: SqlStore, clock: Clock
) -> None:
    staff = (await SqlStaff(both_stores).add("anna", "clerk", "", clock.now)).id
    calls, callbacks = SqlCalls(both_stores), SqlCallBacks(both_stores)
    for number in range(3):
        call = await calls.begin(staff, "en", clock.now)
        await calls.end(staff, call.id, "answered", clock.now)
        ticket = f"CW-00000-0000{number}"
        await callbacks.add(CallBack(ticket, "en", "", "", clock.now, call=call.id))
        await callbacks.change(ticket, state="done", staff=staff, done=clock.now)
        clock.turn(minutes=1)

    assert [call.id for call in await calls.finished(None, "answered", 2, 1)] == [2, 1]
    assert await calls.finished(staff + 1, None, 9) == []
    found = await callbacks.finished(staff, "done", 2, 1)
    assert [each.ticket[-1] for each in found] == ["1", "0"]
    assert await callbacks.ticket_of(2) == "CW-00000-00001"
    assert await callbacks.ticket_of(9) == ""


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 40])
async def test_nonsense_in_the_address_is_no_error(signed_in: SignedIn, page: str) -> None:
    clerk = await signed_in("clerk")
    for path in (CALLS, CALLBACKS):
        assert (await clerk.get(f"{path}?page={page}")).status_code == 200
