"""Call backs: who takes them, who sees the contact, what is overdue, and the desk's stream."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.desk.access import Visit
from bot.desk.stream import DeskStream
from bot.events import DESK
from bot.people.callback import CallBack, shown
from bot.store.audit import SqlAudit
from bot.store.calls import SqlCalls
from tests.desk.conftest import DeskApp, DeskClient, SignedIn

TICKET = "CW-00000-00001"
PATH = f"/desk/callbacks/{TICKET}"
NUMBER = "13800138000"


async def promise(
    desk_app: DeskApp, ticket: str = TICKET, due: float | None = 60, call: int | None = None
) -> None:
    """`due`: minutes from now."""
    now = desk_app.clock.now
    await desk_app.desk.callbacks.add(
        CallBack(
            ticket=ticket,
            language="en",
            contact=desk_app.desk.vault.seal(NUMBER),
            about="sz-2016/6.2",
            created=now,
            due=None if due is None else now + timedelta(minutes=due),
            call=call,
        )
    )


async def shown_to(clerk: DeskClient, which: str = "open") -> str:
    return (await clerk.get("/desk/callbacks/list", params={"show": which})).text


async def said(clerk: DeskClient, action: str, **fields: str) -> str:
    """What the page says after something was done."""
    answer = await clerk.send_form(f"{PATH}/{action}", **fields)
    assert answer.status_code == 303
    return answer.headers["location"].rpartition("said=")[2]


async def trail(desk_app: DeskApp) -> list[tuple[str, str]]:
    entries = await SqlAudit(desk_app.store).read(None, None, None, 100, 0)
    return [(entry.action, entry.about) for entry in entries]


async def test_what_is_due_first_stands_first_and_what_has_no_time_last(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk = await signed_in("clerk")
    for number, due in enumerate((None, 300, -5, 60)):
        await promise(desk_app, f"CW-00000-0000{number}", due)
    page = await shown_to(clerk)

    at = [page.index(f"CW-00000-0000{number}") for number in (2, 3, 1, 0)]
    assert at == sorted(at)
    assert "No time was promised" in page


async def test_what_is_overdue_says_so_and_can_be_seen_alone(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk = await signed_in("clerk")
    await promise(desk_app, "CW-00000-00007", 50)
    await promise(desk_app, "CW-00000-00008", 600)
    assert "late" not in await shown_to(clerk)
    desk_app.clock.turn(minutes=51)
    overdue = await shown_to(clerk, "overdue")

    assert '<strong class="late">Overdue</strong>' in overdue
    assert "CW-00000-00008" not in overdue


async def test_the_reminder_counts_what_is_overdue_and_what_soon_will_be(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk = await signed_in("clerk")
    assert (await clerk.get("/desk/reminder")).text.strip() == ""
    for number, due in enumerate((-1, 0, 30, 31, None)):
        await promise(desk_app, f"CW-00000-0000{number}", due)
    reminder = (await clerk.get("/desk/reminder")).text

    assert "1 call back(s) overdue" in reminder
    assert "2 due within 30 minutes" in reminder


async def test_taking_it_shows_whose_it_is_and_lists_it_as_mine(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    one, other = await signed_in("clerk", name="chen"), await signed_in("clerk", name="li")
    await promise(desk_app)
    assert await said(one, "take") == "taken"

    assert "Yours" in await shown_to(one, "mine")
    assert TICKET not in await shown_to(other, "mine")
    assert "With chen" in await shown_to(other)
    assert ("callback_taken", TICKET) in await trail(desk_app)


async def test_what_is_sent_twice_is_done_and_recorded_once(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk, supervisor = await signed_in("clerk"), await signed_in("supervisor")
    await promise(desk_app)
    for action, outcome in (("take", "taken"), ("release", "released"), ("take", "taken")):
        assert [await said(clerk, action) for _ in range(2)] == [outcome] * 2
    assert await said(supervisor, "take") == "too_late"
    assert [await said(clerk, "done", note="told him") for _ in range(2)] == ["done"] * 2
    done = [action for action, about in reversed(await trail(desk_app)) if about == TICKET]

    assert done == [
        "callback_taken",
        "callback_released",
        "callback_taken",
        "callback_done",
    ]
    assert await said(clerk, "dropped") == "too_late"


async def test_of_two_who_take_it_at_once_one_has_it_and_the_other_is_told(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    one, other = await signed_in("clerk"), await signed_in("supervisor")
    await promise(desk_app)
    outcome = await asyncio.gather(said(one, "take"), said(other, "take"))

    assert sorted(outcome) == ["taken", "too_late"]
    page = await other.get("/desk/callbacks", params={"said": "too_late"})
    assert "A colleague was faster" in page.text


async def test_a_colleague_cannot_release_or_close_it_and_a_supervisor_can(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    one, other = await signed_in("clerk"), await signed_in("clerk")
    supervisor = await signed_in("supervisor")
    await promise(desk_app)
    await said(one, "take")
    for action in ("release", "done", "dropped"):
        assert await said(other, action) == "too_late"
    assert await said(supervisor, "release") == "released"
    assert await said(other, "take") == "taken"
    assert await said(supervisor, "dropped", note="wrong number") == "dropped"
    kept = await desk_app.desk.callbacks.find(TICKET)

    assert kept is not None
    assert (kept.state, kept.note, kept.staff) == ("dropped", "wrong number", supervisor.staff.id)


async def test_done_is_done_once_with_a_masked_note(signed_in: SignedIn, desk_app: DeskApp) -> None:
    clerk = await signed_in("clerk")
    await promise(desk_app)
    await said(clerk, "take")
    assert await said(clerk, "done", note=f"told {NUMBER}") == "done"
    assert await said(clerk, "done") == "too_late"
    kept = await desk_app.desk.callbacks.find(TICKET)

    assert kept is not None
    assert (kept.state, kept.note, kept.done) == ("done", "told ***", desk_app.clock.now)
    assert TICKET not in await shown_to(clerk)
    assert [action for action, _ in await trail(desk_app)].count("callback_done") == 1


async def test_the_contact_is_masked_and_shown_to_who_has_it_alone(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk, other = await signed_in("clerk"), await signed_in("clerk")
    await promise(desk_app)
    for reader in (clerk, other):
        page = await shown_to(reader)
        assert "***8000" in page
        assert NUMBER not in page
        assert (await reader.send_form(f"{PATH}/contact")).status_code == 403
    await said(clerk, "take")
    assert (await other.send_form(f"{PATH}/contact")).status_code == 403
    assert ("contact_seen", TICKET) not in await trail(desk_app)

    assert NUMBER in (await clerk.send_form(f"{PATH}/contact")).text
    assert ("contact_seen", TICKET) in await trail(desk_app)
    assert (await clerk.send_form("/desk/callbacks/CW-X/contact")).status_code == 404


async def test_a_contact_that_nobody_can_read_any_more_says_so(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk = await signed_in("clerk")
    await desk_app.desk.callbacks.add(
        CallBack(TICKET, "en", "not sealed by us", "", desk_app.clock.now)
    )
    await said(clerk, "take")

    assert "the key was changed" in await shown_to(clerk)
    assert "Unreadable" in (await clerk.send_form(f"{PATH}/contact")).text


async def test_the_note_of_the_call_stands_beside_its_call_back_and_is_escaped(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk = await signed_in("clerk")
    calls = SqlCalls(desk_app.store)
    call = await calls.begin(clerk.staff.id, "en", desk_app.clock.now)
    await calls.change(clerk.staff.id, call.id, lambda c: c.with_note("<b>the form</b>"))
    await promise(desk_app, call=call.id)
    await promise(desk_app, "CW-00000-00009", call=call.id + 99)

    assert "&lt;b&gt;the form&lt;/b&gt;" in await shown_to(clerk)


@pytest.mark.parametrize("which", ["", "open", "<script>", "nobody"])
async def test_an_unknown_filter_or_message_shows_all_that_is_open(
    signed_in: SignedIn, desk_app: DeskApp, which: str
) -> None:
    clerk = await signed_in("clerk")
    await promise(desk_app)
    page = await clerk.get("/desk/callbacks", params={"show": which, "said": which})

    assert TICKET in page.text
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    ("contact", "masked"),
    [
        ("13800138000", "***8000"),
        ("+852 2345 6789", "***6789"),
        ("(0755) 1234-5678", "***5678"),
        ("someone@example.com", "***@example.com"),
        ("", ""),
    ],
)
def test_a_contact_shows_no_more_than_tells_it_from_another(contact: str, masked: str) -> None:
    assert shown(contact) == masked


async def test_a_stream_that_is_opened_again_and_again_keeps_nobody_signed_in(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk = await signed_in("clerk")
    for _ in range(3):
        desk_app.clock.turn(minutes=25)
        await opened(desk_app, clerk)

    assert (await clerk.get("/desk/reminder")).status_code == 303


async def opened(desk_app: DeskApp, clerk: DeskClient) -> None:
    """The stream is asked for, and left as soon as its head is there."""
    cookie = "; ".join(f"{name}={value}" for name, value in clerk.cookies.items())
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/desk/events",
        "raw_path": b"/desk/events",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", cookie.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    begun = asyncio.Event()

    async def receive() -> dict[str, object]:
        await begun.wait()
        return {"type": "http.disconnect"}

    async def send(message: object) -> None:
        begun.set()

    await asyncio.wait_for(desk_app.app(scope, receive, send), 5)  # type: ignore[arg-type]


class Stream:
    """Reads the desk's stream event by event."""

    def __init__(self, desk_app: DeskApp, beat: float, signed_in: bool = True) -> None:
        self._signed_in = signed_in
        self.stream = DeskStream(self, None, desk_app.desk, beat)  # type: ignore[arg-type]

    async def lasts(self, _: Visit) -> bool:
        return self._signed_in


async def test_the_stream_says_that_something_changed_and_nothing_of_it(
    desk_app: DeskApp, signed_in: SignedIn
) -> None:
    clerk = await signed_in("clerk")
    lines = Stream(desk_app, beat=5).stream._lines(Visit(None, clerk.staff, "en", ""))  # type: ignore[arg-type]
    assert (await lines.__anext__()).startswith("retry:")
    waiting = asyncio.create_task(lines.__anext__())
    await asyncio.sleep(0.01)
    desk_app.desk.events.publish(DESK)

    assert await asyncio.wait_for(waiting, 2) == "event: change\ndata:\n\n"
    await lines.aclose()


async def test_the_stream_beats_and_ends_with_the_session(
    desk_app: DeskApp, signed_in: SignedIn
) -> None:
    clerk = await signed_in("clerk")
    visit = Visit(None, clerk.staff, "en", "")  # type: ignore[arg-type]
    lines = Stream(desk_app, beat=0.01).stream._lines(visit)
    await lines.__anext__()
    assert await lines.__anext__() == "event: beat\ndata:\n\n"
    await lines.aclose()
    ended = [line async for line in Stream(desk_app, 0.01, signed_in=False).stream._lines(visit)]
    assert len(ended) == 1
