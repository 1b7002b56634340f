"""Names and figures in a question: units, documents, districts, terms, places, money, dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import spacy
from spacy.language import Language as Pipeline
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from knowledge.cards import chinese_number
from knowledge.language import fold
from knowledge.models import Knowledge
from knowledge.place import Place

# One token: a run of Latin letters, of digits, or any single other character.
_TOKENS = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+|\s|[^\sa-z\d]", re.IGNORECASE)
_FIGURE = r"(?:\d+(?:[.,]\d+)*|[〇零一二两三四五六七八九十百千]+)"
_ORDINAL = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_PARAGRAPH = re.compile(
    rf"第\s*({_ORDINAL})\s*(?:条|项|点|條)\s*的?\s*第?\s*({_ORDINAL})\s*(?:款|段|小点|点|项)"
    r"|\b(?:measure|article|item)\s*(?:no\.?\s*)?(\d{1,2}),?\s*paragraph\s*(\d)"
)
_PATTERNS = {
    "money": re.compile(
        rf"(?:rmb|cny|¥|￥|\$)\s*\d+(?:[.,]\d+)*(?:\s*(?:万|亿|million|billion|m\b|k\b))?"
        rf"|{_FIGURE}\s*(?:个亿|亿|千万|百万|万)元?|{_FIGURE}\s*(?:块钱|块|元|rmb|yuan)"
        r"|\d+(?:[.,]\d+)*\s*(?:million|billion|thousand|[mk](?![a-z]))"
    ),
    # Not the year in a document's number: 国发〔2015〕32号, 国发2015年32号.
    "date": re.compile(
        r"(?:19|20)\d{2}\s*年(?:\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*[日号])?|(?!\s*\d+\s*号))"
        r"|(?:19|20)\d{2}-\d{1,2}(?:-\d{1,2})?"
        r"|(?<![\d.〔\[])(?:19|20)\d{2}(?![\d.]|\s*(?:[年万亿元块个号%〕\]]|million))"
        r"|今年|明年|去年|下个月|上个月"
    ),
    "measure": re.compile(
        rf"第\s*({_ORDINAL})\s*(?:条|项|点|條)"
        r"|\b(?:measure|article|item)\s*(?:no\.?\s*)?(\d{1,2})(?!\d|\.\d)"
        r"|[（(]([一二三四五六七八九十]{1,3})[）)]"
    ),
    "provision": re.compile(r"(?<![\d.])(\d{1,2}\.\d)(?![\d.]|\s*(?:%|万|亿|元|million|m\b|k\b))"),
}
# What follows a place's name where the two are the name of something else.
_PART_OF_A_NAME = re.compile(r"证券交易所|交易所|大学|银行|[东南西北中]?[路街]")
# The longer name wins, and of equal ones the kind that stands first here.
_ORDER = ("district", "document", "unit", "place", "home", "term", "fact")


@dataclass(frozen=True)
class Entity:
    """A name or figure found in a text: `start` and `end` count characters of the folded text.

    `value` is an id of the knowledge base where `kind` is a name, else what was written.
    """

    kind: str
    value: str
    text: str
    start: int
    end: int


class EntityFinder:
    """A spaCy pipeline over the names that the knowledge base knows."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._measures = {policy.id: set(policy.measures) for policy in knowledge.policies.values()}
        self._provisions = {provision.number for provision in knowledge.provisions.values()}
        self._pipeline: Pipeline = spacy.blank("xx")
        self._pipeline.tokenizer = _Tokenizer(self._pipeline.vocab)
        self._matcher = PhraseMatcher(self._pipeline.vocab, attr="ORTH")
        for kind, identity, names in _names(knowledge):
            documents = [self._pipeline.make_doc(fold(name)) for name in names if fold(name)]
            self._matcher.add(f"{kind}:{identity}", documents)

    def find(self, text: str) -> list[Entity]:
        """Every entity in the order of the text; of overlapping names the longest, as of facts."""
        folded = fold(text)
        document = self._pipeline.make_doc(folded)
        found = [*self._named(document), *self._figures(folded)]
        found.sort(key=lambda e: (e.start, e.end))
        return found

    def _named(self, document: Doc) -> list[Entity]:
        spans = []
        for label, start, end in self._matcher(document):
            kind, _, identity = self._pipeline.vocab.strings[label].partition(":")
            spans.append((start - end, _ORDER.index(kind), start, end, kind, identity))
        # A fact ("in Nanshan") may hold a name (Nanshan) that counts for itself.
        taken: dict[bool, set[int]] = {True: set(), False: set()}
        found = []
        for _, _, start, end, kind, identity in sorted(spans):
            theirs = taken[kind == "fact"]
            if theirs.isdisjoint(range(start, end)):
                theirs.update(range(start, end))
                span = document[start:end]
                if kind == "place" and _PART_OF_A_NAME.match(document.text, span.end_char):
                    continue
                found.append(Entity(kind, identity, span.text, span.start_char, span.end_char))
        return found

    def _figures(self, folded: str) -> Iterator[Entity]:
        for kind, pattern in _PATTERNS.items():
            for match in pattern.finditer(folded):
                value = next((group for group in match.groups() if group), match.group())
                if kind == "measure":
                    number = _number(value)
                    if not any(number in known for known in self._measures.values()):
                        continue
                    value = str(number)
                elif kind == "provision" and value not in self._provisions:
                    continue
                yield Entity(kind, value, match.group(), match.start(), match.end())
        for match in _PARAGRAPH.finditer(folded):
            value = ".".join(str(_number(group)) for group in match.groups() if group)
            if value in self._provisions:
                yield Entity("provision", value, match.group(), match.start(), match.end())


class _Tokenizer:
    """Splits every Chinese character off, so that a name is found without word boundaries."""

    def __init__(self, vocab: Vocab) -> None:
        self._vocab = vocab

    def __call__(self, text: str) -> Doc:
        words = _TOKENS.findall(text)
        return Doc(self._vocab, words=words, spaces=[False] * len(words))


def _names(knowledge: Knowledge) -> Iterator[tuple[str, str, set[str]]]:
    for place in knowledge.places.values():
        yield "home", place.id, {*place.name.values(), *place.aliases}
        yield from _place_names(place)
    for document in knowledge.documents.values():
        names = {*document.title.values(), *document.aliases, document.number or ""}
        yield "document", document.id, names - {""}
    for term in knowledge.terms.values():
        yield "term", term.id, {*term.name.values(), *term.aliases}
    for policy in knowledge.policies.values():
        for fact in (fact for ask in policy.asks for fact in ask.facts):
            yield "fact", fact.id, set(fact.words)


def _place_names(place: Place) -> Iterator[tuple[str, str, set[str]]]:
    for district in place.districts.values():
        yield "district", district.id, {*district.name.values(), *district.aliases}
    for other in place.elsewhere:
        yield "place", other.id, {*other.name.values(), *other.aliases}
    for unit in place.units.values():
        names = {*unit.names, *unit.aliases, unit.english}
        for identity in unit.contacts:
            if len(unit.contacts) == 1:
                names |= set(place.contacts[identity].name.values())
        yield "unit", unit.id, names


def _number(written: str) -> int:
    if written.isdigit():
        return int(written)
    return next((n for n in range(1, 100) if chinese_number(n) == written), 0)
