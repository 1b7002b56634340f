"""Who to ask today: from a provision's units of 2016 to the offices that answer now."""

from __future__ import annotations

from knowledge.card import CardContact, CardHotline, CardUnit
from knowledge.language import Language
from knowledge.models import Knowledge, Provision
from knowledge.place import Contact, Destination, District, Place, Unit


def units_of(
    knowledge: Knowledge, provision: Provision, language: Language, district: str | None = None
) -> tuple[CardUnit, ...]:
    """The responsible units in the text's order, each with today's offices.

    Only confirmed offices and confirmed routes; where the route is unconfirmed, every confirmed
    successor with what it takes care of. `district`: the founder's, for units that are districts.
    """
    place = knowledge.place_of(provision)
    return tuple(
        unit_card(knowledge, place, place.units[identity], language, provision, district)
        for identity in provision.units
    )


def unit_card(
    knowledge: Knowledge,
    place: Place,
    unit: Unit,
    language: Language,
    provision: Provision | None = None,
    district: str | None = None,
) -> CardUnit:
    """One unit and its offices; without a provision, all that it became."""
    contacts: tuple[CardContact, ...] = ()
    today = unit.today[language]
    if not unit.confirmed:
        pass  # Its successor is not confirmed; `today` says so and sends to the hotline.
    elif is_district_unit(place, unit.id):
        home = place.districts.get(district or "")
        if home is not None and home.unit == unit.id:
            contacts = _district_contacts(knowledge, place, home, language)
    else:
        contacts = tuple(
            _contact(knowledge, place, place.contacts[end.contact], end, language)
            for end in _destinations(place, unit, provision)
            if place.contacts[end.contact].confirmed
        )
    return CardUnit(
        id=unit.id,
        name=_name_of_2016(unit, provision),
        translation=unit.english if language == "en" else None,
        today=today,
        confirmed=unit.confirmed,
        contacts=contacts,
        fallback=place.fallback_hotline,
    )


def see_also_of(
    knowledge: Knowledge, provision: Provision, language: Language
) -> tuple[CardContact, ...]:
    """Offices that the policy does not name but that answer for the subject today."""
    place = knowledge.place_of(provision)
    return tuple(
        _contact(
            knowledge,
            place,
            place.contacts[extra.contact],
            Destination(extra.contact, extra.subject),
            language,
        )
        for extra in place.see_also
        if provision.id in extra.provisions and place.contacts[extra.contact].confirmed
    )


def is_district_unit(place: Place, unit: str) -> bool:
    """Whether a unit stands for the districts, so that the founder's own one answers."""
    return any(district.unit == unit for district in place.districts.values())


def needs_district(knowledge: Knowledge, provision: Provision) -> bool:
    """Whether who answers for a provision depends on the district."""
    place = knowledge.place_of(provision)
    return any(is_district_unit(place, unit) for unit in provision.units)


def _destinations(place: Place, unit: Unit, provision: Provision | None) -> tuple[Destination, ...]:
    everything = tuple(Destination(contact) for contact in unit.contacts)
    if provision is None:
        return everything
    routes = [route for route in place.routes if route.unit == unit.id]
    # A route for this very provision counts before the unit's general one, confirmed or not: an
    # unconfirmed one says that the general one does not apply here.
    for route in routes:
        if provision.id in route.provisions:
            return route.destinations if route.confirmed else everything
    for route in routes:
        if not route.provisions and route.confirmed:
            return route.destinations
    return everything


def _contact(
    knowledge: Knowledge, place: Place, contact: Contact, end: Destination, language: Language
) -> CardContact:
    numbers = contact.hotlines or (place.fallback_hotline,)
    return CardContact(
        id=contact.id,
        name=contact.name["zh-Hans" if language == "en" else language],
        translation=contact.name["en"] if language == "en" else None,
        translation_official=contact.english_confirmed,
        takes=(end.subject or contact.takes)[language],
        website=contact.website,
        hotlines=tuple(CardHotline(n, place.hotlines[n].use[language]) for n in numbers),
    )


def _district_contacts(
    knowledge: Knowledge, place: Place, district: District, language: Language
) -> tuple[CardContact, ...]:
    chinese: Language = "zh-Hans" if language == "en" else language
    hotline = (CardHotline(district.hotline, place.hotlines[district.hotline].use[language]),)
    offices = [(district.government, district.website)]
    offices += [(bureau.name, bureau.url) for bureau in district.bureaus]
    return tuple(
        CardContact(
            id=district.id,
            name=name[chinese],
            translation=name["en"] if language == "en" else None,
            translation_official=False,
            takes="",
            website=website,
            hotlines=hotline,
        )
        for name, website in offices
    )


def _name_of_2016(unit: Unit, provision: Provision | None) -> str:
    """The unit's name as this provision writes it (only the first of a list carries 市)."""
    names = sorted(unit.names, key=len, reverse=True)
    if provision is not None:
        for name in names:
            if name in provision.quote:
                return name
    return names[0]
