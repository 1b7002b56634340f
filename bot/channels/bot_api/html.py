"""A turn as Telegram shows it: HTML in messages of at most 4096 characters, choices as buttons."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.splitting import split, utf16_units
from bot.message import Choice, Part, Turn
from knowledge.card import Card, CardContact
from knowledge.card_text import Block, BlockKind, blocks_of, short_units

LIMIT = 4096  # UTF-16 code units, what Telegram takes of a text without its marks
_MOST_ON_A_BUTTON = 60  # characters of a choice's title
_HALF_A_ROW = 16  # columns; a Chinese character takes two
_MOST_BUTTONS = 100
# Of a card that must fit one message, in this order.
_LEFT_OUT: tuple[BlockKind, ...] = ("news", "newer", "changes", "see_also")
_TITLE = re.compile("^【[^【】]+】$")
_ADDRESS = r"https?://[\w./?=&#%~:@!$+,;-]*[\w/=&#%~]"

Mark = Literal["", "b", "blockquote expandable"]


@dataclass(frozen=True)
class Piece:
    """One message: with marks, and without for when Telegram cannot read them."""

    html: str
    text: str


@dataclass(frozen=True)
class _Line:
    """`gap`: what stands before it. `links`: words in it, and the address they lead to."""

    text: str
    mark: Mark = ""
    gap: str = "\n"
    links: dict[str, str] = field(default_factory=dict)

    @property
    def html(self) -> str:
        if self.mark:
            words = escape(self.text, quote=False)
            return f"<{self.mark}>{words}</{self.mark.partition(' ')[0]}>"
        # Longest first: one address may begin as another does.
        known = sorted((words for words in self.links if words in self.text), key=len, reverse=True)
        pattern = re.compile(f"({'|'.join([*map(re.escape, known), _ADDRESS])})", re.ASCII)
        return "".join(
            self._link(part) if position % 2 else escape(part, quote=False)
            for position, part in enumerate(pattern.split(self.text))
        )

    def _link(self, words: str) -> str:
        address = self.links.get(words, words)
        # A title is the link to its document; where there is none, the address without "https://".
        shown = words.removesuffix(address).strip() or re.sub("^https?://|/$", "", words)
        return f'<a href="{escape(address)}">{escape(shown, quote=False)}</a>'


_Block = tuple[_Line, ...]  # lines that belong together


def compose(turn: Turn) -> list[Piece]:
    """The turn in as few messages as it takes, cut where a block ends where that is possible."""
    blocks = [block for part in turn.parts for block in _blocks(part)]
    return [_piece(lines) for lines in _packed(blocks)]


def compose_card(card: Card) -> Piece:
    """A card as the one message that it has to be where it stands alone.

    What is needed least is left out where it does not fit.
    """
    blocks = list(blocks_of(card))
    while len(messages := _packed(_card_blocks(card, blocks))) > 1:
        kinds = [block.kind for block in blocks]
        left = next((kind for kind in _LEFT_OUT if kind in kinds), None)
        if left is not None:
            blocks.pop(kinds.index(left))
        elif "units" in kinds and blocks[kinds.index("units")] != short_units(card):
            blocks[kinds.index("units")] = short_units(card)
        else:
            break
    return _piece(messages[0])


def keyboard(turn: Turn, owner: int | None = None) -> InlineKeyboardMarkup | None:
    """The choices; None where there is none. `owner`: who may tap them, in a group."""
    rows: list[list[InlineKeyboardButton]] = []
    for choice in turn.choices[:_MOST_BUTTONS]:
        button = InlineKeyboardButton(_short(choice.title), callback_data=tap(choice, owner))
        beside = rows[-1] if rows and len(rows[-1]) == 1 else None
        if beside is not None and _is_narrow(beside[0]) and _is_narrow(button):
            beside.append(button)
        else:
            rows.append([button])
    return InlineKeyboardMarkup(rows) if rows else None


def tap(choice: Choice, owner: int | None) -> str:
    """What Telegram sends back for a button: at most 64 bytes."""
    return choice.id if owner is None else f"{choice.id}@{owner}"


def _blocks(part: Part) -> Iterator[_Block]:
    if part.card is not None:
        yield from _card_blocks(part.card, blocks_of(part.card))
        return
    links = _sites(part.unit.contacts) if part.unit is not None else {}
    for paragraph in re.split(r"\n{2,}", part.to_text().strip()):
        yield tuple(
            _Line(line, "b" if _TITLE.match(line) else "", "\n" if number else "\n\n", links)
            for number, line in enumerate(paragraph.split("\n"))
        )


def _card_blocks(card: Card, blocks: Sequence[Block]) -> list[_Block]:
    links = _links(card)
    return [tuple(_card_lines(block, not at, links)) for at, block in enumerate(blocks)]


def _card_lines(block: Block, first: bool, links: dict[str, str]) -> Iterator[_Line]:
    gap = "\n\n" if first or block.title else "\n"
    if block.title:
        yield _Line(block.title, "b", gap)  # in bold it needs no brackets
        gap = "\n"
    for number, line in enumerate(block.lines):
        mark: Mark = ""
        if block.kind == "heading":
            mark = "b"
        elif block.kind == "quote" and number == 0:
            mark = "blockquote expandable"  # what follows are words of ours about it
        yield _Line(line, mark, "\n" if number else gap, links)


def _links(card: Card) -> dict[str, str]:
    """Words that a card's lines have, and the addresses they lead to."""
    sources = [source for change in card.changes for source in change.sources]
    documents = [*card.newer, *card.news, *sources]
    links = {f"{link.title} {link.url}": link.url for link in documents if link.url}
    offices = [*card.see_also, *(contact for unit in card.units for contact in unit.contacts)]
    return links | _sites(offices)


def _sites(offices: Iterable[CardContact]) -> dict[str, str]:
    sites = [office.website for office in offices if office.website]
    return {site: site if "://" in site else f"https://{site}" for site in sites}


def _packed(blocks: list[_Block]) -> list[list[_Line]]:
    messages: list[list[_Line]] = [[]]
    for block in blocks:
        if _fits([*messages[-1], *block]):
            messages[-1].extend(block)
        elif _fits(block):
            messages.append([*block])
        else:
            for line in _cut(block):
                if _fits([*messages[-1], line]):
                    messages[-1].append(line)
                else:
                    messages.append([line])
    return [message for message in messages if _join(message)]


def _cut(block: _Block) -> Iterator[_Line]:
    """Its lines, those that are too long for a message in pieces of their own."""
    for line in block:
        for number, text in enumerate(split(line.text, LIMIT, utf16_units)):
            yield _Line(text, line.mark, "\n" if number else line.gap, line.links)


def _piece(lines: list[_Line]) -> Piece:
    return Piece(_join(lines, marked=True), _join(lines))


def _fits(lines: list[_Line] | _Block) -> bool:
    return utf16_units(_join(lines)) <= LIMIT


def _join(lines: list[_Line] | _Block, marked: bool = False) -> str:
    return "".join(line.gap + (line.html if marked else line.text) for line in lines).strip()


def _short(title: str) -> str:
    return title if len(title) <= _MOST_ON_A_BUTTON else title[: _MOST_ON_A_BUTTON - 1] + "…"


def _is_narrow(button: InlineKeyboardButton) -> bool:
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in button.text)
    return len(button.text) + wide <= _HALF_A_ROW
