"""Mentors and projects at the desk, from a founder's words to what the founder hears of it."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date

import httpx
import pytest
import pytest_asyncio

from bot.commands.demo import _FILE
from bot.message import Effect
from bot.people.outbox import Outbox
from bot.secretary.demo import read_demo
from bot.secretary.mentor import Mentor
from bot.secretary.project import Project
from bot.store.audit import SqlAudit
from bot.store.demo import SqlDemo
from bot.store.projects import SqlProjects
from bot.store.sql import SqlStore
from tests import built
from tests.desk.conftest import BASE, DeskApp, DeskClient, SignedIn

PHONE, MENTORS = "13912345678", "/desk/mentors"
ROW = {
    "id": "m-1",
    "name": "Lin",
    "fields": "chips",
    "stages": "seed",
    "languages": "english",
    "times": "weekends",
    "contact": "lin@example.com",
    "consent": "2026-11-01",
}


@pytest.fixture(autouse=True)
def content() -> None:
    built.in_use()


@dataclass
class Visitor:
    """A founder on the website."""

    http: httpx.AsyncClient
    app: DeskApp
    id: str
    token: str

    async def says(self, text: str = "", tap: str = "", effect: str = "") -> dict[str, object]:
        """`tap`: a part of a choice's title; `effect`: what the assistant understands."""
        body: dict[str, str] = {"id": str(uuid.uuid4()), "language": "zh-Hans"}
        if tap:
            body["choice"] = next(c["id"] for c in self.last["choices"] if tap in c["title"])
        else:
            body["text"] = text
        data = {"fields": "chips"} if effect == "find_mentor" else {}
        self.app.assistant.effects = (Effect(effect, data),) if effect else ()
        answer = await self.http.post(
            f"/api/conversations/{self.id}/messages", json=body, headers=self.key
        )
        assert answer.status_code == 200, answer.text
        self.last = answer.json()
        return self.last

    @property
    def key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def letters(self) -> list[str]:
        answer = await self.http.get(f"/api/conversations/{self.id}/letters", headers=self.key)
        return [letter["text"] for letter in answer.json()["letters"]]

    async def hands_in(self) -> str:
        """A project, and its number."""
        await self.says("我要提交项目", effect="submit_project")
        for said in ("会浇水的花盆", "种子期", "两个人", "找代工厂", PHONE):
            await self.says(said)
        await self.says(tap="同意")
        done = await self.says(tap="确认提交")
        return str(re.search(r"CP-\w{5}-\w{5}", json.dumps(done))[0])  # type: ignore[index]


@pytest_asyncio.fixture
async def visitor(desk_app: DeskApp) -> AsyncIterator[Visitor]:
    transport = httpx.ASGITransport(desk_app.app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
        made = (await http.post("/api/conversations")).json()
        yield Visitor(http, desk_app, made["id"], made["token"])


async def trail(desk_app: DeskApp) -> list[tuple[str, str]]:
    entries = await SqlAudit(desk_app.store).read(None, None, None, 100, 0)
    return [(entry.action, entry.about) for entry in entries]


async def keep(desk_app: DeskApp, identity: str = "m-1", demo: bool = False) -> None:
    sealed = desk_app.desk.vault.seal("lin@example.com")
    words = ("chips",), ("seed",), ("english",)
    mentor = Mentor(identity, "Lin", *words, "weekends", sealed, date(2026, 11, 1), demo=demo)
    await desk_app.desk.mentors.put([mentor], desk_app.clock())


async def test_a_supervisor_adds_changes_and_deactivates_a_mentor_and_the_trail_has_it(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    client = await signed_in("supervisor")
    added = await client.send_form(MENTORS, **ROW)
    changed = await client.send_form(
        f"{MENTORS}/m-1", **{**ROW, "times": "mornings", "contact": ""}
    )
    await client.send_form(f"{MENTORS}/m-1/deactivate")
    page = (await client.get(MENTORS)).text

    assert added.headers["location"].endswith("said=added")
    assert changed.headers["location"].endswith("said=changed")
    found = await desk_app.desk.mentors.find("m-1")
    assert found is not None
    assert (found.times, found.active) == ("mornings", False)
    assert desk_app.desk.vault.open(found.contact) == "lin@example.com"
    assert "chips and semiconductors" in page
    assert "lin@example.com" not in page
    done = [action for action, about in await trail(desk_app) if about == "m-1"]
    assert done == ["mentor_deactivated", "mentor_changed", "mentor_added"]


async def test_what_is_wrong_in_the_form_is_said_and_what_was_typed_stays(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    client = await signed_in("supervisor")
    wrong = {**ROW, "contact": "none", "consent": "2030-01-01", "times": "Tuesday nights"}
    answer = await client.send_form(MENTORS, **wrong)
    taken = [await client.send_form(MENTORS, **ROW) for _ in range(2)][1]

    assert answer.status_code == taken.status_code == 422
    assert "holds no phone number" in answer.text
    assert "has not come yet" in answer.text
    assert 'value="Tuesday nights"' in answer.text
    assert "a mentor of that id already" in taken.text


async def test_a_founders_wish_for_a_mentor_is_a_call_back_and_who_takes_it_sees_both_contacts(
    signed_in: SignedIn, desk_app: DeskApp, visitor: Visitor
) -> None:
    clerk = await signed_in("clerk")
    await keep(desk_app)
    await visitor.says("找个做芯片的导师", effect="find_mentor")
    await visitor.says(tap="约 Lin")
    done = await visitor.says(PHONE)
    (callback,) = await desk_app.desk.callbacks.open()
    assert callback.ticket in json.dumps(done)
    listed = (await clerk.get("/desk/callbacks/list")).text
    assert "Asks for the mentor" in listed
    assert f"{MENTORS}/m-1/contact" not in listed
    contact = f"{MENTORS}/m-1/contact"
    early = await clerk.send_form(contact)
    await clerk.send_form(f"/desk/callbacks/{callback.ticket}/take")
    seen = await clerk.send_form(contact)

    assert early.status_code == 403
    assert "lin@example.com" in seen.text
    assert f"{MENTORS}/m-1/contact" in (await clerk.get("/desk/callbacks/list")).text
    assert PHONE in (await clerk.send_form(f"/desk/callbacks/{callback.ticket}/contact")).text
    assert ("mentor_contact_seen", "m-1") in await trail(desk_app)


async def test_a_project_goes_through_the_desk_and_the_founder_hears_of_each_step_once(
    signed_in: SignedIn, desk_app: DeskApp, visitor: Visitor
) -> None:
    clerk = await signed_in("clerk", name="chen")
    number = await visitor.hands_in()
    path = f"/desk/projects/{number}"
    assert number in (await clerk.get("/desk/projects")).text
    page = (await clerk.get(path)).text
    assert "会浇水的花盆" in page
    assert "***5678" in page
    assert PHONE not in page
    assert PHONE in (await clerk.send_form(f"{path}/contact")).text
    note = "看着不错，打13800138000"
    first = await clerk.send_form(f"{path}/state", state="review", note=note)
    again = await clerk.send_form(f"{path}/state", state="review")
    await clerk.send_form(f"{path}/state", state="accepted")

    assert first.headers["location"].endswith("said=moved")
    assert again.headers["location"].endswith("said=too_late")
    letters = await visitor.letters()
    assert letters == [
        f"项目 {number}：工作人员正在看。",
        f"项目 {number}：已收进办公室的项目库。",
    ]
    assert "已收进" in json.dumps(await visitor.says(number), ensure_ascii=False)
    kept = (await clerk.get(path)).text
    assert "Last changed by chen" in kept
    done = [action for action, about in await trail(desk_app) if number in about]
    assert done.count("project_moved") == 2
    assert {"project_seen", "project_contact_seen"} <= set(done)


async def test_the_note_is_masked_and_for_staff_alone(
    signed_in: SignedIn, desk_app: DeskApp, visitor: Visitor
) -> None:
    clerk = await signed_in("clerk")
    number = await visitor.hands_in()
    await clerk.send_form(f"/desk/projects/{number}/note", note="call 13800138000 <b>")
    page = (await clerk.get(f"/desk/projects/{number}")).text

    assert "call *** &lt;b&gt;" in page
    assert "call" not in json.dumps(await visitor.says(number))
    assert await visitor.letters() == []


async def test_a_letter_about_a_project_goes_out_by_the_founders_channel(
    desk_app: DeskApp, signed_in: SignedIn
) -> None:
    clerk = await signed_in("clerk")
    await desk_app.store.create("telegram:42")
    now = desk_app.clock()
    project = Project(
        *("CP-00000-00001", "en", "pots", "", "", "", "", now, now, now),
        conversation="telegram:42",
        form="m1",
    )
    await desk_app.desk.projects.add(project)
    await clerk.send_form("/desk/projects/CP-00000-00001/state", state="declined")

    class Telegram:
        said: list[str] = []  # noqa: RUF012

        async def push(self, conversation: str, turn) -> None:  # type: ignore[no-untyped-def]
            self.said.append(f"{conversation} {turn.replies[0]}")

        async def bring(self, conversation: str) -> bool:
            return True

    outbox = Outbox(desk_app.desk.letters, {"telegram": Telegram()}, desk_app.desk.events)
    for _ in range(2):
        await outbox.send_open()
        await outbox.settled()

    (said,) = Telegram.said
    assert said.startswith("telegram:42 Project CP-00000-00001: not taken")


async def test_a_founder_who_is_forgotten_gets_no_letter_and_the_project_is_gone(
    signed_in: SignedIn, desk_app: DeskApp, visitor: Visitor
) -> None:
    clerk = await signed_in("clerk")
    number = await visitor.hands_in()
    await visitor.says("/forget")

    assert (await clerk.get(f"/desk/projects/{number}")).status_code == 404
    assert (
        await clerk.send_form(f"/desk/projects/{number}/state", state="review")
    ).status_code == 404


async def test_demo_data_is_marked_on_every_screen_and_answer(
    signed_in: SignedIn, desk_app: DeskApp, visitor: Visitor
) -> None:
    admin: DeskClient = await signed_in("admin")
    mentors, projects = read_demo(_FILE, desk_app.desk.vault, desk_app.clock())
    await SqlDemo(desk_app.store).load(mentors, projects, desk_app.clock())
    await visitor.says("找导师", effect="find_mentor")
    await visitor.says(tap="约")
    await visitor.says(PHONE)
    number = projects[0].number
    mark = re.compile('class="mark open">Demo data<')

    assert len(mark.findall((await admin.get(MENTORS)).text)) == len(mentors)
    assert len(mark.findall((await admin.get("/desk/projects")).text)) == len(projects)
    assert mark.search((await admin.get(f"{MENTORS}/{mentors[0].id}")).text)
    assert mark.search((await admin.get(f"/desk/projects/{number}")).text)
    assert mark.search((await admin.get("/desk/callbacks/list")).text)
    assert "演示数据" in json.dumps(await visitor.says(number), ensure_ascii=False)
    await SqlDemo(desk_app.store).remove()
    assert "Demo data" not in (await admin.get(MENTORS)).text
    assert await desk_app.desk.callbacks.open() == []


async def test_of_two_who_move_a_project_at_once_one_does(both_stores: SqlStore, clock) -> None:  # type: ignore[no-untyped-def]
    projects, now = SqlProjects(both_stores), clock()
    await both_stores.create("web:me")
    project = Project(
        *("CP-00000-00001", "en", "pots", "", "", "", "", now, now, now),
        conversation="web:me",
        form="m1",
    )
    numbers = await asyncio.gather(
        projects.add(project), projects.add(replace(project, number="CP-00000-00002"))
    )
    moves = [projects.move(numbers[0], "review", by, "", "reviewed", now) for by in (1, 2)]
    moved = await asyncio.gather(*moves)

    assert numbers[0] == numbers[1]
    assert sorted(moved) == [False, True]
    assert await projects.counts() == {"review": 1}
