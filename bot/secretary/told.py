"""What a founder told of themselves, as a page shows and changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from knowledge.eligibility import Decision, decide_all, next_ask, told
from knowledge.models import Ask, Fact, Knowledge, Policy, Provision

SLOT = "profile"


@dataclass(frozen=True)
class Told:
    """The slot `profile` of a conversation: facts, asks that are over, and the list's provisions,
    best first. Facts and provisions that the content no longer has are left out."""

    knowledge: Knowledge
    facts: dict[str, bool]
    passed: tuple[str, ...]
    ranked: tuple[str, ...]

    @classmethod
    def of(cls, knowledge: Knowledge, state: Mapping[str, Any]) -> Told | None:
        """None where no list was made in the conversation."""
        kept = state.get(SLOT) or {}
        ranked = tuple(p for p in kept.get("ranked") or () if p in knowledge.provisions)
        if not ranked:
            return None
        found = cls(knowledge, {}, tuple(kept.get("passed") or ()), ranked)
        known = {fact.id for fact in found.all_facts}
        facts = {fact: so for fact, so in (kept.get("facts") or {}).items() if fact in known}
        return replace(found, facts=facts)

    @property
    def slot(self) -> dict[str, Any]:
        return {"facts": self.facts, "passed": list(self.passed), "ranked": list(self.ranked)}

    @property
    def policy(self) -> Policy:
        return self.knowledge.policies[self.provisions[0].policy]

    @property
    def provisions(self) -> list[Provision]:
        return [self.knowledge.provisions[identity] for identity in self.ranked]

    @property
    def all_facts(self) -> list[Fact]:
        return [fact for ask in self.policy.asks for fact in ask.facts]

    @property
    def decisions(self) -> list[Decision]:
        return decide_all(self.knowledge, self.facts, self.provisions)

    @property
    def ask(self) -> Ask | None:
        """The question that decides most of what is still open."""
        current = [decision.provision for decision in self.decisions if decision.current]
        return next_ask(self.knowledge, self.policy.asks, self.facts, current, self.passed)

    def open_facts(self, ask: Ask) -> list[Fact]:
        """Those of an ask that could still decide something."""
        missing = {fact for d in self.decisions if d.current for fact in d.missing}
        return [fact for fact in ask.facts if fact.id in missing]

    def changed(self, what: str, identity: str) -> Told:
        """After a button: "tell", "deny" or "remove" a fact; "none" or "skip" of an ask. What is
        not known changes nothing."""
        if what in ("tell", "deny", "remove"):
            if all(fact.id != identity for fact in self.all_facts):
                return self
            if what == "remove":
                rest = {fact: so for fact, so in self.facts.items() if fact != identity}
                return replace(self, facts=rest)
            facts = told(self.facts, self.policy.asks, identity, what == "tell")
            return replace(self, facts=facts)
        ask = next((ask for ask in self.policy.asks if ask.id == identity), None)
        if ask is None:
            return self
        if what == "none":
            nothing = {fact.id: False for fact in self.open_facts(ask)}
            return replace(self, facts={**self.facts, **nothing})
        if what == "skip" and identity not in self.passed:
            return replace(self, passed=(*self.passed, identity))
        return self
