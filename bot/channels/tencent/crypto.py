"""Tencent's signatures and encryption, the same for WeChat and WeCom.

A message is AES-256-CBC over 16 random bytes, its length (4 bytes, big-endian), its text and the
receiver's id, padded to 32 bytes; key and initial vector come from the EncodingAESKey.
Source: developers.weixin.qq.com, "message encryption"; developer.work.weixin.qq.com, path/90968.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import struct
from collections import OrderedDict

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_KEY_CHARACTERS = 43
_RANDOM_BYTES = 16
_BLOCK = 32  # to which Tencent pads; AES itself has 16
_MOST_REMEMBERED = 10_000


class Forged(Exception):
    """A message that did not come from the platform, or not to us."""


def signature(token: str, *parts: str) -> str:
    """What the platform signs a request with: SHA-1 over the sorted parts, in hex."""
    signed = "".join(sorted([token, *parts])).encode()
    return hashlib.sha1(signed).hexdigest()  # noqa: S324 - the platform's choice


def is_signed(token: str, given: str, *parts: str) -> bool:
    """Whether a signature is right, in constant time."""
    return hmac.compare_digest(signature(token, *parts).encode(), given.encode("utf-8", "replace"))


class Crypto:
    """Opens and closes messages. `receiver`: the AppID, or the company's id.

    Raises ValueError for a key that is none.
    """

    def __init__(self, token: str, encoding_aes_key: str, receiver: str) -> None:
        self._token, self._receiver = token, receiver.encode()
        key = _key(encoding_aes_key)
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def signature(self, *parts: str) -> str:
        return signature(self._token, *parts)

    def is_signed(self, given: str, *parts: str) -> bool:
        return is_signed(self._token, given, *parts)

    def decrypt(self, encrypted: str) -> str:
        """The text inside. Raises Forged; check the signature first."""
        try:
            data = base64.b64decode(encrypted, validate=True)
            decryptor = self._cipher.decryptor()
            plain = _unpadded(decryptor.update(data) + decryptor.finalize())
            (length,) = struct.unpack_from(">I", plain, _RANDOM_BYTES)
            end = _RANDOM_BYTES + 4 + length
            text, receiver = plain[_RANDOM_BYTES + 4 : end], plain[end:]
            if len(text) < length or not hmac.compare_digest(receiver, self._receiver):
                raise Forged("encrypted for somebody else")
            return text.decode()
        except (ValueError, struct.error) as error:  # binascii's error is a ValueError
            raise Forged(f"cannot be decrypted: {type(error).__name__}") from error

    def encrypt(
        self, text: str, timestamp: str, nonce: str, random: bytes | None = None
    ) -> dict[str, str]:
        """The signed parts of an encrypted reply. `random` is for vectors that fix it."""
        body = text.encode()
        start = os.urandom(_RANDOM_BYTES) if random is None else random
        plain = _padded(start + struct.pack(">I", len(body)) + body + self._receiver)
        encryptor = self._cipher.encryptor()
        encrypted = base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()
        return {
            "Encrypt": encrypted,
            "MsgSignature": self.signature(timestamp, nonce, encrypted),
            "TimeStamp": timestamp,
            "Nonce": nonce,
        }


class Replays:
    """Refuses requests that are too old, and those that came before within the window."""

    def __init__(self, window: float = 300.0) -> None:
        self._window = window  # seconds, before and after
        self._seen: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    def is_current(self, timestamp: str, now: float) -> bool:
        """Whether a time stamp (seconds) is inside the window."""
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            return False
        return abs(now - int(timestamp)) <= self._window

    def fresh(self, timestamp: str, nonce: str, signature: str, now: float) -> bool:
        """Whether it is current and comes for the first time; remembers it.

        Call it for requests with a right signature alone, or anyone could fill the memory.
        """
        while self._seen and next(iter(self._seen.values())) < now:
            self._seen.popitem(last=False)
        request = (timestamp, nonce, signature)
        if not self.is_current(timestamp, now) or request in self._seen:
            return False
        if len(self._seen) >= _MOST_REMEMBERED:
            self._seen.popitem(last=False)
        # A stamp of the near future stays current for twice the window.
        self._seen[request] = now + 2 * self._window
        return True

    def forget(self, timestamp: str, nonce: str, signature: str) -> None:
        """It was not taken after all, so the same may come again."""
        self._seen.pop((timestamp, nonce, signature), None)


def _key(encoding_aes_key: str) -> bytes:
    if len(encoding_aes_key) != _KEY_CHARACTERS:
        raise ValueError(
            f"an EncodingAESKey has {_KEY_CHARACTERS} characters, not {len(encoding_aes_key)}"
        )
    try:
        return base64.b64decode(encoding_aes_key + "=", validate=True)
    except ValueError as error:
        raise ValueError("an EncodingAESKey has only A-Z, a-z, 0-9") from error


def _padded(data: bytes) -> bytes:
    count = _BLOCK - len(data) % _BLOCK
    return data + bytes([count]) * count


def _unpadded(data: bytes) -> bytes:
    count = data[-1] if data else 0
    if not 1 <= count <= _BLOCK or data[-count:] != bytes([count]) * count:
        raise Forged("wrong padding")
    return data[:-count]
