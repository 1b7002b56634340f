"""What followers are told: what is different between two versions of the content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.secretary.differences import Difference, differences
from bot.secretary.digest import MOST_ITEMS, digest
from bot.secretary.follow import Follow
from bot.secretary.snapshot import snapshot
from bot.settings import PROJECT
from bot.texts import Texts
from knowledge.language import LANGUAGES
from knowledge.models import Change, Knowledge
from knowledge.text import Text

TEXTS = Texts.read(PROJECT / "bot" / "secretary" / "digest.yml")
MEASURES = ("measure:sz-2016/6", "measure:sz-2016/60")
TOPICS = ("topic:sz-2016/tax", "topic:sz-2016/ip")
Edit = Callable[[Knowledge], Knowledge]


def text(words: str) -> Text:
    return Text({language: f"{words} {language}" for language in LANGUAGES})


def provision_with(identity: str, **values: Any) -> Edit:
    def edit(knowledge: Knowledge) -> Knowledge:
        changed = replace(knowledge.provisions[identity], **values)
        return replace(knowledge, provisions={**knowledge.provisions, identity: changed})

    return edit


def noticed(**values: Any) -> Edit:
    given = {
        "id": "new",
        "status": "confirmed",
        "label": text("label"),
        "when": text("from 2026-10"),
        "text": text("it was widened"),
        "provisions": ("sz-2016/6.2",),
        "policies": (),
        "sources": (),
        **values,
    }
    return lambda knowledge: replace(knowledge, changes=(*knowledge.changes, Change(**given)))


def contact_with(identity: str, **values: Any) -> Edit:
    def edit(knowledge: Knowledge) -> Knowledge:
        place = knowledge.places["shenzhen"]
        changed = replace(place.contacts[identity], **values)
        place = replace(place, contacts={**place.contacts, identity: changed})
        return replace(knowledge, places={**knowledge.places, "shenzhen": place})

    return edit


def without(identity: str) -> Edit:
    def edit(knowledge: Knowledge) -> Knowledge:
        left = {key: value for key, value in knowledge.provisions.items() if key != identity}
        return replace(knowledge, provisions=left)

    return edit


def told(knowledge: Knowledge, *edits: Edit, language: Any = "en") -> tuple[Difference, ...]:
    changed = knowledge
    for edit in edits:
        changed = edit(changed)
    return differences(snapshot(knowledge), snapshot(changed), language, TEXTS)


def read(changed: tuple[Difference, ...], language: Any = "en", base: str = "") -> str:
    def link(policy: str, measure: int, language: str) -> str:
        return f"{base}/{language}/measures/{measure}" if base else ""

    return digest(changed, language, TEXTS, link).text


def test_the_same_content_has_no_difference(both: Knowledge) -> None:
    for language in LANGUAGES:
        now = snapshot(both)
        assert differences(now, snapshot(both), language, TEXTS) == ()


def test_a_changed_text_and_a_changed_summary_are_two_things(knowledge: Knowledge) -> None:
    (quoted,) = told(knowledge, provision_with("sz-2016/6.2", quote="另一段"))
    summary = Text({**knowledge.provisions["sz-2016/6.2"].summary, "en": "Another."})
    (summed,) = told(knowledge, provision_with("sz-2016/6.2", summary=summary))

    assert "official text as quoted here was changed" in quoted.what
    assert "our summary" in summed.what
    # Who reads Chinese sees the same as before.
    assert told(knowledge, provision_with("sz-2016/6.2", summary=summary), language="zh-Hans") == ()


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("zh-Hans", "• 6.2：后来的变化：from 2026-10 zh-Hans：it was widened zh-Hans"),
        ("zh-Hant", "• 6.2：後來的變化：from 2026-10 zh-Hant：it was widened zh-Hant"),
        ("en", "• 6.2: later change: from 2026-10 en: it was widened en"),
    ],
)
def test_a_new_notice_is_told_with_its_date_and_text(
    knowledge: Knowledge, language: str, line: str
) -> None:
    assert line in read(told(knowledge, noticed(), language=language), language).splitlines()


def test_an_open_notice_is_told_as_not_confirmed_and_the_offer_as_doubtful(
    knowledge: Knowledge,
) -> None:
    message = read(told(knowledge, noticed(status="open")))

    assert "[not confirmed] from 2026-10 en: it was widened en" in message
    assert "do not take it as a current offer" in message


def test_a_notice_that_is_reworded_or_taken_back_is_told(knowledge: Knowledge) -> None:
    before = noticed()(knowledge)
    reworded = noticed(text=text("it was narrowed"))(knowledge)

    (again,) = differences(snapshot(before), snapshot(reworded), "en", TEXTS)
    (gone,) = differences(snapshot(before), snapshot(knowledge), "en", TEXTS)

    assert again.what == "later change (reworded): from 2026-10 en: it was narrowed en"
    assert gone.what == "this notice was taken back: it was widened en"


def test_an_office_is_told_from_what_to_what_once_for_all_its_measures(
    knowledge: Knowledge,
) -> None:
    changed = told(knowledge, contact_with("commerce", website="new.example"), language="zh-Hans")
    message = read(changed, "zh-Hans")

    assert len({each.measure for each in changed}) > 1
    assert message.count("commerce.sz.gov.cn") == 1
    assert message.count("· new.example ·") == 1
    assert "办事部门或电话有变：" in message


def test_an_office_that_is_no_longer_confirmed_is_no_longer_listed(knowledge: Knowledge) -> None:
    (first, *_) = told(knowledge, contact_with("tax", confirmed=False))

    assert first.what.startswith("no longer listed: 国家税务总局深圳市税务局")


def test_a_provision_that_is_gone_is_told_and_no_button_shows_it(knowledge: Knowledge) -> None:
    changed = told(knowledge, without("sz-2016/6.2"))

    assert [(each.provision, each.exists) for each in changed] == [("sz-2016/6.2", False)]
    letter = digest(changed, "en", TEXTS, lambda *_: "x")
    assert "this provision has been removed" in letter.text
    assert [payload for _, payload in letter.choices] == ['/unfollow{"follow":"every"}']


def test_what_happens_to_the_whole_policy_is_told_to_all_who_follow_any_of_it(
    knowledge: Knowledge,
) -> None:
    (repealed,) = told(knowledge, noticed(provisions=(), policies=("sz-2016",)))

    for key in ("all", "measure:sz-2016/6", "topic:sz-2016/tax"):
        follow = Follow.of(key)
        assert follow is not None
        assert repealed.concerns(follow)
    other = Follow.of("measure:yz-2021/1")
    assert other is not None
    assert not repealed.concerns(other)


def test_a_follow_concerns_its_measure_its_topic_or_all(knowledge: Knowledge) -> None:
    (changed,) = told(knowledge, provision_with("sz-2016/6.2", quote="另一段"))

    concerned = {
        key: changed.concerns(follow)
        for key in (
            "all",
            "measure:sz-2016/6",
            "measure:sz-2016/60",
            "topic:sz-2016/tax",
            "topic:sz-2016/ip",
        )
        if (follow := Follow.of(key)) is not None
    }

    assert concerned == {
        "all": True,
        "measure:sz-2016/6": True,
        "measure:sz-2016/60": False,
        "topic:sz-2016/tax": True,
        "topic:sz-2016/ip": False,
    }


def test_who_follows_the_topic_that_a_provision_left_is_told(knowledge: Knowledge) -> None:
    (moved,) = told(knowledge, provision_with("sz-2016/6.2", topics=("ip",), quote="另一段"))

    assert {"tax", "ip"} <= moved.topics


def test_a_message_is_a_digest_however_much_has_changed(knowledge: Knowledge) -> None:
    everything: list[Edit] = [
        provision_with(identity, quote=f"另一段{identity}", name=text(identity))
        for identity in knowledge.provisions
    ]
    notices: list[Edit] = [
        noticed(id=f"n{number}", text=text(str(number)), provisions=(identity,))
        for number, identity in enumerate(knowledge.provisions)
    ]
    letter = digest(told(knowledge, *everything, *notices), "en", TEXTS, lambda *_: "")

    assert len(letter.parts) == MOST_ITEMS + 2
    assert f"{34 - MOST_ITEMS} more measures have changed" in letter.text
    assert len(letter.text) < 4000
    assert len(letter.choices) == 4


def test_the_page_of_a_measure_is_linked_where_there_is_one(knowledge: Knowledge) -> None:
    changed = told(knowledge, noticed())

    assert read(changed, base="https://x.example").endswith("https://x.example/en/measures/6")
    assert "http" not in read(changed)


def test_buttons_show_what_changed_and_stop_it(knowledge: Knowledge) -> None:
    letter = digest(told(knowledge, noticed(), language="zh-Hans"), "zh-Hans", TEXTS, lambda *_: "")

    assert letter.choices == (
        ("看（六）落实普惠性税收措施", '/ask_measure{"provision":"sz-2016/6.2"}'),
        ("不再接收（取消全部订阅）", '/unfollow{"follow":"every"}'),
    )


@pytest.mark.parametrize(
    "key", ["", "measure:", "measure:sz-2016/", "measure:sz-2016/x", "topic:", "x:y/z"]
)
def test_a_key_that_means_nothing_is_no_follow(key: str) -> None:
    assert Follow.of(key) is None


def test_a_snapshot_outlives_being_written_down(both: Knowledge, tmp_path: Path) -> None:
    import json

    now = snapshot(both)

    assert differences(json.loads(json.dumps(now)), now, "en", TEXTS) == ()
