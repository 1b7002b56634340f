"""Every route of the desk, tried as nobody, clerk, supervisor and admin, with GET and POST."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from bot.people.staff import ROLES, Role
from tests.desk.conftest import DeskApp, DeskClient, SignedIn

Open = Literal["open"]
# Which role a route needs, by path and method. A new route of the desk gets its line here, and
# somebody's second thought with it. "open": for whoever is not signed in.
TABLE: dict[str, dict[str, Role | Open]] = {
    "/desk/assets/{name}": {"GET": "open"},
    "/desk/sign-in": {"GET": "open", "POST": "open"},
    "/desk/welcome/{token}": {"GET": "open", "POST": "open"},
    "/desk/sign-out": {"POST": "clerk"},
    "/desk/language": {"POST": "clerk"},
    "/desk/chats": {"GET": "clerk"},
    "/desk/chats/list": {"GET": "clerk"},
    "/desk/chats/{conversation}": {"GET": "clerk"},
    "/desk/chats/{conversation}/timeline": {"GET": "clerk"},
    "/desk/chats/{conversation}/side": {"GET": "clerk"},
    "/desk/chats/{conversation}/cards": {"GET": "clerk"},
    "/desk/chats/{conversation}/take": {"POST": "clerk"},
    "/desk/chats/{conversation}/give-back": {"POST": "clerk"},
    "/desk/chats/{conversation}/hand-on": {"POST": "clerk"},
    "/desk/chats/{conversation}/close": {"POST": "clerk"},
    "/desk/chats/{conversation}/say": {"POST": "clerk"},
    "/desk/events": {"GET": "clerk"},
    "/desk/reminder": {"GET": "clerk"},
    "/desk": {"GET": "clerk"},
    "/desk/found": {"GET": "clerk"},
    "/desk/cards/{provision:path}": {"GET": "clerk"},
    "/desk/calls": {"GET": "clerk", "POST": "clerk"},
    "/desk/calls/{call:number}": {"GET": "clerk", "POST": "clerk"},
    "/desk/calls/{call:number}/contact": {"POST": "clerk"},
    "/desk/calls/{call:number}/end": {"POST": "clerk"},
    "/desk/calls/{call:number}/discard": {"POST": "clerk"},
    "/desk/callbacks": {"GET": "clerk"},
    "/desk/callbacks/list": {"GET": "clerk"},
    "/desk/callbacks/finished": {"GET": "clerk"},
    "/desk/callbacks/{ticket}/take": {"POST": "clerk"},
    "/desk/callbacks/{ticket}/release": {"POST": "clerk"},
    "/desk/callbacks/{ticket}/done": {"POST": "clerk"},
    "/desk/callbacks/{ticket}/dropped": {"POST": "clerk"},
    "/desk/callbacks/{ticket}/contact": {"POST": "clerk"},
    "/desk/projects": {"GET": "clerk"},
    "/desk/projects/{project}": {"GET": "clerk"},
    "/desk/projects/{project}/state": {"POST": "clerk"},
    "/desk/projects/{project}/note": {"POST": "clerk"},
    "/desk/projects/{project}/contact": {"POST": "clerk"},
    "/desk/mentors": {"GET": "clerk", "POST": "supervisor"},
    "/desk/mentors/{mentor}": {"GET": "supervisor", "POST": "supervisor"},
    "/desk/mentors/{mentor}/deactivate": {"POST": "supervisor"},
    "/desk/mentors/{mentor}/activate": {"POST": "supervisor"},
    "/desk/mentors/{mentor}/contact": {"POST": "clerk"},
    "/desk/inbox": {"GET": "supervisor"},
    "/desk/inbox/seen": {"POST": "supervisor"},
    "/desk/inbox/draft": {"POST": "supervisor"},
    "/desk/inbox/patch": {"POST": "supervisor"},
    "/desk/news": {"GET": "clerk"},
    "/desk/news/{item:number}/accept": {"POST": "supervisor"},
    "/desk/news/{item:number}/drop": {"POST": "supervisor"},
    "/desk/figures": {"GET": "supervisor"},
    "/desk/figures/{table}.csv": {"GET": "supervisor"},
    "/desk/account": {"GET": "clerk", "POST": "clerk"},
    "/desk/staff": {"GET": "admin", "POST": "admin"},
    "/desk/staff/{staff:number}/role": {"POST": "admin"},
    "/desk/staff/{staff:number}/link": {"POST": "admin"},
    "/desk/staff/{staff:number}/sign-out": {"POST": "admin"},
    "/desk/staff/{staff:number}/deactivate": {"POST": "admin"},
    "/desk/staff/{staff:number}/activate": {"POST": "admin"},
    "/desk/audit": {"GET": "admin"},
}
METHODS = ("GET", "POST")
SECONDS = 20.0
GUARDED = [
    (path, method, role)
    for path, roles in TABLE.items()
    for method, role in roles.items()
    if role != "open"
]


@dataclass(frozen=True)
class Answer:
    """The head of an answer; of a stream no more can be had."""

    status: int
    headers: dict[str, str]

    @property
    def sends_to_sign_in(self) -> bool:
        return self.status == 303 and self.headers.get("location", "").startswith(
            "/desk/sign-in?next="
        )


async def ask(
    app: Starlette, method: str, path: str, *, accept: str = "text/html", **sent: str
) -> Answer:
    """The head of the answer, as soon as it is there; then whoever asked has gone."""
    path = filled(path)
    cookie = sent.pop("cookie", "")
    body = urlencode(sent).encode()
    headers = {
        "host": "127.0.0.1",
        "accept": accept,
        "cookie": f"cw_desk={cookie}",
        "content-type": "application/x-www-form-urlencoded",
        "content-length": str(len(body)),
    }
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 50000),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    head: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, object]:
        message = next(messages, None)
        if message is None:
            await asyncio.wait([head])
            return {"type": "http.disconnect"}
        return message

    async def send(message) -> None:  # type: ignore[no-untyped-def]
        if message["type"] == "http.response.start" and not head.done():
            named = {name.decode(): value.decode() for name, value in message["headers"]}
            head.set_result(Answer(message["status"], named))

    running = asyncio.ensure_future(app(scope, receive, send))  # type: ignore[arg-type]
    done, _ = await asyncio.wait(
        [head, running], timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED
    )
    if head not in done and running in done:
        running.result()  # raises what went wrong
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return await asyncio.wait_for(head, 0.1)


def filled(path: str) -> str:
    """A path with something in its gaps that is nothing of ours."""
    numbered = re.sub(r"\{\w+:number\}", "999", path)
    return re.sub(r"\{\w+(:path)?\}", "none", numbered)


def routes(app: Starlette) -> dict[tuple[str, str], Route]:
    """The routes of the desk by path and method."""
    found: dict[tuple[str, str], Route] = {}
    for route in app.routes:
        path = getattr(route, "path", "")
        if path == "/desk" or path.startswith("/desk/"):
            assert isinstance(route, Route), f"{path} is no plain route"
            for method in (route.methods or set()) - {"HEAD"}:
                found[path, method] = route
    return found


def test_every_route_is_in_the_table_and_every_line_of_it_is_a_route(desk_app: DeskApp) -> None:
    lines = {(path, method) for path, roles in TABLE.items() for method in roles}

    assert set(routes(desk_app.app)) == lines


async def test_nobody_gets_in(desk_app: DeskApp) -> None:
    let_in = []
    for path, method, _ in GUARDED:
        for cookie in ("", "guessed", "0" * 64):
            reader = await ask(desk_app.app, method, path, cookie=cookie)
            script = await ask(desk_app.app, method, path, cookie=cookie, accept="*/*")
            sent_away = reader.sends_to_sign_in if method == "GET" else reader.status == 401
            if script.status != 401 or not sent_away:
                let_in.append((method, path, cookie, reader.status, script.status))
    assert let_in == []


@pytest.mark.parametrize("mine", ROLES)
async def test_a_role_opens_what_the_table_says_and_no_more(
    desk_app: DeskApp, signed_in: SignedIn, mine: Role
) -> None:
    mistakes = []
    client = await signed_in(mine)
    for path, method, role in GUARDED:
        answer = await ask(desk_app.app, method, path, **proof(client))
        if ROLES.index(mine) < ROLES.index(role):
            right = answer.status == 403
        else:
            # 503: the content is not loaded here.
            works = answer.status < 500 or answer.status == 503
            right = works and answer.status not in (401, 403, 405) and not answer.sends_to_sign_in
        if not right:
            mistakes.append((method, path, answer.status))
        if path == "/desk/sign-out":
            client = await signed_in(mine)
    assert mistakes == []


async def test_without_its_token_nothing_is_done_not_even_for_an_admin(
    desk_app: DeskApp, signed_in: SignedIn
) -> None:
    client, other = await signed_in("admin"), await signed_in("admin")
    session = client.cookies["cw_desk"]
    taken = []
    for path in [path for path, method, _ in GUARDED if method == "POST"]:
        for csrf in ("", "guessed", client.csrf[:-1], other.csrf, session):
            if (await ask(desk_app.app, "POST", path, cookie=session, csrf=csrf)).status != 403:
                taken.append((path, csrf))
        if (await ask(desk_app.app, "POST", path, cookie=session)).status != 403:
            taken.append((path, None))
    assert taken == []
    # None of it was done: this one is signed in still.
    assert (await client.get("/desk/staff")).status_code == 200


@pytest.mark.parametrize("path", ["/desk/sign-in", "/desk/welcome/{token}"])
async def test_without_its_token_an_open_form_is_not_taken_either(
    desk_app: DeskApp, path: str
) -> None:
    staff = await desk_app.accounts.add("anna", "clerk")
    token = await desk_app.accounts.make_link(staff)
    path = path.replace("{token}", token)
    assert (await ask(desk_app.app, "POST", path, csrf="")).status == 403
    assert (await ask(desk_app.app, "POST", path, csrf="guessed")).status == 403


async def test_other_methods_are_refused_to_everybody(
    desk_app: DeskApp, signed_in: SignedIn
) -> None:
    client = await signed_in("admin")
    taken = []
    for path in TABLE:
        for method in {*METHODS, "PUT", "DELETE", "PATCH"} - set(TABLE[path]):
            for shown in ({}, proof(client)):
                if (await ask(desk_app.app, method, path, **shown)).status != 405:
                    taken.append((method, path, bool(shown)))
    assert taken == []


@pytest.mark.parametrize(
    "header", ["origin: https://evil.example", "origin: null", "sec-fetch-site: cross-site"]
)
async def test_a_form_that_another_site_sent_is_refused_even_with_the_token(
    signed_in: SignedIn, header: str
) -> None:
    client = await signed_in("admin")
    name, _, value = header.partition(": ")
    client.headers[name] = value
    assert (await client.send_form("/desk/language", language="en")).status_code == 403
    # Looking is not protected in this way: links from elsewhere lead to pages.
    assert (await client.get("/desk/staff")).status_code == 200


async def test_the_menu_shows_what_the_role_opens(signed_in: SignedIn) -> None:
    seen = {}
    for role in ROLES:
        client = await signed_in(role)
        page = (await client.get("/desk/audit")).text
        menu = page[page.index('<nav class="menu"') : page.index("</nav>")]
        seen[role] = re.findall(r'href="([^"]+)"', menu)
    assert seen["clerk"] == [
        "/desk",
        "/desk/chats",
        "/desk/callbacks",
        "/desk/projects",
        "/desk/mentors",
        "/desk/news",
    ]
    assert seen["supervisor"] == [*seen["clerk"], "/desk/inbox", "/desk/figures"]
    assert seen["admin"] == [*seen["supervisor"], "/desk/staff", "/desk/audit"]


def proof(client: DeskClient) -> dict[str, str]:
    """What a browser sends with a form of whoever is signed in."""
    return {"cookie": client.cookies["cw_desk"], "csrf": client.csrf}
