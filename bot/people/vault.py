"""Contact details at rest: encrypted, and readable only with the operator's key."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Vault:
    """Encrypts with the first key; what older keys encrypted can be read too.

    Keys are Fernet's: 32 bytes in URL-safe base64. Raises ValueError for what is none.
    """

    def __init__(self, *keys: str) -> None:
        self._keys = MultiFernet([Fernet(key.encode()) for key in keys])

    def seal(self, text: str) -> str:
        """Nothing for nothing."""
        return self._keys.encrypt(text.encode()).decode() if text else ""

    def open(self, sealed: str) -> str | None:
        """The text; None where the key is lost and nobody can read it any more."""
        if not sealed:
            return ""
        try:
            return self._keys.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None
