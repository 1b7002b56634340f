"""The page of accounts, and what becomes of founders when a clerk goes."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import pytest

from bot.settings import Settings
from tests.desk.conftest import PASSWORD, DeskApp, DeskClient, SignedIn, field_of, sign_in_as

TALK = "web:talk"


def link_in(page: str) -> str:
    found = re.search(r'<input id="link" value="([^"]+)" readonly', page)
    assert found, page
    return html.unescape(found[1])


async def hand_to(desk_app: DeskApp, staff_id: int) -> None:
    """A founder who asked for a person has this one."""
    await desk_app.store.create(TALK)
    ownership = await desk_app.desk.owners.read(TALK)
    await desk_app.desk.owners.apply(ownership.change("asked"), desk_app.clock(), "en")
    await desk_app.desk.handover.take(TALK, staff_id)


@pytest.fixture
async def admin(signed_in: SignedIn) -> DeskClient:
    return await signed_in("admin", "root")


async def test_who_is_added_gets_a_link_that_leads_to_the_first_sign_in(
    desk_app: DeskApp, admin: DeskClient
) -> None:
    page = await admin.send_form("/desk/staff", name="李雷", role="supervisor")
    assert page.status_code == 200
    address = urlsplit(link_in(page.text))
    assert f"{address.scheme}://{address.netloc}" == "http://127.0.0.1"
    async with desk_app.client() as client:
        form = await client.get(address.path)
        sent = {"csrf": field_of(form.text, "csrf"), "password": PASSWORD, "again": PASSWORD}
        await client.post(address.path, data=sent)
        await sign_in_as(client, "李雷")
        assert (await client.get("/desk/staff")).status_code == 403
    # It is shown once.
    assert address.path not in (await admin.get("/desk/staff")).text


class TestBehindAProxy:
    @pytest.fixture
    def desk_settings(self, desk_settings: Settings) -> Settings:
        from dataclasses import replace

        return replace(desk_settings, public_url="https://desk.example")

    async def test_a_link_has_the_public_address(self, admin: DeskClient) -> None:
        page = await admin.send_form("/desk/staff", name="bob", role="clerk")
        assert link_in(page.text).startswith("https://desk.example/desk/welcome/")

    async def test_a_form_from_the_public_address_is_ours(self, admin: DeskClient) -> None:
        admin.headers["Origin"] = "https://desk.example"
        page = await admin.send_form("/desk/staff", name="bob", role="clerk")
        assert page.status_code == 200


@pytest.mark.parametrize(
    ("name", "said"), [("ROOT", "deactivated ones included"), ("<b>", "A name has letters")]
)
async def test_a_name_that_cannot_be_is_said_and_what_was_typed_stays(
    admin: DeskClient, name: str, said: str
) -> None:
    page = await admin.send_form("/desk/staff", name=name, role="clerk")
    assert page.status_code == 422
    assert said in page.text
    assert f'value="{html.escape(name)}"' in page.text


async def test_a_role_counts_from_the_next_page_on(admin: DeskClient, signed_in: SignedIn) -> None:
    clerk = await signed_in("clerk")
    assert (await clerk.get("/desk/staff")).status_code == 403
    path = f"/desk/staff/{clerk.staff.id}/role"
    assert (await admin.send_form(path, role="admin")).status_code == 303
    assert (await clerk.get("/desk/staff")).status_code == 200
    await admin.send_form(path, role="clerk")
    assert (await clerk.get("/desk/staff")).status_code == 403
    assert (await admin.send_form(path, role="king")).status_code == 422


async def test_the_last_admin_is_told_why_not(admin: DeskClient) -> None:
    for way, fields in (("role", {"role": "clerk"}), ("deactivate", {})):
        page = await admin.send_form(f"/desk/staff/{admin.staff.id}/{way}", **fields)
        assert page.status_code == 422
        assert "last active admin" in page.text
    assert (await admin.get("/desk/staff")).status_code == 200


@pytest.mark.parametrize("way", ["sign-out", "deactivate"])
async def test_whoever_is_sent_away_is_out_at_once_and_their_founder_waits_again(
    desk_app: DeskApp, admin: DeskClient, signed_in: SignedIn, way: str
) -> None:
    clerk = await signed_in("clerk")
    await hand_to(desk_app, clerk.staff.id)
    answer = await admin.send_form(f"/desk/staff/{clerk.staff.id}/{way}")
    assert answer.status_code == 303
    assert (await clerk.get("/desk/audit")).status_code == 303
    ownership = await desk_app.desk.owners.read(TALK)
    assert (ownership.owner, ownership.staff) == ("waiting", None)
    can_return = (await sign_in_as(clerk, clerk.staff.name)).status_code == 303
    assert can_return == (way == "sign-out")


async def test_a_founder_waits_again_when_the_clerk_signs_out(
    desk_app: DeskApp, signed_in: SignedIn
) -> None:
    clerk = await signed_in("clerk")
    await hand_to(desk_app, clerk.staff.id)
    await clerk.send_form("/desk/sign-out")
    assert (await desk_app.desk.owners.read(TALK)).owner == "waiting"


async def test_a_founder_waits_again_when_the_clerk_has_a_new_password(
    desk_app: DeskApp, signed_in: SignedIn
) -> None:
    clerk = await signed_in("clerk")
    await hand_to(desk_app, clerk.staff.id)
    token = await desk_app.accounts.make_link(clerk.staff)
    await desk_app.accounts.use_link(token, "another good long one")
    assert (await desk_app.desk.owners.read(TALK)).owner == "waiting"


async def test_a_deactivated_account_comes_back_with_a_link(
    desk_app: DeskApp, admin: DeskClient, signed_in: SignedIn
) -> None:
    clerk = await signed_in("clerk")
    path = f"/desk/staff/{clerk.staff.id}"
    await admin.send_form(f"{path}/deactivate")
    assert "Deactivated" in (await admin.get("/desk/staff")).text
    assert (await admin.send_form(f"{path}/link")).status_code == 404
    page = await admin.send_form(f"{path}/activate")
    token = link_in(page.text).rpartition("/")[2]
    assert await desk_app.accounts.use_link(token, PASSWORD) is not None
    assert (await sign_in_as(clerk, clerk.staff.name)).status_code == 303


async def test_the_list_says_who_is_there_who_waits_and_who_has_no_password(
    desk_app: DeskApp, admin: DeskClient, signed_in: SignedIn
) -> None:
    await desk_app.accounts.add("newcomer", "clerk")
    guessed = await desk_app.accounts.add("guessed", "clerk", PASSWORD)
    for _ in range(5):
        await sign_in_as(desk_app.client(), guessed.name, "not the right one at all")
    await desk_app.accounts.add("absent", "clerk", PASSWORD)
    page = (await admin.get("/desk/staff")).text
    rows = {
        found[1]: found[2]
        for found in re.finditer(
            r'<th scope="row"[^>]*>(\w+).*?</td>\s*<td[^>]*>(.*?)</td>', page, re.S
        )
    }
    assert "Signed in, last seen 10:00" in rows["root"]  # 02:00 UTC in Shenzhen
    assert "No password yet" in rows["newcomer"]
    assert "may try again at 10:01" in rows["guessed"]
    assert "Not signed in" in rows["absent"]


async def test_nobody_of_that_number_is_not_found(admin: DeskClient) -> None:
    for way in ("role", "link", "sign-out", "deactivate", "activate"):
        answer = await admin.send_form(f"/desk/staff/999/{way}", role="clerk")
        assert answer.status_code == 404
