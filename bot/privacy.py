"""Personal numbers in a message are masked before anything understands, stores or logs it."""

from __future__ import annotations

import re

MASK = "***"

_BEFORE, _AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_GAP = r"[ \-]?"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # e-mail addresses
        r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+",
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
        r"(?<![\d.])[569]\d{3}[ \-]\d{4}(?![\d.])",
        # any other international number
        rf"\+\d{{1,3}}(?:[ \-]?\d{{2,5}}){{2,4}}{_AFTER}",
        # landlines with an area code
        rf"(?<!\d)\(?0\d{{2,3}}\)?{_GAP}\d{{7,8}}(?!\d)",
        # Hong Kong identity cards
        r"(?<![0-9A-Za-z])[A-Z]{1,2}\d{6}\([0-9A]\)",
    )
)
_WIDE_DIGITS = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF20: "@", 0xFF0D: "-"}


def mask(text: str) -> str:
    """The text with identity, telephone, card and company numbers and e-mail addresses as ***.

    Amounts, years, document numbers and public hotlines (12345) stay.
    """
    # Full-width digits are as personal as others; folding them keeps every length.
    narrow = text.translate(_WIDE_DIGITS)
    masked = narrow
    for pattern in _PATTERNS:
        masked = pattern.sub(MASK, masked)
    return masked if masked != narrow else text
