"""A founder's own list as a page: private, changed there, the same as in the chat."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.conversation import Conversations
from bot.http import Problem
from bot.message import Turn, UserMessage
from bot.people.ownership import Ownership
from bot.secretary.list_links import ListKey, ListLinks
from bot.site.lists import Lists
from bot.site.pages import Pages
from bot.store.sql import SqlStore
from knowledge.language import LANGUAGES, Language
from knowledge.live import Library
from knowledge.models import Knowledge
from tests.site.conftest import PUBLIC, holding

WHOSE, KEY = "telegram:42", "the-key-of-this-list"
LINKS = ListLinks("a secret")
TOKEN = LINKS.token(ListKey(WHOSE, KEY))
PROFILE = {"facts": {"venture_fund": True}, "passed": [], "ranked": ["sz-2016/6.2", "sz-2016/6.1"]}
STATE = {"language": "en", "profile": PROFILE, "list_key": KEY}


@dataclass
class Kept:
    """The pages, and the conversations behind them."""

    client: TestClient
    store: SqlStore

    def state(self, conversation: str = WHOSE) -> dict[str, Any]:
        state = asyncio.run(self.store.state(conversation))
        assert state is not None
        return state

    def keep(self, conversation: str, state: dict[str, Any]) -> None:
        async def work() -> None:
            message = UserMessage(conversation, "m1", "hello")
            await self.store.create(conversation)
            turn = Turn.notice(message, "en", "A list.", number=1)
            await self.store.record(turn, "hello", state, Ownership(conversation))

        asyncio.run(work())

    def do(self, what: str, identity: str, token: str = TOKEN) -> Any:
        return self.client.post(f"/en/lists/{token}", data={"do": what, "id": identity})

    def groups(self, language: Language = "en") -> dict[str, list[str]]:
        """Headings and the numbers of the provisions under them."""
        text = self.client.get(f"/{language}/lists/{TOKEN}").text
        parts = re.split(r"<h2>(.*?)</h2>", text)[1:]
        return {
            heading: re.findall(r'class="number">([\d.]+)<', body)
            for heading, body in zip(parts[::2], parts[1::2], strict=True)
        }


@pytest.fixture
def kept(knowledge: Knowledge) -> Iterator[Kept]:
    store = SqlStore("sqlite://")
    pages = Pages(cast(Library, holding(knowledge)), PUBLIC)
    routes = pages.routes()
    talks = Conversations(cast(Any, None), store)
    app = Starlette(routes=[*Lists(pages, LINKS, talks).routes(), *routes])
    found = Kept(TestClient(app, follow_redirects=False), store)
    found.keep(WHOSE, STATE)
    yield found
    asyncio.run(store.close())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_has_the_facts_the_groups_and_the_words_of_the_clause(
    kept: Kept, language: Language
) -> None:
    answer = kept.client.get(f"/{language}/lists/{TOKEN}")

    assert answer.status_code == 200
    assert "采取股权投资方式投资于未上市的中小高新技术企业" in answer.text
    assert "12366" in answer.text
    assert "2026-11-23" in answer.text
    assert f'href="/en/lists/{TOKEN}"' in answer.text  # the same list in another language


def test_the_address_gets_into_no_cache_index_or_other_sites_log(kept: Kept) -> None:
    answer = kept.client.get(f"/en/lists/{TOKEN}")

    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert '<meta name="robots" content="noindex">' in answer.text
    assert "set-cookie" not in answer.headers
    assert "widget.js" not in answer.text


def test_a_fact_told_on_the_page_moves_the_verdict_and_the_chat_knows_it(kept: Kept) -> None:
    assert kept.groups()["Cannot tell yet"] == ["6.2", "6.1"]

    assert kept.do("tell", "does_rd").status_code == 303
    assert kept.groups()["Fits"] == ["6.1"]
    assert kept.state()["profile"]["facts"]["does_rd"] is True
    assert kept.state()["language"] == "en"

    kept.do("deny", "venture_fund")
    assert kept.groups()["Does not fit"] == ["6.2"]
    kept.do("remove", "venture_fund")
    assert kept.groups()["Cannot tell yet"] == ["6.2"]
    assert "venture_fund" not in kept.state()["profile"]["facts"]


def test_what_was_offered_in_the_chat_stays_to_be_tapped(kept: Kept) -> None:
    kept.do("tell", "does_rd")

    stored = asyncio.run(kept.store.read(WHOSE, "m1"))
    assert stored is not None
    assert stored.turns == 1
    assert stored.repeated is not None


@pytest.mark.parametrize(("do", "identity"), [("tell", "<script>"), ("", ""), ("drop", "does_rd")])
def test_a_form_of_somebody_elses_making_changes_nothing(
    kept: Kept, do: str, identity: str
) -> None:
    assert kept.do(do, identity).status_code == 303
    assert kept.state() == STATE


def test_a_wrong_or_older_key_opens_nothing(kept: Kept) -> None:
    kept.keep("web:other", {"profile": PROFILE})
    for token in (
        "nothing",
        TOKEN[:-2],
        ListLinks("another secret").token(ListKey(WHOSE, KEY)),
        LINKS.token(ListKey(WHOSE, "an-older-key")),
        LINKS.token(ListKey("web:nobody", KEY)),
        LINKS.token(ListKey("web:other", KEY)),  # a list that nobody made a link to
    ):
        assert kept.client.get(f"/en/lists/{token}").status_code == 404
        assert kept.do("tell", "does_rd", token).status_code == 404
    assert kept.state() == STATE


def test_a_list_is_gone_with_its_conversation_even_if_that_begins_anew(kept: Kept) -> None:
    assert asyncio.run(kept.store.forget(WHOSE))
    assert kept.client.get(f"/en/lists/{TOKEN}").status_code == 404

    kept.keep(WHOSE, {**STATE, "list_key": "another"})
    assert kept.client.get(f"/en/lists/{TOKEN}").status_code == 404


def test_what_no_button_of_the_page_sends_is_not_read(kept: Kept) -> None:
    address = f"/en/lists/{TOKEN}"
    with pytest.raises(Problem, match="413"):
        kept.client.post(address, data={"do": "tell", "id": "x" * 2000})
    with pytest.raises(Problem, match="413"):
        kept.client.post(address, files={"id": b"x" * 100_000})
    assert kept.client.post(address, content=b"\xff&=&do").status_code == 303
    assert kept.state() == STATE
