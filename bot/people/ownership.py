"""Who owns a conversation, and which changes of owner there are; nothing is kept here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from knowledge.language import DEFAULT, Language

Owner = Literal["bot", "waiting", "human", "closed"]
Reason = Literal[
    "asked",  # the founder wants a person
    "withdrawn",  # the founder would rather have the bot
    "nobody_came",  # nobody took it in time
    "taken",  # a clerk took it from the queue
    "handed_on",  # a clerk gave it to a colleague
    "given_back",  # a clerk gave it back to the bot
    "clerk_gone",  # the clerk fell silent or signed out
    "ended",  # a clerk closed it
    "founder_gone",  # the founder fell silent
    "returned",  # the founder wrote again after the end
]
OWNERS: tuple[Owner, ...] = get_args(Owner)

# From which owners a reason leads where. What is not here cannot happen.
_MOVES: dict[Reason, tuple[tuple[Owner, ...], Owner]] = {
    "asked": (("bot", "closed"), "waiting"),
    "withdrawn": (("waiting",), "bot"),
    "nobody_came": (("waiting",), "bot"),
    "taken": (("waiting",), "human"),
    "handed_on": (("human",), "human"),
    "given_back": (("human",), "bot"),
    "clerk_gone": (("human",), "waiting"),
    "ended": (("human",), "closed"),
    "founder_gone": (("human",), "closed"),
    "returned": (("closed",), "bot"),
}


class NotAllowed(Exception):
    """The conversation's owner cannot change in that way, or not by that person."""


class OwnerChanged(Exception):
    """Somebody else changed the owner first; read it again."""


@dataclass(frozen=True)
class Ownership:
    """Who has a conversation since when. `version` counts the changes, 0 before the first.

    `staff`: the clerk who has it, only with the owner "human". `asked`: when the founder asked for
    a person, which is the place in the queue. `heard`: since when the founder waits for a clerk's
    words, None once they are there. `spoken`: when a clerk last wrote.
    """

    conversation: str
    owner: Owner = "bot"
    version: int = 0
    staff: int | None = None
    language: Language = DEFAULT
    since: datetime | None = None
    asked: datetime | None = None
    heard: datetime | None = None
    spoken: datetime | None = None

    @property
    def is_held(self) -> bool:
        """Whether the bot is silent."""
        return self.owner in ("waiting", "human")

    def change(self, reason: Reason, by: int | None = None, to: int | None = None) -> Change:
        """The change from here for a reason, made by a member of staff or nobody of them.

        `to`: who has it then, where it is not `by`. Raises NotAllowed.
        """
        before, after = _MOVES[reason]
        if self.owner not in before:
            raise NotAllowed(f"{reason}: the owner is {self.owner}")
        if reason in ("handed_on", "given_back", "ended") and by != self.staff:
            raise NotAllowed(f"{reason}: somebody else has the conversation")
        staff = (to if to is not None else by) if after == "human" else None
        if after == "human" and staff is None:
            raise NotAllowed(f"{reason}: to whom?")
        return Change(self.conversation, self.version, self.owner, after, reason, by, staff)


@dataclass(frozen=True)
class Change:
    """A change of owner that holds only if `version` is still the conversation's."""

    conversation: str
    version: int
    before: Owner
    after: Owner
    reason: Reason
    by: int | None
    staff: int | None
