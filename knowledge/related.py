"""Which other provisions belong to one: those of its measure, then those on the same subjects."""

from __future__ import annotations

from knowledge.models import Knowledge, Provision


def related(knowledge: Knowledge, provision: Provision, limit: int) -> list[Provision]:
    """At most `limit`, the closest first; of equal ones the order of the text."""

    def shared(other: Provision) -> tuple[bool, int, int]:
        topics = set(provision.topics) & set(other.topics)
        audience = set(provision.audience) & set(other.audience)
        sibling = (other.policy, other.measure) == (provision.policy, provision.measure)
        return sibling, len(topics), len(audience)

    others = [other for other in knowledge.provisions.values() if other.id != provision.id]
    close = [other for other in others if any(shared(other)[:2])]
    close.sort(key=lambda other: tuple(-value for value in shared(other)))
    return close[:limit]
