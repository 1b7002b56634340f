"""Texts that are alike come together; the groups stay as they are when more come or some go."""

from __future__ import annotations

import pytest

from knowledge.likeness import alike
from knowledge.live import Content


@pytest.fixture(scope="module")
def rarity(content: Content):  # type: ignore[no-untyped-def]
    return content.search.rarity


LOANS = ("大学生创业贷款怎么申请", "大學生創業貸款點申請", "daxuesheng创业贷款怎么申请呀")
BOATS = ("Could my club get a mooring permit?", "how do we get a mooring permit for the club")


def test_scripts_pinyin_and_order_of_words_make_no_difference(rarity) -> None:  # type: ignore[no-untyped-def]
    assert alike([LOANS[0], BOATS[0], LOANS[1], BOATS[1], LOANS[2]], rarity) == [0, 1, 0, 1, 0]


def test_what_shares_common_words_alone_stays_apart(rarity) -> None:  # type: ignore[no-untyped-def]
    texts = [
        "签证丢了怎么申请补办",
        "学位房怎么申请",
        "boat licence fee",
        "What is the fee at a zoo?",
    ]
    assert alike(texts, rarity) == [0, 1, 2, 3]


def test_a_group_that_is_taken_out_leaves_the_others_as_they_were(content: Content, rarity) -> None:  # type: ignore[no-untyped-def]
    texts = list(content.knowledge.out_of_scope[:600])
    heads = alike(texts, rarity)
    taken = max(heads, key=heads.count)
    assert heads.count(taken) > 1
    left = [at for at, head in enumerate(heads) if head != taken]
    again = alike([texts[at] for at in left], rarity)

    assert [left[head] for head in again] == [heads[at] for at in left]


def test_what_comes_later_changes_no_group(content: Content, rarity) -> None:  # type: ignore[no-untyped-def]
    texts = list(content.knowledge.out_of_scope[:600])

    assert alike(texts, rarity)[:300] == alike(texts[:300], rarity)


def test_of_nothing_there_are_no_groups_and_signs_alone_are_like_nothing(rarity) -> None:  # type: ignore[no-untyped-def]
    assert alike([], rarity) == []
    assert alike(["税", "税", "?"], rarity) == [0, 1, 2]
