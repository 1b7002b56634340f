"""What crosses between channels and the rest of bot: messages, how they went, services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bot.message import Turn, UserMessage
from bot.texts import Texts
from knowledge.card import Card
from knowledge.language import DEFAULT, Language

Result = Literal[
    "answered",  # and delivered
    "repeated",  # answered before: nothing new was said
    "joined",  # its text is part of the question that came after it
    "held",  # kept for the person who has the conversation; nothing is said
    "refused",  # too many at once; the founder was told
    "dropped",  # the founder blocked us
    "failed",  # no answer, or not delivered; tried again later, and at the next start
]


class TakesMessages(Protocol):
    """What a channel needs of bot/conversation.py."""

    async def create(self, conversation: str) -> None: ...

    async def handle(self, message: UserMessage) -> Turn: ...

    async def is_fragment(self, text: str) -> bool: ...

    async def has_person(self, conversation: str) -> bool: ...

    async def forget(self, conversation: str) -> None: ...

    async def language(self, conversation: str, default: Language = DEFAULT) -> Language: ...


@dataclass(frozen=True)
class Received:
    """A message that a channel accepted, and where its answer goes.

    `address`: what the channel needs to answer, plain data, kept until it is answered.
    """

    message: UserMessage
    address: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        return self.message.conversation, self.message.id


class Inbox(Protocol):
    """Remembers accepted messages until they are answered, and what a channel keeps, over
    restarts."""

    async def accept(self, channel: str, received: Received) -> Literal["new", "open", "done"]:
        """Whether it came for the first time, is being answered, or was."""

    async def update(self, channel: str, received: Received) -> None:
        """An accepted message has grown: it took a fragment along."""

    async def finish(self, channel: str, received: Received) -> None:
        """It needs nothing more; its text is forgotten, its id is not."""

    async def unfinished(self, channel: str) -> list[Received]:
        """In the order in which they came."""

    async def read(self, channel: str, key: str) -> Any:
        """What was kept under a key; None where nothing was."""

    async def keep(self, channel: str, key: str, value: Any) -> None:
        """Keep plain data under a key; None forgets it."""


class Undeliverable(Exception):
    """The founder cannot be reached and will not be by trying again: blocked us, or left."""


class Kept(Exception):
    """The platform takes nothing now; it is kept and goes with the founder's next message."""


class TryAgain(Exception):
    """The platform did not take it now. `after`: seconds that it asks for, if it does."""

    def __init__(self, why: str, after: float | None = None) -> None:
        self.after = after
        super().__init__(why)


@dataclass(frozen=True)
class Outcome:
    """How one message went; logged as one line, without its words."""

    result: Result
    turn: Turn | None = None
    attempts: int = 0
    why: str = ""


@dataclass(frozen=True)
class Reach:
    """What a platform still lets us send to a founder unasked: `left` messages, `until` a time in
    seconds since 1970. None: no limit."""

    left: int | None = None
    until: float | None = None


@dataclass(frozen=True)
class Services:
    """What a channel is given."""

    conversations: TakesMessages
    inbox: Inbox
    texts: Texts
    # Cards for a question, best first, at most so many; of no conversation. May take a while.
    lookup: Callable[[str, Language, int], list[Card]] = lambda *_: []
