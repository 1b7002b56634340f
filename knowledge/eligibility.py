"""What fits a founder: a verdict for each offer with its reasons, and what to ask next.

A verdict stands on words of the clause. Where the clause states no condition there is none; a duty
gets no verdict, and an offer that may have ended stands apart whatever else is so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.conditions import Facts, Is, Leaf, deciding
from knowledge.models import Ask, Knowledge, Provision

Verdict = Literal["fits", "does_not_fit", "cannot_tell"]
_VERDICTS: dict[bool | None, Verdict] = {True: "fits", False: "does_not_fit", None: "cannot_tell"}


@dataclass(frozen=True)
class Decision:
    """`reasons`: the leaves that make the verdict, or, of one that cannot be told yet, could.
    Without any the clause states no condition. `current`: nothing says that it has ended or may
    have; only then it may be shown under what fits."""

    provision: Provision
    verdict: Verdict
    reasons: tuple[Leaf, ...]
    current: bool

    @property
    def missing(self) -> tuple[str, ...]:
        """Facts that could still decide it."""
        if self.verdict != "cannot_tell":
            return ()
        return tuple(dict.fromkeys(leaf.fact for leaf in self.reasons if isinstance(leaf, Is)))


def decide(knowledge: Knowledge, provision: Provision, facts: Facts) -> Decision | None:
    """None for a duty: it is nothing that anybody could get."""
    if provision.kind == "duty":
        return None
    current, condition = knowledge.current(provision), provision.conditions
    if condition is None:
        return Decision(provision, "fits", (), current)
    verdict = _VERDICTS[condition.holds(facts)]
    return Decision(provision, verdict, deciding(condition, facts), current)


def decide_all(
    knowledge: Knowledge, facts: Facts, provisions: Iterable[Provision] | None = None
) -> list[Decision]:
    """Of all offers and services, or of some of them, in their order."""
    chosen = knowledge.provisions.values() if provisions is None else provisions
    decisions = (decide(knowledge, provision, facts) for provision in chosen)
    return [decision for decision in decisions if decision is not None]


def answered(facts: Facts, ask: Ask, chosen: Iterable[str]) -> dict[str, bool]:
    """The facts after an ask was answered whole: what was not chosen is not so."""
    true = set(chosen)
    return {**facts, **{fact.id: fact.id in true for fact in ask.facts}}


def told(facts: Facts, asks: Sequence[Ask], fact: str, so: bool = True) -> dict[str, bool]:
    """The facts after one of them was told; of those that exclude each other one rules out the
    rest, and nothing else is ruled out by it."""
    changed = {**facts, fact: so}
    for ask in asks:
        if so and not ask.many and any(fact == each.id for each in ask.facts):
            changed.update({each.id: each.id == fact for each in ask.facts})
    return changed


def next_ask(
    knowledge: Knowledge,
    asks: Sequence[Ask],
    facts: Facts,
    provisions: Sequence[Provision],
    passed: Iterable[str] = (),
) -> Ask | None:
    """What to ask next: the ask whose answer decides most of what is still open, on average over
    the answers that there are. None where no answer decides anything any more.

    `passed`: asks that were answered, skipped or not known.
    """
    done = set(passed)
    undecided = [d for d in decide_all(knowledge, facts, provisions) if d.verdict == "cannot_tell"]
    missing = {fact for decision in undecided for fact in decision.missing}
    best: tuple[float, Ask] | None = None
    for ask in asks:
        if ask.id in done or not any(fact.id in missing for fact in ask.facts):
            continue
        gain = _gain(knowledge, ask, facts, [decision.provision for decision in undecided])
        if best is None or gain > best[0]:
            best = gain, ask
    return best[1] if best else None


def _gain(knowledge: Knowledge, ask: Ask, facts: Facts, undecided: Sequence[Provision]) -> float:
    """How many become decided, on average over one fact of the ask being so, or none."""
    answers: list[list[str]] = [[fact.id] for fact in ask.facts]
    if ask.many:
        answers.append([])
    decided = 0
    for chosen in answers:
        after = decide_all(knowledge, answered(facts, ask, chosen), undecided)
        decided += sum(decision.verdict != "cannot_tell" for decision in after)
    return decided / len(answers)
