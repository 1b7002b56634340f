"""What a message says of investments and taxable income: amounts and dates with their part in it.

"3.5M in March 2022 and 2M in 2023, taxable income 1.5M in 2024" holds two investments, each with
its date, and the income of a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import Literal, cast

from knowledge.amounts import Amount, find_amounts, is_vague
from knowledge.dates import Dated, find_dates, has_unclear_date
from knowledge.language import fold

Role = Literal["investment", "income", "result"]  # a "result" is what the founder guesses at

_INVESTMENT = (
    r"投资额|股权投资|投资款|投资|投入|投咗|投左|投了|投过|投的|投(?!诉|票|递|保|标)|入股|出资|注资|"
    r"invest(?:ed|ment|ments|ing)?|put in|put|stakes?|bought"
)
_INCOME = (
    r"应纳税所得额?|应税所得|所得额|所得(?!税)|利润|盈利|净利|赚了?|赚咗|亏损|亏了?|亏咗|蚀咗|"
    r"taxable (?:income|profit)|incomes?|profits?|earned|earnings|made|loss(?:es)?|lost"
)
_WORDS = re.compile(r"[a-z]{4}|[\u3400-\u9fff]")
_TAXABLE = re.compile(r"应纳税所得|应税所得|taxable (?:income|profit)")
_LOSS = re.compile(r"亏|蚀|loss|lost")
_RESULT = r"抵扣额?|抵到|抵|扣除|扣到|扣|结转|deduct(?:ed|ion|ible)?|write[- ]?off|carr(?:y|ied)"
_ROLES = re.compile(
    rf"(?<![a-z])(?:(?P<income>{_INCOME})|(?P<result>{_RESULT})|(?P<investment>{_INVESTMENT}))"
    r"(?![a-z])"
)
_CORRECTS = re.compile(
    r"不对|错了|搞错|讲错|说错|打错|更正|改成|改为|改做|应该是|应为|不是|唔系|唔係|不系|唔啱|改返|"
    r"(?<![a-z])(?:no|not|wrong|sorry|correction|actually|i meant?|should be|make (?:it|that)|"
    r"change)(?![a-z])"
)
_NEGATED = re.compile(r"(?:不是|唔系|唔係|不系|(?<![a-z])not)\s*$")
_ANOTHER = re.compile(
    r"另外?一?[笔筆]?|再投|又投|还投|还有|仲有|仲投|加多|第二[笔筆]|"
    r"(?<![a-z])(?:another|also|plus|second investment|in addition)(?![a-z])"
)
_PLACES = ("一1", "二2两", "三3", "四4", "五5")
_ORDINAL_WORDS = ("first", "second", "third", "fourth", "fifth")
_ORDINAL = re.compile(
    r"第([一二三四五12345两])[笔筆]|头(一)[笔筆]|(?<![a-z])(first|second|third|fourth|fifth)"
    r"(?= (?:one|investment|was|is|should|amount)\b)"
)
_EVERY = re.compile(r"每年|年年|各年|都是|都系|(?:each|every|per) year|all years|annually")
_THAT_YEAR = re.compile(r"当年|嗰年|那年|that year|the same year")
# Han characters and Latin words.
_MOST_BESIDE, _MOST_BESIDE_VAGUE = 2, 6
_ASKS = re.compile(r"[?？]|吗|咩|怎|点样|如何|能不能|(?<![a-z])(?:how|what|who|can|which)(?![a-z])")
_FILLERS = re.compile(
    r"我们|我哋|我|公司|基金|大概|大约|约|左右|当时|开始|持有|持股|那|这|呢|嗰|笔|个|嘅|的|是|系|就|就是|"
    r"在|于|系|了|咗|啊|呀|吧|年|月|底|初|中|分别|总共|一共|合计|"
    r"\b(?:in|of|on|at|for|from|since|the|a|an|it|was|is|were|are|we|i|my|our|about|around|"
    r"roughly|approximately|early|late|mid|end|and|with|yuan|rmb|year|fiscal|respectively|to|"
    r"amount|total|that|they|then|held|ago|years|us|had|have|holding|amounts|yes)\b"
)
_BREAKS = re.compile(r"[,，。；;、!！?？]|\band\b|和|跟|同|另|then")
_FAR = 20  # what a break between two of them counts as, in characters
_TOO_FAR = 60


@dataclass(frozen=True)
class Figure:
    """An amount and what the message says it is; `role` and `dated` are None where it says
    nothing. `negated`: "not 5 million"."""

    amount: Amount
    role: Role | None
    dated: Dated | None
    negated: bool = False


@dataclass(frozen=True)
class Told:
    """`dates`: those that belong to no amount. `vague`: an amount or date that cannot be exact.
    `place`: "the first one", counted from 0."""

    figures: tuple[Figure, ...]
    dates: tuple[Dated, ...]
    corrects: bool = False
    another: bool = False
    every_year: bool = False
    that_year: bool = False
    vague_amount: bool = False
    vague_date: bool = False
    place: int | None = None

    @property
    def nothing(self) -> bool:
        return not (self.figures or self.dates or self.vague_amount or self.vague_date)


def read(text: str, today: date) -> Told:
    """The figures of a message, in its own order."""
    folded = fold(text)
    dates = find_dates(folded, today)
    # A year is no amount.
    amounts = find_amounts(_without(folded, [(each.start, each.end) for each in dates]))
    roles = _roles(folded, amounts)
    dated = _dates_of(folded, amounts, dates)
    figures = tuple(
        Figure(
            _signed(folded, amount, roles[place][1]),
            roles[place][0],
            dated.get(place),
            _NEGATED.search(folded[: amount.start]) is not None,
        )
        for place, amount in enumerate(amounts)
        if roles[place][0] != "result"
    )
    taken = set(map(id, dated.values()))
    return Told(
        figures,
        tuple(each for each in dates if id(each) not in taken),
        corrects=_CORRECTS.search(folded) is not None,
        another=_ANOTHER.search(folded) is not None,
        every_year=_EVERY.search(folded) is not None,
        that_year=_THAT_YEAR.search(folded) is not None,
        vague_amount=not amounts and is_vague(folded),
        vague_date=not dates and has_unclear_date(folded),
        place=_place(folded),
    )


def is_answer(text: str, today: date) -> bool:
    """Whether a message is figures and hardly anything else, so that it can be nothing but an
    answer to what was asked, or a correction of one."""
    folded = fold(text)
    told = read(text, today)
    if told.nothing or _ASKS.search(folded):
        return False
    spans = [(f.amount.start, f.amount.end) for f in told.figures]
    spans += [(d.start, d.end) for d in (*told.dates, *(f.dated for f in told.figures if f.dated))]
    rest = _without(folded, spans)
    for pattern in (_ROLES, _CORRECTS, _ORDINAL, _ANOTHER, _EVERY, _THAT_YEAR, _FILLERS):
        rest = pattern.sub(" ", rest)
    words = re.findall(r"[a-z]+|[\u3400-\u9fff]", rest)
    vague = told.vague_date or told.vague_amount
    return len(words) <= (_MOST_BESIDE_VAGUE if vague else _MOST_BESIDE)


def tells_a_whole_sum(text: str, today: date) -> bool:
    """Whether a message gives an investment and a taxable income, called so."""
    if _TAXABLE.search(fold(text)) is None:
        return False
    return {"investment", "income"} <= {figure.role for figure in read(text, today).figures}


def without_signs(text: str) -> str:
    """The text without amounts that are written in signs (3.5M, HK$500, RMB 2k): their letters
    are of no language."""
    folded = fold(text)
    signs = [a for a in find_amounts(folded) if not _WORDS.search(folded[a.start : a.end])]
    return _without(folded, [(each.start, each.end) for each in signs])


def _place(folded: str) -> int | None:
    named = _ORDINAL.search(folded)
    if named is None:
        return None
    word = next(group for group in named.groups() if group)
    if word in _ORDINAL_WORDS:
        return _ORDINAL_WORDS.index(word)
    return next(place for place, signs in enumerate(_PLACES) if word in signs)


def _without(folded: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with these parts as blanks, so that positions stay."""
    for start, end in spans:
        folded = folded[:start] + " " * (end - start) + folded[end:]
    return folded


def _signed(folded: str, amount: Amount, word: str) -> Amount:
    """A loss is an income below zero."""
    loses = bool(_LOSS.search(word)) and amount.value > 0
    if not loses:
        return amount
    return Amount(-amount.value, amount.start, amount.end, amount.other, amount.bare)


def _roles(folded: str, amounts: Sequence[Amount]) -> dict[int, tuple[Role | None, str]]:
    """Each word such as 投 or "profit" belongs to the nearest amount, rather the one behind it;
    amounts without a word of their own are what the one before them is."""
    bound: dict[int, tuple[Role | None, str]] = {}
    for word in _ROLES.finditer(folded):
        role = cast(Role, word.lastgroup)
        before = [p for p, a in enumerate(amounts) if a.end <= word.start()]
        after = [p for p, a in enumerate(amounts) if a.start >= word.end()]
        gaps = []
        if after:
            gaps.append((_gap(folded, word.end(), amounts[after[0]].start), 0, after[0]))
        if before and before[-1] not in bound and role != "result":
            gaps.append((_gap(folded, amounts[before[-1]].end, word.start()), 1, before[-1]))
        if gaps and min(gaps)[0] <= _TOO_FAR:
            bound[min(gaps)[2]] = (role, word.group())
    filled: dict[int, tuple[Role | None, str]] = {}
    last: tuple[Role | None, str] = next(iter(bound.values()), (None, "")) if bound else (None, "")
    for place in range(len(amounts)):
        last = bound.get(place, last)
        filled[place] = last
    return filled


def _dates_of(folded: str, amounts: Sequence[Amount], dates: Sequence[Dated]) -> dict[int, Dated]:
    """The date of each amount: of "2024 and 2025: 1.5M and 2M" in their order, else the nearest."""
    found = dict(_in_order(amounts, dates))
    costs = sorted(
        (_distance(folded, amount, each), place, at)
        for place, amount in enumerate(amounts)
        for at, each in enumerate(dates)
    )
    taken = {id(each) for each in found.values()}
    for cost, place, at in costs:
        if cost <= _TOO_FAR and place not in found and id(dates[at]) not in taken:
            found[place] = dates[at]
            taken.add(id(dates[at]))
    return found


def _in_order(amounts: Sequence[Amount], dates: Sequence[Dated]) -> Iterator[tuple[int, Dated]]:
    marks = [(each.start, "amount", place) for place, each in enumerate(amounts)]
    marks += [(each.start, "date", at) for at, each in enumerate(dates)]
    runs = [(kind, [m[2] for m in run]) for kind, run in groupby(sorted(marks), lambda m: m[1])]
    for (kind, first), (_, second) in pairwise(runs):
        if kind == "date" and 2 <= len(second) <= len(first):
            yield from zip(second, (dates[at] for at in first[-len(second) :]), strict=True)
        if kind == "amount" and 2 <= len(first) <= len(second):
            yield from zip(first, (dates[at] for at in second[: len(first)]), strict=True)


def _distance(folded: str, amount: Amount, dated: Dated) -> int:
    if dated.end <= amount.start:
        return _gap(folded, dated.end, amount.start)
    return _gap(folded, amount.end, dated.start)


def _gap(folded: str, start: int, end: int) -> int:
    between = folded[start:end]
    return len(between.strip()) + _FAR * len(_BREAKS.findall(between))
