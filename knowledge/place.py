"""A city: whom the policy made responsible, whom to ask today, and where. Belongs to data."""

from __future__ import annotations

from dataclasses import dataclass, field

from knowledge.text import Text


@dataclass(frozen=True)
class Hotline:
    """A confirmed number and what it is for."""

    number: str
    use: Text


@dataclass(frozen=True)
class Contact:
    """An office of today. Without `confirmed` it is never shown."""

    id: str
    name: Text
    takes: Text
    confirmed: bool
    english_confirmed: bool
    website: str | None
    hotlines: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Unit:
    """A body that the policy makes responsible, by its name of 2016."""

    id: str
    names: tuple[str, ...]
    aliases: tuple[str, ...]  # how people say it, then and today
    english: str
    today: Text
    confirmed: bool
    contacts: tuple[str, ...]


@dataclass(frozen=True)
class Destination:
    """One office at the end of a route, with the part of the subject it takes."""

    contact: str
    subject: Text | None = None


@dataclass(frozen=True)
class Route:
    """Which successors of `unit` answer for `provisions` (empty: for all the others)."""

    unit: str
    provisions: tuple[str, ...]
    destinations: tuple[Destination, ...]
    confirmed: bool


@dataclass(frozen=True)
class SeeAlso:
    """An office that answers for a provision today although the policy does not name it."""

    provisions: tuple[str, ...]
    contact: str
    subject: Text
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Bureau:
    """A district's bureau that founders ask."""

    name: Text
    url: str


@dataclass(frozen=True)
class District:
    """A district of a place, with whom to ask there."""

    id: str
    name: Text
    english_confirmed: bool
    government: Text
    website: str
    hotline: str
    bureaus: tuple[Bureau, ...]
    unit: str  # which of the place's district units it falls under
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Elsewhere:
    """A place that is not the policy's. A `partner` is one that policies deal with themselves."""

    id: str
    name: Text
    aliases: tuple[str, ...]
    partner: bool


@dataclass(frozen=True)
class Place:
    """A city: its offices, districts and hotlines. Belongs to data, not to the code."""

    id: str
    name: Text
    aliases: tuple[str, ...]
    fallback_hotline: str
    units: dict[str, Unit] = field(repr=False)
    contacts: dict[str, Contact] = field(repr=False)
    districts: dict[str, District] = field(repr=False)
    hotlines: dict[str, Hotline] = field(repr=False)
    routes: tuple[Route, ...] = field(repr=False)
    see_also: tuple[SeeAlso, ...] = field(repr=False)
    elsewhere: tuple[Elsewhere, ...] = field(repr=False)
    as_of: str = ""  # when offices, websites and numbers were last checked
