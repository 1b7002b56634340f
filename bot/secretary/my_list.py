"""Gives a founder the private link to the list of what fits them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.attendant import Received
from bot.message import Part, UserMessage
from bot.secretary.list_links import ListKey, ListLinks
from bot.texts import Texts
from bot.turn_store import Stored

EFFECT = "my_list"
SLOT = "list_key"  # in the conversation's state


class MyList:
    """An attendant: the list itself is the conversation's profile, and no copy of it is made."""

    def __init__(self, links: ListLinks, public_url: str = "", texts: Texts | None = None) -> None:
        self._links, self._public_url = links, public_url.rstrip("/")
        self._texts = texts or Texts.read(Path(__file__).with_name("my_list.yml"))

    async def receive(self, message: UserMessage, payload: str | None, stored: Stored) -> Received:
        """Nothing: the assistant understands who asks for it."""
        return Received(None, stored.state)

    async def carry_out(self, message: UserMessage, received: Received, stored: Stored) -> Received:
        """The link under the answer; the same list keeps its key, so older links stay good."""
        reply = received.reply
        if reply is None or reply.effect(EFFECT) is None:
            return received
        key = received.state.get(SLOT) or ListLinks.new_key()
        token = self._links.token(ListKey(message.conversation, key))
        address = f"{self._public_url}/{reply.language}/lists/{token}"
        text = self._texts.of("link" if self._public_url else "path", reply.language, link=address)
        reply = replace(reply, parts=(Part(text=text), *reply.parts))
        return replace(received, reply=reply, state={**received.state, SLOT: key})
