"""For whom an offer is, as a tree over facts, in three states: yes, no, cannot tell yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# What is known of a founder; what is not there is not known, and never a "no".
Facts = Mapping[str, bool]


@dataclass(frozen=True)
class Is:
    """A fact that must be so. `words`: those of the clause that ask for it."""

    fact: str
    words: str

    def holds(self, facts: Facts) -> bool | None:
        """None: cannot tell yet."""
        return facts.get(self.fact)

    def leaves(self) -> Iterator[Is]:
        """All that is asked for, in the order of the text."""
        yield self


@dataclass(frozen=True)
class Everybody:
    """One of several offers is for all. `words`: those of the clause that make it so."""

    words: str

    def holds(self, facts: Facts) -> bool | None:
        return True

    def leaves(self) -> Iterator[Is]:
        yield from ()


@dataclass(frozen=True)
class AllOf:
    """Every part must hold."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> bool | None:
        held = [part.holds(facts) for part in self.parts]
        if False in held:
            return False
        return None if None in held else True

    def leaves(self) -> Iterator[Is]:
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True)
class AnyOf:
    """One of the parts must hold."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> bool | None:
        held = [part.holds(facts) for part in self.parts]
        if True in held:
            return True
        return None if None in held else False

    def leaves(self) -> Iterator[Is]:
        for part in self.parts:
            yield from part.leaves()


Leaf = Is | Everybody
Condition = Leaf | AllOf | AnyOf


def deciding(condition: Condition, facts: Facts) -> tuple[Leaf, ...]:
    """The leaves that make it as it stands: those that hold, those that do not, or, where it
    cannot be told yet, those that could still decide it."""
    state = condition.holds(facts)
    if isinstance(condition, Leaf):
        return (condition,)
    chosen = [part for part in condition.parts if part.holds(facts) is state]
    if isinstance(condition, AnyOf) and state is True:
        chosen = chosen[:1]  # one suffices
    if isinstance(condition, AllOf) and state is False:
        chosen = chosen[:1]
    return tuple(leaf for part in chosen for leaf in deciding(part, facts))
