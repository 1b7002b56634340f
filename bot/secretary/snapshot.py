"""What followers are told of: the content as it was published once, as plain data.

Texts that a message may show are kept whole, so that a release that was interrupted is told in the
same words although the content has moved on; of the others a hash says that they changed.
"""

from __future__ import annotations

import hashlib
from typing import Any

from knowledge.card import CardContact
from knowledge.cards import change_card
from knowledge.contacts import is_district_unit, see_also_of, unit_card
from knowledge.language import LANGUAGES, Language
from knowledge.models import Change, Knowledge, NewerDocument, Provision

Snapshot = dict[str, Any]


def snapshot(knowledge: Knowledge) -> Snapshot:
    """`{"policies": {id: …}, "provisions": {id: …}}`, the same for the same content."""
    return {
        "policies": {
            policy.id: {
                "name": dict(policy.short_title),
                "changes": _changes(
                    knowledge, [c for c in knowledge.changes if policy.id in c.policies]
                ),
            }
            for policy in knowledge.policies.values()
        },
        "provisions": {
            provision.id: _provision(knowledge, provision)
            for provision in knowledge.provisions.values()
        },
    }


def _provision(knowledge: Knowledge, provision: Provision) -> dict[str, Any]:
    changes = knowledge.changes_of(provision)
    newer = [d for d in knowledge.policies[provision.policy].newer if provision.id in d.provisions]
    return {
        "policy": provision.policy,
        "measure": provision.measure,
        "number": provision.number,
        "title": dict(knowledge.measure_of(provision).title),
        "topics": list(provision.topics),
        "quote": _hash(provision.quote),
        "summary": {language: _hash(provision.summary[language]) for language in LANGUAGES},
        # What else a card or a list says of it.
        "details": _hash(
            repr((provision.kind, provision.name["zh-Hans"], provision.conditions))
            + repr(provision.documents)
        ),
        "current": knowledge.current(provision),
        "changes": _changes(knowledge, changes),
        "newer": {document.id: _newer(document) for document in newer},
        "news": {
            notice.id: {"title": notice.title, "date": notice.date, "url": notice.url}
            for notice in knowledge.news_of(provision)
        },
        "offices": {language: _offices(knowledge, provision, language) for language in LANGUAGES},
    }


def _changes(knowledge: Knowledge, changes: list[Change]) -> dict[str, Any]:
    found = {}
    for change in changes:
        cards = {language: change_card(knowledge, change, language) for language in LANGUAGES}
        found[change.id] = {
            "open": change.status == "open",
            "when": {language: card.when.strip("—") for language, card in cards.items()},
            "text": {language: card.text for language, card in cards.items()},
            "links": [source.url for source in cards["zh-Hans"].sources if source.url],
        }
    return found


def _newer(document: NewerDocument) -> dict[str, Any]:
    english = f"{document.english} ({document.title})"
    return {
        "title": {"zh-Hans": document.title, "zh-Hant": document.title, "en": english},
        "date": document.date,
        "url": document.url,
    }


def _offices(knowledge: Knowledge, provision: Provision, language: Language) -> dict[str, str]:
    """Who is to be asked, by id, in one line each; for units that are districts, all of them."""
    place = knowledge.place_of(provision)
    contacts: list[CardContact] = []
    for identity in provision.units:
        unit = place.units[identity]
        homes: list[str | None] = [None]
        if is_district_unit(place, identity):
            homes = [district.id for district in place.districts.values()]
        for home in homes:
            card = unit_card(knowledge, place, unit, language, provision, home)
            contacts += card.contacts
    contacts += see_also_of(knowledge, provision, language)
    lines: dict[str, str] = {}
    counts: dict[str, int] = {}
    for contact in dict.fromkeys(contacts):
        # A district has several offices under one id.
        at = counts[contact.id] = counts.get(contact.id, 0) + 1
        lines[contact.id if at == 1 else f"{contact.id}-{at}"] = _line(contact)
    return lines


def _line(contact: CardContact) -> str:
    name = contact.name
    if contact.translation:
        name += f" ({contact.translation})"
    numbers = " / ".join(line.number for line in contact.hotlines)
    return " · ".join(part for part in (name, contact.website, numbers) if part)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
