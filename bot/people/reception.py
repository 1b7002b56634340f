"""What happens in a conversation beside the assistant: the queue, a person, call backs, tickets."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Protocol, cast

from bot.attendant import Received
from bot.message import Part, Reply, UserMessage
from bot.people.callback import CallBack, CallBacks, contact_in, new_ticket, ticket_in
from bot.people.opening import Opening
from bot.people.vault import Vault
from bot.texts import Texts
from bot.turn_store import Stored
from knowledge.language import DEFAULT, LANGUAGES, Language, detect, has_words

logger = logging.getLogger(__name__)

# What the choices of this file say when they are tapped; none of it reaches the assistant.
_OURS = "/desk_"
WITHDRAW, CALL_BACK, CANCEL = "/desk_withdraw", "/desk_call_back", "/desk_cancel"
# In a conversation's state while a contact is being asked for: how often it was, and what the call
# back is about where the button said it ("/desk_call_back mentor:m-001"), else what is in focus.
_FORM, _ABOUT = "desk_call_back", "desk_call_back_about"
_MOST_ASKED = 2
_SAID_IN_PLACE_OF_A_CONTACT = "***"


class Queue(Protocol):
    """What the reception needs of the owners that are kept."""

    async def place(self, conversation: str) -> int: ...

    async def waiting(self) -> int: ...


class Staffed(Protocol):
    """Whether there is a desk at all: somebody who may sign in."""

    async def __call__(self) -> bool: ...


class Attended(Protocol):
    """Whether somebody is signed in at the desk, and was seen there lately."""

    async def __call__(self) -> bool: ...


class Reception:
    """Takes what is not for the assistant, and carries out what the assistant wants done."""

    def __init__(
        self,
        queue: Queue,
        callbacks: CallBacks,
        vault: Vault,
        opening: Opening,
        staffed: Staffed,
        attended: Attended,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        texts: Texts | None = None,
    ) -> None:
        self._queue, self._callbacks, self._vault = queue, callbacks, vault
        self._opening, self._clock = opening, clock
        self._staffed, self._attended = staffed, attended
        self._texts = texts or Texts.read(Path(__file__).with_name("reception.yml"))

    async def receive(self, message: UserMessage, payload: str | None, stored: Stored) -> Received:
        """What is done with a message before the assistant sees it."""
        language = language_of(message, stored)
        if stored.ownership.owner == "human":
            # A form that was begun with the bot is over.
            return Received(_said(language, "handoff"), _without_form(stored))
        if payload is not None and payload.startswith(_OURS):
            return await self._tapped(payload, language, stored)
        if _FORM in stored.state and payload is None:
            return await self._contact(message, language, stored)
        ticket = ticket_in(message.text)
        if ticket is not None:  # also of who waits: the queue need not answer it
            reply = await self._ticket(ticket, _spoken(message, stored))
            return Received(reply, stored.state)
        if stored.ownership.owner == "waiting":
            place = await self._queue.place(message.conversation)
            kept = self._text("kept", language, place=place, closes=self._closes(language))
            return Received(
                _said(language, "handoff", kept.strip(), choices=self._while_waiting(language)),
                stored.state,
            )
        return Received(None, stored.state)

    async def carry_out(self, message: UserMessage, received: Received, stored: Stored) -> Received:
        """What the assistant's reply wants done, and what is said of it."""
        ownership, reply = stored.ownership, received.reply
        assert reply is not None
        returned = ownership.change("returned") if ownership.owner == "closed" else None
        if reply.effect("hand_over") is None or not await self._staffed():
            return replace(received, change=returned)
        language = reply.language
        if not await self._is_somebody_there():
            text = self._text("outside_hours", language, opens=self._opens(language))
            offered = ((self._text("leave_number", language), CALL_BACK), *reply.choices)
            reply = replace(_said(language, "handoff", text), choices=offered)
            return replace(received, reply=reply, change=returned)
        place = await self._queue.waiting() + 1
        text = self._text("queued", language, place=place, closes=self._closes(language))
        reply = replace(
            _said(language, "handoff", text, choices=self._while_waiting(language)),
            intent=reply.intent,
            confidence=reply.confidence,
        )
        return replace(received, reply=reply, change=ownership.change("asked"))

    async def _is_somebody_there(self) -> bool:
        """By the hours that the operator promises; without any by who is signed in."""
        if self._opening.has_hours:
            return self._opening.is_open(self._clock())
        return await self._attended()

    async def _tapped(self, payload: str, language: Language, stored: Stored) -> Received:
        state = _without_form(stored)
        payload, _, about = payload.partition(" ")
        waits = stored.ownership.owner == "waiting"
        if payload == WITHDRAW and waits:
            back = _said(language, "status", self._text("back_with_bot", language))
            return Received(back, state, stored.ownership.change("withdrawn"))
        if payload == CALL_BACK:
            text = self._text("ask_contact", language)
            return Received(
                _said(language, "form", text, choices=self._cancel(language)),
                {**state, _FORM: 1, **({_ABOUT: about} if about else {})},
            )
        if payload == CANCEL:
            text = self._text("cancelled_still_waiting" if waits else "cancelled", language)
            choices = self._while_waiting(language) if waits else ()
            return Received(_said(language, "form", text, choices=choices), state)
        return Received(_said(language, "status", self._text("with_bot", language)), state)

    async def _contact(self, message: UserMessage, language: Language, stored: Stored) -> Received:
        asked = int(stored.state[_FORM])
        state = _without_form(stored)
        contact = contact_in(message.text)
        if contact is None and asked < _MOST_ASKED:
            text = self._text("no_contact", language)
            # It may be a contact of a kind that is not known here, and what is left was promised to
            # be kept encrypted.
            return Received(
                _said(language, "form", text, choices=self._cancel(language)),
                {**stored.state, _FORM: asked + 1},
                text=_SAID_IN_PLACE_OF_A_CONTACT,
            )
        if contact is None:
            # It is something else that is wanted; the form does not hold anyone.
            return await self.receive(message, None, replace(stored, state=state))
        now = self._clock()
        callback = CallBack(
            ticket=new_ticket(),
            language=language,
            contact=self._vault.seal(contact),
            about=str(stored.state.get(_ABOUT) or state.get("focus") or ""),
            created=now,
            due=self._opening.due(now),
            conversation=message.conversation,
        )
        waits = stored.ownership.owner == "waiting"
        key = "noted" if callback.due is None else "noted_until"
        text = self._text(key, language, ticket=callback.ticket, due=self._when(callback.due))
        return Received(
            _said(language, "form", text),
            state,
            stored.ownership.change("withdrawn") if waits else None,
            _SAID_IN_PLACE_OF_A_CONTACT,
            callback,
        )

    async def _ticket(self, ticket: str, spoken: Language | None) -> Reply:
        """How it stands, and nothing else of it: the number may be in anybody's hands."""
        callback = await self._callbacks.find(ticket)
        # A number has no language: that of who left the contact is the best guess.
        language = spoken or (callback.language if callback is not None else DEFAULT)
        if callback is None:
            return _said(language, "status", self._text("no_such_ticket", language, ticket=ticket))
        key = f"ticket_{callback.state}"
        if callback.state == "open" and callback.is_overdue(self._clock()):
            key = "ticket_overdue"
        elif callback.state == "open" and callback.due is not None:
            key = "ticket_open_until"
        due = self._when(callback.due)
        return _said(language, "status", self._text(key, language, ticket=ticket, due=due))

    def _while_waiting(self, language: Language) -> tuple[tuple[str, str], ...]:
        return (
            (self._text("to_bot", language), WITHDRAW),
            (self._text("leave_number", language), CALL_BACK),
        )

    def _cancel(self, language: Language) -> tuple[tuple[str, str], ...]:
        return ((self._text("never_mind", language), CANCEL),)

    def _opens(self, language: Language) -> str:
        opens = self._opening.next_open(self._clock())
        if opens is None:
            return ""
        return self._text("opens", language, time=self._when(opens))

    def _closes(self, language: Language) -> str:
        closes = self._opening.closes(self._clock())
        return "" if closes is None else self._text("closes", language, time=self._when(closes))

    def _when(self, moment: datetime | None) -> str:
        """In the desk's zone, in digits that read the same in every language."""
        if moment is None:
            return ""
        return moment.astimezone(self._opening.zone).strftime("%Y-%m-%d %H:%M")

    def _text(self, key: str, language: Language, **gaps: str | int) -> str:
        return self._texts.of(key, language, **gaps)


def _without_form(stored: Stored) -> dict[str, Any]:
    return {key: value for key, value in stored.state.items() if key not in (_FORM, _ABOUT)}


def _said(
    language: Language,
    outcome: str,
    text: str = "",
    choices: tuple[tuple[str, str], ...] = (),
) -> Reply:
    parts = (Part(text=text),) if text else ()
    return Reply(outcome, language, "", 1.0, parts, choices, ())


def language_of(message: UserMessage, stored: Stored) -> Language:
    """The one asked for, last spoken, or written in."""
    spoken = _spoken(message, stored)
    if spoken is not None:
        return spoken
    return detect(message.text) if has_words(message.text) else DEFAULT


def _spoken(message: UserMessage, stored: Stored) -> Language | None:
    """The one asked for, or last spoken; None in the first words of a conversation."""
    if message.language is not None:
        return message.language
    spoken = stored.state.get("preferred_language") or stored.state.get("language")
    return cast(Language, spoken) if spoken in LANGUAGES else None
