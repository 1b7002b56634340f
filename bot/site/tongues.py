"""Which words of a page are in another language than the page: marked, so that they are read out
and set as what they are."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from knowledge.language import Language, detect, to_hong_kong

_HAN = "\u3400-\u9fff"
_SIGNS = "、，。；：·—+《》〈〉（）“”「」『』〔〕"
# From one Chinese character, or what opens before it, to the last; a space between two of them is
# no end, English words and brackets are: 深府规〔2025〕10号, 财政部 税务总局公告2023年第17号.
_CHINESE = re.compile(
    f"[《（“「『〔]*[{_HAN}](?:(?:[{_HAN}{_SIGNS}0-9]|(?<=[{_HAN}]) (?=[{_HAN}]))*"
    f"[{_HAN}》）”」』〕])?"
)
_NUMBER = re.compile(f"[{_HAN}]+〔[0-9]{{4}}〕[0-9]+号")


def spoken(text: str, language: Language) -> Markup:
    """Our own text: in English the Chinese names within it are marked."""
    if language != "en":
        return escape(text)
    parts = []
    end = 0
    for found in _CHINESE.finditer(text):
        parts += [escape(text[end : found.start()]), _marked(found.group(), detect(found.group()))]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def foreign(text: str, language: Language) -> Markup:
    """A title of somebody else's, shown in the language in which it was given."""
    its_own = detect(text, language)
    # On an English page the translation of a title may stand beside it.
    if language == "en" or its_own == language:
        return spoken(text, language)
    return _marked(spoken(text, its_own), its_own)


def numbered(title: str, language: Language) -> str:
    """A cited document's title with its number (国发〔2016〕34号) in the script of the rest."""
    if language != "zh-Hant":
        return title
    return _NUMBER.sub(lambda found: to_hong_kong(found.group()), title)


def _marked(text: str, language: Language) -> Markup:
    return Markup('<span lang="{}">{}</span>').format(language, text)
