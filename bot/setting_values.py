"""How a setting's text is read: every reader names the setting in what it raises."""

from __future__ import annotations

import base64
import ipaddress
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_KEY_BYTES = 32
_SHORTEST_SECRET = 32
_MOST_DAYS = 36_500

Reader = Callable[[str, str], object]  # the setting's text and name


class SettingsError(Exception):
    """A setting cannot be used; the message names it and says what would do."""


def text(value: str, name: str) -> str:
    """As it is."""
    return value


def path(value: str, name: str) -> Path:
    """A file or folder, ~ for the home folder."""
    return Path(value).expanduser().resolve()


def paths(value: str, name: str) -> tuple[Path, ...]:
    """Folders, separated as in PATH."""
    return tuple(Path(part).expanduser() for part in value.split(os.pathsep))


def port(value: str, name: str) -> int:
    """A number from 1 to 65535."""
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise SettingsError(f"{name} is {value!r}; a port is a number from 1 to 65535")
    return int(value)


def days(value: str, name: str) -> int:
    """A number of days from 1."""
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= _MOST_DAYS:
        raise SettingsError(f"{name} is {value!r}; days are a number from 1 to {_MOST_DAYS}")
    return int(value)


def factor(value: str, name: str) -> float:
    """A number from 0."""
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", value, re.ASCII):
        raise SettingsError(f"{name} is {value!r}; a number like 1, 2.5 or 0")
    return float(value)


def networks(value: str, name: str) -> tuple[str, ...]:
    """Addresses and networks, separated by spaces."""
    for part in value.split():
        try:
            ipaddress.ip_network(part)
        except ValueError as error:
            raise SettingsError(
                f"{name}: {part!r} is no address or network like 10.0.0.1 or 10.0.0.0/8"
            ) from error
    return tuple(value.split())


def level(value: str, name: str) -> str:
    """A level of the log."""
    if value.upper() not in LEVELS:
        raise SettingsError(f"{name} is {value!r}; one of {', '.join(LEVELS)}")
    return value.upper()


def secret(value: str, name: str) -> str:
    """A key that is long enough."""
    if len(value) < _SHORTEST_SECRET:
        raise SettingsError(f"{name} is too short; it needs at least {_SHORTEST_SECRET} characters")
    return value


def origin(value: str, name: str) -> str:
    """An address without a path."""
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?", value):
        raise SettingsError(f"{name} is {value!r}; an address like https://faq.example, no path")
    return value.rstrip("/")


def origins(value: str, name: str) -> tuple[str, ...]:
    """Addresses without a path, separated by spaces."""
    return tuple(origin(part, name) for part in value.split())


def hosts(value: str, name: str) -> tuple[str, ...]:
    """Names of hosts, separated by spaces, with a port where it is not the usual one."""
    for part in value.split():
        if not re.fullmatch(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?", part):
            raise SettingsError(f"{name}: {part!r} is no host like stic.sz.gov.cn")
    return tuple(value.lower().split())


def api_base(value: str, name: str) -> str:
    """An http or https address."""
    check_address(name, value, ("https", "http"))
    return value


def contact_key(value: str, name: str) -> str:
    """One or more keys for bot/people/vault.py, separated by spaces."""
    if not all(_is_contact_key(key) for key in value.split()):
        raise SettingsError(f"{name} is no {_KEY_BYTES} bytes in URL-safe base64")
    return value


def new_contact_key() -> str:
    """A random one."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def check_address(name: str, address: str, schemes: tuple[str, ...]) -> SplitResult:
    """An address in its parts; raises SettingsError that does not repeat what may hold a secret."""
    try:
        url = urlsplit(address)
        is_one = bool(url.hostname) and url.port != 0 and not re.search(r"\s", address)
    except ValueError:  # brackets that do not match, a port that is none
        url, is_one = urlsplit(""), False
    if not is_one or url.scheme not in schemes:
        allowed = " or ".join(f"{scheme}://" for scheme in schemes)
        raise SettingsError(f"{name} is no address that begins with {allowed}")
    return url


def _is_contact_key(key: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(key)) == _KEY_BYTES
    except ValueError:
        return False
