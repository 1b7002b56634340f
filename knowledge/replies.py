"""Short replies to what the bot asked, whatever it asked: don't know, none, that is all, why."""

from __future__ import annotations

import re

_PASSES = re.compile(
    r"^\W*(不知道|不清楚|不确定|说不清|跳过|唔知(道)?|唔清楚|唔肯定|不知|不確定|說不清|跳過|略過|"
    r"skip|don'?t know|i don'?t know|not sure|no idea|pass)\W*$",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"^\W*(都不是|都没有|没有|没有别的|没别的了|不是|都唔係|冇|唔係|冇其他|都冇|都沒有|沒有|"
    r"none|none of (these|them)|no|nothing else|neither)\W*$",
    re.IGNORECASE,
)
_WHY = re.compile(r"为什么问|為什麼問|点解问|點解問|问这个干|why (do you )?ask", re.IGNORECASE)
_NOTHING = re.compile(
    r"^\W*(没有|没|无|零|亏损|亏了|亏的|没赚|没有所得|没有利润|沒有|無|虧損|蝕咗|蝕|冇|冇賺|沒有利潤|"
    r"nothing|none|zero|nil|a loss|loss|we made a loss|no profit|no income)(了|啊|呀)?\W*$",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"^\W*(就这些|就这么多|没有了|没了|算吧|开始算|先算|就這些|就這麼多|沒有了|冇啦|冇喇|係咁多|計啦|計喇|"
    r"done|that'?s all|that is all|no more|go ahead|calculate)(了|啦|吧)?\W*$",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"^\W*(重新算|重算|重来|从头来|从头算|再算一次|重新計|重新計算|重計|由頭計過|重來|再計過|"
    r"start (again|over)|restart|new calculation)(吧|一次|过|過)?\W*$",
    re.IGNORECASE,
)

_RECKON = re.compile(
    r"算|计(?:一下|[算数下吓])|計(?:一下|[算數下吓])|calculat|comput|estimat|work (?:it )?out|"
    r"run the numbers|the math|\bsum\b",
    re.IGNORECASE,
)
_KEEPS = re.compile(
    r"(存|儲|储|打开|打開|开返|開返|下载|下載|打印|列印|印出|看看?我的|睇返?我|"
    r"\b(?:save|open|keep|print|download|show)\b)[^。，,.!?？！]{0,12}(清单|清單|\blist\b)",
    re.IGNORECASE,
)
_THE_LIST = re.compile(
    r"^\W*(我的|我嘅|我個|the |my )(清单|清單|list)(呢|在哪|喺邊|在哪里|在哪裏| please)?\W*$",
    re.IGNORECASE,
)


def passes(text: str) -> bool:
    """Not known, or not to be told."""
    return _PASSES.match(text) is not None


def denies(text: str) -> bool:
    """None of what was offered."""
    return _DENIES.match(text) is not None


def asks_why(text: str) -> bool:
    """Wants to know what it is asked for."""
    return _WHY.search(text) is not None


def says_nothing_earned(text: str) -> bool:
    """An income of zero, in words."""
    return _NOTHING.match(text) is not None


def is_done(text: str) -> bool:
    """That is all there is to tell."""
    return _DONE.match(text) is not None


def starts_again(text: str) -> bool:
    """Wants to begin from the start."""
    return _AGAIN.match(text) is not None


def wants_it_reckoned(text: str) -> bool:
    """Asks for a sum to be done, rather than what the rule is."""
    return _RECKON.search(text) is not None


def keeps_the_list(text: str) -> bool:
    """Wants the list to keep, or to see again."""
    return _KEEPS.search(text) is not None or names_the_list(text)


def names_the_list(text: str) -> bool:
    """Says nothing but that it is about the founder's list."""
    return _THE_LIST.match(text) is not None
