"""The website's pages: which there are, which of each kind is the largest, and the load on them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

from benchmarks.fetch import Fetched
from benchmarks.processes import BenchmarkError, environment, python, run
from bot.settings import PROJECT
from knowledge.language import LANGUAGES

_PATIENCE = 10.0  # seconds
_STARTS_WITHIN = 60.0


def get(host: str, address: str, encoding: str = "identity") -> bytes:
    """The body of an answer, as it is sent. Raises BenchmarkError."""
    request = urllib.request.Request(host + address, headers={"Accept-Encoding": encoding})
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
            return bytes(answer.read())
    except (urllib.error.URLError, OSError) as error:
        raise BenchmarkError(f"{address}: {error}") from error


def addresses(sitemap: str, host: str) -> list[str]:
    """Every page in every language. Raises BenchmarkError where the sitemap names none of `host`:
    then its server does not know CHUANGWEN_PUBLIC_URL."""
    root = ElementTree.fromstring(sitemap)
    named = [node.text or "" for node in root.iter() if node.tag.endswith("}loc")]
    found = [name.removeprefix(host) for name in named if name.startswith(f"{host}/")]
    if not found:
        raise BenchmarkError(f"The sitemap names no page of {host}.")
    return found


def largest_of_each_kind(sizes: Mapping[str, int]) -> list[str]:
    """The address of the largest page of each kind in each language: /en/measures/6 is of the kind
    `measures`, which is not that of /en/measures."""
    largest: dict[tuple[str, ...], str] = {}
    for address in sorted(sizes):
        _, language, kind, *names = address.split("/")
        key = (language, kind, *("" for _ in names))
        if key not in largest or sizes[address] > sizes[largest[key]]:
            largest[key] = address
    return list(largest.values())


def searches(texts: Sequence[str]) -> list[str]:
    """The address of each one's results, in the three languages by turns."""
    turns = zip(cycle(LANGUAGES), texts, strict=False)
    return [f"/{language}/search?{urlencode({'q': text})}" for language, text in turns]


def load(port: int, seconds: float, clients: int, asked: list[str], folder: Path) -> Fetched:
    """Pages in turn, by clients in a process of their own. Raises BenchmarkError."""
    done = run(
        python("-m", "benchmarks.fetch", str(port), str(seconds), str(clients)),
        cwd=PROJECT,
        env=environment(),
        log=folder / "fetch.log",
        limit=seconds + _STARTS_WITHIN,
        given="\n".join(asked),
    )
    return Fetched(**json.loads(done.printed))
