"""The menu below an Official Account's conversations, from YAML."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).resolve().parent.parent / "wechat_menu.yml"
# WeChat's limits; names and keys in bytes of UTF-8.
_MOST_BUTTONS, _MOST_BELOW = 3, 5
_LONGEST_NAME, _LONGEST_NAME_BELOW, _LONGEST_KEY = 16, 60, 128
_KEYS = ("intent:", "text:")


class MenuError(Exception):
    """A mistake in the menu; the message names the button and says what would do."""


def read_menu(path: Path = _FILE) -> dict[str, Any]:
    """The menu as /cgi-bin/menu/create takes it. Raises MenuError."""
    try:
        menu = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise MenuError(f"{path.name}: cannot be read: {type(error).__name__}") from error
    buttons = menu.get("button") if isinstance(menu, dict) else None
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= _MOST_BUTTONS:
        raise MenuError(f"{path.name}: `button` is a list of 1 to {_MOST_BUTTONS} buttons")
    for button in buttons:
        try:
            _check(button, _LONGEST_NAME)
        except MenuError as error:
            raise MenuError(f"{path.name}: {error}") from error
    return {"button": buttons}


def keys(menu: dict[str, Any]) -> frozenset[str]:
    """What tapping its buttons sends."""
    return frozenset(button["key"] for button in _buttons(menu["button"]) if "key" in button)


def _buttons(buttons: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for button in buttons:
        yield button
        yield from button.get("sub_button", [])


def _check(button: Any, longest_name: int) -> None:
    if not isinstance(button, dict) or not isinstance(button.get("name"), str):
        raise MenuError("a button has no name")
    name = button["name"]
    if not 1 <= _bytes(name) <= longest_name:
        raise MenuError(f"{name}: a name has 1 to {longest_name} bytes here, not {_bytes(name)}")
    below = button.get("sub_button")
    if below is not None:
        is_list = isinstance(below, list) and 1 <= len(below) <= _MOST_BELOW
        if not is_list or longest_name == _LONGEST_NAME_BELOW:
            raise MenuError(f"{name}: `sub_button` has 1 to {_MOST_BELOW} buttons, none below them")
        for other in below:
            _check(other, _LONGEST_NAME_BELOW)
    else:
        _check_action(name, button)


def _check_action(name: str, button: dict[str, Any]) -> None:
    """What a tap does."""
    key = button.get("key")
    if button.get("type") == "view":
        if not str(button.get("url", "")).startswith(("http://", "https://")):
            raise MenuError(f"{name}: a button of type view has a url")
    elif button.get("type") != "click":
        raise MenuError(f"{name}: a button has `sub_button`, or the type click or view")
    elif not isinstance(key, str) or not key.startswith(_KEYS) or key in _KEYS:
        raise MenuError(f"{name}: a key is intent:NAME or text:QUESTION, not {key!r}")
    elif _bytes(key) > _LONGEST_KEY:
        raise MenuError(f"{name}: a key has up to {_LONGEST_KEY} bytes, not {_bytes(key)}")


def _bytes(text: str) -> int:
    return len(text.encode("utf-8"))
