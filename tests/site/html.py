"""Just enough of an HTML reader to judge our own pages: well-formed, and what is in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(("meta", "link", "input", "br", "hr", "img"))


@dataclass
class Element:
    """A start tag with its attributes and the text directly or deeper within it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    own: str = ""  # the text directly within it alone
    language: str = ""  # its own, or that of what it stands in


@dataclass
class Page(HTMLParser):
    """A page read strictly: every element is closed, by its own end tag, in order."""

    source: str
    elements: list[Element] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[Element] = []
        self.feed(self.source)
        self.close()
        self.mistakes += [f"<{element.tag}> is not closed" for element in self._open]
        ids = [e.attributes["id"] for e in self.elements if "id" in e.attributes]
        self.mistakes += [f"two elements are #{i}" for i in sorted(set(ids)) if ids.count(i) > 1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.mistakes.append(f"<{tag}> has an attribute twice")
        element = Element(tag, {name: value or "" for name, value in attrs})
        inside = [e.tag for e in self._open]
        around = self._open[-1].language if self._open else ""
        element.language = element.attributes.get("lang", around)
        if tag in ("p", "ul", "ol", "div", "section", "h2", "h3", "form") and "p" in inside:
            self.mistakes.append(f"<{tag}> in <p>")
        if tag == "a" and "a" in inside:
            self.mistakes.append("<a> in <a>")
        if tag == "li" and inside[-1:] not in (["ul"], ["ol"]):
            self.mistakes.append(f"<li> in <{inside[-1]}>")
        if inside[-1:] in (["ul"], ["ol"]) and tag != "li":
            self.mistakes.append(f"<{tag}> in a list")
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self.mistakes.append(f"</{tag}> closes nothing")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data
        if self._open:
            self._open[-1].own += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        return [
            e
            for e in self.elements
            if e.tag == tag and all(e.attributes.get(k) == v for k, v in attributes.items())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        (found,) = self.all(tag, **attributes)
        return found

    @property
    def links(self) -> list[str]:
        return [e.attributes["href"] for e in self.elements if "href" in e.attributes]

    @property
    def ids(self) -> set[str]:
        return {e.attributes["id"] for e in self.elements if "id" in e.attributes}
