"""Where each page is. Stable: other sites link to them."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.language import Language
from knowledge.models import Knowledge, Provision


@dataclass(frozen=True)
class Addresses:
    """The pages of one language.

    The first policy and its place stand without their id, as the only one does; another's pages
    stand under its own: /en/measures/6, /en/yz-2021/measures/6.
    """

    knowledge: Knowledge
    language: Language

    def page(self, name: str) -> str:
        """A page by its name, which is the same in every language: "", "about", "measures/6"."""
        return f"/{self.language}/{name}"

    def measure(self, policy: str, number: int) -> str:
        return self.page(measure_name(self.knowledge, policy, number))

    def provision(self, provision: Provision) -> str:
        return f"{self.measure(provision.policy, provision.measure)}#p{provision.number}"

    def office(self, place: str, unit: str) -> str:
        return self.page(office_name(self.knowledge, place, unit))

    def topic(self, policy: str, topic: str) -> str:
        return self.page(topic_name(self.knowledge, policy, topic))

    def term(self, term: str) -> str:
        return self.page(term_name(term))


def measure_name(knowledge: Knowledge, policy: str, number: int) -> str:
    """ "measures/6" or "yz-2021/measures/6"."""
    return f"{_under(policy, list(knowledge.policies))}measures/{number}"


def topic_name(knowledge: Knowledge, policy: str, topic: str) -> str:
    """ "topics/tax" or "yz-2021/topics/tax"."""
    return f"{_under(policy, list(knowledge.policies))}topics/{topic}"


def office_name(knowledge: Knowledge, place: str, unit: str) -> str:
    """ "offices/caizheng" or "yunze/offices/caizheng"."""
    places = [policy.place for policy in knowledge.policies.values()]
    return f"{_under(place, places)}offices/{unit}"


def term_name(term: str) -> str:
    """Terms belong to no policy: "terms/maker"."""
    return f"terms/{term}"


def _under(identity: str, identities: list[str]) -> str:
    return "" if identity == identities[0] else f"{identity}/"
