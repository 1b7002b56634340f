"""Reading YAML content: typed access that notes every mistake with its file, item and key."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from knowledge.language import LANGUAGES, to_hong_kong
from knowledge.text import Text


class ContentError(Exception):
    """The content has mistakes; `mistakes` names each with its file, item, key and a way out."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        super().__init__(f"{len(mistakes)} mistake(s) in the content:\n" + "\n".join(mistakes))


class _Loader(yaml.CSafeLoader):
    """Safe YAML that refuses a key written twice, which YAML itself lets pass silently."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                line = node.value[number][0].start_mark.line + 1
                raise yaml.YAMLError(f"line {line}: the key {key!r} stands twice")
        return dict(super().construct_mapping(node, deep=deep))


def suggest(wrong: str, known: Iterable[str]) -> str:
    """(did you mean 'x'?)" where something close is known, else nothing."""
    close = get_close_matches(wrong, [str(name) for name in known], n=1, cutoff=0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""


class Mistakes:
    """Collects every mistake of one load; also holds the Traditional overrides."""

    def __init__(self, traditional: dict[str, str] | None = None) -> None:
        self.found: list[str] = []
        self.traditional = traditional or {}

    def add(self, where: str, what: str) -> None:
        self.found.append(f"{where}: {what}")

    def read(self, path: Path, shown: str) -> Item:
        """The mapping in a YAML file; an empty one, with a mistake noted, if it has none."""
        try:
            data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
        except FileNotFoundError:
            self.add(shown, "the file is missing")
            return Item(self, shown, {}, unreadable=True)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            self.add(shown, f"not readable as YAML: {' '.join(str(error).split())}")
            return Item(self, shown, {}, unreadable=True)
        if not isinstance(data, dict):
            self.add(shown, f"must be a mapping, is {type(data).__name__}")
            return Item(self, shown, {}, unreadable=True)
        return Item(self, shown, data)


class Item:
    """One mapping of a YAML file; every getter checks, notes a mistake and goes on."""

    def __init__(
        self, mistakes: Mistakes, where: str, data: dict[str, Any], unreadable: bool = False
    ) -> None:
        self.mistakes, self.where, self.data = mistakes, where, data
        self._unreadable = unreadable  # that is the mistake; what is missing in it is none
        self._read: set[str] = set()

    def wrong(self, what: str) -> None:
        if not self._unreadable:
            self.mistakes.add(self.where, what)

    def _get(self, key: str, kind: type | tuple[type, ...], empty: Any, needed: bool) -> Any:
        self._read.add(key)
        value = self.data.get(key)
        if value is None:
            if needed:
                close = suggest(key, self.data.keys() - self._read)
                self.wrong(f"{key}: is missing{close}")
            return empty
        if not isinstance(value, kind):
            self.wrong(f"{key}: {value!r} is of the wrong kind")
            return empty
        return value

    def string(self, key: str, needed: bool = True) -> str:
        value = self._get(key, (str, datetime.date), "", needed)
        if isinstance(value, datetime.date):
            return value.isoformat()
        if needed and key in self.data and isinstance(value, str) and not value.strip():
            self.wrong(f"{key}: is empty")
        return str(value)

    def optional(self, key: str) -> str | None:
        return self.string(key, needed=False) or None

    def number(self, key: str) -> int:
        return int(self._get(key, int, 0, True))

    def flag(self, key: str, default: bool = False) -> bool:
        return bool(self._get(key, bool, default, False))

    def strings(self, key: str, needed: bool = True) -> tuple[str, ...]:
        values = self._get(key, list, [], needed)
        if not all(isinstance(value, str) for value in values):
            self.wrong(f"{key}: every entry must be a text; put quotes around numbers and dates")
            return ()
        return tuple(values)

    def numbers(self, key: str) -> tuple[int, ...]:
        values = self._get(key, list, [], True)
        if not all(isinstance(value, int) for value in values):
            self.wrong(f"{key}: every entry must be a number")
            return ()
        return tuple(values)

    def one_of(self, key: str, allowed: Iterable[str]) -> str:
        value = self.string(key)
        if value and value not in allowed:
            self.wrong(
                f"{key}: unknown {key} {value!r}{suggest(value, allowed)}; "
                f"one of {', '.join(allowed)}"
            )
        return value

    def known(
        self,
        key: str,
        known: Iterable[str],
        needed: bool = True,
        called: Mapping[str, str] | None = None,
    ) -> tuple[str, ...]:
        """A list of ids, each of which must be known.

        `called`: other words for an id, which is suggested for them.
        """
        names, values, called = set(known), self.strings(key, needed), called or {}
        for value in values:
            if value not in names:
                hint = suggest(value, names | called.keys())
                for word, identity in called.items():
                    if hint == suggest(word, [word]):
                        hint = suggest(identity, [identity])
                self.wrong(f"{key}: unknown {key.removesuffix('s')} {value!r}{hint}")
        return tuple(value for value in values if value in names)

    def text(self, key: str, needed: bool = True) -> Text:
        """A text in every language; Traditional is made from Simplified unless it is given."""
        value = self._get(key, dict, {}, needed)
        if not value and not needed:
            return Text()
        for language in ("zh-Hans", "en"):
            if (needed or value) and not str(value.get(language) or "").strip():
                self.wrong(f"{key}: the language {language} is missing")
        for language in value:
            if language not in LANGUAGES:
                hint = suggest(str(language), LANGUAGES)
                self.wrong(f"{key}: unknown language {language!r}{hint}")
        simplified = str(value.get("zh-Hans") or "").strip()
        return Text(
            {
                "zh-Hans": simplified,
                "zh-Hant": str(value.get("zh-Hant") or "") or self.traditional(simplified),
                "en": str(value.get("en") or "").strip(),
            }
        )

    def traditional(self, simplified: str) -> str:
        text = to_hong_kong(simplified)
        for wrong, right in self.mistakes.traditional.items():
            text = text.replace(wrong, right)
        return text

    def items(self, key: str, needed: bool = True, name: str = "id") -> Iterator[Item]:
        """The mappings of a list, each named by its `name` in messages."""
        for number, entry in enumerate(self._get(key, list, [], needed), start=1):
            if not isinstance(entry, dict):
                self.wrong(f"{key}: entry {number} must be a mapping")
                continue
            label = entry.get(name) or f"{key} {number}"
            yield Item(self.mistakes, f"{self.where}: {label}", entry)

    def done(self) -> None:
        """Note every key that nothing reads, which is nearly always a misspelling."""
        for key in self.data.keys() - self._read:
            self.wrong(f"unknown key {key!r}{suggest(str(key), self._read)}")
