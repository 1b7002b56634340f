"""What the call screen shows of provisions: entries of the list, an open card, their names."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from bot.people.call import not_covered
from bot.site.addresses import Addresses
from knowledge.card import Card, CardContact, CardUnit
from knowledge.cards import make_card
from knowledge.contacts import is_district_unit
from knowledge.language import Language
from knowledge.live import Library
from knowledge.models import Knowledge, Provision
from knowledge.place import Elsewhere
from knowledge.related import related
from knowledge.spoken import Spoken, spoken

_RELATED = 5


@dataclass(frozen=True)
class Entry:
    """A provision in a list. `ended`: some or all of it is no longer offered, or may not be."""

    id: str
    number: str
    name: str
    kind: str
    doubtful: bool
    gist: str


@dataclass(frozen=True)
class Office:
    """Who answers today, named once, with the names of the policy's time that lead there."""

    contact: CardContact
    formerly: tuple[str, ...]


@dataclass(frozen=True)
class CallCard:
    """An open card, with what helps a clerk to say it.

    `districts`: to choose from, where who answers depends on it; `kinds`: whom it is for.
    `lost`: units whose office of today is not known, or depends on the district.
    """

    card: Card
    entry: Entry
    said: Spoken
    offices: tuple[Office, ...]
    lost: tuple[CardUnit, ...]
    districts: tuple[tuple[str, str], ...]
    district: str
    kinds: tuple[str, ...]
    related: tuple[Entry, ...]
    link: str
    year: str  # of the policy


def entry(knowledge: Knowledge, provision: Provision, language: Language) -> Entry:
    """One line of a list, in the clerk's language."""
    return Entry(
        id=provision.id,
        number=knowledge.short_id(provision),
        name=provision.name[language],
        kind=provision.kind,
        doubtful=not knowledge.current(provision),
        gist=provision.summary[language],
    )


def call_card(
    knowledge: Knowledge, provision: Provision, caller: Language, clerk: Language, district: str
) -> CallCard:
    """A card in the caller's language; what is around it in the clerk's."""
    card = make_card(knowledge, provision, caller, district=district or None)
    place = knowledge.place_of(provision)
    by_district = {unit for unit in provision.units if is_district_unit(place, unit)}
    policy = knowledge.policies[provision.policy]
    return CallCard(
        card=card,
        entry=entry(knowledge, provision, clerk),
        said=spoken(card),
        offices=_offices(card),
        lost=tuple(unit for unit in card.units if not unit.contacts),
        districts=tuple(
            (each.id, each.name[caller])
            for each in place.districts.values()
            if each.unit in by_district
        ),
        district=district,
        kinds=tuple(policy.audiences[each].name[caller] for each in provision.audience),
        related=tuple(entry(knowledge, p, clerk) for p in related(knowledge, provision, _RELATED)),
        link=Addresses(knowledge, caller).provision(provision),
        year=policy.date[:4],
    )


def uncovered(knowledge: Knowledge) -> dict[str, Elsewhere | None]:
    """What can be told of a question that the policy does not have, as a call keeps it, with the
    place that it asks about where that is another."""
    home = next(iter(knowledge.places.values()))
    return {not_covered(): None, **{not_covered(each.id): each for each in home.elsewhere}}


def names_of_told(library: Library, language: Language, words: SimpleNamespace) -> dict[str, str]:
    """What a call's record calls that which was opened and told, by how it is kept there; nothing
    while the content is still being loaded."""
    if not library.loaded:
        return {}
    knowledge = library.content.knowledge
    names = {p.id: f"{p.number} {p.name[language]}" for p in knowledge.provisions.values()}
    for told, place in uncovered(knowledge).items():
        if place is None:
            names[told] = words.told_not_covered
        else:
            names[told] = words.told_elsewhere.format(place=place.name[language])
    return names


def _offices(card: Card) -> tuple[Office, ...]:
    contacts: dict[tuple[str, str], CardContact] = {}
    names: dict[tuple[str, str], list[str]] = {}
    for unit in card.units:
        for contact in unit.contacts:
            key = (contact.id, contact.name)
            contacts.setdefault(key, contact)
            names.setdefault(key, []).append(unit.name)
    return tuple(Office(contact, tuple(names[key])) for key, contact in contacts.items())
