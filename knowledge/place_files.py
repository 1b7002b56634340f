"""Reads places/<id>/: units of then, contacts of today, hotlines, districts, routing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from knowledge.files import Entry, open_file, read_list
from knowledge.place import (
    Bureau,
    Contact,
    Destination,
    District,
    Elsewhere,
    Hotline,
    Place,
    Route,
    SeeAlso,
    Unit,
)
from knowledge.reader import Item, Mistakes


def read_place(mistakes: Mistakes, root: Path, folder: Path) -> Place:
    """A place and all that its folder says of it."""
    file = open_file(mistakes, root, folder / "place.yml")
    hotlines: dict[str, Hotline] = {}
    contacts: dict[str, Contact] = {}
    units: dict[str, Unit] = {}
    districts: dict[str, District] = {}
    elsewhere: dict[str, Elsewhere] = {}

    def read_all(
        name: str, key: str, read: Callable[[Item], Entry], into: dict[str, Entry]
    ) -> None:
        if (folder / name).exists():  # A place may do without: a town has no districts.
            read_list(mistakes, root, folder / name, key, read, into)

    read_all("hotlines.yml", "hotlines", _hotline, hotlines)
    read_all("contacts.yml", "contacts", lambda item: _contact(item, hotlines), contacts)
    read_all("units.yml", "units", lambda item: _unit(item, contacts), units)
    read_all("districts.yml", "districts", lambda item: _district(item, hotlines, units), districts)
    read_all("elsewhere.yml", "places", _elsewhere, elsewhere)
    routing = open_file(mistakes, root, folder / "routing.yml")
    place = Place(
        id=file.string("id"),
        name=file.text("name"),
        aliases=file.strings("aliases"),
        fallback_hotline=file.one_of("fallback_hotline", hotlines),
        units=units,
        contacts=contacts,
        districts=districts,
        hotlines=hotlines,
        routes=tuple(
            _route(item, units, contacts) for item in routing.items("routes", name="unit")
        ),
        see_also=tuple(
            _see_also(item, contacts)
            for item in routing.items("see_also", needed=False, name="contact")
        ),
        elsewhere=tuple(elsewhere.values()),
        as_of=file.string("as_of"),
    )
    routing.done()
    file.done()
    return place


def _hotline(item: Item) -> Hotline:
    item.strings("sources", needed=False)
    return Hotline(item.string("number"), item.text("use"))


def _contact(item: Item, hotlines: dict[str, Hotline]) -> Contact:
    return Contact(
        id=item.string("id"),
        name=item.text("name"),
        takes=item.text("takes"),
        confirmed=item.flag("confirmed"),
        english_confirmed=item.flag("english_confirmed"),
        website=item.optional("website"),
        hotlines=item.known("hotlines", hotlines, needed=False),
        sources=item.strings("sources", needed=False),
    )


def _unit(item: Item, contacts: dict[str, Contact]) -> Unit:
    item.optional("changed")
    return Unit(
        id=item.string("id"),
        names=item.strings("names"),
        aliases=item.strings("aliases", needed=False),
        english=item.string("english"),
        today=item.text("today"),
        confirmed=item.flag("confirmed"),
        contacts=item.known("contacts", contacts, needed=False),
    )


def _district(item: Item, hotlines: dict[str, Hotline], units: dict[str, Unit]) -> District:
    bureaus = []
    for key in ("science_bureau", "industry_bureau"):
        data = item.data.get(key)
        if isinstance(data, dict):
            bureau = Item(item.mistakes, f"{item.where}: {key}", data)
            found = Bureau(bureau.text("name"), bureau.string("url"))
            if found not in bureaus:  # Two districts have one bureau for both.
                bureaus.append(found)
            bureau.done()
        item._read.add(key)
    item.strings("sources", needed=False)
    return District(
        id=item.string("id"),
        name=item.text("name"),
        english_confirmed=item.flag("english_confirmed"),
        government=item.text("government"),
        website=item.string("website"),
        hotline=item.one_of("hotline", hotlines),
        bureaus=tuple(bureaus),
        unit=item.one_of("unit", units),
        aliases=item.strings("aliases"),
    )


def _elsewhere(item: Item) -> Elsewhere:
    return Elsewhere(
        item.string("id"), item.text("name"), item.strings("aliases"), item.flag("partner")
    )


def _route(item: Item, units: dict[str, Unit], contacts: dict[str, Contact]) -> Route:
    destinations = []
    for entry in item.items("contacts", name="contact"):
        subject = entry.text("subject", needed=False)
        destinations.append(Destination(entry.one_of("contact", contacts), subject or None))
        entry.done()
    every = item.data.get("provisions") == "*"
    item._read.add("provisions")
    item.strings("sources", needed=False)
    route = Route(
        unit=item.one_of("unit", units),
        provisions=() if every else item.strings("provisions"),
        destinations=tuple(destinations),
        confirmed=item.flag("confirmed"),
    )
    item.done()
    return route


def _see_also(item: Item, contacts: dict[str, Contact]) -> SeeAlso:
    found = SeeAlso(
        item.strings("provisions"),
        item.one_of("contact", contacts),
        item.text("subject"),
        item.strings("sources"),
    )
    item.done()
    return found
