"""Which language and script is this, and how is it folded for comparison? Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal, get_args

import opencc

Language = Literal["zh-Hans", "zh-Hant", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
DEFAULT: Language = "zh-Hans"

# Characters that Cantonese writes and Mandarin does not; they mark Traditional text even where
# no character differs between the scripts.
_CANTONESE = re.compile(
    "[嘅咗唔喺冇佢啲嗰嚟㗎乜嘢咁哋諗揾搵攞畀俾邊邊喎囉噃嘥嚿靚]|仲有|仲係|仲可|係咪|得唔|點樣|點先"
)
# Written in Traditional too, although OpenCC has another character for some of their meanings.
_IN_BOTH_SCRIPTS = frozenset("才后里面台干只系划制余准松谷斗云")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003134f]")
_LATIN = re.compile("[A-Za-z]+")
_ENGLISH_GRAMMAR = frozenset(
    word
    for words in (
        "i you we my our me the a an is are was do does did can could how what who where which",
        "when about for in of to with on please tell",
    )
    for word in words.split()
)
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufe0f]"
)
_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=1)
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=1)
def _to_hong_kong() -> opencc.OpenCC:
    return opencc.OpenCC("s2hk")


def clean(text: str) -> str:
    """Drop what cannot be seen or stored (controls, direction marks, lone surrogates)."""
    text = text.encode("utf-8", "ignore").decode("utf-8")
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()


def simplify(text: str) -> str:
    """Traditional to Simplified characters."""
    return str(_to_simplified().convert(text))


def to_hong_kong(text: str) -> str:
    """Simplified to Traditional characters, Hong Kong usage."""
    return str(_to_hong_kong().convert(text))


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """One form for comparison: Simplified, half width, lower case, single spaces."""
    return simplify(unicodedata.normalize("NFKC", clean(text))).casefold().strip()


def has_words(text: str) -> bool:
    """Whether there is anything to understand: a letter or a digit of any script."""
    return any(character.isalnum() for character in text)


def detect(text: str, default: Language = DEFAULT) -> Language:
    """The language that a message is written in; `default` where nothing tells.

    Chinese with a word or two of English in it is Chinese; Traditional where any character
    is only Traditional or only Cantonese.
    """
    text = unicodedata.normalize("NFKC", text)
    han = _HAN.findall(text)
    latin = [word.casefold() for word in _LATIN.findall(text)]
    if not han:
        return "en" if latin else default
    # An English sentence with a Chinese name in it has grammar; 想找VC投资我的SaaS has none.
    grammar = not _ENGLISH_GRAMMAR.isdisjoint(latin)
    if len(latin) > 2 * len(han) or (grammar and 2 * len(latin) > len(han)):
        return "en"
    if _CANTONESE.search(text):
        return "zh-Hant"
    joined = "".join(character for character in han if character not in _IN_BOTH_SCRIPTS)
    if simplify(joined) != joined:
        return "zh-Hant"
    if str(_to_traditional().convert(joined)) != joined:
        return "zh-Hans"
    # Every character is the same in both scripts: keep what the conversation has.
    return default if default != "en" else DEFAULT


@lru_cache(maxsize=1)
def _to_traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


# In their own words, as a menu shows them to somebody who reads no other.
LANGUAGE_NAMES: dict[Language, str] = {
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
    "en": "English",
}
_ASKED_FOR: tuple[tuple[Language, str], ...] = (
    (
        "zh-Hant",
        r"繁(?:[體体]?中文)?|廣東話|广东话|粵語|粤语|正[體体](?:中文)?|traditional(?:\s+chinese)?|cantonese",
    ),
    ("en", r"英文|英语|英語|english|洋文|鬼佬"),
    (
        "zh-Hans",
        r"(?:简体|簡體|简中|普通话|普通話|国语|國語|simplified|mandarin)(?:\s*(?:中文|chinese))?",
    ),
)
# "Chinese" alone: in the script that it is asked for in.
_CHINESE_AT_ALL = re.compile(r"中文|汉语|漢語|chinese", re.IGNORECASE)


def language_asked_for(text: str) -> Language | None:
    """The language that a request names ("in English please", 用繁體), or None.

    Where it refuses one and asks for another (不要英文，用中文), the last one named counts.
    """
    last: tuple[int, Language] | None = None
    for language, pattern in _ASKED_FOR:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if last is None or match.end() > last[0]:
                last = (match.end(), language)
    generic = max((m.end() for m in _CHINESE_AT_ALL.finditer(text)), default=0)
    if generic > (last[0] if last else 0):
        return detect(text) if detect(text) != "en" else DEFAULT
    return last[1] if last else None
