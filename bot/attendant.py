"""Who attends to a conversation beside the assistant: before it is asked, and after it answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from bot.message import Reply, UserMessage
from bot.people.callback import CallBack
from bot.people.ownership import Change
from bot.turn_store import Stored

State = dict[str, Any]


@dataclass(frozen=True)
class Received:
    """How a message was received: what is said, the state after it, and who has it then.

    `text`: what is kept of the message where it is not its own text. `callback`: what is promised
    in the reply. No `reply`: it is for the next attendant, in the end for the assistant.
    """

    reply: Reply | None
    state: State
    change: Change | None = None
    text: str | None = None
    callback: CallBack | None = None


class Attendant(Protocol):
    """Takes what is not for the assistant, and carries out what the assistant wants done.

    Both may run twice for one message (the owner changed meanwhile, the process ended before the
    turn was kept): whatever they write must be the same the second time.
    """

    async def receive(self, message: UserMessage, payload: str | None, stored: Stored) -> Received:
        """What is done with a message before the assistant sees it."""

    async def carry_out(self, message: UserMessage, received: Received, stored: Stored) -> Received:
        """What the assistant's reply wants done, and what is said of it."""
