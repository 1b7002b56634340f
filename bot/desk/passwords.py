"""Passwords: what they must be, and how they are kept (argon2id)."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 256
# Few different characters, or all in a row: "aaaaaaaaaaaa", "123412341234".
_FEWEST_DIFFERENT = 5
_SILLY = (
    "1234567890",
    "0987654321",
    "abcdefghij",
    "qwertyuiop",
    "1qaz2wsx",
    "password",
    "passw0rd",
    "iloveyou",
    "chuangwen",
    "shenzhen",
    "administrator",
    "letmein",
    "welcome",
)

_Result = TypeVar("_Result")


class BadPassword(ValueError):
    """A password that is not taken; `why` is the key of the sentence that says why."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class Passwords:
    """Hashes and checks in threads of its own: each takes some 50 ms and 64 MB.

    Two at a time, so that a flood of tries to sign in takes neither the memory nor the threads
    that answers need.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="passwords")

    async def hash(self, password: str) -> str:
        return await self._run(self._hasher.hash, _plain(password))

    async def is_right(self, kept: str, password: str) -> bool:
        """Whether it is the one that is kept. With none kept it takes as long, and is not."""
        return await self._run(self._verify, kept, _plain(password))

    def is_old(self, kept: str) -> bool:
        """Whether it was hashed with other parameters than are used today."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str, password: str) -> bool:
        nobodys = self._nobodys  # made at the first try, whoever's that is
        try:
            return self._hasher.verify(kept or nobodys, password) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody has this password")

    async def _run(self, work: Callable[..., _Result], *values: str) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *values)


def check(password: str, name: str) -> None:
    """Raises BadPassword for one that others would guess."""
    password = _plain(password)
    bare = "".join(c for c in password.casefold() if c.isalnum())
    if len(password) < SHORTEST:
        raise BadPassword("too_short")
    if len(password) > LONGEST:
        raise BadPassword("too_long")
    bare_name = "".join(c for c in name.casefold() if c.isalnum())
    if bare_name and len(bare.replace(bare_name, "")) < SHORTEST // 2:
        raise BadPassword("has_name")
    if len(set(password)) < _FEWEST_DIFFERENT or _is_silly(bare):
        raise BadPassword("too_easy")


def _is_silly(bare: str) -> bool:
    """Whether little is left of it without the words that everybody tries."""
    for word in _SILLY:
        bare = bare.replace(word, "")
    return len(bare) < SHORTEST // 2


def _plain(password: str) -> str:
    """The same for the same keys, whatever keyboard or system wrote it."""
    return unicodedata.normalize("NFKC", password)
