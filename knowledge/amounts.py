"""Amounts of money in a founder's words, exact, and how they are written back.

五百万, 1.2亿, 一千二百萬, 500w, 3.5M, ¥5,000,000, "half a million": all are yuan as a Decimal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from knowledge.language import Language

_CHINESE_DIGITS = {
    **{digit: value for value, digit in enumerate("零一二三四五六七八九")},
    **{"〇": 0, "两": 2},
}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_WAN, _YI = Decimal(10) ** 4, Decimal(10) ** 8
_LATIN = {
    **{"k": 10**3, "thousand": 10**3, "grand": 10**3, "w": 10**4, "kw": 10**7},
    **dict.fromkeys(("m", "mm", "mn", "mil", "mio", "million", "millions"), 10**6),
    **dict.fromkeys(("b", "bn", "billion", "billions"), 10**9),
}
_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS: dict[str, Decimal] = {
    **{word: Decimal(value) for value, word in enumerate(_SMALL)},
    **{word: Decimal(10 * value) for value, word in enumerate(_TENS, start=2)},
    **{"half": Decimal("0.5"), "quarter": Decimal("0.25")},
}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_BETWEEN = ("a", "an", "and", "of")

_RMB_BEFORE = r"rmb|cny|人民币|¥"
_RMB_AFTER = r"元|圆|块钱|块|蚊|人民币|rmb|cny|yuan|kuai|renminbi"
_OTHER_BEFORE = r"us\$|hk\$|\$|€|£|usd|hkd|eur|gbp|jpy|mop|twd|美元|美金|港币|港元|欧元|英镑|日元"
_OTHER_AFTER = (
    r"美元|美金|美刀|刀|港币|港元|港纸|欧元|英镑|日元|澳门元|澳元|新台币|台币|"
    r"(?:usd|hkd|eur|gbp|jpy|mop|twd|us dollars?|hk dollars?|dollars?|bucks|euros?|pounds?|yen)"
    r"(?![a-z])"
)
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?: \d{3})+(?!\d)|\d+)(?:\.\d+)?"
_NUMERAL = (
    rf"(?:{_DIGITS}|[零〇一二两三四五六七八九十百千万亿半]|(?<=\d) (?=[十百千万亿])"
    r"|(?<=[一二两三四五六七八九十半\d])个(?=[万亿百千半]))+"
)
_LATIN_SCALE = rf"(?:{'|'.join(sorted(_LATIN, key=len, reverse=True))})(?![a-z])"
_WORD = "|".join([*_WORDS, "hundred", "point", *_SCALES, *_BETWEEN])
_COUNTED = "|".join([*_WORDS, "hundred", *_SCALES])
_IN_WORDS = (
    rf"(?<![a-z])(?:(?:{_WORD})(?![a-z])[\s-]*)*(?:{'|'.join(_SCALES)})(?![a-z])"
    rf"(?:[\s-]+(?:{_COUNTED})(?![a-z]))*"
)
# A count, a share or a part of a date, and no money.
_NOT_MONEY_AFTER = (
    r"(?![十百千万亿])(?!\s*(?:%|percent|年|月|日(?!元)|号|岁|个|人|家|笔|款|条|次|天|倍|平|成|轮|点|位|名|股|"
    r"years?|yrs?|months?|days?|people|firms?|companies|times)(?![a-z]))"
)
_AMOUNT = re.compile(
    rf"(?<!\d[.,])(?<![\d第a-z])(?P<sign>-\s*|−\s*|负|minus\s+)?"
    rf"(?:(?P<other_before>{_OTHER_BEFORE})|(?P<rmb_before>{_RMB_BEFORE}))?\s*"
    rf"(?P<sign_inside>-\s*)?"
    rf"(?:(?P<words>{_IN_WORDS})|(?P<numeral>{_NUMERAL})\s*(?P<scale>{_LATIN_SCALE})?)"
    rf"(?![\d.]*\d){_NOT_MONEY_AFTER}"
    rf"(?:\s*(?:(?P<other_after>{_OTHER_AFTER})|(?P<rmb_after>{_RMB_AFTER})(?![a-z])))?"
)
_TOKEN = re.compile(rf"{_DIGITS}|.")
# 几百万, 两百多万, "several million": too vague to reckon with.
_VAGUE = re.compile(
    r"(?:几|数|好几|上)[十百千]*[万亿]"
    r"|[\d零〇一二两三四五六七八九十百千万亿]\s*(?:多|来|余|几)\s*[十百千万亿元块]"
    r"|(?:several|some|few|couple of)\s+(?:hundred\s+)?(?:thousand|million|billion)"
    r"|(?<![a-z])(?:thousands|millions|billions)(?![a-z])"
)
# 6.2 and 18.1 are provisions.
_LIKE_A_PROVISION = re.compile(r"^\d{1,2}\.\d$")
_FEWEST_DIGITS_ALONE = Decimal(10_000)


@dataclass(frozen=True)
class Amount:
    """In yuan; `start` and `end` count characters of the folded text it was found in.

    `other`: it is in another currency. `bare`: a small number without any unit, as in "500", which
    may mean 500 or 500万.
    """

    value: Decimal
    start: int
    end: int
    other: bool = False
    bare: bool = False


def find_amounts(folded: str) -> list[Amount]:
    """Every amount of a folded text (knowledge.language.fold), in order, less the vague ones."""
    vague = [match.span() for match in _VAGUE.finditer(folded)]
    found = []
    for match in _AMOUNT.finditer(folded):
        if any(start < match.end() and match.start() < end for start, end in vague):
            continue
        amount = _read(match)
        if amount is not None:
            found.append(amount)
    return found


def is_vague(folded: str) -> bool:
    """Whether an amount is spoken of that has no exact value."""
    return _VAGUE.search(folded) is not None


def written(value: Decimal, language: Language) -> str:
    """An amount as founders write it, exact to the fen: 350万元, RMB 3,500,000."""
    if language == "en":
        sign = "-" if value < 0 else ""
        return f"{sign}RMB {_plain(abs(value))}"
    wan, yi = ("萬", "億") if language == "zh-Hant" else ("万", "亿")
    if abs(value) >= _YI and value % _WAN == 0:
        return f"{_short(value / _YI)}{yi}元"
    if abs(value) >= _WAN and value % 100 == 0:
        return f"{_short(value / _WAN)}{wan}元"
    return f"{_plain(value)}元"


def _read(match: re.Match[str]) -> Amount | None:
    has_currency = any(
        match[name] for name in ("other_before", "rmb_before", "other_after", "rmb_after")
    )
    scaled = bool(match["scale"])
    if match["words"]:
        value: Decimal | None = _in_words(re.split(r"[\s-]+", match["words"].strip()))
        scaled = True
    else:
        numeral = match["numeral"].strip()
        if _LIKE_A_PROVISION.match(numeral) and not scaled and not has_currency:
            return None
        value = _in_figures(_TOKEN.findall(numeral))
        scaled = scaled or any(each in numeral for each in "万亿")
        if numeral[0] not in "0123456789" and not scaled and not has_currency:
            # 一, 二〇二三 and 两百 are no amounts by themselves.
            value = value if any(each in numeral for each in "百千") else None
        if value is not None and match["scale"]:
            value *= _LATIN[match["scale"]]
    if value is None:
        return None
    if match["sign"] or match["sign_inside"]:
        value = -value
    bare = not scaled and not has_currency and 0 < abs(value) < _FEWEST_DIGITS_ALONE
    other = bool(match["other_before"] or match["other_after"])
    start = match.start()
    return Amount(value, start, match.start() + len(match.group().rstrip()), other, bare)


def _in_figures(tokens: Iterable[str]) -> Decimal | None:
    """1亿2000万, 三百五十万, 3千5百万, 半个亿; None for a year's 二〇二三 and the like."""
    total, section, current = Decimal(0), Decimal(0), None
    last_place = Decimal(0)
    for mark in tokens:
        if mark[0].isdigit() and mark[0] in "0123456789":
            if current is not None:
                return None
            current = Decimal(mark.replace(",", "").replace(" ", ""))
            last_place = Decimal(0)
        elif mark in _CHINESE_DIGITS:
            if current:
                return None
            current = Decimal(_CHINESE_DIGITS[mark])
            last_place = Decimal(0) if mark in "零〇" else last_place
        elif mark == "半":
            current = (current or Decimal(0)) + Decimal("0.5")
            last_place = Decimal(0)
        elif mark in _PLACES:
            section += (current if current is not None else Decimal(1)) * _PLACES[mark]
            current, last_place = None, Decimal(_PLACES[mark])
        elif mark in "万亿":
            if current is None and not section and not total:
                return None
            place = _WAN if mark == "万" else _YI
            section += _last_digit(current, last_place)
            total = total + section * place if mark == "万" else (total + section) * place
            section, current, last_place = Decimal(0), None, place
    return total + section + _last_digit(current, last_place)


def _last_digit(current: Decimal | None, place: Decimal) -> Decimal:
    """三百五 is 350, 一万五 is 15000."""
    if current is None:
        return Decimal(0)
    return current * place / 10 if place and current < 10 else current


def _in_words(words: list[str]) -> Decimal:
    """one million two hundred thousand, two and a half million, three point five million"""
    total, current = Decimal(0), None
    decimals: int | None = None
    for word in words:
        if word == "point":
            decimals = 0
        elif word in _SCALES:
            total += (current if current is not None else Decimal(1)) * _SCALES[word]
            current, decimals = None, None
        elif word == "hundred":
            current = (current if current is not None else Decimal(1)) * 100
        elif word in _WORDS and decimals is not None:
            decimals += 1
            current = (current or Decimal(0)) + _WORDS[word].scaleb(-decimals)
        elif word in _WORDS:
            current = (current or Decimal(0)) + _WORDS[word]
    return total + (current or Decimal(0))


def _short(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _plain(value: Decimal) -> str:
    return f"{value:,.2f}".removesuffix(".00")
