"""What the founder asks about: named, found by search, or meant by what was said before."""

from __future__ import annotations

from dataclasses import dataclass, field

from actions.turn import Turn
from knowledge.judgement import Decision, judge
from knowledge.models import Provision

# How many of a search are remembered for "what else is there?".
RANKED = 8
_SURE = 0.5


@dataclass(frozen=True)
class Asked:
    """`provisions` to answer with (or to choose from); `ranked`: these and the next best ones."""

    decision: Decision
    provisions: list[Provision] = field(default_factory=list)
    ranked: list[Provision] = field(default_factory=list)
    elsewhere: str = ""
    own_subject: bool = True
    sure: bool = True  # the search is more sure of the first than of everything else together


def understand(turn: Turn) -> Asked:
    """Named by number, else searched for; without a subject of its own, what was in focus."""
    named = _named(turn)
    if named:
        decision: Decision = "answer" if len(named) == 1 else "choose"
        return Asked(decision, named, named)
    if not turn.text:
        return Asked("no_subject", own_subject=False)
    elsewhere = _elsewhere(turn)
    provisions: list[Provision] = []
    ranked: list[Provision] = []
    decision, best = "decline", 0.0
    for found in turn.content.search.subjects(turn.text, limit=RANKED):
        best = max(best, found.best.score if found.best else 0.0)
        judgement = judge(found, turn.intent_confidence("out_of_scope"), elsewhere=bool(elsewhere))
        if decision != "answer":
            decision = judgement.decision
            provisions = []
        if judgement.decision == decision:
            provisions += [turn.knowledge.provisions[m.provision] for m in judgement.matches]
        ranked += [turn.knowledge.provisions[m.provision] for m in found.matches]
    ranked = list({p.id: p for p in [*provisions, *ranked]}.values())
    return Asked(
        decision,
        provisions,
        ranked,
        elsewhere,
        own_subject=decision != "no_subject",
        sure=best > _SURE,
    )


def with_focus(turn: Turn) -> Asked:
    """As `understand`, but a message without a subject of its own means what was in focus."""
    asked = understand(turn)
    if not asked.own_subject and turn.focus is not None:
        return Asked("answer", [turn.focus], turn.found or [turn.focus], own_subject=False)
    return asked


def _named(turn: Turn) -> list[Provision]:
    """Provisions named by number ("6.2", 第六条) or by a tapped choice."""
    provisions = [turn.knowledge.provision(number) for number in turn.entities("provision")]
    found = [provision for provision in provisions if provision is not None]
    if not found:
        for number in turn.entities("measure"):
            measure = turn.policy.measures.get(int(number))
            if measure is not None:
                found += [turn.knowledge.provisions[p] for p in measure.provisions]
    return found


def _elsewhere(turn: Turn) -> str:
    """The name of another city that the question is about, where it does not name ours too."""
    if turn.entities("home") or turn.entities("district"):
        return ""
    for identity in turn.entities("place"):
        for place in turn.place.elsewhere:
            if place.id == identity and not place.partner:
                return place.name[turn.language]
    return ""
