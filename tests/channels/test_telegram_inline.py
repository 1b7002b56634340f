"""Inline mode: cards for any chat, found for all alike, nothing kept of who asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.channels.contracts import Services
from bot.channels.telegram import TelegramChannel
from bot.settings import Settings
from bot.store.sql import SqlStore
from knowledge.card import Card
from knowledge.cards import make_card
from knowledge.language import Language
from knowledge.live import Content
from knowledge.models import Knowledge
from tests.bot.conftest import FakeAssistant
from tests.channels.conftest import OpenTelegram
from tests.channels.fake_telegram import FakeTelegram, refusal, shown
from tests.channels.telegram_said import person, said

Answer = dict[str, Any]


class Shelf:
    """Finds the first cards for all words but those of the weather."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self.asked: list[tuple[str, Language, int]] = []
        self.gate: Callable[[], Any] = lambda: None

    def find(self, question: str, language: Language, limit: int) -> list[Card]:
        self.asked.append((question, language, limit))
        self.gate()
        if "天气" in question:
            return []
        provisions = list(self._knowledge.provisions.values())[: limit + 3]
        return [make_card(self._knowledge, provision, language) for provision in provisions]


@pytest.fixture
def shelf(knowledge: Knowledge) -> Shelf:
    return Shelf(knowledge)


@pytest.fixture
def services(services: Services, shelf: Shelf) -> Services:
    return replace(services, lookup=shelf.find)


def query(text: str, user: int = 7, identity: str = "900", **more: Any) -> dict[str, Any]:
    return {"id": identity, "from": person(user, **more), "query": text, "offset": ""}


async def answers(bot_api: FakeTelegram, count: int = 1) -> list[Answer]:
    def come() -> list[Answer] | None:
        calls = bot_api.of("answerInlineQuery")
        return calls if len(calls) >= count else None

    found: list[Answer] = await bot_api.until(come)
    return found


async def test_words_find_cards_to_send(
    bot_api: FakeTelegram, telegram: TelegramChannel, shelf: Shelf
) -> None:
    bot_api.push(inline_query=query(" 创新券 "))
    (answer,) = await answers(bot_api)

    assert shelf.asked == [("创新券", "zh-Hans", 5)]
    results = answer["results"]
    assert len(results) == 5
    assert {result["type"] for result in results} == {"article"}
    assert results[0]["id"] == "sz-2016/1.1"
    assert "公平竞争" in results[0]["title"]
    content = results[0]["input_message_content"]
    assert content["parse_mode"] == "HTML"
    assert content["link_preview_options"] == {"is_disabled": True}
    assert "【" not in shown(content["message_text"]).splitlines()[0]
    assert "<blockquote expandable>" in content["message_text"]


async def test_what_is_found_is_the_same_for_all_and_telegram_may_keep_it_a_while(
    bot_api: FakeTelegram, telegram: TelegramChannel
) -> None:
    bot_api.push(inline_query=query("创新券", language_code="en"))
    (answer,) = await answers(bot_api)

    # In the language of the words, whatever that of the Telegram.
    assert "公平竞争" in answer["results"][0]["title"]
    assert answer["is_personal"] is False
    assert 10 <= answer["cache_time"] <= 300


@pytest.mark.parametrize(
    ("words", "language"),
    [("innovation vouchers", "en"), ("減稅", "zh-Hant"), ("减税", "zh-Hans")],
)
async def test_cards_are_in_the_language_of_the_words(
    bot_api: FakeTelegram, telegram: TelegramChannel, shelf: Shelf, words: str, language: str
) -> None:
    bot_api.push(inline_query=query(words))
    await answers(bot_api)

    assert shelf.asked[0][1] == language


async def test_where_nothing_is_found_a_button_leads_to_the_bot(
    bot_api: FakeTelegram, telegram: TelegramChannel
) -> None:
    bot_api.push(inline_query=query("今天天气怎么样"))
    (answer,) = await answers(bot_api)

    assert answer["results"] == []
    assert answer["button"] == {"text": "没找到，点这里直接问我", "start_parameter": "inline"}


@pytest.mark.parametrize("words", ["", "   ", "？！"])
async def test_before_a_word_is_typed_nothing_is_searched(
    bot_api: FakeTelegram, telegram: TelegramChannel, shelf: Shelf, words: str
) -> None:
    bot_api.push(inline_query=query(words, language_code="en"))
    (answer,) = await answers(bot_api)

    assert shelf.asked == []
    assert answer["is_personal"] is True
    assert answer["results"] == []
    assert answer["button"]["start_parameter"] == "inline"


async def test_no_conversation_and_no_turn_comes_of_it(
    bot_api: FakeTelegram,
    telegram: TelegramChannel,
    services: Services,
    fake_assistant: FakeAssistant,
    store: Any,
) -> None:
    bot_api.push(inline_query=query("创新券"))
    await answers(bot_api)

    assert fake_assistant.asked == []
    assert await store.read("telegram:7", "") is None
    assert await services.inbox.unfinished("telegram") == []


async def test_while_somebody_types_only_the_last_words_are_searched(
    bot_api: FakeTelegram, telegram: TelegramChannel, shelf: Shelf
) -> None:
    typed = threading.Event()
    shelf.gate = lambda: typed.wait(5)
    for at, words in enumerate(("创", "创新", "创新券")):
        bot_api.push(inline_query=query(words, identity=f"90{at}"))
    await bot_api.until(lambda: shelf.asked)
    await bot_api.until(lambda: not bot_api.updates)
    typed.set()
    await answers(bot_api, 2)

    assert [asked for asked, *_ in shelf.asked] == ["创", "创新券"]


async def test_a_search_does_not_stop_what_else_is_asked(
    bot_api: FakeTelegram, telegram: TelegramChannel, shelf: Shelf
) -> None:
    found = threading.Event()
    shelf.gate = lambda: found.wait(5)
    bot_api.push(inline_query=query("创新券"))
    bot_api.push(message=said("有什么贷款？"))

    await bot_api.messages(1)
    assert bot_api.of("answerInlineQuery") == []
    found.set()
    await answers(bot_api)


async def test_an_answer_that_comes_too_late_harms_nothing(
    bot_api: FakeTelegram, telegram: TelegramChannel
) -> None:
    late = "Bad Request: query is too old and response timeout expired"
    bot_api.trouble["answerInlineQuery"] = [lambda: refusal(400, late)]
    bot_api.push(inline_query=query("创新券"))
    await answers(bot_api)
    bot_api.push(inline_query=query("减税", identity="901"))

    assert (await answers(bot_api, 2))[1]["results"]


async def test_a_search_that_fails_is_logged_without_the_words(
    bot_api: FakeTelegram, telegram: TelegramChannel, shelf: Shelf, caplog: Any
) -> None:
    def fail() -> None:
        raise RuntimeError("创新券")

    shelf.gate = fail
    bot_api.push(inline_query=query("创新券"))
    await bot_api.until(lambda: "RuntimeError" in caplog.text)

    assert "创新券" not in caplog.text


async def test_nothing_is_remembered_of_who_asked(
    bot_api: FakeTelegram, open_telegram: OpenTelegram
) -> None:
    channel = await open_telegram()
    for user in range(3):
        bot_api.push(inline_query=query("创新券", user=user, identity=f"9{user}"))
    await answers(bot_api, 3)
    await asyncio.sleep(0)

    assert channel._inline._latest == {}


def test_the_app_gives_its_library_to_look_things_up(
    content: Content, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from bot import app

    given: list[Services] = []
    monkeypatch.setattr(app, "open_channels", lambda _, services: given.append(services) or [])
    library: Any = SimpleNamespace(
        configure=lambda *_: None, content=content, show_news=lambda _: None
    )
    settings = Settings(data_dir=tmp_path, secret="x" * 40)

    app.make_app(settings, FakeAssistant(), SqlStore("sqlite://"), library)

    cards = given[0].lookup("innovation vouchers", "en", 5)
    assert (cards[0].provision, cards[0].language) == ("sz-2016/18.1", "en")
