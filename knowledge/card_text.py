"""A card in words: the blocks that channels mark up, leave out, or join into plain text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from knowledge.card import Card, CardContact, CardHotline, CardUnit

BlockKind = Literal[
    "heading",
    "ended",
    "summary",
    "standing",
    "quote",
    "units",
    "see_also",
    "changes",
    "newer",
    "news",
    "hotline",
    "as_of",
]


@dataclass(frozen=True)
class Block:
    """One part of a card in words, so that a channel can mark it up, or leave it for later.

    `title`: the words over it, where it has some.
    """

    kind: BlockKind
    lines: tuple[str, ...]
    title: str = ""

    @property
    def text(self) -> str:
        return "\n".join([f"【{self.title}】", *self.lines] if self.title else self.lines)


def blocks_of(card: Card) -> tuple[Block, ...]:
    """What was asked for first, then what a founder needs with it."""
    heading, as_of = Block("heading", (card.heading,)), Block("as_of", (card.as_of,))
    ended = Block("ended", (card.labels["ended"],) if card.ended else ())
    blocks = (heading, ended, *_VIEWS[card.view](card), as_of)
    return tuple(block for block in blocks if any(block.lines))


def text_of(card: Card) -> str:
    """All of its blocks as plain text."""
    return "\n".join(block.text for block in blocks_of(card))


def _answer(card: Card) -> list[Block]:
    return [
        Block("summary", (card.summary,)),
        _standing(card),
        _original(card),
        *_units(card, detailed=False),
        *_see_also(card, detailed=False),
        *_changes(card),
        *_newer(card),
        *_news(card),
    ]


def _contact(card: Card) -> list[Block]:
    return [
        _standing(card),
        *_units(card, detailed=True),
        *_see_also(card, detailed=True),
        Block("hotline", (_explained(card, card.hotline),)),
    ]


def _status(card: Card) -> list[Block]:
    return [_standing(card), *_changes(card), *_newer(card), *_news(card)]


def _only_original(card: Card) -> list[Block]:
    # The words alone would read as an offer of today.
    return [_original(card), _standing(card)]


_VIEWS = {"answer": _answer, "contact": _contact, "original": _only_original, "status": _status}


def _original(card: Card) -> Block:
    gap = (card.labels["gap"],) if "〔缺字〕" in card.quote else ()
    return Block("quote", (card.quote, *gap), card.labels["quote"])


def _standing(card: Card) -> Block:
    duty = (card.labels["duty"],) if card.kind == "duty" else ()
    return Block("standing", duty + ((card.labels["open"],) if card.open else ()))


def _units(card: Card, detailed: bool) -> list[Block]:
    if not card.units:
        return [Block("units", (card.labels["no_units"],))]
    lines = []
    shown: set[str] = set()
    for unit in card.units:
        name = unit.name
        if unit.translation:
            name += f" ({unit.translation}; {card.labels['translation']})"
        if not unit.contacts:
            lines.append(f"• {name} → {unit.today}")
            continue
        names = "、".join(_named(card, contact) for contact in unit.contacts)
        if all(contact.id in shown for contact in unit.contacts):
            lines.append(f"• {name} → {names}")
            continue
        lines.append(f"• {name} →")
        for contact in unit.contacts:
            lines.append("   " + _office(card, contact, detailed))
            shown.add(contact.id)
    return [Block("units", tuple(lines), card.labels["units"])]


def short_units(card: Card, translated: bool = True) -> Block:
    """The offices of today alone, each once, for where the whole table does not fit.

    The names of the time are at the end of the quote.
    """
    offices = {c.id: c for unit in card.units for c in unit.contacts}
    without = [f"• {u.name} → {u.today}" for u in card.units if not u.contacts]
    lines = []
    for office in offices.values():
        name = office.name
        if translated and office.translation:
            name += f" ({office.translation})"
        lines.append(f"• {name} · {' / '.join(line.number for line in office.hotlines)}")
    return Block("units", (*lines, *without), card.labels["units"])


def _see_also(card: Card, detailed: bool) -> list[Block]:
    return [
        Block("see_also", ("   " + _office(card, contact, detailed),), label)
        for label, contact in zip(card.see_also_labels, card.see_also, strict=True)
    ]


def _named(card: Card, contact: CardContact) -> str:
    if not contact.translation:
        return contact.name
    mark = "" if contact.translation_official else f"; {card.labels['translation']}"
    return f"{contact.name} ({contact.translation}{mark})"


def _office(card: Card, contact: CardContact, detailed: bool) -> str:
    parts = [_named(card, contact)]
    if detailed and contact.takes:
        parts.append(contact.takes)
    if contact.website:
        parts.append(contact.website)
    # The general hotline is explained once, at the end of the card.
    explained = [line for line in contact.hotlines if line.number != card.hotline.number]
    if detailed and explained:
        parts += [_explained(card, line) for line in explained]
        parts.append(card.hotline.number)
    else:
        parts.append(" / ".join(line.number for line in contact.hotlines))
    return " · ".join(parts)


def _explained(card: Card, line: CardHotline) -> str:
    opened, closed = (" (", ")") if card.language == "en" else ("（", "）")
    return f"{line.number}{opened}{line.use}{closed}" if line.use else line.number


def _changes(card: Card) -> list[Block]:
    lines = []
    for change in card.changes:
        colon = ": " if card.language == "en" else "："
        mark = f"【{card.labels['open_change']}】" if change.status == "open" else ""
        when = f"{change.when}{colon}" if change.when.strip("—") else ""
        lines.append(f"• {mark}{when}{change.text}")
        lines += [
            f"   {card.labels['source']}{colon}{source.title} {source.url}"
            for source in change.sources
        ]
    return [Block("changes", tuple(lines), card.labels["changes"])] if lines else []


def _newer(card: Card) -> list[Block]:
    lines = tuple(f"• {link.date} {link.title} {link.url}" for link in card.newer)
    return [Block("newer", lines, card.labels["newer"])] if lines else []


def _news(card: Card) -> list[Block]:
    lines = tuple(" ".join(["•", *filter(None, (n.date, n.title, n.url))]) for n in card.news)
    # A turn that was recorded before there were notices has no words for them.
    return [Block("news", lines, card.labels["news"])] if lines else []


def unit_text(unit: CardUnit) -> str:
    """A unit and what it is today, outside a card: the founder asked for the unit itself."""
    name = f"{unit.name} ({unit.translation})" if unit.translation else unit.name
    lines = [f"{name} → {unit.today}"]
    for contact in unit.contacts:
        named = f"{contact.name} ({contact.translation})" if contact.translation else contact.name
        numbers = " / ".join(line.number for line in contact.hotlines)
        lines.append("• " + " · ".join(p for p in (named, contact.website, numbers) if p))
    return "\n".join(lines)
