"""Is a message the beginning of a question, whose rest is still being typed?"""

from __future__ import annotations

from knowledge.language import clean, has_words
from knowledge.search import Found

SHORT = 8  # characters
# A provision that is likelier than this is what the message is about, however short it is.
_CLAUSE_FLOOR = 0.25
# What an unfinished message may be taken for with confidence. All others are complete in a word:
# thanks, a greeting, a number, "human", "more", "who?".
_TAKEN_FOR = frozenset({"ask_measure", "ask_fit", "ask_specifics", "ask_about", "out_of_scope"})
_CONFIDENT = 0.7


def is_short(text: str) -> bool:
    """Whether the text could be a fragment at all; nothing longer is."""
    return len(clean(text)) < SHORT and has_words(text)


def is_fragment(text: str, found: Found, intent: str | None, confidence: float) -> bool:
    """Whether a text that names nothing is one. The others: what the layers make of it."""
    clear = found.best is not None and found.best.score > _CLAUSE_FLOOR
    complete = intent not in _TAKEN_FOR and confidence > _CONFIDENT
    return is_short(text) and not clear and not complete
