"""Signing in and out through the pages, as a browser meets them."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import sqlalchemy as sa

from bot.desk.sign_in import own_page
from bot.store.desk_tables import staff_sessions
from tests.desk.conftest import (
    BASE,
    PASSWORD,
    DeskApp,
    SignedIn,
    csrf_of,
    field_of,
    sign_in_as,
)

WRONG = "not the right one at all"


def cookies_of(response: httpx.Response) -> dict[str, str]:
    """What is set, by name: the attributes in lower case."""
    found = response.headers.get_list("set-cookie")
    return {each.partition("=")[0]: each.partition(";")[2].lower() for each in found}


async def test_whoever_signs_in_comes_to_the_page_that_was_asked_for(desk_app: DeskApp) -> None:
    await desk_app.accounts.add("anna", "admin", PASSWORD)
    async with desk_app.client() as client:
        asked = await client.get("/desk/audit?day=2026-11-25&staff=1")
        assert asked.status_code == 303
        page = await client.get(asked.headers["location"])
        answer = await sign_in_as(
            client, "anna", next=field_of(page.text, "next").replace("&amp;", "&")
        )
        assert answer.status_code == 303
        assert answer.headers["location"] == "/desk/audit?day=2026-11-25&staff=1"
        assert (await client.get(answer.headers["location"])).status_code == 200


async def test_the_cookie_is_for_the_desk_alone_and_no_script_reads_it(
    desk_app: DeskApp,
) -> None:
    await desk_app.accounts.add("anna", "clerk", PASSWORD)
    async with desk_app.client() as client:
        set_here = cookies_of(await sign_in_as(client, "anna"))["cw_desk"]
    assert "httponly" in set_here
    assert "samesite=strict" in set_here
    assert "path=/desk" in set_here
    assert "secure" not in set_here  # plain http to this machine
    assert "max-age" not in set_here


@pytest.mark.parametrize("base", ["https://desk.example", "http://desk.example", "http://10.0.0.5"])
async def test_anywhere_else_the_cookie_goes_by_https_alone(desk_app: DeskApp, base: str) -> None:
    await desk_app.accounts.add("anna", "clerk", PASSWORD)
    async with desk_app.client() as client:
        client.base_url = httpx.URL(base)
        page = await client.get("/desk/sign-in")
        assert all("secure" in each for each in cookies_of(page).values())


async def test_a_browser_that_keeps_no_cookie_is_told_what_to_do(desk_app: DeskApp) -> None:
    await desk_app.accounts.add("anna", "clerk", PASSWORD)
    async with desk_app.client() as client:
        page = await client.get("/desk/sign-in")
        client.cookies.clear()
        sent = {"csrf": field_of(page.text, "csrf"), "name": "anna", "password": PASSWORD}
        answer = await client.post("/desk/sign-in", data=sent)
    assert answer.status_code == 403
    assert "https" in answer.text
    assert "cw_desk" not in cookies_of(answer)


@pytest.mark.parametrize(
    "header",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_site_cannot_sign_anybody_in(
    desk_app: DeskApp, header: dict[str, str]
) -> None:
    await desk_app.accounts.add("anna", "clerk", PASSWORD)
    async with desk_app.client(**header) as client:
        answer = await sign_in_as(client, "anna")
    assert answer.status_code == 403
    assert "cw_desk" not in cookies_of(answer)


async def test_a_wrong_password_and_a_name_that_nobody_has_look_the_same(
    desk_app: DeskApp,
) -> None:
    await desk_app.accounts.add("anna", "clerk", PASSWORD)
    async with desk_app.client() as client:
        for number in range(1, 8):
            told = []
            for name in ("anna", "hanna"):
                answer = await sign_in_as(client, name, WRONG)
                text = re.sub(r'value="[^"]*"', "", answer.text)
                told.append((answer.status_code, answer.headers.get("retry-after"), text))
            assert told[0] == told[1]
            assert told[0][0] == (422 if number < 5 else 429)


async def test_a_wait_is_told_in_minutes_and_over_after_them(desk_app: DeskApp) -> None:
    await desk_app.accounts.add("anna", "clerk", PASSWORD)
    async with desk_app.client() as client:
        for _ in range(4):
            assert (await sign_in_as(client, "anna", WRONG)).status_code == 422
        answer = await sign_in_as(client, "anna", WRONG)
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "60"
        assert "minutes: 1)" in answer.text
        desk_app.clock.turn(minutes=1)
        assert (await sign_in_as(client, "anna")).status_code == 303


async def test_one_address_that_tries_name_after_name_has_to_slow_down(
    desk_app: DeskApp,
) -> None:
    await desk_app.accounts.add("anna", "clerk", PASSWORD)
    async with desk_app.client() as client:
        form = {"csrf": field_of((await client.get("/desk/sign-in")).text, "csrf")}
        for number in range(120):
            sent = {**form, "name": f"name {number}", "password": WRONG}
            assert (await client.post("/desk/sign-in", data=sent)).status_code == 422
        answer = await client.post("/desk/sign-in", data={**form, "name": "x", "password": WRONG})
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 10
        assert "from your network" in answer.text
    elsewhere = httpx.ASGITransport(desk_app.app, client=("10.0.0.7", 1))
    async with httpx.AsyncClient(transport=elsewhere, base_url=BASE) as colleague:
        assert (await sign_in_as(colleague, "anna")).status_code == 303


async def test_each_sign_in_has_a_token_of_its_own_and_ends_the_one_before(
    desk_app: DeskApp,
) -> None:
    await desk_app.accounts.add("anna", "clerk", PASSWORD)
    async with desk_app.client() as client:
        await sign_in_as(client, "anna")
        first = client.cookies["cw_desk"]
        page = await client.get("/desk/sign-in")
        assert page.status_code == 303  # is signed in
        client.cookies.delete("cw_desk")
        page = await client.get("/desk/sign-in")
        client.cookies.set("cw_desk", first, path="/desk")
        sent = {"csrf": field_of(page.text, "csrf"), "name": "anna", "password": PASSWORD}
        answer = await client.post("/desk/sign-in", data=sent)
        second = re.search(r"cw_desk=([^;]+)", answer.headers["set-cookie"])
        assert second and second[1] != first
        assert len(first) >= 43  # 256 bits in base64
    rows = await desk_app.store.run(lambda c: c.execute(sa.select(staff_sessions)).all())
    assert len(rows) == 1
    assert first not in str(rows) and second[1] not in str(rows)


async def test_a_session_ends_after_an_hour_without_a_sign_of_life(
    desk_app: DeskApp, signed_in: SignedIn
) -> None:
    client = await signed_in("admin")
    for _ in range(3):
        desk_app.clock.turn(minutes=59)
        assert (await client.get("/desk/staff")).status_code == 200
    desk_app.clock.turn(minutes=60)
    assert (await client.get("/desk/staff")).status_code == 303


async def test_what_a_script_asks_by_itself_is_no_sign_of_life(
    desk_app: DeskApp, signed_in: SignedIn
) -> None:
    client = await signed_in("admin")
    for _ in range(5):
        desk_app.clock.turn(minutes=11)
        answer = await client.get("/desk/staff", headers={"X-Background": "1"})
        assert answer.status_code == 200
    desk_app.clock.turn(minutes=5)
    answer = await client.get("/desk/staff", headers={"X-Background": "1"})
    assert answer.status_code == 303


async def test_a_session_ends_after_twelve_hours_in_any_case(
    desk_app: DeskApp, signed_in: SignedIn
) -> None:
    client = await signed_in("admin")
    for _ in range(24):
        assert (await client.get("/desk/staff")).status_code == 200
        desk_app.clock.turn(minutes=30)
    assert (await client.get("/desk/staff")).status_code == 303


async def test_signing_out_ends_the_session_itself_not_only_the_cookie(
    signed_in: SignedIn,
) -> None:
    client = await signed_in("admin")
    token = client.cookies["cw_desk"]
    answer = await client.send_form("/desk/sign-out")
    assert answer.headers["location"] == "/desk/sign-in?said=signed_out"
    assert "cw_desk" not in client.cookies
    client.cookies.set("cw_desk", token, path="/desk")
    assert (await client.get("/desk/staff")).status_code == 303


async def test_a_form_that_comes_after_the_end_says_that_nothing_was_done(
    desk_app: DeskApp, signed_in: SignedIn
) -> None:
    client = await signed_in("admin")
    desk_app.clock.turn(hours=2)
    answer = await client.send_form("/desk/staff", name="bob", role="clerk")
    assert answer.status_code == 401
    assert "nothing was done" in answer.text
    script = await client.post("/desk/staff", headers={"Accept": "*/*"}, data={"name": "bob"})
    assert script.status_code == 401
    assert script.headers["content-type"] == "application/problem+json"
    assert await desk_app.accounts.named("bob") is None


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/desk",
        "//evil.example/desk",
        "/\\evil.example",
        "/desk\\@evil.example",
        "/desk@evil.example",
        "/deskevil",
        "/desk/../talk",
        "/desk/..",
        "/desk//\n/evil",
        "/desk/sign-out",
        "/desk/sign-in?next=/desk",
        "javascript:alert(1)",
        "/talk",
        "",
        "/desk/\u202e",
    ],
)
def test_no_link_to_the_desk_leads_anywhere_else(address: str) -> None:
    assert own_page(address) == "/desk"


@pytest.mark.parametrize(
    "address",
    ["/desk", "/desk?q=1", "/desk/chats/telegram:42", "/desk/chats/web:%E8%B4%B7?a=b&c=d"],
)
def test_pages_of_the_desk_are_gone_on_to(address: str) -> None:
    assert own_page(address) == address


async def test_an_address_survives_signing_in_to_the_letter(desk_app: DeskApp) -> None:
    async with desk_app.client() as client:
        answer = await client.get("/desk/%61udit?x=%26&y=%E8%B4%B7")
    then = parse_qs(urlsplit(answer.headers["location"]).query)["next"]
    assert then == ["/desk/%61udit?x=%26&y=%E8%B4%B7"]


async def test_the_language_is_chosen_for_the_session(signed_in: SignedIn) -> None:
    client = await signed_in("admin", language="zh-HK")
    assert '<html lang="zh-Hant">' in (await client.get("/desk/staff")).text
    answer = await client.send_form("/desk/language", language="en", back="/desk/audit?page=2")
    assert answer.headers["location"] == "/desk/audit?page=2"
    assert '<html lang="en">' in (await client.get("/desk/staff")).text
    await client.send_form("/desk/language", language="fr", back="https://evil.example")
    assert '<html lang="en">' in (await client.get("/desk/staff")).text


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
async def test_a_link_leads_to_a_page_where_the_password_is_set(
    desk_app: DeskApp, language: str
) -> None:
    staff = await desk_app.accounts.add("anna", "clerk")
    path = f"/desk/welcome/{await desk_app.accounts.make_link(staff)}"
    async with desk_app.client(**{"Accept-Language": language}) as client:
        for _ in range(2):  # a look does not use it up
            page = await client.get(path)
            assert page.status_code == 200
            assert f'<html lang="{language}">' in page.text
        csrf = field_of(page.text, "csrf")
        short = {"csrf": csrf, "password": "short", "again": "short"}
        assert (await client.post(path, data=short)).status_code == 422
        differ = {"csrf": csrf, "password": PASSWORD, "again": PASSWORD + "x"}
        assert (await client.post(path, data=differ)).status_code == 422
        good = {"csrf": csrf, "password": PASSWORD, "again": PASSWORD}
        answer = await client.post(path, data=good)
        assert answer.headers["location"] == "/desk/sign-in?said=password_set"
        assert (await client.post(path, data=good)).status_code == 410
        assert (await client.get(path)).status_code == 410
        assert (await sign_in_as(client, "anna")).status_code == 303


async def test_setting_a_password_signs_out_whoever_had_the_old_one(
    desk_app: DeskApp, signed_in: SignedIn
) -> None:
    client = await signed_in("admin")
    token = await desk_app.accounts.make_link(client.staff)
    await desk_app.accounts.use_link(token, "another good long one")
    assert (await client.get("/desk/staff")).status_code == 303


async def test_another_site_cannot_set_a_password_by_a_link(desk_app: DeskApp) -> None:
    staff = await desk_app.accounts.add("anna", "clerk")
    path = f"/desk/welcome/{await desk_app.accounts.make_link(staff)}"
    async with desk_app.client() as client:
        page = await client.get(path)
        sent = {"csrf": "guessed", "password": PASSWORD, "again": PASSWORD}
        assert (await client.post(path, data=sent)).status_code == 403
        sent["csrf"] = field_of(page.text, "csrf")
        foreign = {"Origin": "https://evil.example"}
        assert (await client.post(path, data=sent, headers=foreign)).status_code == 403
        assert (await client.post(path, data=sent, headers={"Origin": BASE})).status_code == 303


async def test_pages_are_kept_nowhere_and_run_nothing_of_others(signed_in: SignedIn) -> None:
    client = await signed_in("admin")
    for path in ("/desk/staff", "/desk/audit", "/desk/sign-in"):
        if path.endswith("sign-in"):
            client.cookies.clear()
        answer = await client.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "<style" not in answer.text and " style=" not in answer.text
        assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)


async def test_a_body_that_is_too_large_is_not_read(desk_app: DeskApp, signed_in: SignedIn) -> None:
    client = await signed_in("admin")
    much = {"csrf": client.csrf, "name": "x" * 70_000, "role": "clerk"}
    assert (await client.post("/desk/staff", data=much)).status_code == 413
    async with desk_app.client() as stranger:
        assert (await stranger.post("/desk/sign-in", data=much)).status_code == 413


async def test_a_file_in_a_form_is_refused(signed_in: SignedIn) -> None:
    client = await signed_in("admin")
    answer = await client.post(
        "/desk/staff", data={"csrf": client.csrf, "role": "clerk"}, files={"name": b"anna"}
    )
    assert answer.status_code == 400


async def test_the_token_may_come_in_a_header_and_the_form_in_parts(signed_in: SignedIn) -> None:
    client = await signed_in("admin")
    answer = await client.post(
        "/desk/language",
        headers={"X-CSRF-Token": client.csrf},
        files={"language": (None, "zh-Hans"), "back": (None, "/desk/staff")},
    )
    assert answer.headers["location"] == "/desk/staff"
    assert csrf_of((await client.get("/desk/staff")).text) == client.csrf
