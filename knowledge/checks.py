"""What content must hold beyond its shape: quotes, references, and nothing that the text lacks."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable, Iterable

from knowledge.cards import LABELS
from knowledge.language import simplify
from knowledge.models import Ask, Document, Knowledge, Provision
from knowledge.reader import Item, Mistakes, suggest
from knowledge.text import Text

# Numbers as figures or words. 一 and "one" are left out: both are mostly grammar (一些, one of).
_FIGURES = re.compile(r"\d+(?:[.,]\d+)*\s*[%％]?")
_CHINESE_NUMBERS = re.compile(
    r"[二三四五六七八九十百千万亿两]+(?=[个项条种类大年月日元倍成次家名批级档点])"
)
_CHINESE_RUNS = re.compile(r"[一二三四五六七八九十百千万亿两]+")
# English words for numbers, with what the text must hold as a number of its own.
_NUMBERS = {
    "two": "2二两", "three": "3三", "four": "4四", "five": "5五", "six": "6六", "seven": "7七",
    "eight": "8八", "nine": "9九",
}  # fmt: skip
_LONGER_NUMBERS = {
    "ten": ("10", "十"), "eleven": ("11", "十一"), "twelve": ("12", "十二"),
    "dozen": ("12", "十二"), "fifteen": ("15", "十五"), "twenty": ("20", "二十"),
    "thirty": ("30", "三十"), "forty": ("40", "四十"), "fifty": ("50", "五十"),
    "sixty": ("60", "六十"), "seventy": ("70", "七十", "70%"), "eighty": ("80", "八十"),
    "ninety": ("90", "九十"),
}  # fmt: skip
# English words for measures of amount, with what the text must hold somewhere.
_AMOUNTS = {
    "hundred": "百", "thousand": "千", "million": "万", "billion": "亿", "percent": "%％",
    "per cent": "%％", "half": "半", "double": "倍双两", "twice": "倍两", "yuan": "元",
    "rmb": "元", "dollars": "美",
}  # fmt: skip
# Bodies by the endings that Chinese gives them, and by their English words.
_BODIES = re.compile(
    r"(?:国务院|深圳|广东|前海|[市省区县]|国家)[\u4e00-\u9fff]{0,12}?"
    r"(?:委员会|委|局|厅|署|办公室|管理局|法院|交易所|协会|中心)"
)
_ENGLISH_BODIES = {
    "Commission": "委", "Bureau": "局", "Ministry": "部", "Administration": "局", "Council": "院会",
    "Court": "法院", "Authority": "局", "Committee": "委", "Exchange": "交易",
    "Department of": "部局厅", "Office of": "办", "Federation": "联",
    "People's Government": "政府",
}  # fmt: skip
_WHOLE = ("Court", "Exchange", "People's Government")  # whose Chinese ending is one word
_DOCUMENTS = re.compile(r"《[^》]+》|〔\d{4}〕\s*\d+\s*号|[\u4e00-\u9fff]{1,6}字?\[\d{4}\]\d+号")


def check_provision(
    item: Item, provision: Provision, lines: set[str], documents: dict[str, Document]
) -> None:
    """The quote is a line of the source, byte for byte, and the summaries add nothing to it."""
    if lines and provision.quote not in lines:
        near = suggest(provision.quote, lines)
        item.wrong(f"quote: is not a line of source.txt{near}")
    for identity in provision.documents:
        document = documents[identity]
        if document.number and document.number not in provision.quote:
            item.wrong(f"documents: the text does not cite {document.number}")
    if not provision.questions:
        item.wrong("questions: at least one question is needed, or nobody finds the provision")
    for language, summary in provision.summary.items():
        for extra in beyond(summary, provision.quote, language):
            item.wrong(f"summary: {language}: {extra!r} is not in the text of the provision")


def check_asks(item: Item, asks: Iterable[Ask], provisions: Iterable[Provision]) -> None:
    """Nothing is asked that decides nothing."""
    used = {
        leaf.fact for p in provisions if p.conditions is not None for leaf in p.conditions.leaves()
    }
    for fact in (fact for ask in asks for fact in ask.facts):
        if fact.id not in used:
            item.wrong(f"profile.yml: no condition stands on the fact {fact.id!r}")


def beyond(summary: str, quote: str, language: str) -> list[str]:
    """What a summary holds that the quoted text does not: numbers, amounts, documents, bodies."""
    figures = _figures(quote)
    found = [figure for figure in sorted(_figures(summary)) if figure not in figures]
    if language == "en":
        return found + _beyond_in_english(summary, quote, figures)
    summary = simplify(summary)
    found += [number for number in _CHINESE_NUMBERS.findall(summary) if number not in quote]
    found += [body for body in _BODIES.findall(summary) if body not in quote]
    found += [cited for cited in _DOCUMENTS.findall(summary) if cited not in quote]
    return found


def _figures(text: str) -> set[str]:
    """The numbers that a text writes in figures, whole."""
    found = _FIGURES.findall(unicodedata.normalize("NFKC", text))
    return {figure.replace(" ", "") for figure in found}


def _beyond_in_english(summary: str, quote: str, figures: set[str]) -> list[str]:
    words = summary.casefold()
    numbers = figures | set(_CHINESE_RUNS.findall(quote))
    needed = {word: tuple(forms) for word, forms in _NUMBERS.items()} | _LONGER_NUMBERS

    def said(word: str) -> bool:
        return re.search(rf"\b{word}\b", words) is not None

    found = [w for w, forms in needed.items() if said(w) and numbers.isdisjoint(forms)]
    found += [w for w, any_of in _AMOUNTS.items() if said(w) and not set(any_of) & set(quote)]
    for body, endings in _ENGLISH_BODIES.items():
        named = (
            endings in quote if len(endings) > 1 and body in _WHOLE else set(endings) & set(quote)
        )
        if re.search(rf"\b{body}\b", summary) and not named:
            found.append(body)
    return found


def check_labels(mistakes: Mistakes, where: str, labels: dict[str, Text]) -> None:
    """Every label that a card needs, with no gap that nothing fills."""
    for name, gaps in LABELS.items():
        if name not in labels:
            mistakes.add(where, f"{name}: is missing{suggest(name, labels.keys() - LABELS.keys())}")
            continue
        for language, text in labels[name].items():
            try:
                named = {gap for _, gap, _, _ in string.Formatter().parse(text) if gap is not None}
            except ValueError as error:
                mistakes.add(where, f"{name}: {language}: {error}")
                continue
            for gap in sorted(named - set(gaps)):
                mistakes.add(
                    where, f"{name}: {language}: nothing fills {{{gap}}}{suggest(gap, gaps)}"
                )


def check_references(mistakes: Mistakes, knowledge: Knowledge) -> None:
    """Every id that one file names must stand in another."""

    def known(where: str, kind: str, wanted: Iterable[str], there: Iterable[str]) -> None:
        there = set(there)
        for identity in wanted:
            if identity not in there:
                mistakes.add(where, f"unknown {kind} {identity!r}{suggest(identity, there)}")

    policies, provisions = knowledge.policies, knowledge.provisions
    for change in knowledge.changes:
        known(f"changes.yml: {change.id}", "provision", change.provisions, provisions)
        known(f"changes.yml: {change.id}", "policy", change.policies, policies)
    for term in knowledge.terms.values():
        known(f"glossary.yml: {term.id}", "provision", term.provisions, provisions)
    _check_routing(mistakes, knowledge, known)
    for policy in policies.values():
        listed = [number for chapter in policy.chapters for number in chapter.measures]
        for number in policy.measures:
            if listed.count(number) != 1:
                mistakes.add(
                    f"policies/{policy.id}/policy.yml",
                    f"chapters: measure {number} must stand in exactly one chapter",
                )


def _check_routing(
    mistakes: Mistakes,
    knowledge: Knowledge,
    known: Callable[[str, str, Iterable[str], Iterable[str]], None],
) -> None:
    for place in knowledge.places.values():
        where = f"places/{place.id}/routing.yml"
        for route in place.routes:
            known(f"{where}: {route.unit}", "provision", route.provisions, knowledge.provisions)
        for extra in place.see_also:
            known(f"{where}: {extra.contact}", "provision", extra.provisions, knowledge.provisions)
            if not any(source in knowledge.sources for source in extra.sources):
                mistakes.add(f"{where}: {extra.contact}", "see_also needs a source of sources.yml")
