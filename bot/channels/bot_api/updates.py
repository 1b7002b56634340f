"""What an update asks of us: a message and where its answer goes, or nothing. Pure."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telegram import Bot, CallbackQuery, Chat, Message, MessageEntity, Update, User
from telegram.constants import ChatType

from bot.channels.contracts import Received
from bot.message import UserMessage
from knowledge.language import DEFAULT, Language, clean

logger = logging.getLogger(__name__)

# What Telegram is asked for; edited messages, channel posts and the rest it never sends.
WANTED = (Update.MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY)
# Commands that ask the assistant for something, and those that the channel answers itself, with
# a sentence of texts.yml.
ASKING = {
    "start": "ask_topics",
    "topics": "ask_topics",
    "language": "switch_language",
    "human": "ask_human",
}
FORGOTTEN = "telegram_forgotten"
TELLING = {"help": "telegram_help", "privacy": "telegram_privacy", "forget": FORGOTTEN}
_COMMAND = re.compile(r"/(\w+)(?:@(\w+))?", re.ASCII)
_AROUND_A_NAME = " \t\n,，:：、"
# Write in Telegram's name for a group's administrators who do not want to be seen, or a channel.
_SPEAK_FOR_OTHERS = (1087968824, 136817688)


@dataclass(frozen=True)
class _Written:
    """What somebody wrote to us. `command`: the name of one of ours, or of none."""

    text: str = ""
    command: str | None = None


def parse(data: Any, bot: Bot | None = None) -> Update | None:
    """An update from its JSON; None where it is none.

    One that PTB cannot read becomes an empty one: asked for again it would come for ever.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("update_id"), int):
        return None
    try:
        return Update.de_json(dict(data), bot)
    except Exception as error:
        logger.warning(
            "telegram: update %d cannot be read (%s)", data["update_id"], type(error).__name__
        )
        return Update(data["update_id"])


def read(update: Update, me: User) -> Received | None:
    """What is to be answered; None where the update is not for us."""
    if update.callback_query is not None:
        return _tapped(update.update_id, update.callback_query)
    message = update.message
    if message is None or message.from_user is None or not _may_ask(message, me):
        return None
    written = _written(message, me)
    if written is None:
        return None
    conversation = conversation_of(message.chat, message.from_user)
    address = _address(message.chat, message.from_user, message)
    # The pictures of an album come as messages of their own, and are answered once.
    album = message.media_group_id
    identity = clean(f"album:{album}") if album else str(update.update_id)
    if written.command is not None:
        name = written.command
        if name in ASKING:
            asked = UserMessage(conversation, identity, intent=ASKING[name])
            return Received(asked, {**address, **({"welcome": True} if name == "start" else {})})
        notice = TELLING.get(name, TELLING["help"])
        return Received(UserMessage(conversation, identity), {**address, "notice": notice})
    if text := clean(written.text):
        return Received(UserMessage(conversation, identity, text), address)
    if message.effective_attachment is None or is_group(message.chat):
        return None  # somebody joined, a message was pinned, …
    return Received(UserMessage(conversation, identity), {**address, "notice": "unsupported"})


def is_for(query: CallbackQuery, user: User) -> bool:
    """Whether somebody may tap a button: in a group, only who asked."""
    owner = (query.data or "").partition("@")[2]
    return owner in ("", str(user.id))


def is_group(chat: Chat) -> bool:
    """Whether several people talk there."""
    return chat.type in (ChatType.GROUP, ChatType.SUPERGROUP)


def conversation_of(chat: Chat, user: User) -> str:
    """In a group everybody has a conversation of their own."""
    return f"telegram:{chat.id}:{user.id}" if is_group(chat) else f"telegram:{chat.id}"


def address_of(conversation: str, thread: int | None = None) -> dict[str, Any]:
    """Where what nobody asked for goes, from what `conversation_of` made."""
    _, chat, *owner = conversation.split(":")
    address: dict[str, Any] = {"chat": int(chat)}
    if owner:
        address["owner"] = int(owner[0])
    return {**address, "thread": thread} if thread is not None else address


def language_of(user: User | None) -> Language:
    """The language of somebody's Telegram, for who has not said a word yet."""
    code = ((user.language_code if user is not None else None) or DEFAULT).lower()
    if re.match(r"yue|zh.*(hant|tw|hk|mo)", code):
        return "zh-Hant"
    return "zh-Hans" if code.startswith("zh") else "en"


def _tapped(update_id: int, query: CallbackQuery) -> Received | None:
    message = query.message
    if message is None:  # a message sent through inline mode: ours have no buttons
        return None
    if not is_for(query, query.from_user):
        return None
    choice = clean((query.data or "").partition("@")[0])
    conversation = conversation_of(message.chat, query.from_user)
    known = message if isinstance(message, Message) else None  # else too old for Telegram
    address = _address(message.chat, query.from_user, known)
    return Received(UserMessage(conversation, str(update_id), choice=choice), address)


def _address(chat: Chat, user: User, message: Message | None) -> dict[str, Any]:
    """Where the answer goes, as plain data."""
    address: dict[str, Any] = {"chat": chat.id}
    if is_group(chat):
        address["owner"] = user.id
        if message is not None:
            address["reply_to"] = message.message_id
            if message.is_topic_message and message.message_thread_id is not None:
                address["thread"] = message.message_thread_id
    return address


def _may_ask(message: Message, me: User) -> bool:
    assert message.from_user is not None
    if message.chat.type not in (ChatType.PRIVATE, ChatType.GROUP, ChatType.SUPERGROUP):
        return False
    if message.via_bot is not None and message.via_bot.id == me.id:
        return False  # a card of ours that somebody sent through inline mode
    # Two bots would talk to each other for ever.
    is_program = message.from_user.is_bot and message.from_user.id not in _SPEAK_FOR_OTHERS
    return not is_program and not message.is_automatic_forward


def _written(message: Message, me: User) -> _Written | None:
    """The words; None where a group talks and does not mean us."""
    text = message.text or message.caption or ""
    entities = message.entities or message.caption_entities
    starts = any(e.type == MessageEntity.BOT_COMMAND and e.offset == 0 for e in entities)
    command = _COMMAND.match(text) if starts else None
    name, of = (command[1].lower(), command[2]) if command else (None, None)
    if of is not None and not _is_me(of, me):
        return None
    if not is_group(message.chat):
        return _Written(text.strip(), name)
    words = _without_mentions(text, entities, me)
    mentioned, words = words != text, words.strip(_AROUND_A_NAME)
    replied = message.reply_to_message
    to_me = replied is not None and replied.from_user is not None and replied.from_user.id == me.id
    if not (of or mentioned or to_me):
        return None
    # "@bot" and nothing else asks what we are for.
    return _Written(words, "help" if mentioned and not words else name)


def _without_mentions(text: str, entities: Any, me: User) -> str:
    """The text without our name. Telegram counts in UTF-16 code units."""
    units = text.encode("utf-16-le", "surrogatepass")
    for entity in sorted(entities, key=lambda e: e.offset, reverse=True):
        start, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
        name = units[start:end].decode("utf-16-le", "ignore")
        if entity.type == MessageEntity.MENTION and _is_me(name.removeprefix("@"), me):
            units = units[:start] + units[end:]
    return units.decode("utf-16-le", "ignore")


def _is_me(name: str, me: User) -> bool:
    return me.username is not None and name.casefold() == me.username.casefold()
