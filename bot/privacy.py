"""Personal numbers in a message are masked before anything understands, stores or logs it."""

from __future__ import annotations

import re

MASK = "***"

_BEFORE, _AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_GAP = r"[ \-]?"
_AMOUNT = r"\s*(?:[万萬亿億元块塊年]|yuan|rmb|hkd)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # e-mail addresses
        r"[A-Za-z0-9_.+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+",
        # resident identity numbers: 6 + 8 for the date of birth + 3 + check character
        rf"{_BEFORE}\d{{6}}{_GAP}(?:19|20)\d{{2}}[01]\d[0-3]\d{_GAP}\d{{3}}[\dxX]{_AFTER}",
        # unified social credit codes: 18 characters, digits and capitals without I O S V Z
        rf"{_BEFORE}[1-9A-HJ-NP-RTUW-Y][0-9A-HJ-NP-RTUW-Y]\d{{6}}[0-9A-HJ-NP-RTUW-Y]{{10}}{_AFTER}",
        # bank cards: 15 to 19 digits, often in groups of four
        rf"{_BEFORE}\d{{4}}(?:{_GAP}\d{{4}}){{2,3}}(?:{_GAP}\d{{1,7}}){_AFTER}",
        rf"{_BEFORE}\d{{15,19}}{_AFTER}",
        # mobile numbers of the mainland
        rf"(?<!\d)(?:\+?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)",
        # Hong Kong and Macao, with their code
        rf"(?<!\d)(?:\+|00)?85[23]{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)",
        # Hong Kong numbers without it, as they are written there
        rf"(?<![\d.])[569]\d{{3}}[ \-]\d{{4}}(?![\d.]|{_AMOUNT})",
        # and in one piece where the words before say what it is
        r"(?:电话|電話|手机|手機|whatsapp|tel\.?|phone|call me at|call me on)[係是: ]*"
        r"[2-9]\d{7}(?!\d)",
        # any other international number
        rf"\+\d{{1,3}}(?:[ \-]?\d{{2,5}}){{2,4}}{_AFTER}",
        # landlines with an area code
        rf"(?<!\d)\(?0\d{{2,3}}\)?{_GAP}\d{{7,8}}(?!\d)",
        # Hong Kong identity cards
        r"(?<![0-9A-Za-z])[A-Z]{1,2}\d{6}\([0-9A]\)",
    )
)
# Full-width letters, digits and signs are as personal as others; each stands for one character.
_NARROW = {0xFF01 + offset: chr(0x21 + offset) for offset in range(94)}


def mask(text: str) -> str:
    """The text with identity, telephone, card and company numbers and e-mail addresses as ***.

    Amounts, years, document numbers and public hotlines (12345) stay.
    """
    narrow = text.translate(_NARROW)
    hidden: list[tuple[int, int]] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(narrow):
            hidden.append(match.span())
        # What is found is taken out, so that no other pattern finds a part of it again.
        narrow = pattern.sub(lambda match: "\0" * len(match.group()), narrow)
    for start, end in sorted(hidden, reverse=True):
        text = text[:start] + MASK + text[end:]
    return text


def without_text(error: BaseException) -> BaseException:
    """The error with its trace for a log, but without its words, which may quote a message."""
    return Exception(type(error).__name__).with_traceback(error.__traceback__)
