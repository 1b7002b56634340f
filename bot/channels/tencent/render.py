"""A turn as WeChat shows it: plain text, 2048 bytes, choices with numbers."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.splitting import split, utf8_bytes
from bot.message import Part, Turn
from bot.texts import Texts
from knowledge.card_text import BlockKind, blocks_of, short_units

LIMIT = 2048  # bytes of UTF-8, what WeChat takes of a text
_MOST_ON_A_BUTTON = 60  # characters of a choice's title
# What a reader needs first. What does not fit stands behind a number.
_RANKS: dict[BlockKind, int] = {
    "heading": 0, "ended": 0, "summary": 0, "standing": 0, "units": 1, "quote": 2, "see_also": 3,
    "hotline": 3, "as_of": 4, "changes": 5, "newer": 6, "news": 6,
}  # fmt: skip
_NEEDED = 2
# The choice that shows what was left out.
_BEHIND: dict[BlockKind, str] = {
    "quote": "ask_original", "units": "ask_contact", "see_also": "ask_contact",
    "changes": "ask_validity", "newer": "ask_validity", "news": "ask_validity",
}  # fmt: skip


@dataclass
class _Piece:
    """A part of the answer: `forms` from the longest to the shortest, `shown` which of them."""

    kind: BlockKind | None
    rank: int
    forms: tuple[str, ...]
    part: int
    shown: str | None = None


def compose(turn: Turn, texts: Texts, limit: int = LIMIT) -> list[str]:
    """The turn in as few texts as it takes, each at most `limit` bytes; nearly always one."""
    pieces = [p for at, part in enumerate(turn.parts) for p in _pieces(part, at)]
    for piece in pieces:
        if piece.rank == 0:
            piece.shown = piece.forms[0]
    if utf8_bytes(_joined(turn, texts, pieces)) > limit:
        # Even the least is too long for one: then all of it, in several.
        for piece in pieces:
            piece.shown = piece.forms[0]
        return split(_joined(turn, texts, pieces), limit, utf8_bytes)
    # Both the office and the quote, even if shortened, before either in full.
    by_rank = sorted((p for p in pieces if p.rank), key=lambda p: p.rank)
    least = [(p, p.forms[-1]) for p in by_rank if p.rank <= _NEEDED]
    for piece, form in (*least, *((p, f) for p in by_rank for f in reversed(p.forms))):
        before, piece.shown = piece.shown, form
        if utf8_bytes(_joined(turn, texts, pieces)) > limit:
            piece.shown = before
    return [_joined(turn, texts, pieces)]


def _pieces(part: Part, at: int) -> list[_Piece]:
    if part.card is None:
        return [_Piece(None, 0, (part.to_text(),), at)]
    pieces = []
    for block in blocks_of(part.card):
        forms = [block.text]
        if block.kind == "units":
            forms += [short_units(part.card, names).text for names in (True, False)]
        # Asked for, a quote or an office comes before all that is not.
        asked = (part.card.view, block.kind) in (("original", "quote"), ("contact", "units"))
        rank = 1 if asked and block.kind == "units" else 0 if asked else _RANKS[block.kind]
        pieces.append(_Piece(block.kind, rank, tuple(forms), at))
    return pieces


def _joined(turn: Turn, texts: Texts, pieces: list[_Piece]) -> str:
    written, part, told = "", 0, set()
    for piece in pieces:
        text = piece.shown
        if text is None:
            intent = _BEHIND.get(piece.kind, "") if piece.kind is not None else ""
            number = _number(turn, intent)
            if number is None or (piece.part, number) in told:
                continue
            told.add((piece.part, number))
            text = texts.of(f"behind_{intent}", turn.language, number=str(number))
        gap = "" if not written else "\n" if piece.part == part else "\n\n"
        written, part = written + gap + text, piece.part
    choices = [
        f"{number}. {_short(choice.title)}" for number, choice in enumerate(turn.choices, start=1)
    ]
    if choices:
        written += "\n\n" + "\n".join([texts.of("numbers", turn.language), *choices])
    return written


def _number(turn: Turn, intent: str) -> int | None:
    """The number of the choice that says an intent."""
    for number, choice in enumerate(turn.choices, start=1):
        if intent and choice.payload.partition("{")[0] == f"/{intent}":
            return number
    return None


def _short(title: str) -> str:
    return title if len(title) <= _MOST_ON_A_BUTTON else title[: _MOST_ON_A_BUTTON - 1] + "…"
