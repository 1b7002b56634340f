"""A question that names a topic and says nothing else is about that topic."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.live import Content
from knowledge.lookup import look_up
from knowledge.models import Knowledge
from knowledge.topics import TopicNames, provisions_of


@pytest.fixture(scope="module")
def topics(knowledge: Knowledge) -> TopicNames:
    return TopicNames(knowledge)


@pytest.mark.parametrize(
    ("asked", "topic"),
    [
        ("怎么贷款", "loans"),
        ("我想借钱，有冇得借？", "loans"),
        ("创业点样借钱", "loans"),
        ("貸款點申請呀？", "loans"),
        ("how do I get a loan?", "loans"),
        ("有没有租金补贴", "space"),
        ("Is there any rent subsidy for startups", "space"),
        ("請問有咩資助", "funding"),
        ("深圳有贷款吗", "loans"),
        ("Any loans from the Shenzhen government?", "loans"),
        ("贷款与担保", "loans"),
        ("担保", "loans"),
    ],
)
def test_what_is_said_around_a_topics_name_is_no_subject(
    topics: TopicNames, asked: str, topic: str
) -> None:
    found = topics.find(asked)

    assert found is not None
    assert found.topic == topic


@pytest.mark.parametrize(
    "asked",
    [
        "公积金贷款", "消费贷", "个人住房贷款怎么申请", "广州有贷款吗", "car loan", "student loan",
        "loans and grants", "贷款和补贴", "怎么创业", "能不能", "help", "loaner", "", "？！",
    ],
)  # fmt: skip
def test_who_says_more_than_a_topic_or_names_two_is_left_to_the_search(
    topics: TopicNames, asked: str
) -> None:
    assert topics.find(asked) is None


def test_every_topic_is_found_by_its_own_name(topics: TopicNames, knowledge: Knowledge) -> None:
    for policy in knowledge.policies.values():
        for topic in policy.topics.values():
            for name in topic.name.values():
                found = topics.find(name)
                assert found is not None and found.topic == topic.id, name
                ids = [p.id for p in provisions_of(knowledge, policy.id, topic.id)]
                assert list(found.provisions) == ids


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read(topics: TopicNames, text: str) -> None:
    topics.find(text)


@pytest.mark.parametrize(("words", "topic"), [("怎么贷款", "loans"), ("點樣借錢", "loans")])
def test_a_search_for_a_topic_in_plain_words_finds_it(
    content: Content, words: str, topic: str
) -> None:
    found = look_up(content, words, 5)

    assert found
    assert all(topic in provision.topics for provision in found)
