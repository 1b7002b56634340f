"""Passwords: which are taken, how they are kept."""

from __future__ import annotations

from typing import Literal

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from argon2.profiles import RFC_9106_LOW_MEMORY

from bot.desk.passwords import BadPassword, Passwords, check
from tests.desk.conftest import PASSWORD, QUICK


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "too_short"),
        ("eleven char", "too_short"),
        ("x" * 257, "too_long"),
        ("aaaaaaaaaaaa", "too_easy"),
        ("121212121212", "too_easy"),
        ("password1234", "too_easy"),
        ("Passw0rd!!!!!", "too_easy"),
        ("qwertyuiop12", "too_easy"),
        ("123456789012", "too_easy"),
        ("ShenZhen-2016", "too_easy"),
        ("wang xiaoming", "has_name"),
        ("Wang.Xiaoming1", "has_name"),
    ],
)
def test_what_others_would_guess_is_refused_with_the_reason(password: str, why: str) -> None:
    with pytest.raises(BadPassword) as refused:
        check(password, "wang xiaoming")
    assert refused.value.why == why


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "十二个字够不够长呢我看够了",
        "xK9$mP2@vL5q",
        "wang xiaoming grows tomatoes",
        "x y z " * 40 + "ab",
    ],
)
def test_long_and_unlike_is_all_that_is_asked(password: str) -> None:
    check(password, "wang xiaoming")


async def test_what_is_kept_is_argon2id_with_the_librarys_own_parameters() -> None:
    passwords = Passwords()
    kept = await passwords.hash(PASSWORD)

    used = extract_parameters(kept)
    assert used.type is Type.ID
    assert used == RFC_9106_LOW_MEMORY
    assert PASSWORD not in kept
    assert await passwords.is_right(kept, PASSWORD)
    assert not await passwords.is_right(kept, PASSWORD + " ")


async def test_the_same_keys_are_the_same_password_on_every_system() -> None:
    passwords = Passwords(QUICK)
    kept = await passwords.hash("café au lait, trois")

    assert await passwords.is_right(kept, "cafe\u0301 au lait, trois")


async def test_nothing_kept_and_what_is_no_hash_are_never_right() -> None:
    passwords = Passwords(QUICK)

    assert not await passwords.is_right("", "")
    assert not await passwords.is_right("", "nobody has this password")
    assert not await passwords.is_right("no hash", PASSWORD)


class Watched(PasswordHasher):
    """Notes what it is asked, each of which takes the time that its parameters say."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.work: list[str] = []

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.work.append("hash")
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.work.append(f"verify {extract_parameters(str(hash))}")
        return super().verify(hash, password)


async def test_with_no_password_kept_the_same_work_is_done_as_for_a_wrong_one() -> None:
    kept = await Passwords(QUICK).hash(PASSWORD)
    work = []
    for hash in (kept, ""):
        hasher = Watched()
        passwords = Passwords(hasher)
        for _ in range(3):  # from the first try after a start on
            assert not await passwords.is_right(hash, "another one altogether")
        work.append(hasher.work)
    assert work[0] == work[1]
    assert len([each for each in work[0] if each.startswith("verify")]) == 3


async def test_other_parameters_make_a_hash_an_old_one() -> None:
    kept = await Passwords(QUICK).hash(PASSWORD)

    assert Passwords().is_old(kept)
    assert not Passwords(QUICK).is_old(kept)
