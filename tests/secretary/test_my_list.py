"""The private link to a list: who can open it, and what is kept for it."""

from __future__ import annotations

import pytest

from bot.attendant import Received
from bot.message import Effect, Part, Reply, UserMessage
from bot.people.ownership import Ownership
from bot.secretary.list_links import ListKey, ListLinks
from bot.secretary.my_list import SLOT, MyList
from bot.turn_store import Stored

LINKS = ListLinks("a secret")
MESSAGE = UserMessage("telegram:42", "m1")
STORED = Stored({}, 0, (), None, Ownership("telegram:42"))


def reply(*effects: Effect) -> Reply:
    return Reply("result", "en", "ask_fit", 1.0, (Part(text="The list."),), (), (), effects)


def test_a_link_says_which_list_it_opens_to_us_alone() -> None:
    token = LINKS.token(ListKey("telegram:42", "k"))

    assert LINKS.read(token) == ListKey("telegram:42", "k")
    assert "telegram" not in token
    assert "/" not in token
    assert ListLinks("another secret").read(token) is None


@pytest.mark.parametrize("place", [0, 40, -1])
def test_a_changed_link_opens_nothing(place: int) -> None:
    token = list(LINKS.token(ListKey("telegram:42", "k")))
    token[place] = "A" if token[place] != "A" else "g"

    assert LINKS.read("".join(token)) is None


@pytest.mark.parametrize("token", ["", "x", "ä", "." * 200, "gAAAAA"])
def test_what_is_no_link_opens_nothing(token: str) -> None:
    assert LINKS.read(token) is None


def test_keys_cannot_be_guessed_and_differ() -> None:
    keys = {ListLinks.new_key() for _ in range(50)}

    assert len(keys) == 50
    assert min(map(len, keys)) >= 22  # 128 bits in base64


async def test_who_saves_a_list_gets_its_link_before_the_answer() -> None:
    attendant = MyList(LINKS, "https://faq.example/")

    received = await attendant.carry_out(
        MESSAGE, Received(reply(Effect("my_list")), {"language": "en"}), STORED
    )

    assert received.reply is not None
    first, second = received.reply.parts
    address = first.text.split()[2]
    assert address.startswith("https://faq.example/en/lists/")
    assert second.text == "The list."
    named = LINKS.read(address.rpartition("/")[2])
    assert named == ListKey("telegram:42", received.state[SLOT])
    assert received.state["language"] == "en"


async def test_saving_again_keeps_the_key_so_that_the_older_link_stays_good() -> None:
    attendant = MyList(LINKS)
    state = {SLOT: "the key"}

    received = await attendant.carry_out(MESSAGE, Received(reply(Effect("my_list")), state), STORED)

    assert received.state == state
    assert received.reply is not None
    assert "/en/lists/" in received.reply.parts[0].text


async def test_any_other_answer_stays_as_it_is() -> None:
    before = Received(reply(), {})

    assert await MyList(LINKS).carry_out(MESSAGE, before, STORED) is before
    assert (await MyList(LINKS).receive(MESSAGE, None, STORED)).reply is None
