"""Calls: what is looked up, how the record builds itself, how it ends, and what is never shown."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from datetime import datetime, timezone

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.lookups import Lookups
from bot.people.call import Call, Lookup, NoContact, not_covered
from bot.people.callback import CallBack, new_ticket
from bot.store.audit import SqlAudit
from bot.store.calls import SqlCalls
from bot.store.desk_tables import callbacks, staff
from bot.store.sql import SqlStore
from knowledge.live import LIBRARY, Content
from knowledge.typeahead import Typeahead
from tests.desk.conftest import DeskApp, DeskClient, SignedIn

# The whole shipped content is loaded once, by the one worker that runs these.
pytestmark = [pytest.mark.xdist_group("search"), pytest.mark.usefixtures("content")]

NUMBER = "138 0013 8000"
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=timezone.utc)


async def begin(clerk: DeskClient, language: str = "zh-Hans") -> int:
    """The number of the call that the clerk's record shows."""
    return number_in(await clerk.send_form("/desk/calls", language=language))


def number_in(answer: httpx.Response) -> int:
    assert answer.status_code == 200, answer.text
    found = re.search(r'data-call="(\d+)"', answer.text)
    assert found, answer.text
    return int(found[1])


async def change(clerk: DeskClient, call: int, **fields: str) -> httpx.Response:
    return await clerk.send_form(f"/desk/calls/{call}", **fields)


async def trail(desk_app: DeskApp) -> list[tuple[str, str]]:
    entries = await SqlAudit(desk_app.store).read(None, None, None, 100, 0)
    return [(entry.action, entry.about) for entry in entries]


async def lasting(desk_app: DeskApp, clerk: DeskClient) -> Call | None:
    return await SqlCalls(desk_app.store).lasting(clerk.staff.id)


async def test_what_is_typed_is_ranked_in_the_clerks_language(signed_in: SignedIn) -> None:
    clerk = await signed_in("clerk")
    found = await clerk.get("/desk/found", params={"q": "chuangye daikuan", "language": "zh-Hant"})

    shown = re.findall(r'data-provision="([^"]+)"', found.text)
    assert shown[0] == "sz-2016/9.1"
    assert "Bank services and startup loans" in found.text
    assert found.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-Hans", "我手上的这份政策没有写这件事"),
        ("zh-Hant", "我手上的這份政策沒有寫明這件事"),
        ("en", "The policy I work from does not cover this"),
    ],
)
async def test_what_is_not_covered_says_so_in_the_callers_language_and_where_to_turn(
    signed_in: SignedIn, language: str, said: str
) -> None:
    clerk = await signed_in("clerk")
    found = await clerk.get("/desk/found", params={"q": "驾照怎么换", "language": language})

    assert said in found.text
    assert 'href="tel:12345"' in found.text


@pytest.mark.parametrize(
    "query",
    ["", "   ", "%00", "<script>alert(1)</script>", "创" * 5_000, "' OR 1=1 --", "{{ 7 * 7 }}"],
)
async def test_whatever_is_typed_is_answered_and_never_markup(
    signed_in: SignedIn, query: str
) -> None:
    clerk = await signed_in("clerk")
    found = await clerk.get("/desk/found", params={"q": query, "language": "<b>"})

    assert found.status_code == 200
    assert "<script" not in found.text
    assert "49" not in re.sub(r"\d+\.\d+", "", found.text) or query != "{{ 7 * 7 }}"


async def test_a_card_says_what_to_read_out_in_the_callers_language_around_it_in_the_clerks(
    signed_in: SignedIn, content: Content
) -> None:
    clerk = await signed_in("clerk")
    card = (await clerk.get("/desk/cards/sz-2016/6.2", params={"language": "zh-Hant"})).text

    assert "Read out" in card
    assert "創業投資企業用股權投資方式" in card
    assert content.knowledge.provisions["sz-2016/6.2"].quote in card
    assert 'data-link="http://127.0.0.1/zh-Hant/measures/6#p6.2"' in card
    assert 'data-open="sz-2016/6.1"' in card


async def test_every_card_renders_in_every_language_with_its_office_or_the_hotline(
    signed_in: SignedIn, content: Content
) -> None:
    clerk = await signed_in("clerk")
    for provision in content.knowledge.provisions:
        for language in ("zh-Hans", "zh-Hant", "en"):
            card = await clerk.get(f"/desk/cards/{provision}", params={"language": language})
            assert card.status_code == 200
            assert "12345" in card.text


async def test_a_district_brings_its_own_office(signed_in: SignedIn) -> None:
    clerk = await signed_in("clerk")
    asked = {"language": "zh-Hans", "district": "nanshan"}
    assert "南山区" in (await clerk.get("/desk/cards/5.2", params=asked)).text
    assert (await clerk.get("/desk/cards/5.2", params={"district": "<x>"})).status_code == 200


async def test_a_provision_that_is_not_there_is_not_found(signed_in: SignedIn) -> None:
    clerk = await signed_in("clerk")
    for name in ("99.9", "x", "sz-2016/../../etc", "%2e%2e"):
        assert (await clerk.get(f"/desk/cards/{name}")).status_code == 404


async def test_a_clerk_has_one_call_however_often_it_begins(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk, other = await signed_in("clerk"), await signed_in("clerk")
    both = await asyncio.gather(begin(clerk), begin(clerk))

    assert both[0] == both[1]
    assert await begin(other) not in both


async def test_the_record_builds_itself(signed_in: SignedIn, desk_app: DeskApp) -> None:
    clerk = await signed_in("clerk")
    call = await begin(clerk)
    await change(clerk, call, typed="贷款")
    await change(clerk, call, typed="贷款 大学生", opened="sz-2016/24.1")
    await change(clerk, call, told="sz-2016/24.1")
    await change(clerk, call, note="身份证 440301199001011234\n第二行")
    await change(clerk, call, language="en")
    kept = await lasting(desk_app, clerk)

    assert kept is not None
    assert kept.looked_up == (Lookup("贷款 大学生", "sz-2016/24.1"),)
    assert kept.told == ("sz-2016/24.1",)
    assert kept.note == "身份证 ***\n第二行"
    assert kept.language == "en"
    await change(clerk, call, untold="sz-2016/24.1")
    kept = await lasting(desk_app, clerk)
    assert kept is not None
    assert kept.told == ()


async def test_a_number_that_is_looked_up_or_noted_is_nowhere_in_the_database(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk = await signed_in("clerk")
    call = await begin(clerk)
    for typed in ("138001", "1380013", "13800138000", "my number 13800138000"):
        await change(clerk, call, typed=typed)
    await change(clerk, call, contact=NUMBER, note=f"call {NUMBER}")
    await clerk.send_form(f"/desk/calls/{call}/end", outcome="call_back")
    path = sa.engine.make_url(desk_app.settings.database).database
    assert path is not None
    with sqlite3.connect(path) as connection:
        everything = "\n".join(connection.iterdump())

    assert "***" in everything
    for part in (NUMBER, NUMBER.replace(" ", ""), "1380013", "0013 8000", "138001"):
        assert part not in everything


async def test_a_contact_is_masked_until_somebody_looks_and_that_is_recorded(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk = await signed_in("clerk")
    call = await begin(clerk)
    masked = await change(clerk, call, contact=NUMBER)
    assert "***8000" in masked.text
    assert NUMBER not in masked.text
    assert NUMBER not in (await clerk.get("/desk")).text
    assert ("contact_seen", f"call {call}") not in await trail(desk_app)
    shown = await clerk.send_form(f"/desk/calls/{call}/contact")

    assert NUMBER in shown.text
    assert ("contact_seen", f"call {call}") in await trail(desk_app)


async def test_what_is_no_number_is_refused_and_the_old_one_stays(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk = await signed_in("clerk")
    call = await begin(clerk)
    await change(clerk, call, contact=NUMBER)
    refused = await change(clerk, call, contact="tomorrow")

    assert refused.status_code == 422
    assert "neither a number nor an e-mail address" in refused.text
    kept = await lasting(desk_app, clerk)
    assert kept is not None
    assert desk_app.desk.vault.open(kept.contact) == NUMBER
    await change(clerk, call, contact="")
    kept = await lasting(desk_app, clerk)
    assert kept is not None
    assert kept.contact == ""


@pytest.mark.parametrize("outcome", ["answered", "referred", "not_covered"])
async def test_a_call_ends_with_its_outcome_and_the_next_one_is_new(
    signed_in: SignedIn, desk_app: DeskApp, outcome: str
) -> None:
    clerk = await signed_in("clerk")
    call = await begin(clerk)
    desk_app.clock.turn(minutes=4)
    ended = await clerk.send_form(f"/desk/calls/{call}/end", outcome=outcome)

    assert 'data-call=""' in ended.text
    assert await lasting(desk_app, clerk) is None
    kept = (await SqlCalls(desk_app.store).numbered([call]))[call]
    assert kept.outcome == outcome
    assert kept.ended == desk_app.clock.now
    assert ("call_ended", f"call {call}") in await trail(desk_app)
    assert await begin(clerk) != call


async def test_a_call_back_needs_a_contact_and_gives_a_ticket(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk = await signed_in("clerk")
    call = await begin(clerk)
    refused = await clerk.send_form(f"/desk/calls/{call}/end", outcome="call_back")
    assert refused.status_code == 422
    assert "first enter the caller" in refused.text
    await change(clerk, call, contact=NUMBER, typed="6.2", opened="sz-2016/6.2")
    ended = await clerk.send_form(f"/desk/calls/{call}/end", outcome="call_back")

    ticket = re.search(r"CW-[0-9A-Z]{5}-[0-9A-Z]{5}", ended.text)
    assert ticket
    assert "No time is set for call backs" in ended.text
    promised = await desk_app.desk.callbacks.find(ticket[0])
    assert promised is not None
    assert (promised.call, promised.about, promised.state) == (call, "sz-2016/6.2", "open")
    assert desk_app.desk.vault.open(promised.contact) == NUMBER


async def test_two_tabs_that_end_a_call_promise_one_call_back(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk = await signed_in("clerk")
    call = await begin(clerk)
    await change(clerk, call, contact=NUMBER)
    both = await asyncio.gather(
        *(clerk.send_form(f"/desk/calls/{call}/end", outcome="call_back") for _ in range(2))
    )

    assert sorted(answer.status_code for answer in both) == [200, 409]
    count = sa.select(sa.func.count()).select_from(callbacks)
    assert await desk_app.store.run(lambda c: c.execute(count).scalar_one()) == 1


async def test_what_was_no_call_leaves_nothing_but_a_line_in_the_trail(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk = await signed_in("clerk")
    call = await begin(clerk)
    await clerk.send_form(f"/desk/calls/{call}/discard")

    assert await SqlCalls(desk_app.store).numbered([call]) == {}
    assert ("call_discarded", f"call {call}") in await trail(desk_app)


async def test_nobody_changes_sees_or_ends_a_colleagues_call(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk, other = await signed_in("clerk"), await signed_in("supervisor")
    call = await begin(clerk)
    await change(clerk, call, contact=NUMBER)
    for address, fields in (
        ("", {"note": "mine"}),
        ("/contact", {}),
        ("/end", {"outcome": "answered"}),
        ("/discard", {}),
    ):
        refused = await other.send_form(f"/desk/calls/{call}{address}", **fields)
        assert refused.status_code == 409
        assert NUMBER not in refused.text
    kept = await lasting(desk_app, clerk)
    assert kept is not None
    assert kept.note == ""


async def test_an_outcome_that_is_none_and_provisions_that_are_none_change_nothing(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk = await signed_in("clerk")
    call = await begin(clerk)
    refused = await clerk.send_form(f"/desk/calls/{call}/end", outcome="won")
    assert refused.status_code == 422
    await change(clerk, call, told="sz-2016/99.9", opened="<script>", typed="x")
    kept = await lasting(desk_app, clerk)

    assert kept is not None
    assert kept.told == ()
    assert kept.looked_up == (Lookup("x"),)


@pytest.mark.parametrize(
    ("asked", "tells", "called"),
    [
        ("驾照怎么换", "not_covered", "Not in this policy"),
        ("上海创业补贴", "not_covered:shanghai", "Not in this policy: Shanghai"),
    ],
)
async def test_that_something_is_not_covered_is_told_like_a_provision(
    signed_in: SignedIn, desk_app: DeskApp, asked: str, tells: str, called: str
) -> None:
    clerk = await signed_in("clerk")
    found = await clerk.get("/desk/found", params={"q": asked})
    assert f'data-tells="{tells}"' in found.text
    call = await begin(clerk)
    told = await change(clerk, call, typed=asked, told=tells)
    kept = await lasting(desk_app, clerk)

    assert kept is not None
    assert (kept.told, kept.about) == ((tells,), "")
    assert kept.looked_up == (Lookup(asked),)
    assert called in told.text
    assert f'data-open="{tells}"' not in told.text
    assert called not in (await change(clerk, call, untold=tells)).text


@pytest.mark.parametrize("told", ["not_covered:atlantis", "not_covered:", "not_covered:<b>"])
async def test_a_place_that_nobody_knows_is_not_told(
    signed_in: SignedIn, desk_app: DeskApp, told: str
) -> None:
    clerk = await signed_in("clerk")
    await change(clerk, await begin(clerk), told=told)
    kept = await lasting(desk_app, clerk)

    assert kept is not None
    assert kept.told == ()


async def test_an_unfinished_call_survives_a_restart(
    signed_in: SignedIn, desk_app: DeskApp
) -> None:
    clerk = await signed_in("clerk")
    call = await begin(clerk)
    await change(clerk, call, note="half of it")
    again = SqlStore(desk_app.settings.database)
    kept = await SqlCalls(again).lasting(clerk.staff.id)
    await again.close()

    assert kept is not None
    assert (kept.id, kept.note) == (call, "half of it")
    assert "half of it" in (await clerk.get("/desk")).text


async def test_what_clerks_type_at_once_is_ranked_together_and_each_once(
    content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookups, batches = Lookups(LIBRARY), []
    remember = LIBRARY.encoder.remember
    monkeypatch.setattr(
        LIBRARY.encoder, "remember", lambda texts: batches.append(list(texts)) or remember(texts)
    )
    texts = ["贷款", "贷款", "创新券", "tax", "孵化器", "tax"]
    found = await asyncio.gather(*map(lookups.find, texts))

    typeahead = Typeahead(content)
    assert found == [typeahead.find(text) for text in texts]
    assert ["贷款", "创新券", "tax", "孵化器"] in batches


async def test_one_who_no_longer_waits_does_not_take_the_answer_from_the_others() -> None:
    lookups = Lookups(LIBRARY)
    first = asyncio.create_task(lookups.find("创客空间"))
    second = asyncio.create_task(lookups.find("创客空间"))
    await asyncio.sleep(0)
    first.cancel()

    assert (await second).provisions


@given(st.lists(st.text(max_size=30), max_size=20))
def test_of_words_that_are_typed_on_only_the_last_are_kept(texts: list[str]) -> None:
    call = Call(1, 1, "en", NOW)
    for text in texts:
        call = call.with_lookup(text)
    for one, next_one in zip(call.looked_up, call.looked_up[1:], strict=False):
        assert not next_one.typed.startswith(one.typed)
    assert len(call.looked_up) <= 100


def test_a_call_is_about_what_was_told_last_else_opened_last() -> None:
    call = Call(1, 1, "en", NOW).with_lookup("a", "sz-2016/1.1").with_lookup("b", "sz-2016/2.1")
    assert call.about == "sz-2016/2.1"
    assert call.with_told("sz-2016/1.1").about == "sz-2016/1.1"
    assert call.with_told("sz-2016/1.1").with_told(not_covered()).about == "sz-2016/1.1"
    assert Call(1, 1, "en", NOW).with_told(not_covered("shanghai")).about == ""
    assert Call(1, 1, "en", NOW).about == ""


async def test_both_databases_keep_one_call_a_clerk_and_end_it_once(
    both_stores: SqlStore,
) -> None:
    row = {"name": "li", "role": "clerk", "password": "", "active": True, "failed": 0}
    added = await both_stores.run(
        lambda c: c.execute(staff.insert(), {**row, "created": NOW}).inserted_primary_key
    )
    clerk, kept = int(added[0]), SqlCalls(both_stores)
    begun = await asyncio.gather(*(kept.begin(clerk, "en", NOW) for _ in range(8)))
    call = begun[0].id
    assert {each.id for each in begun} == {call}

    def promise(ended: Call) -> CallBack:
        return CallBack(new_ticket(), "en", ended.contact, ended.about, NOW, call=ended.id)

    with pytest.raises(NoContact):
        await kept.end(clerk, call, "call_back", NOW, promise)
    noted = await asyncio.gather(
        *(kept.change(clerk, call, lambda c, n=n: c.with_lookup(f"{n} words")) for n in range(8))
    )
    assert all(noted)
    current = await kept.lasting(clerk)
    assert current is not None
    assert len(current.looked_up) == 8
    ended = await asyncio.gather(*(kept.end(clerk, call, "answered", NOW) for _ in range(4)))
    assert sum(each is not None for each in ended) == 1
    assert (await kept.begin(clerk, "en", NOW)).id != call
