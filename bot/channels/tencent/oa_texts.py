"""What one reply says: a welcome, answers that came too late for theirs, and the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.channels.splitting import split, utf8_bytes
from bot.channels.tencent.render import LIMIT, compose
from bot.message import Turn
from bot.texts import Texts

# Bytes that earlier answers may take from the present one, which can be shorter but not wait.
_SHARE = 900
_LEAST = 200  # less of one is not worth a line


@dataclass(frozen=True)
class Said:
    """Texts in order, nearly always one, and what of the earlier answers still has to wait."""

    texts: list[str]
    late: list[str]


def say(turn: Turn, texts: Texts, welcome: bool = False, late: Sequence[str] = ()) -> Said:
    """The turn as texts of at most 2048 bytes, after what is late."""
    head = texts.of("welcome", turn.language) + "\n\n" if welcome else ""
    if not late:
        return Said(_with(head, compose(turn, texts, LIMIT - utf8_bytes(head))), [])
    whole = "\n\n".join(late)
    before = texts.of("late", turn.language) + "\n"
    after = "\n\n" + texts.of("now", turn.language) + "\n" + head
    limit = LIMIT - utf8_bytes(before + after)
    own = compose(turn, texts, limit - min(utf8_bytes(whole), _SHARE))
    if len(own) > 1:
        own = compose(turn, texts, LIMIT - utf8_bytes(head))
    room = limit - utf8_bytes(own[0])
    if room < min(utf8_bytes(whole), _LEAST):
        return Said(_with(head, own), list(late))
    first, *rest = split(whole, room, utf8_bytes)
    return Said(_with(before + first + after, own), rest)


def for_later(turn: Turn, texts: Texts) -> list[str]:
    """The turn without its choices: when it is read, a number will stand for another's."""
    return compose(replace(turn, choices=()), texts)


def _with(head: str, own: list[str]) -> list[str]:
    return [head + own[0], *own[1:]]
