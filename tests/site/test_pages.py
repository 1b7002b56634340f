"""The pages as a reader and a search engine find them."""

from __future__ import annotations

import gzip
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest
from starlette.testclient import TestClient

from bot.site.contents import GAP
from bot.site.site import Site
from bot.site.widget_routes import make_script
from knowledge.cards import make_card
from knowledge.language import LANGUAGES, Language
from knowledge.models import Knowledge
from tests.site.conftest import PUBLIC, client_of, holding
from tests.site.html import Element, Page

LARGEST = 60 * 1024
ATOM = "{http://www.w3.org/2005/Atom}"
WORDS_OF_TAIWAN = "智慧財產 網路 透過 人資 行銷 募資 生技 實績 首臺套 租屋 新創"
EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="session")
def everything(site: TestClient, knowledge: Knowledge) -> dict[str, Page]:
    """Every page in every language by its address."""
    names = Site(knowledge).names
    addresses = [f"/{language}/{name}" for language in LANGUAGES for name in names]
    found = {}
    for address in addresses:
        response = site.get(address)
        assert response.status_code == 200, address
        found[address] = Page(response.text)
    return found


def get(client: TestClient, address: str) -> Page:
    response = client.get(address)
    assert response.status_code == 200
    return Page(response.text)


def test_there_is_a_page_for_every_measure_office_and_term(
    everything: dict[str, Page], knowledge: Knowledge
) -> None:
    for language in LANGUAGES:
        for number in range(1, 35):
            assert f"/{language}/measures/{number}" in everything
        for unit in knowledge.places["shenzhen"].units:
            assert f"/{language}/offices/{unit}" in everything
        for term in knowledge.terms:
            assert f"/{language}/terms/{term}" in everything


def test_every_page_is_well_formed(everything: dict[str, Page]) -> None:
    assert {at: page.mistakes for at, page in everything.items() if page.mistakes} == {}


def test_every_page_says_its_language_and_has_a_title_of_its_own(
    everything: dict[str, Page],
) -> None:
    for language in LANGUAGES:
        titles = []
        for address, page in everything.items():
            if address.startswith(f"/{language}/"):
                assert page.one("html").attributes["lang"] == language
                assert len(page.all("h1")) == 1
                assert page.one("meta", name="description").attributes["content"]
                titles.append(page.one("title").text)
        assert len(titles) == len(set(titles))


def test_every_page_names_itself_and_its_other_languages(everything: dict[str, Page]) -> None:
    for address, page in everything.items():
        name = address.split("/", 2)[2]
        assert page.one("link", rel="canonical").attributes["href"] == PUBLIC + address
        for language in LANGUAGES:
            alternate = page.one("link", rel="alternate", hreflang=language)
            assert alternate.attributes["href"] == f"{PUBLIC}/{language}/{name}"
        assert page.one("link", hreflang="x-default")


def test_without_a_public_address_no_page_claims_one(knowledge: Knowledge) -> None:
    client = client_of(holding(knowledge), public_url="")

    page = get(client, "/en/measures/6")

    assert page.all("link", rel="canonical") == []
    assert page.one("link", hreflang="en").attributes["href"] == "/en/measures/6"
    assert "<loc>" not in client.get("/sitemap.xml").text
    assert "Sitemap" not in client.get("/robots.txt").text
    assert page.all("meta", property="og:image") == []


def test_a_link_to_a_page_is_shown_with_a_picture_of_its_size(site: TestClient) -> None:
    page = get(site, "/zh-Hant/measures/6")
    said = {e.attributes.get("property"): e.attributes["content"] for e in page.all("meta")[1:]}
    picture = site.get(said["og:image"].removeprefix(PUBLIC))

    assert said["og:image"] == f"{PUBLIC}/og.png"
    assert said["og:image:alt"] == "創問：創業的事，用自己的話問"
    assert picture.headers["content-type"] == "image/png"
    assert "max-age=604800" in picture.headers["cache-control"]
    assert len(picture.content) < 60_000
    size = [int.from_bytes(picture.content[at : at + 4], "big") for at in (16, 20)]  # of its head
    assert [said["og:image:width"], said["og:image:height"]] == [str(each) for each in size]


def test_every_link_and_anchor_inside_the_site_leads_somewhere(
    everything: dict[str, Page],
) -> None:
    served_elsewhere = {"/talk", "/site.css", "/favicon.svg"}
    broken = set()
    for address, page in everything.items():
        for link in page.links:
            parts = urlsplit(link.removeprefix(PUBLIC))
            if parts.scheme or parts.path in served_elsewhere:
                continue
            target = parts.path or address
            if target.endswith(("/search", "/changes.atom")) or target == "/":
                continue
            if target not in everything or (
                parts.fragment and unquote(parts.fragment) not in everything[target].ids
            ):
                broken.add((address, link))
    assert broken == set()


def test_every_page_can_be_reached_from_home(everything: dict[str, Page]) -> None:
    for language in LANGUAGES:
        seen, rest = set(), [f"/{language}/"]
        while rest:
            address = rest.pop()
            if address in seen or address not in everything:
                continue
            seen.add(address)
            rest += [urlsplit(link).path for link in everything[address].links]
        assert {a for a in everything if a.startswith(f"/{language}/")} <= seen


def test_links_go_to_web_addresses_and_phones_alone(everything: dict[str, Page]) -> None:
    schemes = {urlsplit(link).scheme for page in everything.values() for link in page.links}
    assert schemes <= {"", "http", "https", "tel"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_measure_shows_its_provisions_word_for_word_with_whom_to_ask(
    everything: dict[str, Page], knowledge: Knowledge, language: Language
) -> None:
    for provision in knowledge.provisions.values():
        page = everything[f"/{language}/measures/{provision.measure}"]
        card = make_card(knowledge, provision, language)
        section = page.one("section", id=f"p{provision.number}").text
        assert provision.quote in [quote.text for quote in page.all("blockquote", lang="zh-Hans")]
        assert card.summary in section
        assert card.as_of in section
        for unit in card.units:
            assert unit.name in section
            assert unit.today in section
            for contact in unit.contacts:
                assert contact.name in section
                assert all(line.number in section for line in contact.hotlines)
        for change in card.changes:
            assert change.text in section
        for document in card.newer:
            assert document.title in section


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_duty_reads_as_one_and_what_may_be_gone_is_marked_wherever_it_is_shown(
    everything: dict[str, Page], knowledge: Knowledge, language: Language
) -> None:
    words = Site(knowledge)._words[language]
    for provision in knowledge.provisions.values():
        page = everything[f"/{language}/measures/{provision.measure}"]
        section = page.one("section", id=f"p{provision.number}").text
        if provision.kind == "duty":
            assert knowledge.labels["duty"][language] in section
        changes = knowledge.changes_of(provision)
        if any(change.ended for change in changes):
            assert words["ended"] in section
            assert words["kind_offer"] not in section
        if not knowledge.current(provision):
            marks = (words["kind_ended"], words["kind_open"])
            for address, other in everything.items():
                if address.startswith(f"/{language}/"):
                    for item in other.all("li"):
                        if provision.summary[language] in item.text:
                            assert any(mark in item.text for mark in marks), address


def test_a_translated_summary_says_that_it_is_one(
    everything: dict[str, Page], knowledge: Knowledge
) -> None:
    site = Site(knowledge)
    for language in ("zh-Hant", "en"):
        notice = site._words[language]["translated"]
        assert notice
        for number in range(1, 35):
            page = everything[f"/{language}/measures/{number}"]
            assert page.one("main").text.count(notice) == len(page.all("blockquote"))
    assert site._words["zh-Hans"]["translated"] == ""


def test_a_list_of_translated_summaries_says_once_that_they_are(
    everything: dict[str, Page], searching: TestClient, knowledge: Knowledge
) -> None:
    site = Site(knowledge)
    names = ["topics/loans", "offices/caizheng", "terms/four-crowds", "search?q=loan"]
    for language in ("zh-Hant", "en"):
        notice = site._words[language]["translated_all"]
        assert notice
        for name in names:
            assert get(searching, f"/{language}/{name}").one("main").text.count(notice) == 1
        # Without a summary there is nothing to say.
        assert notice not in get(searching, f"/{language}/search?q=weather").one("main").text
        assert notice not in everything[f"/{language}/about"].one("main").text
    assert site._words["zh-Hans"]["translated_all"] == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_a_description_stands_alone_it_says_first_what_may_be_gone(
    everything: dict[str, Page], knowledge: Knowledge, language: Language
) -> None:
    ended = Site(knowledge)._words[language]["ended"]
    unconfirmed = knowledge.labels["open"][language].format(hotline="12345")
    for number, reservation in ((29, ended), (18, unconfirmed), (25, unconfirmed)):
        page = everything[f"/{language}/measures/{number}"]
        for told in (
            page.one("meta", name="description"),
            page.one("meta", property="og:description"),
        ):
            assert told.attributes["content"].startswith(reservation)
    plain = everything[f"/{language}/measures/9"].one("meta", name="description")
    assert (
        plain.attributes["content"][:20]
        == knowledge.provisions["sz-2016/9.1"].summary[language][:20]
    )


def test_questions_in_words_that_hong_kong_does_not_use_are_searched_for_but_not_shown(
    everything: dict[str, Page], knowledge: Knowledge
) -> None:
    foreign = [*"裡", *WORDS_OF_TAIWAN.split()]
    asked = [q for provision in knowledge.provisions.values() for q in provision.questions]
    assert all(any(word in question for question in asked) for word in foreign)
    for address, page in everything.items():
        if address.startswith("/zh-Hant/"):
            chips = [e.text for e in page.all("a") if "/search?q=" in e.attributes["href"]]
            assert not [c for c in chips if any(word in c for word in foreign)], address
            assert chips or "/measures/" not in address


def test_every_page_carries_the_candour_and_says_as_of_when(
    everything: dict[str, Page], knowledge: Knowledge
) -> None:
    site = Site(knowledge)
    for address, page in everything.items():
        language = address.split("/")[1]
        foot = page.all("footer")[-1].text
        assert site._words[language]["candour"] in foot  # type: ignore[index]
        assert "2016-08-08" in foot
        assert "sf.sz.gov.cn/gfxwjcx" in foot
        assert knowledge.places["shenzhen"].as_of in foot


def test_an_office_lists_all_that_it_is_responsible_for(
    everything: dict[str, Page], knowledge: Knowledge
) -> None:
    for unit in knowledge.places["shenzhen"].units:
        links = everything[f"/en/offices/{unit}"].links
        for provision in knowledge.provisions.values():
            named = f"/en/measures/{provision.measure}#p{provision.number}" in links
            assert named == (unit in provision.units)


def test_the_about_page_tells_what_changed_for_the_whole_policy_and_what_is_open(
    everything: dict[str, Page], knowledge: Knowledge
) -> None:
    text = everything["/zh-Hans/about"].one("main").text
    for change in knowledge.changes:
        told = bool(change.policies) or change.status == "open"
        assert (change.text["zh-Hans"] in text) == told


def test_every_text_is_marked_as_the_language_that_it_is_in(everything: dict[str, Page]) -> None:
    wrong = set()
    for address, page in everything.items():
        body = page.elements.index(page.one("body"))
        for element in page.elements[body:]:
            text = element.own
            chinese = re.search("[\u3400-\u9fff]", text)
            english = not chinese and len(re.findall("[A-Za-z]{2,} ", text)) > 2
            simplified = re.search("[发国关门产业务创么这]", text)
            if (
                (element.language == "en" and chinese)
                or (element.language != "en" and english and element.tag != "script")
                or (element.language == "zh-Hant" and simplified)
            ):
                wrong.add((address, element.tag, text))
    assert wrong == set()


def test_traditional_is_written_as_in_hong_kong(everything: dict[str, Page]) -> None:
    for address, page in everything.items():
        if address.startswith("/zh-Hant/"):
            text = page.one("body").text
            assert "公佈" not in text
            assert not re.search("[請先以可或]打[0-9]", text), address
            assert page.one("a", **{"class": "brand"}).text == "創問 ChuangWen"
    cited = everything["/zh-Hant/measures/1"].one("section", id="p1.1").text
    assert "意見（國發〔2016〕34號）" in cited


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_about_page_tells_what_was_repaired_and_lists_every_gap_that_stays(
    everything: dict[str, Page], knowledge: Knowledge, language: Language
) -> None:
    page = everything[f"/{language}/about"]
    text = page.one("main").text
    gaps = {p.number: p.quote.count(GAP) for p in knowledge.provisions.values() if GAP in p.quote}

    assert gaps == {"13.1": 1, "18.2": 1, "19.4": 1, "25.1": 2}  # as the text says
    for number in gaps:
        assert f"/{language}/measures/{number.split('.')[0]}#p{number}" in page.links
    for told in ("17", "6.1", "〔2015〕32", *gaps):
        assert told in text
    assert "〔2016〕61" not in text  # no copy that was found bears it


def test_structured_data_says_what_the_page_says(everything: dict[str, Page]) -> None:
    for address, page in everything.items():
        scripts = page.all("script", type="application/ld+json")
        assert bool(scripts) == ("/measures/" in address)
        for script in scripts:
            data = json.loads(script.text)
            assert data["@type"] == "FAQPage"
            assert data["inLanguage"] == address.split("/")[1]
            for question in data["mainEntity"]:
                for line in question["acceptedAnswer"]["text"].split("\n"):
                    assert line in page.one("main").text


def test_no_page_needs_more_than_it_may(site: TestClient, everything: dict[str, Page]) -> None:
    heaviest = max(everything.values(), key=lambda page: len(page.source.encode()))
    parts = [heaviest.source.encode(), site.get("/site.css").content, site.get("/ask.js").content]
    # Even with nothing zipped; the widget comes zipped.
    assert sum(map(len, parts)) <= LARGEST
    zipped = sum(len(gzip.compress(part)) for part in [*parts, make_script().encode()])
    assert zipped <= LARGEST


def test_nothing_is_inline(everything: dict[str, Page]) -> None:
    for page in everything.values():
        assert page.all("style") == []
        assert [script.attributes.get("src") for script in _run(page)] == ["/widget.js", "/ask.js"]
        assert all(script.text == "" for script in _run(page))
        for element in page.elements:
            assert not [name for name in element.attributes if name.startswith("on")]
            assert "style" not in element.attributes


def _run(page: Page) -> list[Element]:
    """The scripts that a browser runs; structured data is none."""
    return [s for s in page.all("script") if s.attributes.get("type") != "application/ld+json"]


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/en/",
        "/en/measures/6",
        "/en/no",
        "/site.css",
        "/robots.txt",
        "/zh/",
        "/favicon.svg",
        "/og.png",
    ],
)
def test_every_answer_lets_nothing_foreign_in(site: TestClient, address: str) -> None:
    headers = site.get(address).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"]
    assert "set-cookie" not in headers


def test_markup_in_the_content_is_shown_as_text(both: Knowledge) -> None:
    poisoned = _poisoned(both)
    client = client_of(holding(poisoned))
    for name in Site(poisoned).names:
        response = client.get(f"/en/{name}")
        page = Page(response.text)
        assert page.mistakes == []
        assert len(_run(page)) == 2
        for script in page.all("script", type="application/ld+json"):
            json.loads(script.text)
        assert EVIL not in response.text
        assert not [link for link in page.links if link.lower().startswith("javascript:")]
    shown = get(client, "/en/yz-2021/measures/1")
    assert EVIL in shown.one("section", id="p1.1").text
    ET.fromstring(client.get("/en/changes.atom").text)


def _poisoned(knowledge: Knowledge) -> Knowledge:
    """Everything that a page shows of the second city holds a script."""
    text = type(next(iter(knowledge.labels.values())))(dict.fromkeys(LANGUAGES, EVIL))
    place = knowledge.places["yunze"]
    units = {
        key: replace(unit, names=(EVIL,), english=EVIL, today=text)
        for key, unit in place.units.items()
    }
    contacts = {
        key: replace(contact, name=text, takes=text, website=f"javascript:{EVIL}")
        for key, contact in place.contacts.items()
    }
    provisions = {
        key: (
            replace(provision, name=text, quote=EVIL, summary=text, questions=(f"Is {EVIL} it?",))
            if provision.policy == "yz-2021"
            else provision
        )
        for key, provision in knowledge.provisions.items()
    }
    return replace(
        knowledge,
        places={**knowledge.places, "yunze": replace(place, units=units, contacts=contacts)},
        provisions=provisions,
        changes=tuple(replace(change, text=text, label=text) for change in knowledge.changes),
        terms={k: replace(term, name=text, definition=text) for k, term in knowledge.terms.items()},
    )


def test_a_second_city_has_pages_of_its_own(both: Knowledge) -> None:
    client = client_of(holding(both))
    first, second = get(client, "/en/measures/1"), get(client, "/en/yz-2021/measures/1")

    assert "2016-08-08" in first.all("footer")[-1].text
    assert both.policies["yz-2021"].date in second.all("footer")[-1].text
    assert "/en/yunze/offices/startup-office" in second.links
    assert "/en/yz-2021/measures/40" in get(client, "/en/").links
    assert client.get("/en/yz-2021/measures/2").status_code == 404


def test_a_second_citys_site_alone_says_nothing_of_shenzhen(city: Knowledge) -> None:
    client = client_of(holding(city))
    for name in Site(city).names:
        text = client.get(f"/en/{name}").text
        assert "Shenzhen" not in text, name
        assert "12345" not in text, name
