"""The calls of 微信客服, WeCom's customer service: what came, who has the conversation, answers.

Source: developer.work.weixin.qq.com, path/94670 (messages), 94677 (sending), 94669 (states),
95122 (on an event).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from bot.channels.contracts import TryAgain
from bot.channels.tencent.api import PlatformApi

Owner = Literal["new", "bot", "waiting", "human", "closed"]
# WeCom's states of a conversation, and who has it for us.
OWNERS: dict[int, Owner] = {0: "new", 1: "bot", 2: "waiting", 3: "human", 4: "closed"}
_STATES = {owner: state for state, owner in OWNERS.items()}
_PAGE = 1000  # messages; the most that may be asked for


@dataclass(frozen=True)
class Customer:
    """Somebody who writes to one of the company's customer-service accounts."""

    account: str  # open_kfid
    user: str  # external_userid

    @property
    def conversation(self) -> str:
        return f"wecom:{self.account}:{self.user}"

    @classmethod
    def of(cls, conversation: str) -> Customer:
        _, account, user = conversation.split(":", 2)
        return cls(account, user)


@dataclass(frozen=True)
class Page:
    """Some of what came, in order; it may be empty though there is more."""

    entries: tuple[dict[str, Any], ...]
    cursor: str
    has_more: bool


class CustomerService:
    """One company's customer service. Every call raises TryAgain or PlatformError."""

    def __init__(self, api: PlatformApi) -> None:
        self._api = api

    async def page(self, account: str, cursor: str, token: str) -> Page:
        """What came after the cursor; after the last three days' start where it is empty.

        `token`: of the callback, good for ten minutes; without one few calls are allowed.
        """
        asked: dict[str, Any] = {"open_kfid": account, "limit": _PAGE}
        asked |= {"cursor": cursor} if cursor else {}
        asked |= {"token": token} if token else {}
        answer = await self._api.call("/cgi-bin/kf/sync_msg", asked)
        entries, after = answer.get("msg_list", []), answer.get("next_cursor", cursor)
        if not isinstance(entries, list) or not isinstance(after, str):
            raise TryAgain("sync_msg gave something that is no page")
        return Page(
            tuple(entry for entry in entries if isinstance(entry, dict)),
            after,
            answer.get("has_more") == 1,
        )

    async def owner(self, customer: Customer) -> Owner:
        answer = await self._api.call("/cgi-bin/kf/service_state/get", _to(customer))
        state = answer.get("service_state")
        if not isinstance(state, int) or state not in OWNERS:
            raise TryAgain("service_state/get gave no state that is known")
        return OWNERS[state]

    async def hand_over(self, customer: Customer, to: Owner, servicer: str = "") -> str:
        """The code for a sentence about it, empty where there is none.

        `servicer`: whom it goes to, for "human".
        """
        asked: dict[str, Any] = {**_to(customer), "service_state": _STATES[to]}
        asked |= {"servicer_userid": servicer} if servicer else {}
        answer = await self._api.call("/cgi-bin/kf/service_state/trans", asked)
        return str(answer.get("msg_code") or "")

    async def send(self, customer: Customer, identity: str, text: str) -> None:
        """`identity`: our own id of the message, at most 32 of 0-9 a-z A-Z _ -."""
        await self._api.call(
            "/cgi-bin/kf/send_msg",
            {"touser": customer.user, "open_kfid": customer.account, **_text(identity, text)},
        )

    async def send_on_event(self, code: str, identity: str, text: str) -> None:
        """Once for each code; a greeting within 20 seconds after a customer came in."""
        await self._api.call(
            "/cgi-bin/kf/send_msg_on_event", {"code": code, **_text(identity, text)}
        )


def _to(customer: Customer) -> dict[str, str]:
    return {"open_kfid": customer.account, "external_userid": customer.user}


def _text(identity: str, text: str) -> dict[str, Any]:
    return {"msgid": identity, "msgtype": "text", "text": {"content": text}}
