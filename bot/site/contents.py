"""Which pages there are and what each of them holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bot.site import addresses, views
from bot.site.addresses import Addresses
from knowledge.card_text import blocks_of
from knowledge.cards import change_card, chinese_number
from knowledge.contacts import unit_card
from knowledge.models import Change, Knowledge, Measure, Policy, Term, Topic
from knowledge.place import Place, Unit

GAP = "〔缺字〕"
REPAIRS = "repairs_"  # with the policy's id: what was done to its copy


@dataclass(frozen=True)
class Page:
    """A page in one language, to be filled into its template."""

    template: str
    title: str
    description: str
    policies: list[Policy]  # whose standing its foot tells
    content: dict[str, Any]
    trail: list[views.Link] = field(default_factory=list)
    listed: bool = True  # for search engines
    data: dict[str, Any] | None = None  # structured, for search engines


Words = dict[str, str]
Make = Callable[[Addresses, Words], Page]


def pages(knowledge: Knowledge) -> dict[str, Make]:
    """Every page by its name, the same in each language; what makes it for one."""
    found: dict[str, Make] = {"": _home, "offices": _offices, "terms": _terms, "about": _about}
    for policy in knowledge.policies.values():
        for measure in policy.measures.values():
            name = addresses.measure_name(knowledge, policy.id, measure.number)
            found[name] = partial(_measure, policy, measure)
        for topic in policy.topics.values():
            found[addresses.topic_name(knowledge, policy.id, topic.id)] = partial(
                _topic, policy, topic
            )
        place = knowledge.places[policy.place]
        for unit in place.units.values():
            found[addresses.office_name(knowledge, place.id, unit.id)] = partial(
                _office, place, unit
            )
    for term in knowledge.terms.values():
        found[addresses.term_name(term.id)] = partial(_term, term)
    return found


def moved(knowledge: Knowledge) -> dict[str, str]:
    """Names that people may try, and the page's own name."""
    first = next(iter(knowledge.policies.values()))
    found = {"measures": "#measures", "topics": "#topics"}
    for number in first.measures:
        found[f"{first.id}/measures/{number}"] = f"measures/{number}"
    for topic in first.topics:
        found[f"{first.id}/topics/{topic}"] = f"topics/{topic}"
    for unit in knowledge.places[first.place].units:
        found[f"{first.place}/offices/{unit}"] = f"offices/{unit}"
    return found


def measure_label(at: Addresses, words: Words, number: int) -> str:
    """第六条 or Measure 6."""
    shown = str(number) if at.language == "en" else chinese_number(number)
    return words["measure"].format(number=shown)


def _home(at: Addresses, words: Words) -> Page:
    policies = list(at.knowledge.policies.values())
    name = policies[0].short_title[at.language]
    catalogue = [
        {
            "policy": policy,
            "topics": views.topics(at, policy),
            "chapters": [
                (
                    chapter.title[at.language],
                    [(n, views.measure_link(at, policy, n)) for n in chapter.measures],
                )
                for chapter in policy.chapters
            ],
        }
        for policy in policies
    ]
    return Page(
        "home.html",
        words["title"],
        words["description"].format(policy=name),
        policies,
        {"catalogue": catalogue},
    )


def _measure(policy: Policy, measure: Measure, at: Addresses, words: Words) -> Page:
    sections = views.sections(at, policy, measure)
    # What a search engine or a link's preview shows alone.
    alone = [*_reservations(words, sections[0]), sections[0].card.summary]
    label = measure_label(at, words, measure.number)
    numbers = sorted(policy.measures)
    here = numbers.index(measure.number)
    return Page(
        "measure.html",
        f"{label}{words['colon']}{measure.title[at.language]}",
        (" " if at.language == "en" else "").join(alone),
        [policy],
        {
            "policy": policy,
            "label": label,
            "heading": measure.title[at.language],
            "sections": sections,
            "related": views.related(at, policy, measure),
            "before": views.measure_link(at, policy, numbers[here - 1]) if here else None,
            "after": (
                views.measure_link(at, policy, numbers[here + 1])
                if here + 1 < len(numbers)
                else None
            ),
        },
        [_home_link(at, words)],
        data=_faq(at, words, sections),
    )


def _faq(at: Addresses, words: Words, sections: list[views.Section]) -> dict[str, Any]:
    """The measure as schema.org's FAQPage: what the page shows, with its reservations."""

    def answer(section: views.Section) -> str:
        card = section.card
        return "\n".join([*_reservations(words, section), card.summary, card.as_of])

    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "inLanguage": at.language,
        "mainEntity": [
            {
                "@type": "Question",
                "name": words["faq"].format(name=section.name),
                "acceptedAnswer": {"@type": "Answer", "text": answer(section)},
            }
            for section in sections
        ],
    }


def _reservations(words: Words, section: views.Section) -> list[str]:
    """What must be said before a provision's summary, so that it never reads as an offer."""
    ended = [words["ended"]] if section.mark == "ended" else []
    standing = [block for block in blocks_of(section.card) if block.kind == "standing"]
    return [*ended, *(line for block in standing for line in block.lines)]


def _topic(policy: Policy, topic: Topic, at: Addresses, words: Words) -> Page:
    found = [
        provision
        for provision in at.knowledge.provisions.values()
        if provision.policy == policy.id and topic.id in provision.topics
    ]
    # What is listed first is what may still be had.
    found.sort(key=lambda provision: not at.knowledge.current(provision))
    name = topic.name[at.language]
    return Page(
        "topic.html",
        f"{words['topic']}{words['colon']}{name}",
        "；".join(provision.name[at.language] for provision in found),
        [policy],
        {"heading": name, "entries": views.entries(at, found)},
        [_home_link(at, words)],
    )


def _offices(at: Addresses, words: Words) -> Page:
    policies = list(at.knowledge.policies.values())
    found = [(policy, views.units(at, at.knowledge.places[policy.place])) for policy in policies]
    lead = words["offices_lead"].format(year=policies[0].date[:4])
    return Page(
        "offices.html",
        words["offices"],
        lead,
        policies,
        {"places_listed": found, "lead": lead},
        [_home_link(at, words)],
    )


def _office(place: Place, unit: Unit, at: Addresses, words: Words) -> Page:
    card = unit_card(at.knowledge, place, unit, at.language)
    policies = [p for p in at.knowledge.policies.values() if p.place == place.id]
    found = views.provisions_of(at.knowledge, place, unit)
    return Page(
        "office.html",
        f"{card.name} ({card.translation})" if card.translation else card.name,
        card.today,
        policies,
        {
            "unit": card,
            "year": policies[0].date[:4],
            "districts": views.districts_of(at, place, unit),
            "entries": views.entries(at, found),
        },
        [_home_link(at, words), views.Link(at.page("offices"), words["offices"])],
    )


def _terms(at: Addresses, words: Words) -> Page:
    return Page(
        "terms.html",
        words["terms"],
        words["terms_lead"],
        list(at.knowledge.policies.values()),
        {"terms": [(at.term(term.id), term) for term in at.knowledge.terms.values()]},
        [_home_link(at, words)],
    )


def _term(term: Term, at: Addresses, words: Words) -> Page:
    found = [at.knowledge.provisions[identity] for identity in term.provisions]
    named = {provision.policy for provision in found}
    policies = [policy for policy in at.knowledge.policies.values() if policy.id in named]
    return Page(
        "term.html",
        term.name[at.language],
        term.definition[at.language],
        policies,
        {"term": term, "entries": views.entries(at, found)},
        [_home_link(at, words), views.Link(at.page("terms"), words["terms"])],
    )


def _about(at: Addresses, words: Words) -> Page:
    knowledge = at.knowledge
    gaps = [provision for provision in knowledge.provisions.values() if GAP in provision.quote]

    def cards(changes: list[Change]) -> list[Any]:
        return [change_card(knowledge, change, at.language) for change in changes]

    return Page(
        "about.html",
        words["about_title"],
        words["about_is_text"],
        list(knowledge.policies.values()),
        {
            "repairs": {
                policy: words.get(f"{REPAIRS}{policy}", "").splitlines()
                for policy in knowledge.policies
            },
            "gaps": views.entries(at, gaps),
            "changes": cards([change for change in knowledge.changes if change.policies]),
            "open": cards([change for change in knowledge.changes if change.status == "open"]),
        },
        [_home_link(at, words)],
    )


def _home_link(at: Addresses, words: Words) -> views.Link:
    return views.Link(at.page(""), words["home"])
