"""What is meant by as much as is typed so far: the provisions for each keystroke, ranked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.judgement import judge
from knowledge.language import clean, fold, has_words
from knowledge.live import Content
from knowledge.naming import Kind, Named, Naming
from knowledge.pinyin import Pinyin
from knowledge.search import Found, Match

LONGEST_READ = 300  # characters; what a caller says at once is shorter
SHOWN = 9  # as many as there are digits to pick one with
# At least so many are shown, however little they have to do with it.
_FEWEST = 3
# Beyond that none that is so many times less likely than the best, or so unlikely.
_FURTHEST, _SMALLEST = 40, 0.01
# A named office says little of what it is about; what else is said decides.
_OF_THE_NAMED = 3.0
_NOT_COVERED = 0.5


@dataclass(frozen=True)
class Typed:
    """`provisions`: ids, best first. `named`: what the fragment names, whose provisions these are.

    `covered` is False where the policy likely does not say it, and `elsewhere` is the place, by
    id, that is asked about instead of ours.
    """

    provisions: tuple[str, ...] = ()
    named: Kind | None = None
    covered: bool = True
    elsewhere: str = ""


class Typeahead:
    """Ranks for one content; safe to call from several threads."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._pinyin = Pinyin.of(content.knowledge)
        self._naming = Naming(content.knowledge, content.topics)

    @property
    def version(self) -> str:
        """Of the content."""
        return self._content.knowledge.version

    def read(self, fragment: str) -> str:
        """The fragment as it is searched for: folded, in characters, names written right."""
        folded = fold(clean(fragment)[:LONGEST_READ])
        return self._content.respeller.respell(self._pinyin.written(folded))

    def find(self, fragment: str, limit: int = SHOWN) -> Typed:
        """The provisions for one fragment; none for one without a word."""
        return self.rank(self.read(fragment), limit)

    def rank(self, read: str, limit: int = SHOWN) -> Typed:
        """As `find`, for a fragment that has been read."""
        if not has_words(read):
            return Typed()
        named = self._naming.find(read)
        if named is not None and named.kind in ("provision", "measure", "document"):
            return Typed(named.provisions[:limit], named.kind)
        if named is not None and named.kind == "office" and not has_words(named.rest):
            return Typed(named.provisions[:limit], named.kind)
        found = self._content.search.find(read, len(self._content.knowledge.provisions))
        if named is not None:
            return Typed(_with_named(found, named)[:limit], named.kind)
        elsewhere = self._elsewhere(read)
        covered = not elsewhere and found.out_of_scope <= _NOT_COVERED and (
            judge(found).decision != "decline"
        )  # fmt: skip
        return Typed(_likely(found.matches)[:limit], None, covered, elsewhere)

    def _elsewhere(self, read: str) -> str:
        """Another city that is asked about, where ours is not named too."""
        entities = self._content.entities.find(read)
        if any(entity.kind in ("home", "district") for entity in entities):
            return ""
        named = {entity.value for entity in entities if entity.kind == "place"}
        for place in self._content.knowledge.places.values():
            for other in place.elsewhere:
                if other.id in named and not other.partner:
                    return other.id
        return ""


def _with_named(found: Found, named: Named) -> tuple[str, ...]:
    """The named ones first where nothing else is said; else they count for more."""
    ours = set(named.provisions)
    if named.kind == "topic":
        ranked = [m.provision for m in found.matches]
        return (
            *(p for p in ranked if p in ours),
            *(p for p in _likely(found.matches) if p not in ours),
        )
    weighed = [
        Match(m.provision, m.score * (_OF_THE_NAMED if m.provision in ours else 1.0))
        for m in found.matches
    ]
    return _likely(sorted(weighed, key=lambda match: (-match.score, match.provision)))


def _likely(matches: Sequence[Match]) -> tuple[str, ...]:
    """All that are worth a look, and a few in any case."""
    if not matches:
        return ()
    floor = max(_SMALLEST, matches[0].score / _FURTHEST)
    return tuple(
        match.provision
        for place, match in enumerate(matches)
        if place < _FEWEST or match.score >= floor
    )
