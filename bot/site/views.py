"""What the pages show, gathered from the knowledge base; how it looks is the templates' part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.site.addresses import Addresses
from bot.site.asked import questions_of
from knowledge.card import Card, CardUnit
from knowledge.cards import make_card
from knowledge.contacts import is_district_unit, unit_card
from knowledge.models import Knowledge, Measure, Policy, Provision
from knowledge.place import Place, Unit

Mark = Literal["offer", "service", "duty", "open", "ended"]
_RELATED = 5


@dataclass(frozen=True)
class Entry:
    """A provision in a list. `mark` says at a glance what it is and whether it may be gone."""

    href: str
    number: str
    name: str
    summary: str
    mark: Mark


@dataclass(frozen=True)
class Section:
    """A provision in full on its measure's page."""

    anchor: str
    name: str
    mark: Mark
    card: Card
    offices: dict[str, str]  # addresses of the units' pages by their ids
    again: frozenset[str]  # units all of whose offices stand above already
    questions: list[str]


@dataclass(frozen=True)
class Link:
    """A name that leads to a page."""

    href: str
    name: str


@dataclass(frozen=True)
class District:
    """A district under a unit that stands for all of them, with its offices."""

    name: str
    card: CardUnit


def mark_of(knowledge: Knowledge, provision: Provision) -> Mark:
    """Ended comes first, then unconfirmed: nothing expired may look current."""
    changes = knowledge.changes_of(provision)
    if any(change.ended for change in changes):
        return "ended"
    if any(change.status == "open" for change in changes):
        return "open"
    return provision.kind


def entry(at: Addresses, provision: Provision) -> Entry:
    """A provision as lists show it."""
    return Entry(
        href=at.provision(provision),
        number=at.knowledge.short_id(provision),
        name=provision.name[at.language],
        summary=provision.summary[at.language],
        mark=mark_of(at.knowledge, provision),
    )


def entries(at: Addresses, provisions: Iterable[Provision]) -> list[Entry]:
    """Provisions as lists show them, in the order given."""
    return [entry(at, provision) for provision in provisions]


def sections(at: Addresses, policy: Policy, measure: Measure) -> list[Section]:
    """A measure's provisions in their order."""
    found = [at.knowledge.provisions[identity] for identity in measure.provisions]
    cards = [make_card(at.knowledge, provision, at.language) for provision in found]
    return [
        Section(
            anchor=f"p{provision.number}",
            name=provision.name[at.language],
            mark=mark_of(at.knowledge, provision),
            card=card,
            offices={unit: at.office(policy.place, unit) for unit in provision.units},
            again=_again(card),
            questions=questions_of(provision, at.language),
        )
        for provision, card in zip(found, cards, strict=True)
    ]


def related(at: Addresses, policy: Policy, measure: Measure) -> list[Link]:
    """Measures that share most topics with this one."""
    mine = _topics(at.knowledge, measure)
    shared = {
        other.number: len(mine & _topics(at.knowledge, other))
        for other in policy.measures.values()
        if other.number != measure.number
    }
    numbers = sorted((n for n in shared if shared[n]), key=lambda n: (-shared[n], n))[:_RELATED]
    return [measure_link(at, policy, number) for number in sorted(numbers)]


def measure_link(at: Addresses, policy: Policy, number: int) -> Link:
    """A measure by its title."""
    return Link(at.measure(policy.id, number), policy.measures[number].title[at.language])


def topics(at: Addresses, policy: Policy) -> list[tuple[str, list[Link]]]:
    """Topics under the kinds of help, in the policy's order."""
    return [
        (
            help_.name[at.language],
            [
                Link(at.topic(policy.id, topic.id), topic.name[at.language])
                for topic in policy.topics.values()
                if topic.help == help_.id
            ],
        )
        for help_ in policy.helps.values()
    ]


def units(at: Addresses, place: Place) -> list[tuple[Link, CardUnit]]:
    """The units that a place's policies name, each with what it is today."""
    return [
        (Link(at.office(place.id, unit.id), card.name), card)
        for unit in place.units.values()
        for card in [unit_card(at.knowledge, place, unit, at.language)]
    ]


def provisions_of(knowledge: Knowledge, place: Place, unit: Unit) -> list[Provision]:
    """All that a unit is responsible for."""
    return [
        provision
        for provision in knowledge.provisions.values()
        if unit.id in provision.units and knowledge.place_of(provision) is place
    ]


def districts_of(at: Addresses, place: Place, unit: Unit) -> list[District]:
    """The districts of today, where the unit stands for districts."""
    if not (unit.confirmed and is_district_unit(place, unit.id)):
        return []
    return [
        District(
            district.name[at.language],
            unit_card(at.knowledge, place, unit, at.language, None, district.id),
        )
        for district in place.districts.values()
        if district.unit == unit.id
    ]


def _again(card: Card) -> frozenset[str]:
    found: set[str] = set()
    shown: set[str] = set()
    for unit in card.units:
        offices = {contact.id for contact in unit.contacts}
        if offices and offices <= shown:
            found.add(unit.id)
        shown |= offices
    return frozenset(found)


def _topics(knowledge: Knowledge, measure: Measure) -> set[str]:
    return {t for identity in measure.provisions for t in knowledge.provisions[identity].topics}
