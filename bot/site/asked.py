"""Which of a provision's example questions are fit to be shown: short, clean, whole."""

from __future__ import annotations

import re
from itertools import islice

from knowledge.language import Language, detect
from knowledge.models import Provision

SHOWN = 3
# Nothing in it that looks typed in a hurry, and plainly a question: many lack the mark.
_CHINESE = re.compile(r"[㐀-鿿，、“”「」0-9A-Za-z+]{7,26}？?")
_ASKS = re.compile(
    "[？吗嗎哪怎谁誰边邊乜咩㗎]|什么|什麼|甚麼|多少|有没有|有沒有|能不能|能否|可否|点样|點樣"
)
_ENGLISH = re.compile(r"[A-Z][A-Za-z0-9 ,'’“”\"&+-]{15,80}\?")

# Words that Hong Kong does not use (of Taiwan, mostly). Questions serve the search, which should
# know these words; a page in Traditional is written as in Hong Kong and does not show them.
_NOT_OF_HONG_KONG = re.compile(
    "智慧財產|網路|透過|人資|行銷|募資|生技|實績|首臺套|裡|租屋|新創|軟體|硬體"
)


def questions_of(provision: Provision, language: Language) -> list[str]:
    """Up to SHOWN of them in that language, in their order."""
    fit = (q for q in provision.questions if detect(q) == language and _fit(q, language))
    return list(islice(fit, SHOWN))


def _fit(question: str, language: Language) -> bool:
    if language == "en":
        return _ENGLISH.fullmatch(question) is not None
    if language == "zh-Hant" and _NOT_OF_HONG_KONG.search(question):
        return False
    return bool(_CHINESE.fullmatch(question) and _ASKS.search(question))
