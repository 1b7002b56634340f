"""What is different between two snapshots, in words for a follower of one language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.secretary.follow import Follow
from bot.secretary.snapshot import Snapshot
from bot.texts import Texts
from knowledge.language import Language


@dataclass(frozen=True)
class Difference:
    """One thing that changed. Without a `measure` it is the policy as a whole.

    `title` is that of the measure, or of the policy; `number` that of the provision. `exists`:
    whether the provision is still there to be shown.
    """

    policy: str
    measure: int | None
    provision: str
    number: str
    title: str
    topics: frozenset[str]
    what: str
    exists: bool

    def concerns(self, follow: Follow) -> bool:
        return follow.covers(self.policy, self.measure, self.topics)


def differences(
    before: Snapshot, after: Snapshot, language: Language, texts: Texts
) -> tuple[Difference, ...]:
    """In the order of the content, those of a policy as a whole first."""
    return (*_of_policies(before, after, language, texts), *_all(before, after, language, texts))


def _of_policies(
    before: Snapshot, after: Snapshot, language: Language, texts: Texts
) -> Iterator[Difference]:
    for identity, policy in after["policies"].items():
        old = before["policies"].get(identity, {"changes": {}})
        for what in _noted(old["changes"], policy["changes"], language, texts):
            title = policy["name"][language]
            yield Difference(identity, None, "", "", title, frozenset(), what, True)


def _all(
    before: Snapshot, after: Snapshot, language: Language, texts: Texts
) -> Iterator[Difference]:
    old, new = before["provisions"], after["provisions"]
    for identity in [*new, *(identity for identity in old if identity not in new)]:
        was, now = old.get(identity), new.get(identity)
        shown = now or was
        # Who follows the topic that it had is told too.
        topics = frozenset((was or now)["topics"]) | frozenset(shown["topics"])
        for what in _of_provision(was, now, language, texts):
            yield Difference(
                policy=shown["policy"],
                measure=shown["measure"],
                provision=identity,
                number=shown["number"],
                title=shown["title"][language],
                topics=topics,
                what=what,
                exists=now is not None,
            )


def _of_provision(
    was: dict[str, Any] | None, now: dict[str, Any] | None, language: Language, texts: Texts
) -> Iterator[str]:
    if now is None:
        yield texts.of("gone", language)
        return
    if was is None:
        yield texts.of("new", language)
        return
    if was["current"] != now["current"]:
        yield texts.of("current" if now["current"] else "not_current", language)
    yield from _noted(was["changes"], now["changes"], language, texts)
    for key, document in now["newer"].items():
        if was["newer"].get(key) != document:
            gaps = {**document, "title": document["title"][language]}
            yield texts.of("newer", language, **gaps)
    for key, notice in now["news"].items():
        if was["news"].get(key) != notice:
            yield texts.of("news", language, **notice)
    yield from _offices(was["offices"][language], now["offices"][language], language, texts)
    if was["quote"] != now["quote"]:
        yield texts.of("quote", language)
    elif (was["summary"][language], was["details"]) != (now["summary"][language], now["details"]):
        yield texts.of("summary", language)


def _noted(
    was: dict[str, Any], now: dict[str, Any], language: Language, texts: Texts
) -> Iterator[str]:
    """Notices of what happened later: new ones, changed ones, and that one was taken back."""
    for key, change in now.items():
        old = was.get(key)
        if old is not None and _seen(old, language) == _seen(change, language):
            continue
        when, colon = change["when"][language], ": " if language == "en" else "："
        said = f"{when}{colon}{change['text'][language]}" if when else change["text"][language]
        kind = "change" if old is None else "change_again"
        said = texts.of(f"open_{kind}" if change["open"] else kind, language, text=said)
        yield "\n   ".join([said, *change["links"]])
    for key, old in was.items():
        if key not in now:
            yield texts.of("change_gone", language, text=old["text"][language])


def _seen(change: dict[str, Any], language: Language) -> tuple[Any, ...]:
    return change["open"], change["when"][language], change["text"][language]


def _offices(
    was: dict[str, str], now: dict[str, str], language: Language, texts: Texts
) -> Iterator[str]:
    gone = [line for key, line in was.items() if key not in now]
    come = [line for key, line in now.items() if key not in was]
    if len(gone) == 1 and len(come) == 1:
        yield texts.of("office", language, before=gone[0], after=come[0])
        gone, come = [], []
    for key, line in now.items():
        if key in was and was[key] != line:
            yield texts.of("office", language, before=was[key], after=line)
    for line in come:
        yield texts.of("office_new", language, office=line)
    for line in gone:
        yield texts.of("office_gone", language, office=line)
