"""A message or an event of WeChat, as something to answer."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace

from bot.channels.contracts import Received
from bot.channels.tencent.xml import BadXml
from bot.message import UserMessage
from knowledge.language import clean, has_words

EVENT = "event:"  # how the ids of events begin, which have none of their own
_PREFIX = "wechat:"
_LONGEST = 100  # characters of an id
# Following the account, again or for the first time, and scanning its code as a follower.
_ARRIVING = ("subscribe", "SCAN")


def user(conversation: str) -> str:
    """The founder's OpenID at this account."""
    return conversation.removeprefix(_PREFIX)


def received(values: dict[str, str], menu: Collection[str]) -> Received | None:
    """What to answer; None where there is nothing. `menu`: the keys of its buttons.

    The address holds `notice`, the key of a sentence to say instead of an answer, or `welcome`.
    Raises BadXml where an id is missing.
    """
    conversation, kind = _PREFIX + _id(values, "FromUserName"), values.get("MsgType", "")
    if kind == "event":
        return _event(conversation, values, menu)
    message = UserMessage(conversation, _id(values, "MsgId"), numbered=True)
    if kind == "text":
        return Received(replace(message, text=clean(values.get("Content", ""))))
    heard = clean(values.get("Recognition", "")) if kind == "voice" else ""
    if has_words(heard):
        return Received(replace(message, text=heard))
    return Received(message, {"notice": "unsupported_voice" if kind == "voice" else "unsupported"})


def _event(conversation: str, values: dict[str, str], menu: Collection[str]) -> Received | None:
    event, key = values.get("Event", ""), values.get("EventKey", "")
    # Only a hash: a key may hold a question's words, and an id is logged.
    which = hashlib.sha256(f"{event}:{key}".encode()).hexdigest()[:16]
    identity = f"{EVENT}{_id(values, 'CreateTime')}:{which}"
    message = UserMessage(conversation, identity, numbered=True)
    if event in _ARRIVING:
        return Received(replace(message, intent="ask_topics"), {"welcome": True})
    if event != "CLICK":
        return None
    if key not in menu:
        return Received(message, {"notice": "old_menu"})
    what, _, detail = key.partition(":")
    if what == "intent":
        return Received(replace(message, intent=detail))
    return Received(replace(message, text=detail))


def _id(values: dict[str, str], name: str) -> str:
    identity = values.get(name, "")
    if not identity.isascii() or not identity.isprintable() or not 1 <= len(identity) <= _LONGEST:
        raise BadXml(f"no {name}")
    return identity
