"""Every kind of page is HTML as the standard has it: parsed without an error by html5lib, and with
no attribute, reference or heading out of place. No Nu checker: it needs Java."""

from __future__ import annotations

import re
from itertools import pairwise

import html5lib  # type: ignore[import-untyped]
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.site.demo import Demo
from bot.site.site import Site
from knowledge.language import LANGUAGES
from knowledge.models import Knowledge
from tests.site.html import Page

ANYWHERE = {"id", "class", "lang", "role", "tabindex", "hidden"}
ATTRIBUTES = {
    "a": {"href", "hreflang", "rel"},
    "form": {"action"},
    "input": {"name", "type", "maxlength", "enterkeyhint", "placeholder", "value"},
    "label": {"for"},
    "link": {"rel", "href", "type", "hreflang", "title"},
    "meta": {"charset", "name", "content", "property"},
    "option": {"value"},
    "script": {"src", "defer", "type"},
    "select": {"name"},
    "th": {"scope"},
}
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls")


@pytest.fixture(scope="module")
def sources(site: TestClient, searching: TestClient, knowledge: Knowledge) -> dict[str, str]:
    """The source of every page by its address; of those made on the spot an example each."""
    asked = ["search", "search?q=loan", "search?q=weather", f"search?q={'x' * 1001}", "nowhere"]
    found = {
        f"/{language}/{name}": site.get(f"/{language}/{name}").text
        for language in LANGUAGES
        for name in Site(knowledge).names
    }
    for language in LANGUAGES:
        more = [f"/{language}/{name}" for name in asked]
        for address in [*more, f"/talk?language={language}&focus=6.2"]:
            found[address] = searching.get(address).text
    found["/demo"] = TestClient(Starlette(routes=Demo().routes())).get("/demo").text
    return found


def test_every_page_is_parsed_without_an_error(sources: dict[str, str]) -> None:
    wrong = {}
    for address, source in sources.items():
        parser = html5lib.HTMLParser()
        parser.parse(source)
        if parser.errors or (mistakes := Page(source).mistakes):
            wrong[address] = parser.errors or mistakes
    assert wrong == {}


def test_the_parser_finds_what_is_wrong() -> None:
    parser = html5lib.HTMLParser()
    parser.parse("<!doctype html><title>x</title><p><table><p>outside a cell</table>")
    assert parser.errors


def test_every_attribute_belongs_to_its_element(sources: dict[str, str]) -> None:
    wrong = {
        (address, element.tag, name)
        for address, source in sources.items()
        for element in Page(source).elements
        for name in element.attributes
        if name not in ANYWHERE | ATTRIBUTES.get(element.tag, set())
        and not name.startswith(("aria-", "data-"))
    }
    assert wrong == set()


def test_every_reference_to_an_element_finds_it(sources: dict[str, str]) -> None:
    for address, source in sources.items():
        page = Page(source)
        named = {
            identity
            for element in page.elements
            for attribute in REFERENCES
            for identity in element.attributes.get(attribute, "").split()
        }
        assert named <= page.ids, address


def test_headings_leave_no_level_out(sources: dict[str, str]) -> None:
    for address, source in sources.items():
        levels = [int(e.tag[1]) for e in Page(source).elements if re.fullmatch("h[1-6]", e.tag)]
        assert levels[0] == 1, address
        assert all(after <= before + 1 for before, after in pairwise(levels)), address
