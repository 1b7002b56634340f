"""The flat XML of Tencent's messages: read without document types, written safely."""

from __future__ import annotations

import re
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

# What XML 1.0 cannot hold, not even in CDATA.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class BadXml(Exception):
    """Not the XML that the platform sends."""


def parse(body: bytes) -> dict[str, str]:
    """The elements below the root, by name. Raises BadXml; a document type is refused."""
    try:
        # Decoded here: an encoding that the document claims for itself is not followed.
        root = fromstring(body.decode("utf-8"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise BadXml(type(error).__name__) from error
    if root.tag != "xml":
        raise BadXml("the root is not <xml>")
    return {child.tag: (child.text or "").strip() for child in root}


def write(values: dict[str, str | int]) -> str:
    """The same shape, texts in CDATA."""
    return f"<xml>{''.join(_element(name, value) for name, value in values.items())}</xml>"


def _element(name: str, value: str | int) -> str:
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    text = _FORBIDDEN.sub("", value).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{text}]]></{name}>"
