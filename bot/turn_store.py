"""Who keeps turns, and what a conversation is when it is read back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from bot.message import Choice, Turn
from bot.people.callback import CallBack
from bot.people.ownership import Change, Ownership


@dataclass(frozen=True)
class Stored:
    """A conversation as it is kept: the assistant's state after `turns` turns.

    `repeated`: the recorded turn, when the message asked about was answered before.
    """

    state: dict[str, Any]
    turns: int
    last_choices: tuple[Choice, ...]
    repeated: Turn | None
    ownership: Ownership


class TurnStore(Protocol):
    """Keeps conversations. A turn and the state after it are written together or not at all."""

    async def create(self, conversation: str) -> None: ...

    async def read(self, conversation: str, message_id: str) -> Stored | None:
        """None if there is no such conversation."""

    async def offered(self, conversation: str, choice: str) -> Choice | None:
        """What may still be tapped beside what was offered last: a choice of any letter, and of
        the last turn where a letter came after it."""

    async def record(
        self,
        turn: Turn,
        text: str,
        state: dict[str, Any],
        ownership: Ownership,
        change: Change | None = None,
        callback: CallBack | None = None,
    ) -> None:
        """`ownership` as it was read. Raises OwnerChanged, having kept nothing, if it is not so.

        `callback`: what the turn promises; neither is kept without the other.
        """

    async def forget(self, conversation: str) -> bool: ...

    async def state(self, conversation: str) -> dict[str, Any] | None: ...

    async def amend(
        self, conversation: str, change: Callable[[dict[str, Any]], dict[str, Any] | None]
    ) -> bool:
        """Change the state between two turns; False where `change` gives none."""

    async def close(self) -> None: ...
