"""Templates to text: every value is escaped; links are made only to web addresses and phones."""

from __future__ import annotations

import json
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.site.tongues import foreign, numbered, spoken
from knowledge.language import Language

_FOLDER = Path(__file__).with_name("templates")
# Addresses of offices, public hotlines and dates within a sentence.
_PARTS = re.compile(
    r"((?:https?://)?[A-Za-z0-9.-]+\.cn\b(?:/[A-Za-z0-9./?=&#_-]*)?|\b123\d\d\b|\d{4}-\d\d-\d\d)",
    re.ASCII,  # a Chinese character beside a number is no part of it
)
_WEB = re.compile(r"https?://", re.IGNORECASE)


def make_environment() -> Environment:
    """The templates with their filters."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(web=web, phone=phone, bare=bare, linked=linked, ld_json=ld_json)
    environment.filters.update(spoken=spoken, foreign=foreign, numbered=numbered)
    return environment


def web(address: str) -> str:
    """An address to link to: what is no http(s) address becomes one, javascript: too."""
    return address if _WEB.match(address) else f"https://{address}"


def phone(number: str) -> str:
    """A number to call: "0755-12345" becomes "tel:075512345"."""
    return "tel:" + re.sub(r"[^\d+]", "", number)


def bare(address: str) -> str:
    """An address as people say it."""
    return _WEB.sub("", address).rstrip("/")


def linked(text: str, language: Language = "zh-Hans") -> Markup:
    """A sentence with its addresses and hotlines as links and its dates kept on one line.

    `language`: the sentence's; in English the Chinese names in it are marked.
    """
    return Markup("").join(_part(part, language) for part in _PARTS.split(text) if part)


def _part(part: str, language: Language) -> Markup:
    if not _PARTS.fullmatch(part):
        return spoken(part, language)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", part):
        return Markup('<span class="date">{}</span>').format(part)
    target = phone(part) if part.isdigit() else web(part)
    return Markup('<a href="{}">{}</a>').format(target, part)


def ld_json(data: object) -> Markup:
    """Data for a script element that is never run; nothing in it can close the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 — escaped above
