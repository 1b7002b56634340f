"""Which topic does a question name that says nothing else: 怎么贷款, "how do I get a loan"?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.language import LANGUAGES, fold
from knowledge.models import Knowledge, Provision

_AND = re.compile(r"[与、和]|\band\b")
_BETWEEN = re.compile(r"[^\w+]+")
# What people ask with, and call themselves; it says nothing about what is asked.
_ASKED_WITH = """
请问 想问 想要 想 要 求 问 了解 知道 关于 告诉 介绍 说说 讲讲 有关 相关
方面 政策 支持 扶持 优惠 政府
我哋 我们 我 你们 你 人 怎么样 怎么 怎样 如何 点样 点 咋 哪里 哪儿 哪些 哪
边度 边 什么 乜嘢 乜 咩 啥
有没有 没有 有冇 冇 有 能不能 能否 能 可不可以 可唔可以 可以 可 得 会
申请 申领 办理 办 拿 领取 领 攞 搞 弄 找 给 帮 获得 得到 享受
一下 下 的 了 呢 吗 么 啊 呀 嘛 嘅 㗎 吧 啲 些 个 笔 一 吓 先 嚟 到 去 做
创业者 创业公司 创业 初创企业 初创公司 初创 小公司 小企业 公司 企业 开公司 开店 做生意 生意 新
how what which where who whom can could may do does did is are was be there any some a an the i we
you they my our your me us to for of in on at with from as about and or get getting find apply
applying application obtain receive have has need want like would will please tell know more info
information hi hello it that this one startup startups start up business businesses company
companies small new own founder founders firm firms government city policy policies support
help available
"""


@dataclass(frozen=True)
class NamedTopic:
    """A topic of a policy, with the ids of `provisions_of`."""

    policy: str
    topic: str
    provisions: tuple[str, ...]


class TopicNames:
    """Knows what founders call the topics of one content."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._words: dict[str, NamedTopic | None] = dict.fromkeys(_ASKED_WITH.split())
        for place in knowledge.places.values():
            for name in (*place.name.values(), *place.aliases):
                self._words[_spaced(name)] = None
        for topic, names in reversed(list(_topics(knowledge))):
            self._words.update(dict.fromkeys(names, topic))  # two share a word: the first has it
        longest_first = sorted(self._words, key=len, reverse=True)
        # A Latin word ends where its letters end, a Chinese one anywhere.
        ends = {word: r"(?![a-z0-9])" if word[-1].isascii() else "" for word in longest_first}
        self._word = re.compile("|".join(re.escape(word) + ends[word] for word in longest_first))

    def find(self, text: str) -> NamedTopic | None:
        """The only topic that a text names, where nothing else is said; else None."""
        rest = _spaced(text)
        named: set[NamedTopic] = set()
        while rest:
            word = self._word.match(rest)
            if word is None:
                return None
            topic = self._words[word[0]]
            named |= {topic} if topic else set()
            rest = rest[word.end() :].lstrip()
        return named.pop() if len(named) == 1 else None


def _topics(knowledge: Knowledge) -> Iterator[tuple[NamedTopic, set[str]]]:
    """Each with its names, their parts (both 贷款 and 担保 of 贷款与担保) and its other words."""
    for policy in knowledge.policies.values():
        for topic in policy.topics.values():
            names = {fold(topic.name[language]) for language in LANGUAGES}
            names |= {part for name in names for part in _AND.split(name)}
            names |= set(topic.words)
            ids = tuple(p.id for p in provisions_of(knowledge, policy.id, topic.id))
            yield NamedTopic(policy.id, topic.id, ids), {_spaced(name) for name in names} - {""}


def _spaced(text: str) -> str:
    """Folded, without signs, its parts one space apart."""
    return _BETWEEN.sub(" ", fold(text)).strip()


def provisions_of(knowledge: Knowledge, policy: str, topic: str) -> list[Provision]:
    """Those whose main topic it is, then those that it is beside."""
    everything = [p for p in knowledge.provisions.values() if p.policy == policy]
    main = [p for p in everything if p.topics[:1] == (topic,)]
    return [*main, *(p for p in everything if topic in p.topics[1:])]
