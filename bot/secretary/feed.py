"""Notices out of an RSS or Atom feed, as plain text; what cannot be trusted is refused."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Collection
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError

import feedparser
import requests
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from urllib3.exceptions import HTTPError

from knowledge.language import clean

LARGEST = 2_000_000  # bytes
MOST = 300  # notices
SECONDS = 20.0
LONGEST_TITLE, LONGEST_SUMMARY, _LONGEST_ADDRESS = 200, 600, 500
# The XML parser knows none of these by itself, and offices publish in them.
_CHINESE = re.compile(rb"""^(<\?xml[^>]{0,80}encoding=["'])(gb[\w-]+|big5)(["'])""", re.IGNORECASE)
_UNSAFE = re.compile(r"[\s\x00-\x1f<>\"\\^`{|}]")


class FeedRefused(Exception):
    """Nothing is taken of it; the message says why."""


@dataclass(frozen=True)
class FeedEntry:
    """One notice. `guid` is the publisher's own, by which it is known again; `published` a date
    like 2026-11-30, empty where none is given."""

    guid: str
    link: str
    title: str
    summary: str
    published: str
    publisher: str


def read_feed(source: str, hosts: Collection[str], seconds: float = SECONDS) -> list[FeedEntry]:
    """From an address or a file, whole or not at all. Raises FeedRefused.

    `hosts`: of which feeds may be fetched, and to which notices may lead.
    """
    if not hosts:
        raise FeedRefused(
            "no host is allowed: name those whose notices may be shown in CHUANGWEN_NEWS_HOSTS"
        )
    if re.match(r"[a-z][a-z0-9+.-]*://", source, re.IGNORECASE):
        check_link(source, hosts, "the feed's address")
        content = _fetched(source, seconds)
    else:
        content = _opened(Path(source))
    return parse(content, hosts)


def parse(content: bytes, hosts: Collection[str]) -> list[FeedEntry]:
    """The notices of a feed, each once. Raises FeedRefused."""
    content = _in_utf8(content)
    try:
        # Strictly first: what feedparser would guess of a broken or hostile feed is not wanted.
        fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise FeedRefused("it declares entities or a document type; a feed needs none") from error
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise FeedRefused(f"it is no well-formed XML ({type(error).__name__}: {error})") from error
    # A file object: a text would be taken for an address.
    found = feedparser.parse(io.BytesIO(content), response_headers={"content-type": "text/xml"})
    if not found.version:
        raise FeedRefused("it is XML, but neither RSS nor Atom")
    if len(found.entries) > MOST:
        raise FeedRefused(f"it has {len(found.entries)} notices; at most {MOST} are taken at once")
    publisher = plain(found.feed.get("title", ""), LONGEST_TITLE)
    entries: dict[str, FeedEntry] = {}
    for number, entry in enumerate(found.entries, start=1):
        made = _entry(entry, number, publisher, hosts)
        entries.setdefault(made.guid, made)
    return list({entry.link: entry for entry in reversed(entries.values())}.values())[::-1]


def check_link(link: str, hosts: Collection[str], what: str) -> None:
    """Raises FeedRefused for what does not lead to one of the hosts by http or https."""
    try:
        parts = urlsplit(link)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if parts.scheme not in ("http", "https") or not host or _UNSAFE.search(link):
        raise FeedRefused(f"{what} is no address that begins with https:// or http://")
    if parts.username is not None or len(link) > _LONGEST_ADDRESS:
        raise FeedRefused(f"{what} holds a name or is too long")
    if host not in hosts and f"{host}:{port}" not in hosts:
        raise FeedRefused(f"{what} leads to {host}, which CHUANGWEN_NEWS_HOSTS does not name")


def plain(text: str, longest: int) -> str:
    """Text without tags, scripts, styles and control characters, cut at a length."""
    reader = _Text()
    reader.feed(text)
    reader.close()
    words = " ".join(clean("".join(reader.found)).split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def _entry(entry: Any, number: int, publisher: str, hosts: Collection[str]) -> FeedEntry:
    link, title = str(entry.get("link", "")).strip(), plain(entry.get("title", ""), LONGEST_TITLE)
    check_link(link, hosts, f"the link of notice {number}")
    if not title:
        raise FeedRefused(f"notice {number} has no title")
    when = entry.get("published_parsed") or entry.get("updated_parsed")
    return FeedEntry(
        guid=str(entry.get("id") or link)[:_LONGEST_ADDRESS],
        link=link,
        title=title,
        summary=plain(entry.get("summary", ""), LONGEST_SUMMARY),
        published=time.strftime("%Y-%m-%d", when) if when else "",
        publisher=publisher or (urlsplit(link).hostname or ""),
    )


def _opened(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise FeedRefused(f"the file cannot be read: {error.strerror}") from error
    return _sized(content)


def _fetched(address: str, seconds: float) -> bytes:
    """The whole answer within a time and a size: requests limits only the time between bytes."""
    deadline = time.monotonic() + seconds
    try:
        response = requests.get(
            address,
            timeout=seconds,
            allow_redirects=False,  # it could lead to a host that is not allowed
            stream=True,
            headers={"Accept": "application/atom+xml, application/rss+xml, application/xml"},
        )
        with response:
            if response.is_redirect:
                to = response.headers.get("Location", "")[:200]
                raise FeedRefused(f"it has moved to {to}; import that address if it is right")
            if response.status_code != 200:
                raise FeedRefused(f"the server answered {response.status_code}")
            return _body(response, deadline)
    except (requests.RequestException, HTTPError, OSError) as error:
        raise FeedRefused(f"it cannot be reached: {type(error).__name__}") from error


def _body(response: requests.Response, deadline: float) -> bytes:
    content = b""
    while part := response.raw.read1(65536, decode_content=True):
        content = _sized(content + part)
        if time.monotonic() > deadline:
            raise FeedRefused("the server takes too long")
    return content


def _sized(content: bytes) -> bytes:
    if len(content) > LARGEST:
        raise FeedRefused(f"it is larger than {LARGEST // 1_000_000} MB")
    return content


def _in_utf8(content: bytes) -> bytes:
    content = content.lstrip()
    declared = _CHINESE.match(content)
    if declared is None:
        return content
    try:
        text = content.decode(declared[2].decode("ascii"))
    except (UnicodeDecodeError, LookupError) as error:
        raise FeedRefused(f"it is not in {declared[2].decode('ascii')}, as it says") from error
    head, before, after = (declared[part].decode("ascii") for part in (0, 1, 3))
    return text.replace(head, f"{before}utf-8{after}", 1).encode()


class _Text(HTMLParser):
    """Collects what is to be read."""

    _SILENT = ("script", "style", "template", "iframe")
    _APART = ("p", "br", "div", "li", "tr", "td")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in self._SILENT and not self._silent:
            self._silent = tag
        if tag in self._APART:
            self.found.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)
