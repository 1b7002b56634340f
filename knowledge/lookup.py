"""Provisions for a few words, outside a conversation: nothing is asked back, nothing remembered."""

from __future__ import annotations

from knowledge.live import Content
from knowledge.models import Provision

# Below this a provision only has a word in common with the question.
_SMALLEST = 0.03
# From here on the policy more likely does not cover it.
_NOT_COVERED = 0.5


def look_up(content: Content, question: str, limit: int) -> list[Provision]:
    """What the question may be about, best first; none where it is something else."""
    found = content.search.find(question, limit)
    provisions = content.knowledge.provisions
    if found.out_of_scope + found.no_subject > _NOT_COVERED:
        topic = content.topics.find(question)
        return [provisions[p] for p in topic.provisions[:limit]] if topic else []
    return [provisions[match.provision] for match in found.matches if match.score >= _SMALLEST]
