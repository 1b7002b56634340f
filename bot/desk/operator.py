"""What the operator of the desk sets, read from one YAML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.people.handover import Patience
from bot.people.opening import Opening, OpeningError
from bot.settings import SettingsError
from knowledge.language import LANGUAGES, Language

FILE = Path(__file__).with_name("desk.yml")
_KEYS = (
    "time_zone",
    "hours",
    "closed_on_holidays",
    "closed",
    "call_back_within",
    "patience",
    "canned",
)
_LONGEST = 24 * 60  # minutes


@dataclass(frozen=True)
class Operator:
    """Opening hours and promises, patience, and sentences for clerks' replies."""

    opening: Opening = field(default_factory=Opening)
    patience: Patience = field(default_factory=Patience)
    canned: tuple[dict[Language, str], ...] = ()

    @classmethod
    def read(cls, path: Path = FILE) -> Operator:
        """Raises SettingsError that names the file and what is wrong in it."""
        try:
            data = yaml.safe_load(path.read_text("utf-8")) or {}
            if not isinstance(data, dict):
                raise OpeningError("keys and values, like the one that is shipped")
            unknown = set(data) - set(_KEYS)
            if unknown:
                raise OpeningError(f"unknown key {sorted(map(str, unknown))[0]!r}")
            return cls(Opening.read(data), _patience(data.get("patience") or {}), _canned(data))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, OpeningError) as error:
            raise SettingsError(f"CHUANGWEN_DESK_FILE: {path}: {error}") from error


def _patience(data: Mapping[str, Any]) -> Patience:
    unknown = set(data) - set(vars(Patience()))
    if unknown:
        raise OpeningError(f"patience: unknown key {sorted(map(str, unknown))[0]!r}")
    for name, minutes in data.items():
        if type(minutes) is not int or not 1 <= minutes <= _LONGEST:
            raise OpeningError(f"patience: {name}: minutes from 1 to {_LONGEST}")
    return Patience(**{name: timedelta(minutes=minutes) for name, minutes in data.items()})


def _canned(data: Mapping[str, Any]) -> tuple[dict[Language, str], ...]:
    sentences = data.get("canned") or []
    for sentence in sentences:
        if not isinstance(sentence, dict) or set(sentence) != set(LANGUAGES):
            raise OpeningError(f"canned: each sentence needs {', '.join(LANGUAGES)}")
    return tuple({language: str(text) for language, text in s.items()} for s in sentences)
