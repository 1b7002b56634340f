"""Takes a founder's project in a conversation, question by question, and says how one stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from bot.attendant import Received
from bot.message import Part, Reply, UserMessage
from bot.people.callback import contact_in, shown
from bot.people.reception import Staffed, language_of
from bot.people.vault import Vault
from bot.privacy import mask
from bot.secretary.project import Project, Projects, new_number, number_in, standing
from bot.secretary.project_sheet import (
    ANSWERED,
    FREE,
    LONGEST,
    SKIPPABLE,
    STEPS,
    Sheet,
    command_in,
    is_question,
    without,
)
from bot.texts import Texts
from bot.turn_store import Stored
from knowledge.language import Language, clean
from knowledge.vocabulary import Vocabulary

# What the choices of this file say when they are tapped; none of it reaches the assistant.
_OURS = "/project_"
_IN_PLACE_OF_A_CONTACT = "***"
# Answers whose choices are further reading, which can wait until the form is done; those of others,
# where the assistant asks back or lists, stand beside the form's.
_MERELY_SUGGESTS = ("answer", "contact", "decline", "smalltalk", "status")


class ProjectForm:
    """An attendant: opens the sheet on the effect "submit_project" and takes what answers it.

    A question in between is answered by the assistant, with the sheet's question again below it.
    """

    def __init__(
        self,
        projects: Projects,
        vocabulary: Callable[[], Vocabulary],
        vault: Vault,
        staffed: Staffed,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        texts: Texts | None = None,
    ) -> None:
        self._projects, self._vocabulary, self._vault = projects, vocabulary, vault
        self._staffed, self._clock = staffed, clock
        self._texts = texts or Texts.read(Path(__file__).with_name("project_form.yml"))

    async def receive(self, message: UserMessage, payload: str | None, stored: Stored) -> Received:
        """A number that is asked about, a button of ours, or an answer to what was asked."""
        language = language_of(message, stored)
        number = number_in(message.text)
        if number is not None:
            return Received(await self._standing(number, language), stored.state)
        sheet = Sheet.of(stored.state)
        if payload is not None and payload.startswith(_OURS):
            command, _, value = payload.removeprefix(_OURS).partition(" ")
            if sheet is None:
                said = self._text("no_sheet", language)
                return Received(_said(language, "status", said), stored.state)
            return await self._do(sheet, command, value, message, stored)
        if sheet is None or payload is not None:
            return Received(None, stored.state)
        return await self._read(sheet, message, stored)

    async def carry_out(self, message: UserMessage, received: Received, stored: Stored) -> Received:
        """Open a sheet, or put the open one below what the assistant said in between."""
        reply, sheet = received.reply, Sheet.of(stored.state)
        assert reply is not None
        if sheet is None:
            wanted = reply.effect("submit_project") is not None and await self._staffed()
            return self._opened(message, received, stored) if wanted else received
        if received.change is not None and received.change.after != "bot":
            # A person is asked for: the sheet waits.
            return replace(received, state=sheet.into(received.state))
        language = reply.language
        sheet = sheet.shown(_version(received, stored), self._clock(), sheet.aside)
        again = Part(text=self._text("still_open", language, asks=self._asks(sheet, language)))
        choices = self._choices(sheet, language)
        if reply.effect("submit_project") is None:
            others = () if reply.outcome in _MERELY_SUGGESTS else reply.choices
            reply = replace(reply, parts=(*reply.parts, again), choices=(*others, *choices))
        else:
            reply = replace(reply, outcome="form", parts=(again,), choices=choices, found=())
        return replace(received, reply=reply, state=sheet.into(received.state))

    def _opened(self, message: UserMessage, received: Received, stored: Stored) -> Received:
        assert received.reply is not None
        language = received.reply.language
        sheet = Sheet(message.id).shown(_version(received, stored), self._clock())
        text = self._text("begin", language, asks=self._asks(sheet, language))
        reply = replace(
            received.reply,
            outcome="form",
            parts=(Part(text=text),),
            choices=self._choices(sheet, language),
            found=(),
        )
        return replace(received, reply=reply, state=sheet.into(received.state))

    async def _read(self, sheet: Sheet, message: UserMessage, stored: Stored) -> Received:
        """What a message in words does to the sheet."""
        told = command_in(message.text, sheet.step)
        # "Ok" after a talk with a person is none to a form that was left open.
        stale = sheet.is_stale(stored.ownership.version, self._clock())
        if told is not None and told[0] != "aside" and not stale:
            return await self._do(sheet, *told, message, stored)
        # A contact is what was asked for, however late: nothing else may see it.
        if told is None and (not stale or sheet.step == "contact"):
            value = self._value(sheet, message.text)
            if value is not None:
                return self._next(sheet.answer(value), message, stored, sheet.step == "contact")
            if not is_question(message.text) and not stale:
                return self._next(sheet, message, stored, before="not_taken")
        aside = _words(message.text) if sheet.step in FREE else ""
        return Received(None, replace(sheet, aside=aside).into(stored.state))

    async def _do(
        self, sheet: Sheet, command: str, value: str, message: UserMessage, stored: Stored
    ) -> Received:
        """What a button, or its word typed, does to the sheet."""
        language = language_of(message, stored)
        if command == "cancel":
            said = _said(language, "form", self._text("cancelled", language))
            return Received(said, without(stored.state))
        if command == "confirm" and sheet.step == "review":
            return await self._submitted(sheet, message, stored)
        if command == "skip" and sheet.step in SKIPPABLE:
            sheet = sheet.answer("")
        elif command == "back":
            sheet = sheet.back()
        elif command == "edit":
            sheet = sheet.edit(value)
        elif command == "agree" and sheet.step == "consent":
            sheet = sheet.answer(self._clock().isoformat())
        elif command == "stage" and sheet.step == "stage":
            sheet = sheet.answer(value)
        elif command == "keep" and sheet.aside:
            sheet = sheet.answer(sheet.aside)
        return self._next(sheet, message, stored)

    def _value(self, sheet: Sheet, text: str) -> str | None:
        """The answer that a text gives to the question of the sheet; None where it gives none."""
        if sheet.step == "contact":
            contact = contact_in(text)
            return None if contact is None else self._vault.seal(contact)
        if sheet.step == "stage":
            return next(iter(self._vocabulary().find("stages", text)), None)
        if sheet.step not in FREE or is_question(text):
            return None
        return _words(text) or None

    async def _submitted(self, sheet: Sheet, message: UserMessage, stored: Stored) -> Received:
        language, now = language_of(message, stored), self._clock()
        number = await self._projects.add(
            Project(
                number=new_number(),
                language=language,
                what=sheet.answers["what"],
                stage=sheet.answers["stage"],
                team=sheet.answers["team"],
                need=sheet.answers["need"],
                contact=sheet.answers["contact"],
                consented=datetime.fromisoformat(sheet.answers["consent"]),
                created=now,
                changed=now,
                conversation=message.conversation,
                form=sheet.id,
            )
        )
        said = self._text("submitted", language, number=number)
        return Received(_said(language, "form", said), without(stored.state))

    async def _standing(self, number: str, language: Language) -> Reply:
        """The state, and nothing else of it: the number may be in anybody's hands."""
        project = await self._projects.find(number)
        if project is None:
            return _said(language, "status", self._text("no_such", language, number=number))
        return _said(language, "status", standing(project, project.state, language))

    def _next(
        self,
        sheet: Sheet,
        message: UserMessage,
        stored: Stored,
        hidden: bool = False,
        before: str = "",
    ) -> Received:
        """Ask what is next. `hidden`: the message held a contact, and is not kept."""
        language = language_of(message, stored)
        sheet = sheet.shown(stored.ownership.version, self._clock())
        asks = self._asks(sheet, language)
        text = f"{self._text(before, language)}\n\n{asks}" if before else asks
        reply = _said(language, "form", text, self._choices(sheet, language))
        kept = _IN_PLACE_OF_A_CONTACT if hidden else None
        return Received(reply, sheet.into(stored.state), text=kept)

    def _asks(self, sheet: Sheet, language: Language) -> str:
        if sheet.step == "review":
            lines = [self._line(sheet, name, language) for name in ANSWERED]
            return self._text("ask_review", language, answers="\n".join(lines))
        question = self._text(f"ask_{sheet.step}", language)
        if sheet.editing:
            return question
        number, count = STEPS.index(sheet.step) + 1, len(STEPS) - 1
        return self._text("question", language, number=number, count=count, question=question)

    def _line(self, sheet: Sheet, name: str, language: Language) -> str:
        value = sheet.answers.get(name, "")
        if name == "contact":
            value = shown(self._vault.open(value) or "")
        elif name == "stage" and value:
            value = self._vocabulary().names("stages", [value], language)[0]
        return self._text(
            "line",
            language,
            name=self._text(f"name_{name}", language),
            value=value or self._text("left_out", language),
        )

    def _choices(self, sheet: Sheet, language: Language) -> tuple[tuple[str, str], ...]:
        """Titles and payloads of what may be tapped at a step."""
        offered: list[tuple[str, str]] = []
        if sheet.aside:
            offered.append(("keep", "keep"))
        if sheet.step == "consent":
            offered.append(("agree", "agree"))
        if sheet.step == "review":
            offered.append(("confirm", "confirm"))
        found = [(self._text(f"do_{name}", language), _OURS + does) for name, does in offered]
        if sheet.step == "stage":
            stages = self._vocabulary().stages
            found += [(s.name[language], f"{_OURS}stage {s.id}") for s in stages.values()]
        if sheet.step == "review":
            for name in ANSWERED:
                title = self._text("do_edit", language, name=self._text(f"name_{name}", language))
                found.append((title, f"{_OURS}edit {name}"))
        more = [
            *(["skip"] if sheet.step in SKIPPABLE else []),
            *(["back"] if sheet.step not in ("what", "review") else []),
            "cancel",
        ]
        return (*found, *((self._text(f"do_{name}", language), _OURS + name) for name in more))

    def _text(self, key: str, language: Language, **gaps: str | int) -> str:
        return self._texts.of(key, language, **gaps)


def _version(received: Received, stored: Stored) -> int:
    """The owner's, after the turn."""
    return stored.ownership.version + (received.change is not None)


def _words(text: str) -> str:
    """An answer as it is kept: personal numbers masked, and not endless."""
    return mask(clean(text))[:LONGEST]


def _said(
    language: Language, outcome: str, text: str, choices: tuple[tuple[str, str], ...] = ()
) -> Reply:
    return Reply(outcome, language, "", 1.0, (Part(text=text),), choices, ())
