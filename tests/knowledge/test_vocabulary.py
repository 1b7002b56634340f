"""Founders' words for fields, stages and languages."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from knowledge.models import Knowledge
from knowledge.reader import ContentError
from knowledge.storage import ROOT, load, load_vocabulary
from knowledge.vocabulary import KINDS, Kind


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("fields", "找个做硬件的导师", ["hardware"]),
        ("fields", "搵個識做晶片同半導體嘅導師", ["chips"]),
        ("fields", "someone for fintech and chips", ["fintech", "chips"]),
        ("fields", "we do shipping and chipmunks", []),
        ("fields", "做跨境电商的", ["consumer"]),
        ("stages", "at seed stage", ["seed"]),
        ("stages", "我哋啱啱起步", ["startup"]),
        ("tongues", "會講廣東話同英文嘅", ["cantonese", "english"]),
    ],
)
def test_a_text_names_what_founders_call_it(
    knowledge: Knowledge, kind: Kind, text: str, found: list[str]
) -> None:
    assert knowledge.vocabulary.find(kind, text) == found


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_stands_for_two_things(knowledge: Knowledge, kind: Kind) -> None:
    for word in knowledge.vocabulary.of(kind).values():
        for written in (word.id, *word.name.values(), *word.words):
            assert knowledge.vocabulary.named(kind, written) == word.id, written


def test_every_word_is_found_in_a_text(knowledge: Knowledge) -> None:
    for kind in KINDS:
        for word in knowledge.vocabulary.of(kind).values():
            for written in word.words:
                assert knowledge.vocabulary.find(kind, f"请问 {written} ok") == [word.id], written


def test_a_service_whose_provision_is_not_there_is_named(tmp_path: Path) -> None:
    for path in ROOT.glob("*.yml"):
        (tmp_path / path.name).symlink_to(path)
    for folder in ("policies", "places"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    data = yaml.safe_load((ROOT / "vocabulary.yml").read_text("utf-8"))
    data["clauses"]["mentors"] = "sz-2016/99.9"
    del data["clauses"]["events"]
    (tmp_path / "vocabulary.yml").unlink()
    (tmp_path / "vocabulary.yml").write_text(yaml.safe_dump(data), "utf-8")

    with pytest.raises(ContentError) as error:
        load(tmp_path)

    assert "mentors: there is no provision 'sz-2016/99.9'" in str(error.value)
    assert "events: is missing" in str(error.value)


def test_another_citys_folder_without_words_of_its_own_has_the_shipped_ones(
    city: Knowledge, tmp_path: Path
) -> None:
    assert city.vocabulary.fields == load_vocabulary().fields
    assert load_vocabulary(tmp_path).stages
