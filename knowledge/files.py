"""Reads content files, and lists in them; what is wrong is noted by file and entry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from knowledge.language import LANGUAGES
from knowledge.reader import Item, Mistakes

Entry = TypeVar("Entry")


def by_language(item: Item, key: str) -> tuple[str, ...]:
    """The questions of all languages as one list; the language is in the words themselves."""
    data = item._get(key, dict, {}, True)
    inner = Item(item.mistakes, f"{item.where}: {key}", data)
    found: list[str] = []
    for language in LANGUAGES:
        found += inner.strings(language, needed=language != "zh-Hant")
    inner.done()
    for question in sorted({q for q in found if found.count(q) > 1}):
        inner.wrong(f"the question {question!r} is there twice")
    return tuple(found)


def collect(
    file: Item, key: str, read: Callable[[Item], Entry], into: dict[str, Entry], name: str = "id"
) -> None:
    """The entries of a list into a mapping by their id, or by what is named so; each once."""
    for item in file.items(key, name=name):
        entry = read(item)
        identity = getattr(entry, name)
        if identity in into:
            item.wrong(f"{name}: {identity!r} is there twice")
        into[identity] = entry
        item.done()


def read_list(
    mistakes: Mistakes,
    root: Path,
    path: Path,
    key: str,
    read: Callable[[Item], Entry],
    into: dict[str, Entry],
) -> None:
    """A file that is one list."""
    file = open_file(mistakes, root, path)
    collect(file, key, read, into, name="number" if key == "hotlines" else "id")
    file.done()


def strings_of(mistakes: Mistakes, path: Path, key: str) -> dict[str, str]:
    """A mapping of texts in a file that may be left out."""
    if not path.exists():
        return {}
    data = mistakes.read(path, path.name).data.get(key) or {}
    if not isinstance(data, dict):
        mistakes.add(path.name, f"{key}: must be a mapping, is {type(data).__name__}")
        return {}
    return {str(k): str(v) for k, v in data.items()}


def open_file(mistakes: Mistakes, root: Path, path: Path) -> Item:
    """A file, named in mistakes as it lies in its content folder."""
    return mistakes.read(path, shown(root, path))


def shown(root: Path, path: Path) -> str:
    """A path as mistakes name it."""
    return str(Path(root.name) / path.relative_to(root))


def folders(path: Path) -> list[Path]:
    """The folders in a folder, by name."""
    return sorted(folder for folder in path.glob("*") if folder.is_dir())
