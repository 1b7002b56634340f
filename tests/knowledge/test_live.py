"""The content in use: read once, exchanged whole or not at all, and notices beside it."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import knowledge.live
from knowledge.encoder import Encoder
from knowledge.live import Library
from knowledge.models import Notice
from knowledge.reader import ContentError
from knowledge.storage import load
from tests.conftest import CITY
from tests.knowledge.test_mistakes import EDITS, FAIR, replace

NOTICE = Notice("n1", "新规", "", "2021-01-01", "镇办", "https://news.example/1", ("yz-2021/40.1",))


@pytest.fixture
def library(city_copy: Path, encoder: Encoder) -> Library:
    library = Library((city_copy,))
    library.encoder = encoder  # Its own would read the weights again.
    return library


def test_all_who_ask_at_once_get_one_content(library: Library) -> None:
    with ThreadPoolExecutor(4) as pool:
        contents = list(pool.map(lambda _: library.content, range(4)))
    assert all(content is contents[0] for content in contents)


def test_an_unchanged_reload_says_so(library: Library) -> None:
    version = library.content.knowledge.version
    assert library.reload() is False
    assert library.content.knowledge.version == version


def test_a_new_question_is_live_after_a_reload(library: Library, city_copy: Path) -> None:
    old = library.content
    replace(city_copy, FAIR, "    - 竹编摆摊要钱吗", "    - 竹编摆摊要钱吗\n    - 墟日卖糕点使费")
    assert library.content is old
    assert library.reload() is True
    best = library.content.search.find("墟日卖糕点使费").best
    assert best is not None
    assert best.provision == "yz-2021/40.1"


@pytest.mark.parametrize("name", ["unknown unit", "broken YAML", "empty quote"])
def test_broken_content_keeps_the_old(library: Library, city_copy: Path, name: str) -> None:
    old = library.content
    file, text, new, expected = EDITS[name]
    replace(city_copy, file, text, new)
    with pytest.raises(ContentError) as caught:
        library.reload()
    assert any(re.search(expected, mistake) for mistake in caught.value.mistakes)
    assert library.content is old
    replace_all = (CITY / file).read_text(encoding="utf-8")
    (city_copy / file).write_text(replace_all, encoding="utf-8")
    assert library.reload() is False
    assert library.content.knowledge == old.knowledge


def test_content_is_always_of_one_version(library: Library, city_copy: Path) -> None:
    replace(city_copy, FAIR, "    - 竹编摆摊要钱吗", "    - 竹编摆摊收费吗")
    library.reload()
    content = library.content
    assert content.search.version == content.knowledge.version


def test_notices_do_not_wait_for_content_that_is_being_read(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = library.content.knowledge.version
    read, reading, go_on = load, threading.Event(), threading.Event()

    def load_slowly(*roots: Path) -> Any:
        reading.set()
        assert go_on.wait(60)
        return read(*roots)

    monkeypatch.setattr(knowledge.live, "load", load_slowly)
    with ThreadPoolExecutor(2) as pool:
        reloaded = pool.submit(library.reload)
        try:
            assert reading.wait(60)
            # It would wait as long as content is read, and with it the server's loop.
            pool.submit(library.show_news, (NOTICE,)).result(60)
            assert library.content.knowledge.news == (NOTICE,)
        finally:
            go_on.set()
        assert reloaded.result(60) is False
    # What was read meanwhile shows them too.
    assert library.content.knowledge.news == (NOTICE,)
    assert library.content.knowledge.version != version

    library.show_news(())

    assert library.content.knowledge.version == version
