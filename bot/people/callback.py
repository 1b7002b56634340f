"""A promise to call back: its ticket, and the contact that a founder leaves for it."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from knowledge.language import Language

State = Literal["open", "done", "dropped"]

# Crockford's letters and digits: none is taken for another. Ten of them are 50 bits.
_KIND = "CW"  # of a call back
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TICKET = re.compile(r"(?<![0-9A-Z])(C[PW])[ -]?([0-9A-Z]{5})[ -]?([0-9A-Z]{5})(?![0-9A-Z])")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー_", "-"))
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
_MAIL = re.compile(r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"(?<![0-9A-Za-z])\+?\(?\d[\d ()-]{5,18}\d(?![0-9A-Za-z])")
_FEWEST, _MOST = 7, 15  # digits of a telephone number, E.164's limit above
_MOST_WAYS = 3
_BETWEEN = ", "


@dataclass(frozen=True)
class CallBack:
    """One call back. `due` is None where the operator promises no time.

    `contact` is sealed (bot/people/vault.py). `about`: what it is about, masked. `call`: the call
    that it was promised in; `conversation`: the talk.
    """

    ticket: str
    language: Language
    contact: str
    about: str
    created: datetime
    due: datetime | None = None
    conversation: str | None = None
    call: int | None = None
    state: State = "open"
    staff: int | None = None
    done: datetime | None = None
    note: str = ""

    def is_overdue(self, now: datetime) -> bool:
        return self.state == "open" and self.due is not None and now > self.due


class CallBacks(Protocol):
    """Keeps call backs."""

    async def find(self, ticket: str) -> CallBack | None: ...


def new_ticket(kind: str = _KIND) -> str:
    """Such as CW-7K3F9-0QXMB. `kind`: the letters it begins with, which say what it is of."""
    signs = [secrets.choice(_SIGNS) for _ in range(10)]
    return f"{kind}-{''.join(signs[:5])}-{''.join(signs[5:])}"


def ticket_in(text: str, kind: str = _KIND) -> str | None:
    """The number of a kind of ticket that a text names, as people type it."""
    # A Chinese input method writes wide letters and long dashes.
    plain = unicodedata.normalize("NFKC", text).upper().translate(_DASHES)
    for begins, first, second in _TICKET.findall(plain):
        if begins == kind:
            return f"{kind}-{first.translate(_ALIKE)}-{second.translate(_ALIKE)}"
    return None


def contact_in(text: str) -> str | None:
    """The telephone numbers and e-mail addresses in a text, in its order and with commas between
    them; None where there is none."""
    found = [(match.start(), match.group()) for match in _MAIL.finditer(text)]
    # 13800138000@qq.com is an address and no number.
    rest = _MAIL.sub(lambda match: " " * len(match.group()), text)
    found += [
        (match.start(), match.group().strip())
        for match in _PHONE.finditer(rest)
        if _FEWEST <= sum(sign.isdigit() for sign in match.group()) <= _MOST
    ]
    return _BETWEEN.join(way for _, way in sorted(found)[:_MOST_WAYS]) or None


def ways_of(contact: str) -> list[str]:
    """Each number and address of a contact."""
    return contact.split(_BETWEEN) if contact else []


def shown(contact: str) -> str:
    """A contact as far as a screen shows it unasked: ***1234, ***@example.com."""
    return _BETWEEN.join(map(_shown, ways_of(contact)))


def _shown(way: str) -> str:
    _, at, domain = way.partition("@")
    digits = "".join(sign for sign in way if sign.isdigit())
    return f"***@{domain}" if at else f"***{digits[-4:]}"
