"""Contact details are encrypted at rest, and readable with the operator's keys alone."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from bot.people.callback import shown
from bot.people.vault import Vault

NUMBER = "138 0013 8000"


def key() -> str:
    return Fernet.generate_key().decode()


def test_what_is_sealed_is_opened_with_the_same_key() -> None:
    keys = key()
    sealed = Vault(keys).seal(NUMBER)

    assert NUMBER not in sealed
    assert "8000" not in sealed
    assert Vault(keys).open(sealed) == NUMBER


def test_the_same_number_is_sealed_differently_each_time() -> None:
    vault = Vault(key())

    assert vault.seal(NUMBER) != vault.seal(NUMBER)


def test_another_key_opens_nothing_and_says_so() -> None:
    assert Vault(key()).open(Vault(key()).seal(NUMBER)) is None


@pytest.mark.parametrize("sealed", ["x", "gAAAAA", NUMBER])
def test_what_was_never_sealed_is_not_opened(sealed: str) -> None:
    assert Vault(key()).open(sealed) is None


def test_one_changed_sign_is_noticed() -> None:
    vault = Vault(key())
    sealed = vault.seal(NUMBER)
    at = len(sealed) // 2
    forged = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]

    assert vault.open(forged) is None


def test_nothing_stays_nothing() -> None:
    vault = Vault(key())

    assert vault.seal("") == ""
    assert vault.open("") == ""


def test_after_a_change_of_keys_both_are_read_and_the_first_writes() -> None:
    old, new = key(), key()
    both = Vault(new, old)

    assert both.open(Vault(old).seal(NUMBER)) == NUMBER
    assert Vault(new).open(both.seal(NUMBER)) == NUMBER
    assert Vault(old).open(both.seal(NUMBER)) is None


@pytest.mark.parametrize("wrong", ["", "short", "x" * 44, "x" * 100])
def test_what_is_no_key_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Vault(wrong)


@pytest.mark.parametrize(
    ("contact", "screen"),
    [
        (NUMBER, "***8000"),
        ("(0755) 8200 1234", "***1234"),
        ("my.name@mail.example.com", "***@mail.example.com"),
        ("", ""),
    ],
)
def test_a_screen_shows_no_more_of_a_contact_than_tells_two_apart(
    contact: str, screen: str
) -> None:
    assert shown(contact) == screen
