"""Carries out what a founder wants to follow, and says what is followed and how to stop."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol, cast

from bot.attendant import Received
from bot.message import Part, Reply, UserMessage
from bot.secretary.follow import Follow
from bot.texts import Texts
from bot.turn_store import Stored
from knowledge.language import DEFAULT, LANGUAGES, Language
from knowledge.models import Knowledge

# What an unfollow is about that names none of the things followed.
EVERY, LIST, ASK = "every", "list", "ask"
_UNFOLLOW = "/unfollow"
STOP_ALL = f'{_UNFOLLOW}{{"follow":"every"}}'
_MOST_LISTED = 8  # buttons; who follows more stops them by words or all at once


class Follows(Protocol):
    """Keeps who follows what. Both writes may be made twice."""

    async def of(self, conversation: str) -> list[Follow]:
        """What a conversation follows, first followed first."""

    async def add(self, conversation: str, follow: Follow) -> None: ...

    async def remove(self, conversation: str, follows: Sequence[Follow]) -> None: ...


class Following:
    """An attendant for the effects "follow" and "unfollow"."""

    def __init__(
        self, follows: Follows, knowledge: Callable[[], Knowledge], texts: Texts | None = None
    ) -> None:
        self._follows, self._knowledge = follows, knowledge
        self._texts = texts or Texts.read(Path(__file__).with_name("following.yml"))

    async def receive(self, message: UserMessage, payload: str | None, stored: Stored) -> Received:
        """A tap that stops something works at once, also while a person is waited for.

        Where a person has the conversation it works without a word: they see what was tapped.
        """
        if payload is None or not payload.startswith(_UNFOLLOW):
            return Received(None, stored.state)
        what = json.loads(payload.removeprefix(_UNFOLLOW) or "{}").get("follow", ASK)
        if stored.ownership.owner == "human":
            followed = await self._follows.of(message.conversation)
            await self._follows.remove(message.conversation, _named(what, followed))
            return Received(None, stored.state)
        reply = Reply("status", _language(message, stored), "unfollow", 1.0, (), (), ())
        return Received(await self._unfollow(message.conversation, what, reply), stored.state)

    async def carry_out(self, message: UserMessage, received: Received, stored: Stored) -> Received:
        reply = received.reply
        assert reply is not None
        wanted, unwanted = reply.effect("follow"), reply.effect("unfollow")
        if wanted is not None:
            reply = await self._follow(message.conversation, wanted.data.get("what", ""), reply)
        elif unwanted is not None:
            reply = await self._unfollow(message.conversation, unwanted.data.get("what", ""), reply)
        return replace(received, reply=reply)

    async def _follow(self, conversation: str, key: str, reply: Reply) -> Reply:
        follow, language = Follow.of(key), reply.language
        if follow is None or not follow.exists(self._knowledge()):
            return reply
        await self._follows.add(conversation, follow)
        text = self._text("followed", language, title=self._title(follow, language))
        stop = (self._text("stop", language), _stop(follow))
        return _said(reply, text, (*reply.choices, stop))

    async def _unfollow(self, conversation: str, what: str, reply: Reply) -> Reply:
        language, followed = reply.language, await self._follows.of(conversation)
        named = _named(what, followed)
        if not named and not followed:
            return _said(reply, self._text("nothing", language), reply.choices)
        if not named:
            return self._listed(followed, reply, language)
        await self._follows.remove(conversation, named)
        titles = self._between(language).join(self._title(each, language) for each in named)
        text = self._text("stopped", language, title=titles)
        left = [follow for follow in followed if follow not in named]
        if not left:
            # A tap by mistake is taken back by one.
            again = (self._text("again", language), _go(named[0])) if len(named) == 1 else None
            return _said(reply, text, (again,) if again else ())
        return self._listed(left, reply, language, text)

    def _listed(
        self, followed: list[Follow], reply: Reply, language: Language, before: str = ""
    ) -> Reply:
        """What is followed, each with a button that stops it."""
        titles = [self._title(follow, language) for follow in followed]
        listed = "\n".join(f"• {title}" for title in titles)
        text = self._text("following", language, listed=listed)
        choices = [
            (self._text("stop_one", language, title=title), _stop(follow))
            for title, follow in list(zip(titles, followed, strict=True))[:_MOST_LISTED]
        ]
        if len(followed) > 1:
            choices.append((self._text("stop_all", language), STOP_ALL))
        return _said(reply, f"{before}\n\n{text}" if before else text, tuple(choices))

    def _title(self, follow: Follow, language: Language) -> str:
        return follow.title(self._knowledge(), language, self._text("everything", language))

    @staticmethod
    def _between(language: Language) -> str:
        return "; " if language == "en" else "；"

    def _text(self, key: str, language: Language, **gaps: str | int) -> str:
        return self._texts.of(key, language, **gaps)


def _language(message: UserMessage, stored: Stored) -> Language:
    spoken = message.language or stored.state.get("preferred_language")
    spoken = spoken or stored.state.get("language")
    return cast(Language, spoken) if spoken in LANGUAGES else DEFAULT


def _said(reply: Reply, text: str, choices: tuple[tuple[str, str], ...]) -> Reply:
    return replace(reply, outcome="status", parts=(Part(text=text),), choices=choices)


def _named(what: str, followed: list[Follow]) -> list[Follow]:
    """What is to be stopped, whether it is followed or not: this may run twice."""
    one = Follow.of(what)
    if one is not None:
        return [one]
    return followed if what == EVERY or (what == ASK and len(followed) == 1) else []


def _stop(follow: Follow) -> str:
    return f'{_UNFOLLOW}{{"follow":"{follow.key}"}}'


def _go(follow: Follow) -> str:
    return f'/follow{{"follow":"{follow.key}"}}'
