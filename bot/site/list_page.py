"""What the page of a founder's list holds."""

from __future__ import annotations

from dataclasses import dataclass

from bot.site.addresses import Addresses
from bot.site.contents import Page, Words
from bot.site.views import Link
from knowledge.card import Card, CardContact
from knowledge.cards import make_card
from knowledge.eligibility import Decision
from knowledge.told import Told

_LABELS = {"fits": "fit_met", "cannot_tell": "fit_open", "does_not_fit": "fit_unmet"}


@dataclass(frozen=True)
class Listed:
    """A provision on the list: `why` quotes the words of the clause that decide it, `missing`
    names what was not told yet."""

    href: str
    name: str
    why: str
    missing: tuple[str, ...]
    card: Card

    @property
    def offices(self) -> list[CardContact]:
        """Each once, though it may have taken over several units."""
        found = (contact for unit in self.card.units for contact in unit.contacts)
        return list({contact.name: contact for contact in found}.values())


def list_page(at: Addresses, words: Words, told: Told) -> Page:
    """The facts, the next question, and the provisions in groups, what fits first."""
    decisions = told.decisions
    current = [decision for decision in decisions if decision.current]
    groups = [
        (words["list_fits"], [d for d in current if d.verdict == "fits"]),
        (words["list_cannot_tell"], [d for d in current if d.verdict == "cannot_tell"]),
        (words["list_apart"], [d for d in decisions if not d.current]),
        (words["list_does_not"], [d for d in current if d.verdict == "does_not_fit"]),
    ]
    ask = told.ask
    names = {fact.id: fact.name[at.language] for fact in told.all_facts}
    content = {
        "facts": [(fact, names[fact], so) for fact, so in told.facts.items()],
        "ask": ask,
        "answers": told.open_facts(ask) if ask is not None else [],
        "groups": [(heading, [_listed(at, told, d) for d in ds]) for heading, ds in groups if ds],
    }
    trail = [Link(at.page(""), words["home"])]
    return Page(
        "list.html",
        words["list_title"],
        words["list_lead"],
        [told.policy],
        content,
        trail,
        listed=False,
    )


def _listed(at: Addresses, told: Told, decision: Decision) -> Listed:
    knowledge, provision, language = at.knowledge, decision.provision, at.language
    between = ", " if language == "en" else "、"
    words = between.join(f"“{each}”" for each in dict.fromkeys(r.words for r in decision.reasons))
    label = knowledge.labels[_LABELS[decision.verdict] if words else "fit_free"][language]
    why = label.format(words=words).lstrip("；; ") if decision.current else ""
    names = {fact.id: fact.name[language] for fact in told.all_facts}
    missing = tuple(names[fact] for fact in decision.missing) if decision.current else ()
    card = make_card(knowledge, provision, language)
    return Listed(at.provision(provision), provision.name[language], why, missing, card)
