"""Tells founders which mentors suit them, why, and how to ask for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bot.attendant import Received
from bot.message import Part, Reply, UserMessage
from bot.people.reception import CALL_BACK, Staffed
from bot.secretary.mentor import ABOUT, Match, Mentor, Mentors, Wanted, suitable
from bot.texts import Texts
from bot.turn_store import Stored
from knowledge.language import Language
from knowledge.vocabulary import KINDS, Kind, Vocabulary

_MOST_FIELDS = 8  # that are offered to choose from


class MentorGuide:
    """An attendant: carries out the effect "find_mentor".

    Where the library is empty the assistant's own answer stands, which says so.
    """

    def __init__(
        self,
        mentors: Mentors,
        vocabulary: Callable[[], Vocabulary],
        staffed: Staffed,
        texts: Texts | None = None,
    ) -> None:
        self._mentors, self._vocabulary, self._staffed = mentors, vocabulary, staffed
        self._texts = texts or Texts.read(Path(__file__).with_name("mentor_guide.yml"))

    async def receive(self, message: UserMessage, payload: str | None, stored: Stored) -> Received:
        """Nothing is taken here: a request is a call back, which the reception sees to."""
        return Received(None, stored.state)

    async def carry_out(self, message: UserMessage, received: Received, stored: Stored) -> Received:
        """The mentors in place of the sentence that there are none."""
        reply = received.reply
        assert reply is not None
        effect = reply.effect("find_mentor")
        mentors = await self._mentors.active() if effect is not None else []
        if effect is None or not mentors:
            return received
        wanted = Wanted(**{kind: _ids(effect.data.get(kind, "")) for kind in KINDS})
        if not wanted.kinds:
            return replace(received, reply=self._ask_field(reply, mentors))
        found = suitable(mentors, wanted)
        if not found:
            return replace(received, reply=self._none(reply, mentors, wanted))
        reply = await self._show(reply, found, wanted)
        return replace(received, reply=reply)

    async def _show(self, reply: Reply, found: list[Match], wanted: Wanted) -> Reply:
        language = reply.language
        staffed = await self._staffed()
        key = "nearest" if found[0].unmet else "found"
        parts = [Part(text=self._text(key, language, wanted=self._named(wanted, language)))]
        parts += [
            Part(text=self._entry(number, match, language))
            for number, match in enumerate(found, start=1)
        ]
        parts.append(Part(text=self._text("how" if staffed else "no_desk", language)))
        asking = tuple(
            (
                self._text("ask_for", language, name=self._name(match.mentor, language)),
                f"{CALL_BACK} {ABOUT}{match.mentor.id}",
            )
            for match in found
            if staffed
        )
        return replace(reply, outcome="result", parts=tuple(parts), choices=asking)

    def _ask_field(self, reply: Reply, mentors: list[Mentor]) -> Reply:
        """Nothing says yet what for."""
        text = self._text("which_field", reply.language, count=len(mentors))
        fields = self._fields(mentors, reply.language)
        return replace(reply, outcome="choices", parts=(Part(text=text),), choices=fields)

    def _none(self, reply: Reply, mentors: list[Mentor], wanted: Wanted) -> Reply:
        """An honest no, the fields that there are, and the provision behind it."""
        language = reply.language
        text = self._text("none", language, wanted=self._named(wanted, language))
        cards = tuple(part for part in reply.parts if part.card is not None)
        choices = (*self._fields(mentors, language), *reply.choices)
        return replace(reply, parts=(Part(text=text), *cards), choices=choices)

    def _fields(self, mentors: list[Mentor], language: Language) -> tuple[tuple[str, str], ...]:
        """The fields of the library to choose from, those with most mentors first."""
        all_fields = [field for mentor in mentors for field in mentor.fields]
        most = sorted(dict.fromkeys(all_fields), key=lambda field: -all_fields.count(field))
        names = self._vocabulary().names("fields", most[:_MOST_FIELDS], language)
        payloads = (f'/find_mentor{{"fields":"{field}"}}' for field in most)
        return tuple(zip(names, payloads, strict=False))

    def _entry(self, number: int, match: Match, language: Language) -> str:
        mentor = match.mentor
        lines = [f"{number}. {self._name(mentor, language)}"]
        lines += [
            self._text(kind, language, words=self._words(kind, mentor.of(kind), language))
            for kind in KINDS
        ]
        lines.append(self._text("times", language, words=mentor.times))
        met = [
            self._text(f"met_{kind}", language, words=self._words(kind, ids, language))
            for kind, ids in match.met
        ]
        unmet = [self._text(f"unmet_{kind}", language) for kind in match.unmet]
        between = "; " if language == "en" else "；"
        lines.append(self._text("why", language, reasons=between.join([*met, *unmet])))
        return "\n".join(lines)

    def _name(self, mentor: Mentor, language: Language) -> str:
        return self._text("demo", language, name=mentor.name) if mentor.demo else mentor.name

    def _named(self, wanted: Wanted, language: Language) -> str:
        """What was asked for, in words."""
        between = ", " if language == "en" else "、"
        return between.join(self._words(kind, wanted.of(kind), language) for kind in wanted.kinds)

    def _words(self, kind: Kind, ids: tuple[str, ...], language: Language) -> str:
        between = ", " if language == "en" else "、"
        return between.join(self._vocabulary().names(kind, ids, language))

    def _text(self, key: str, language: Language, **gaps: str | int) -> str:
        return self._texts.of(key, language, **gaps)


def _ids(written: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, written.split(","))))
