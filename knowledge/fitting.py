"""Which offers fit a situation: what search finds in a founder's story, put in order."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.models import Knowledge, Provision
from knowledge.search import Found

MOST_FITTING = 5
# A provision that is this much less likely than the best is a chance hit, not a fit.
_SHARE_OF_BEST = 0.02


@dataclass(frozen=True)
class Fitting:
    """`ranked`: every fitting provision, best first. `groups`: the current ones by kind of help;
    `apart`: those whose offer has ended or could not be confirmed."""

    ranked: tuple[Provision, ...]
    groups: tuple[tuple[str, tuple[Provision, ...]], ...]
    apart: tuple[Provision, ...]


def fitting(knowledge: Knowledge, found: Found, limit: int = MOST_FITTING) -> Fitting:
    """The offers and services among what was found; a duty is nothing that one could use."""
    best = found.matches[0].score if found.matches else 0.0
    ranked = [
        knowledge.provisions[match.provision]
        for match in found.matches
        if match.score >= _SHARE_OF_BEST * best
    ]
    ranked = [provision for provision in ranked if provision.kind != "duty"][:limit]
    current = [provision for provision in ranked if knowledge.current(provision)]
    groups = {
        help_kind: tuple(p for p in current if help_of(knowledge, p) == help_kind)
        for policy in knowledge.policies.values()
        for help_kind in policy.helps
    }
    return Fitting(
        ranked=tuple(ranked),
        groups=tuple((kind, provisions) for kind, provisions in groups.items() if provisions),
        apart=tuple(provision for provision in ranked if provision not in current),
    )


def help_of(knowledge: Knowledge, provision: Provision) -> str:
    """The kind of help that a provision is: that of its main topic."""
    return knowledge.policies[provision.policy].topics[provision.topics[0]].help
