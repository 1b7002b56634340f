"""What the founder asks about: named, found by search, or meant by what was said before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from actions.turn import Turn
from knowledge.judgement import Decision, judge
from knowledge.models import Provision
from knowledge.picking import is_number_alone, ordinal

# How many of a search are remembered for "what else is there?".
RANKED = 8
_SURE = 0.5
_MAY_MEAN_FOCUS = 0.2


@dataclass(frozen=True)
class Asked:
    """`provisions` to answer with (or to choose from); `ranked`: these and the next best ones."""

    decision: Decision
    provisions: list[Provision] = field(default_factory=list)
    ranked: list[Provision] = field(default_factory=list)
    elsewhere: str = ""
    own_subject: bool = True
    subjectless: float = 0.0  # how likely the message has no subject of its own
    sure: bool = True  # the search is more sure of the first than of everything else together


def understand(turn: Turn) -> Asked:
    """Named by number, else searched for; without a subject of its own, what was in focus."""
    named = _named(turn)
    if named:
        decision: Decision = "answer" if len(named) == 1 else "choose"
        return Asked(decision, named, named)
    if not turn.text or is_number_alone(turn.text):  # a choice where nothing was offered
        return Asked("no_subject", own_subject=False)
    elsewhere = _elsewhere(turn)
    provisions: list[Provision] = []
    ranked: list[Provision] = []
    decision, best, subjectless = "decline", 0.0, 0.0
    for found in turn.content.search.subjects(turn.text, limit=RANKED):
        best = max(best, found.best.score if found.best else 0.0)
        subjectless = max(subjectless, found.no_subject)
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
        subjectless=subjectless,
        sure=best > _SURE,
    )


def with_focus(turn: Turn) -> Asked:
    """As `understand`, but a message without a subject of its own means what was in focus, or
    that of the last list which it names ("who handles the second one?")."""
    asked = understand(turn)
    meant = _meant_before(turn)
    # With something to mean, a message need not be surely without a subject to mean it; but one
    # that names a matter of the policy has its own.
    names = turn.entities("term") or turn.entities("document")
    own = asked.own_subject and (names or asked.subjectless < _MAY_MEAN_FOCUS)
    if meant is None or own:
        return asked
    ranked = [meant, *(provision for provision in turn.found if provision.id != meant.id)]
    return Asked("answer", [meant], ranked, own_subject=False)


def _meant_before(turn: Turn) -> Provision | None:
    place = ordinal(turn.text, len(turn.found)) if turn.text else None
    return turn.found[place] if place is not None else turn.focus


def best_of_close(asked: Asked, in_doubt: bool = False) -> Asked:
    """The best of some, where showing one does less harm than asking: an office is soon seen to be
    the wrong one. The others stay in `ranked`. A measure that was named keeps its choices.

    `in_doubt`: even where it is not clear that the policy covers the question.
    """
    doubtful = asked.decision == "choose" and not asked.sure
    clear = asked.decision == "unsure" and (asked.sure or in_doubt)
    if not doubtful and not clear:
        return asked
    return replace(asked, decision="answer", provisions=asked.provisions[:1])


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
