"""The widget's script is small, whole and cached; its API is open to the sites named, no other."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.site.demo import Demo
from bot.site.texts import read_texts
from bot.site.widget_routes import PARTS, Widget, cross_origin, make_script
from knowledge.language import LANGUAGES
from tests.site.html import Page as HtmlPage

LARGEST = 15_000  # bytes, gzipped
FRIEND, STRANGER = "https://park.example", "https://elsewhere.example"
DOCS = Path(__file__).parents[2] / "docs" / "widget.md"
FOLDER = Path(__file__).parents[2] / "bot" / "site" / "widget"


async def _echo(request: Request) -> Response:
    return JSONResponse({})


@pytest.fixture(scope="module")
def client() -> TestClient:
    routes = [
        *Widget().routes(),
        *Demo().routes(),
        Route("/api/search", _echo),
        Route("/api/conversations", _echo, methods=["POST"]),
        Route("/zh-Hans/", _echo),
    ]
    return TestClient(Starlette(routes=routes, middleware=cross_origin((FRIEND,))))


def test_the_script_is_small() -> None:
    assert len(gzip.compress(make_script().encode())) <= LARGEST


def test_every_part_is_in_the_script_and_none_writes_html() -> None:
    assert {path.name for path in FOLDER.glob("*.js")} == set(PARTS)
    script = make_script()
    assert "// " not in script  # nor any remark
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert way not in script


def test_every_text_of_the_widget_is_used_and_the_other_way_round() -> None:
    source = "".join((FOLDER / part).read_text("utf-8") for part in PARTS)
    for key in read_texts("widget")["en"]:
        named = f"t.{key}" in source or f"texts.{key}" in source
        assert named or key in ("busy", "down", "many", "offline", "disk", "waiting", "human"), key


def test_the_script_is_asked_for_again_by_its_etag(client: TestClient) -> None:
    first = client.get("/widget.js")

    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age" in first.headers["cache-control"]
    assert first.text == make_script()
    again = client.get("/widget.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_client_that_knows_no_gzip_gets_the_script_plain(client: TestClient) -> None:
    plain = client.get("/widget.js", headers={"Accept-Encoding": "identity"})

    assert "content-encoding" not in plain.headers
    assert plain.text == make_script()


def test_a_site_on_the_list_may_ask(client: TestClient) -> None:
    asked = client.get("/api/search", headers={"Origin": FRIEND})
    preflight = client.options(
        "/api/conversations",
        headers={
            "Origin": FRIEND,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )

    assert asked.headers["access-control-allow-origin"] == FRIEND
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == FRIEND
    assert "access-control-allow-credentials" not in asked.headers


def test_a_site_that_is_not_on_the_list_may_not(client: TestClient) -> None:
    asked = client.get("/api/search", headers={"Origin": STRANGER})

    assert "access-control-allow-origin" not in asked.headers


def test_pages_are_for_our_own_origin(client: TestClient) -> None:
    page = client.get("/zh-Hans/", headers={"Origin": FRIEND})

    assert "access-control-allow-origin" not in page.headers


def test_without_a_list_no_other_site_may_ask() -> None:
    assert cross_origin(()) == []


def test_the_demo_page_holds_the_one_line_and_allows_only_our_own(client: TestClient) -> None:
    page = client.get("/demo")

    assert 'src="http://testserver/widget.js" data-lang="en" defer' in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "'unsafe" not in page.headers["content-security-policy"]
    assert "--cw-page" in client.get("/demo.css").text


def test_the_demo_page_names_the_public_address_where_that_is_known() -> None:
    public = TestClient(Starlette(routes=Demo("https://faq.example").routes())).get("/demo").text

    assert public.count('src="https://faq.example/widget.js" data-lang=') == 3
    assert public.count("<code>https://faq.example</code>") == 3
    assert "testserver" not in public


def test_the_demo_page_is_well_formed(client: TestClient) -> None:
    page = HtmlPage(client.get("/demo").text)

    assert page.mistakes == []
    assert [section.attributes["lang"] for section in page.all("section")] == list(LANGUAGES)


def test_the_demo_page_says_in_each_language_what_a_site_may_choose(client: TestClient) -> None:
    page = client.get("/demo").text

    documented = set(re.findall(r"^\| `(data-\w+)`", DOCS.read_text("utf-8"), re.MULTILINE))
    assert len(documented) == 7
    for name in (*documented, "--cw-side", "chuangwen:answer"):
        assert page.count(f"<code>{name}</code>") == 3, name
    for texts in read_texts("widget").values():
        assert texts["candour"] in page
    assert '<a href="/">' in page


def test_a_colour_and_a_corner_can_be_tried_on_the_demo_page(client: TestClient) -> None:
    tried = client.get("/demo?color=%237a1f1f&position=start").text
    assert '<script src="/widget.js" data-color="#7a1f1f" data-position="start" defer>' in tried

    other = client.get("/demo?color=red%22%3E%3Cscript%3E&position=%22onload=").text
    assert '<script src="/widget.js" defer>' in other
    assert "red" not in other.split("<body>")[0]
