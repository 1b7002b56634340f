"""Private links to a founder's list: sealed by us, so that nobody can guess or make one."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken


@dataclass(frozen=True)
class ListKey:
    """Which list a link opens. `key` is kept in the conversation's state: once that is gone,
    forgotten or too old, the link opens nothing, even if the conversation begins anew."""

    conversation: str
    key: str


class ListLinks:
    """Makes and reads what stands in the address. It does not show whose conversation it is."""

    def __init__(self, secret: str) -> None:
        digest = hashlib.sha256(f"my list: {secret}".encode()).digest()
        self._seal = Fernet(base64.urlsafe_b64encode(digest))

    @staticmethod
    def new_key() -> str:
        """128 bits that nobody can guess."""
        return secrets.token_urlsafe(16)

    def token(self, named: ListKey) -> str:
        plain = json.dumps([named.conversation, named.key])
        return self._seal.encrypt(plain.encode()).decode().rstrip("=")

    def read(self, token: str) -> ListKey | None:
        """None for anything that is not of our making."""
        try:
            padded = token + "=" * (-len(token) % 4)
            conversation, key = json.loads(self._seal.decrypt(padded.encode()))
        except (InvalidToken, ValueError):
            return None
        return ListKey(conversation, key)
