"""A promise to call back: its ticket, and the contact that a founder leaves for it."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from knowledge.language import Language

State = Literal["open", "done", "dropped"]

# Crockford's letters and digits: none is taken for another. Ten of them are 50 bits.
_KIND = "CW"  # of a call back
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TICKET = re.compile(r"(?<![0-9A-Z])(C[PW])[ -]?([0-9A-Z]{5})[ -]?([0-9A-Z]{5})(?![0-9A-Z])")
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
_MAIL = re.compile(r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"(?<![0-9A-Za-z])\+?\(?\d[\d ()-]{5,18}\d(?![0-9A-Za-z])")
_FEWEST, _MOST = 7, 15  # digits of a telephone number, E.164's limit above


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
    for begins, first, second in _TICKET.findall(text.upper()):
        if begins == kind:
            return f"{kind}-{first.translate(_ALIKE)}-{second.translate(_ALIKE)}"
    return None


def contact_in(text: str) -> str | None:
    """The telephone number or e-mail address in a text; None where there is none."""
    mail = _MAIL.search(text)
    if mail is not None:
        return mail.group()
    for match in _PHONE.finditer(text):
        number = match.group().strip()
        if _FEWEST <= sum(sign.isdigit() for sign in number) <= _MOST:
            return number
    return None


def shown(contact: str) -> str:
    """A contact as far as a screen shows it unasked: ***1234, ***@example.com."""
    _, at, domain = contact.partition("@")
    if at:
        return f"***@{domain}"
    digits = "".join(sign for sign in contact if sign.isdigit())
    return f"***{digits[-4:]}" if contact else ""
