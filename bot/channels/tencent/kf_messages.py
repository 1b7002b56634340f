"""What sync_msg gives, as messages to answer."""

from __future__ import annotations

import logging
import re
from typing import Any, TypeGuard

from bot.channels.contracts import Received
from bot.channels.tencent.kf_calls import Customer
from bot.message import UserMessage
from knowledge.language import clean, has_words

logger = logging.getLogger(__name__)

_CUSTOMER = 3  # origin; 4 is the system, 5 a person of the company
_ID = re.compile(r"[!-9;-~]{1,64}")  # what can be seen, without the colon of our own ids
_CHOICE = re.compile(r"[0-9]{1,9}-[0-9]{1,9}")
_LATEST = 1e11  # seconds; no time stamp is later
# Why a message that was taken did not arrive.
_FAILED = {
    1: "the account was deleted", 2: "the application is off", 4: "48 hours are over",
    5: "the conversation is closed", 6: "five messages were sent", 10: "the customer refuses",
}  # fmt: skip


def received(entry: dict[str, Any]) -> Received | None:
    """The message of an entry; None where there is nothing to answer, or it cannot be read.

    The address holds `at` (when it was sent), and `welcome` (the code to greet with) or `notice`
    (the key of the sentence to say instead of an answer) where there is one.
    """
    try:
        return _read(entry)
    except Exception as error:
        # Not what Tencent documents. Those behind it must not wait for ever.
        logger.warning(
            "wecom: an entry is left out, msgtype=%s msgid=%s (%s)",
            *(value if _is_id(value := entry.get(name)) else "-" for name in ("msgtype", "msgid")),
            type(error).__name__,
        )
        return None


def _read(entry: dict[str, Any]) -> Received | None:
    event = _part(entry, "event")
    # An event names the customer inside.
    customer = _customer(event if entry.get("msgtype") == "event" else entry)
    identity, at = entry.get("msgid"), entry.get("send_time")
    if entry.get("msgtype") == "event":
        _note(event, customer)
    if customer is None or not _is_id(identity) or not _is_time(at):
        return None
    conversation, address = customer.conversation, {"at": float(at)}
    if event.get("event_type") == "enter_session":
        code = event.get("welcome_code")
        if not code or not isinstance(code, str) or not code.isascii():
            return None  # greeted within 48 hours, or by the company's own words
        topics = UserMessage(conversation, identity, intent="ask_topics", numbered=True)
        return Received(topics, {**address, "welcome": code})
    if entry.get("origin") != _CUSTOMER or entry.get("msgtype") == "event":
        return None
    text, choice = _said(entry)
    message = UserMessage(conversation, identity, text, choice, numbered=True)
    if choice is None and not has_words(text):
        return Received(message, {**address, "notice": "unsupported"})
    return Received(message, address)


def _said(entry: dict[str, Any]) -> tuple[str, str | None]:
    """The words, or the choice of a menu that was tapped."""
    if entry.get("msgtype") != "text":
        return "", None
    content, menu = _part(entry, "text").get("content"), _part(entry, "text").get("menu_id")
    if isinstance(menu, str) and _CHOICE.fullmatch(menu):
        return "", menu
    return (clean(content) if isinstance(content, str) else ""), None


def _customer(part: dict[str, Any]) -> Customer | None:
    account, user = part.get("open_kfid"), part.get("external_userid")
    return Customer(account, user) if _is_id(account) and _is_id(user) else None


def _note(event: dict[str, Any], customer: Customer | None) -> None:
    """Events that only the log wants to know."""
    kind, who = event.get("event_type"), customer.conversation if customer else "-"
    if kind == "msg_send_fail":
        why = _FAILED.get(event.get("fail_type", 0), "the platform does not say why")
        logger.warning("wecom: an answer did not arrive, conversation=%s: %s", who, why)
    elif kind == "session_status_change":
        change = event.get("change_type")
        change = change if isinstance(change, int) else "-"
        logger.info("wecom: conversation=%s changed hands: %s", who, change)


def _part(entry: dict[str, Any], name: str) -> dict[str, Any]:
    part = entry.get(name)
    return part if isinstance(part, dict) else {}


def _is_time(value: object) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and 0 <= value <= _LATEST


def _is_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and _ID.fullmatch(value) is not None
