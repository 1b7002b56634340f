"""Notices wait for staff, and stand on cards and pages only when they were accepted."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bot.commands.news import propose
from bot.secretary.differences import differences
from bot.secretary.feed import FeedEntry
from bot.secretary.news import Bulletin, Proposed
from bot.secretary.snapshot import snapshot
from bot.settings import PROJECT
from bot.store.audit import SqlAudit
from bot.store.news import SqlNews
from bot.store.sql import SqlStore
from bot.texts import Texts
from knowledge.card import Card
from knowledge.card_text import text_of
from knowledge.cards import make_card
from knowledge.live import LIBRARY, Content
from tests.desk.conftest import Clock, DeskApp, SignedIn

LINK = "https://news.example/1"


def notice(number: int = 1, **values: str) -> FeedEntry:
    given = {
        "guid": f"g{number}",
        "link": f"https://news.example/{number}",
        "title": "创投企业抵扣新办法",
        "summary": "摘要",
        "published": "2026-11-28",
        "publisher": "市税务局",
    }
    return FeedEntry(**{**given, **values})


@pytest.fixture(autouse=True)
def no_news_afterwards(content: Content) -> Iterator[None]:
    yield
    LIBRARY.show_news(())


@pytest.fixture
async def news(desk_app: DeskApp) -> SqlNews:
    """With one notice that waits."""
    news = SqlNews(desk_app.store, desk_app.clock)
    await news.add([Proposed(notice(), ("sz-2016/6.2",))])
    return news


def card(language: str = "zh-Hans") -> Card:
    knowledge = LIBRARY.content.knowledge
    return make_card(knowledge, knowledge.provisions["sz-2016/6.2"], language)  # type: ignore[arg-type]


def said(location: str) -> str:
    found = re.search(r"said=(\w+)", location)
    assert found, location
    return found[1]


@pytest.mark.parametrize("again", [{}, {"guid": "other"}, {"link": "https://news.example/9"}])
async def test_what_is_known_by_id_or_link_is_not_taken_twice(
    both_stores: SqlStore, again: dict[str, str]
) -> None:
    news = SqlNews(both_stores, Clock())
    assert await news.add([Proposed(notice(), ()), Proposed(notice(2), ())]) == 2
    *_, item = await news.listed("open", 9)
    await news.decide(item.id, "dropped", 1)

    assert await news.add([Proposed(notice(**again), ()), Proposed(notice(3), ())]) == 1


async def test_what_waits_or_was_dropped_is_on_no_card(
    news: SqlNews, desk_app: DeskApp, signed_in: SignedIn
) -> None:
    await Bulletin(news, LIBRARY.show_news).refresh()
    assert card().news == ()
    supervisor = await signed_in("supervisor")
    page = (await supervisor.get("/desk/news")).text
    assert "创投企业抵扣新办法" in page
    assert 'value="6.2"' in page

    answer = await supervisor.send_form("/desk/news/1/drop", show="open")

    assert said(answer.headers["location"]) == "dropped"
    assert card().news == ()
    assert "创投企业抵扣新办法" not in (await supervisor.get("/desk/news")).text
    assert "创投企业抵扣新办法" in (await supervisor.get("/desk/news?show=dropped")).text


async def test_an_accepted_one_is_on_cards_pages_and_in_the_trail_at_once(
    news: SqlNews, desk_app: DeskApp, signed_in: SignedIn
) -> None:
    before = LIBRARY.content.knowledge
    supervisor = await signed_in("supervisor")
    fields = {"title": "抵扣<b>新</b>办法", "summary": "", "provisions": "6.2, 15.1"}

    answer = await supervisor.send_form("/desk/news/1/accept", **fields)

    assert said(answer.headers["location"]) == "accepted"
    line = "• 2026-11-28 抵扣新办法（市税务局） https://news.example/1"
    assert f"【相关消息（工作人员选入，不是政策原文）】\n{line}" in text_of(card())
    assert "【News (chosen by staff; not part of the policy)】" in text_of(card("en"))
    assert card().quote == make_card(before, before.provisions["sz-2016/6.2"], "zh-Hans").quote
    for page in ("/zh-Hans/measures/6", "/zh-Hans/measures/15"):
        shown = (await supervisor.get(page)).text
        assert 'href="https://news.example/1"' in shown
        assert "抵扣新办法（市税务局）" in shown
    assert "抵扣新办法" not in (await supervisor.get("/zh-Hans/measures/7")).text
    entries = await SqlAudit(desk_app.store).read(None, None, None, 100, 0)
    assert ("news_accepted", "1") in [(entry.action, entry.about) for entry in entries]
    texts = Texts.read(PROJECT / "bot" / "secretary" / "digest.yml")
    told = differences(snapshot(before), snapshot(LIBRARY.content.knowledge), "en", texts)
    assert {each.provision for each in told} == {"sz-2016/6.2", "sz-2016/15.1"}
    assert told[0].what == "news: 2026-11-28 抵扣新办法 https://news.example/1"


async def test_it_can_be_changed_and_taken_back(news: SqlNews, signed_in: SignedIn) -> None:
    supervisor = await signed_in("supervisor")
    await supervisor.send_form("/desk/news/1/accept", title="一", provisions="6.2")
    await supervisor.send_form("/desk/news/1/accept", title="二", provisions="6.2", show="accepted")
    assert [link.title for link in card().news] == ["二（市税务局）"]

    await supervisor.send_form("/desk/news/1/drop", show="accepted")

    assert card().news == ()
    assert "+" not in LIBRARY.content.knowledge.version


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"title": "一", "provisions": ""}, "no_provision"),
        ({"title": "一", "provisions": "6.2 99.9"}, "unknown"),
        ({"title": " ", "provisions": "6.2"}, "no_title"),
    ],
)
async def test_what_cannot_be_accepted_says_why(
    news: SqlNews, signed_in: SignedIn, fields: dict[str, str], why: str
) -> None:
    supervisor = await signed_in("supervisor")

    answer = await supervisor.send_form("/desk/news/1/accept", **fields)

    assert said(answer.headers["location"]) == why
    assert await news.accepted() == ()
    assert 'role="alert"' in (await supervisor.get(answer.headers["location"])).text


async def test_a_notice_that_is_not_there_changes_nothing(
    news: SqlNews, signed_in: SignedIn
) -> None:
    supervisor = await signed_in("supervisor")

    answer = await supervisor.send_form("/desk/news/9/accept", title="一", provisions="6.2")

    assert said(answer.headers["location"]) == "gone"


async def test_a_clerk_sees_them_and_decides_nothing(news: SqlNews, signed_in: SignedIn) -> None:
    clerk = await signed_in("clerk")

    page = (await clerk.get("/desk/news")).text
    answer = await clerk.send_form("/desk/news/1/accept", title="一", provisions="6.2")

    assert "创投企业抵扣新办法" in page
    assert "/desk/news/1/drop" not in page
    assert answer.status_code == 403
    assert await news.accepted() == ()


async def test_a_reload_keeps_the_notices_and_a_card_kept_before_them_is_still_read(
    news: SqlNews, signed_in: SignedIn
) -> None:
    old = card().json
    supervisor = await signed_in("supervisor")
    await supervisor.send_form("/desk/news/1/accept", title="一", provisions="6.2")

    without = {key: value for key, value in old.items() if key != "news"}
    assert Card.from_json(without).news == ()
    assert LIBRARY.content.card(
        LIBRARY.content.knowledge.provisions["sz-2016/6.2"], "en", "answer", None
    ).count(LINK)


def test_the_search_proposes_what_a_notice_is_about(content: Content) -> None:
    found = propose(content, notice(title="创业投资企业投资抵扣应纳税所得额的公告"))
    nothing = propose(content, notice(title="天气预报：明天有雨", summary=""))

    assert found[0] == "sz-2016/6.2"
    assert nothing == ()
