"""What a founder told of themselves, and the list that it leads to: in the chat and on its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    policy: Policy
    facts: dict[str, bool]
    passed: tuple[str, ...] = ()
    ranked: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, knowledge: Knowledge, kept: Mapping[str, Any] | None, policy: Policy | None = None
    ) -> Told:
        """`kept`: the slot's value. `policy`: whose asks they are; else that of the list."""
        kept = kept or {}
        ranked = tuple(p for p in kept.get("ranked") or () if p in knowledge.provisions)
        if policy is None:
            of_list = knowledge.provisions[ranked[0]].policy if ranked else None
            policy = knowledge.policies[of_list or next(iter(knowledge.policies))]
        known = {fact.id for ask in policy.asks for fact in ask.facts}
        facts = {fact: so for fact, so in (kept.get("facts") or {}).items() if fact in known}
        return cls(knowledge, policy, facts, tuple(kept.get("passed") or ()), ranked)

    @property
    def slot(self) -> dict[str, Any]:
        return {"facts": self.facts, "passed": list(self.passed), "ranked": list(self.ranked)}

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

    def ask_named(self, name: str | None) -> Ask | None:
        """The ask of that id, if there is one."""
        return next((ask for ask in self.policy.asks if ask.id == name), None)

    def open_facts(self, ask: Ask) -> list[Fact]:
        """Those of an ask that could still decide something of the list."""
        missing = {fact for d in self.decisions if d.current for fact in d.missing}
        return [fact for fact in ask.facts if fact.id in missing]

    def about(self, provisions: Sequence[Provision]) -> Told:
        """The same of another list."""
        return replace(self, ranked=tuple(provision.id for provision in provisions))

    def tell(self, fact: str, so: bool = True) -> Told:
        """A correction replaces what was said before."""
        return replace(self, facts=told(self.facts, self.policy.asks, fact, so))

    def none_of(self, ask: Ask) -> Told:
        """Nothing (more) of what was offered is so."""
        nothing = {fact.id: False for fact in self.open_facts(ask)}
        return replace(self, facts={**self.facts, **nothing})

    def skip(self, ask: Ask) -> Told:
        """Not known, or not to be told: it is not asked again, and decides nothing."""
        return replace(self, passed=tuple(dict.fromkeys((*self.passed, ask.id))))

    def changed(self, what: str, identity: str) -> Told:
        """After a button of the page: "tell", "deny" or "remove" a fact; "none" or "skip" of an
        ask. What is not known changes nothing."""
        if any(fact.id == identity for fact in self.all_facts):
            if what == "remove":
                rest = {fact: so for fact, so in self.facts.items() if fact != identity}
                return replace(self, facts=rest)
            return self.tell(identity, what == "tell") if what in ("tell", "deny") else self
        ask = self.ask_named(identity)
        if ask is None or what not in ("none", "skip"):
            return self
        return self.none_of(ask) if what == "none" else self.skip(ask)
