"""What the knowledge base consists of: frozen values, loaded and checked by storage.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from knowledge.conditions import Condition
from knowledge.language import Language
from knowledge.place import Place
from knowledge.text import Text
from knowledge.vocabulary import Vocabulary

Kind = Literal["offer", "service", "duty"]
Status = Literal["confirmed", "open"]

KINDS: tuple[Kind, ...] = ("offer", "service", "duty")


@dataclass(frozen=True)
class Source:
    """Where a fact comes from; only these addresses may be shown to users."""

    id: str
    title: str
    url: str
    date: str


@dataclass(frozen=True)
class Document:
    """A document that a provision cites (or the policy itself)."""

    id: str
    number: str | None
    title: Text
    date: str | None
    url: str | None
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class NewerDocument:
    """A newer official document on a provision's subject; it never replaces the clause."""

    id: str
    title: str
    english: str
    date: str
    issuer: str
    url: str
    provisions: tuple[str, ...]


@dataclass(frozen=True)
class Notice:
    """News of somebody else that staff found to concern provisions; in its own language alone."""

    id: str
    title: str
    summary: str
    date: str  # empty where it has none
    publisher: str
    url: str
    provisions: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """A later fact that bears on provisions, or on the whole of a policy. `open`: a question."""

    id: str
    status: Status
    label: Text
    when: Text
    text: Text
    provisions: tuple[str, ...]
    policies: tuple[str, ...]
    sources: tuple[str, ...]
    ended: bool = False  # what the provision offers, or a part of it, is no longer there


@dataclass(frozen=True)
class Term:
    """A word of the policy, explained in our words."""

    id: str
    name: Text
    aliases: tuple[str, ...]
    definition: Text
    provisions: tuple[str, ...]


@dataclass(frozen=True)
class Label:
    """A named group: a topic or an audience."""

    id: str
    name: Text


@dataclass(frozen=True)
class Topic(Label):
    """A subject of a policy; `help` is the kind of help that its offers are, `words` what founders
    call it."""

    help: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fact(Label):
    """Something that is so or not of a founder; `words`: phrases of a story that say it is."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Ask:
    """A question about a founder, and the facts that it tells. `many`: several may be so at once;
    otherwise exactly one is."""

    id: str
    question: Text
    many: bool
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Provision:
    """One paragraph of a measure, the unit of every answer."""

    id: str  # with its policy: "sz-2016/6.2"
    number: str  # within its policy: "6.2"
    policy: str
    measure: int
    name: Text  # what this very paragraph is about, as a menu entry
    kind: Kind
    quote: str
    summary: Text
    topics: tuple[str, ...]
    audience: tuple[str, ...]
    reason: Text  # why it may fit, in half a sentence; empty where its audience says enough
    units: tuple[str, ...]
    documents: tuple[str, ...]
    questions: tuple[str, ...] = field(repr=False)
    conditions: Condition | None = None  # for whom it is; None where the clause states nothing


@dataclass(frozen=True)
class Measure:
    """One numbered item of a policy; its provisions by id."""

    number: int
    title: Text
    provisions: tuple[str, ...]


@dataclass(frozen=True)
class Chapter:
    """A heading over measures."""

    title: Text
    measures: tuple[int, ...]


@dataclass(frozen=True)
class Policy:
    """A published document with an issuer, a place, a date and a standing."""

    id: str
    place: str
    document: str
    title: Text
    short_title: Text
    issuer: Text
    date: str
    register: str | None
    copy: Text | None  # how the text reached us, where that is not the gazette
    chapters: tuple[Chapter, ...]
    helps: dict[str, Label]  # kinds of help, in the order in which they are shown
    topics: dict[str, Topic]
    audiences: dict[str, Label]
    asks: tuple[Ask, ...]  # what may be asked about a founder, in the order of the file
    measures: dict[int, Measure] = field(repr=False)
    newer: tuple[NewerDocument, ...] = field(repr=False)
    newer_as_of: str | None


@dataclass(frozen=True)
class Knowledge:
    """All content, whole and checked. `version` is the content's hash."""

    version: str
    policies: dict[str, Policy]
    provisions: dict[str, Provision] = field(repr=False)
    places: dict[str, Place] = field(repr=False)
    documents: dict[str, Document] = field(repr=False)
    changes: tuple[Change, ...] = field(repr=False)
    terms: dict[str, Term] = field(repr=False)
    sources: dict[str, Source] = field(repr=False)
    labels: dict[str, Text] = field(repr=False)
    out_of_scope: tuple[str, ...] = field(repr=False)
    no_subject: tuple[str, ...] = field(repr=False)
    vocabulary: Vocabulary = field(repr=False, default_factory=Vocabulary)
    # Not of the files: what staff accepted while the program ran, newest first.
    news: tuple[Notice, ...] = field(default=(), repr=False)

    def provision(self, reference: str) -> Provision | None:
        """Find "sz-2016/6.2", or "6.2" where only one policy has it."""
        if reference in self.provisions:
            return self.provisions[reference]
        found = [p for p in self.provisions.values() if p.number == reference]
        return found[0] if len(found) == 1 else None

    def about(self, reference: str) -> list[Provision]:
        """A provision as `provision` finds it, or all of a measure: "sz-2016/6", or "6" where only
        one policy has it. Nothing where nothing is called so."""
        one = self.provision(reference)
        if one is not None:
            return [one]
        found = [
            measure
            for policy in self.policies.values()
            for measure in policy.measures.values()
            if reference in (str(measure.number), f"{policy.id}/{measure.number}")
        ]
        return [self.provisions[p] for p in found[0].provisions] if len(found) == 1 else []

    def measure_of(self, provision: Provision) -> Measure:
        return self.policies[provision.policy].measures[provision.measure]

    def place_of(self, provision: Provision) -> Place:
        return self.places[self.policies[provision.policy].place]

    def changes_of(self, provision: Provision) -> list[Change]:
        """What happened to this very provision, not to the policy as a whole."""
        return [change for change in self.changes if provision.id in change.provisions]

    def news_of(self, provision: Provision) -> list[Notice]:
        """What staff accepted as concerning it, newest first."""
        return [notice for notice in self.news if provision.id in notice.provisions]

    def current(self, provision: Provision) -> bool:
        """Whether nothing says that an offer has ended or may have; else it stands apart."""
        changes = self.changes_of(provision)
        return not any(change.ended or change.status == "open" for change in changes)

    def short_id(self, provision: Provision) -> str:
        """ "6.2" where no other policy has it, else "sz-2016/6.2"."""
        return provision.number if self.provision(provision.number) else provision.id


def language_pair(language: Language) -> str:
    """The language of stored Chinese that stands behind an interface language."""
    return "en" if language == "en" else "zh-Hans"
