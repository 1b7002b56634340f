"""The card: one structured answer that every channel renders to its own limits."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any, Literal

from knowledge.language import Language

View = Literal["answer", "contact", "original", "status"]


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


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _contact_from_json(data: dict[str, Any]) -> CardContact:
    return CardContact(**{**data, "hotlines": tuple(CardHotline(**h) for h in data["hotlines"])})
