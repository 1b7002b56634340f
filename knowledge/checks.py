"""What content must hold beyond its shape: quotes, references, and nothing that the text lacks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from knowledge.models import Document, Knowledge, Provision
from knowledge.reader import Item, Mistakes, suggest

# Numbers as figures or words. 一 and "one" are left out: both are mostly grammar (一些, one of).
_FIGURES = re.compile(r"\d+(?:[.,]\d+)*\s*[%％]?")
_CHINESE_NUMBERS = re.compile(
    r"[二三四五六七八九十百千万亿两]+(?=[个项条种类大年月日元倍成次家名批级档点])"
)
_WORDS = {
    "two": "2二两", "three": "3三", "four": "4四", "five": "5五", "six": "6六", "seven": "7七",
    "eight": "8八", "nine": "9九", "ten": "十", "hundred": "百", "thousand": "千",
    "million": "万", "billion": "亿", "percent": "%", "per cent": "%", "half": "半", "double": "两",
    "twice": "两", "yuan": "元", "rmb": "元", "dollars": "美元",
}  # fmt: skip
# Bodies by the endings that Chinese gives them, and by their English words.
_BODIES = re.compile(
    r"(?:国务院|深圳|广东|前海|[市省区县]|国家)[\u4e00-\u9fff]{0,12}?(?:委员会|委|局|厅|署|办公室|管理局|法院|交易所|协会|中心)"
)
_ENGLISH_BODIES = re.compile(
    r"\b(?:Commission|Bureau|Ministry|Administration|Council|Court|Authority|Committee|Exchange"
    r"|Department of|Office of|Federation|People's Government)\b"
)
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


def beyond(summary: str, quote: str, language: str) -> list[str]:
    """What a summary holds that the quoted text does not: numbers, amounts, documents, bodies."""
    text = unicodedata.normalize("NFKC", quote).replace(" ", "")
    found = [
        figure
        for figure in _FIGURES.findall(unicodedata.normalize("NFKC", summary))
        if figure.replace(" ", "") not in text
    ]
    if language == "en":
        words = summary.casefold()
        for word, stands_for in _WORDS.items():
            if re.search(rf"\b{word}\b", words) and not any(
                character in text for character in stands_for
            ):
                found.append(word)
        bodies = set(_ENGLISH_BODIES.findall(summary))
        if bodies and "（责任单位：" not in quote and not _BODIES.search(quote):
            found += sorted(bodies)
    else:
        if language == "zh-Hant":
            from knowledge.language import simplify

            summary = simplify(summary)
        found += [number for number in _CHINESE_NUMBERS.findall(summary) if number not in quote]
        found += [body for body in _BODIES.findall(summary) if body not in quote]
        found += [cited for cited in _DOCUMENTS.findall(summary) if cited not in quote]
    return found


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
