"""The card: one structured answer that every channel renders to its own limits."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any, Literal

from knowledge.language import Language

View = Literal["answer", "contact", "original", "status"]
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


@dataclass(frozen=True)
class CardHotline:
    """A number to call and what it is for."""

    number: str
    use: str


@dataclass(frozen=True)
class CardContact:
    """An office of today; in English its Chinese name with a translation beside it."""

    id: str
    name: str
    translation: str | None
    translation_official: bool
    takes: str
    website: str | None
    hotlines: tuple[CardHotline, ...]


@dataclass(frozen=True)
class CardUnit:
    """A responsible unit: `name` as the policy writes it, `today` what became of it."""

    id: str
    name: str
    translation: str | None
    today: str
    confirmed: bool
    contacts: tuple[CardContact, ...]
    fallback: str

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> CardUnit:
        contacts = tuple(_contact_from_json(contact) for contact in data["contacts"])
        return cls(**{**data, "contacts": contacts})


@dataclass(frozen=True)
class CardLink:
    """A document or source; without a url its address is not confirmed."""

    title: str
    url: str | None
    date: str | None = None


@dataclass(frozen=True)
class CardChange:
    """What happened since; `open` is a question, never a fact."""

    label: str
    when: str
    text: str
    status: Literal["confirmed", "open"]
    sources: tuple[CardLink, ...]


@dataclass(frozen=True)
class Card:
    """A provision in one language: what it says, word for word, and whom to ask today.

    `quote` is the official Chinese in every language. `view` says what the founder asked for;
    the data are the same in each. `labels` are the words around them, in the card's language.
    """

    provision: str  # "sz-2016/6.2"
    number: str
    policy: str
    measure: int
    heading: str
    language: Language
    view: View
    kind: Literal["offer", "service", "duty"]
    open: bool  # an unconfirmed change bears on it: never to be read as a current offer
    summary: str
    quote: str
    units: tuple[CardUnit, ...]
    see_also: tuple[CardContact, ...]
    see_also_labels: tuple[str, ...]
    changes: tuple[CardChange, ...]
    documents: tuple[CardLink, ...]
    newer: tuple[CardLink, ...]
    hotline: CardHotline  # whom to call when nothing better is known
    as_of: str
    labels: dict[str, str]
    news: tuple[CardLink, ...] = ()  # what staff chose of others' notices; not the policy's
    ended: bool = False  # what it offers, or a part of it, is no longer there: said before all else

    @cached_property
    def json(self) -> dict[str, Any]:
        """The card as plain data, made once; not to be changed."""
        return asdict(self)

    def dumps(self) -> str:
        """`json` as JSON text, without making the data first."""
        return json.dumps(self, ensure_ascii=False, default=_fields)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Card:
        """The card again from `json`, as it comes out of Rasa or the store."""

        def links(entries: list[dict[str, Any]]) -> tuple[CardLink, ...]:
            return tuple(CardLink(**entry) for entry in entries)

        card = cls(
            **{
                **data,
                "units": tuple(CardUnit.from_json(unit) for unit in data["units"]),
                "see_also": tuple(_contact_from_json(entry) for entry in data["see_also"]),
                "see_also_labels": tuple(data["see_also_labels"]),
                "changes": tuple(
                    CardChange(**{**c, "sources": links(c["sources"])}) for c in data["changes"]
                ),
                "hotline": CardHotline(**data["hotline"]),
                "documents": links(data["documents"]),
                "newer": links(data["newer"]),
                "news": links(data.get("news", [])),
            }
        )
        vars(card)["json"] = data  # at hand already
        return card

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The card in words: what was asked for first, then what a founder needs with it."""
        heading, as_of = Block("heading", (self.heading,)), Block("as_of", (self.as_of,))
        ended = Block("ended", (self.labels["ended"],) if self.ended else ())
        blocks = (heading, ended, *_VIEWS[self.view](self), as_of)
        return tuple(block for block in blocks if any(block.lines))

    @cached_property
    def text(self) -> str:
        """The card as plain text."""
        return "\n".join(block.text for block in self.blocks)


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _contact_from_json(data: dict[str, Any]) -> CardContact:
    return CardContact(**{**data, "hotlines": tuple(CardHotline(**h) for h in data["hotlines"])})


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
