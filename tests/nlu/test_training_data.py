"""The examples that intents are learned from."""

from __future__ import annotations

from collections import Counter

import pytest
import yaml

from knowledge.language import clean, detect, fold, has_words
from knowledge.storage import ROOT

PROJECT = ROOT.parent
# What a message needs of an intent's own words in each language to be learned at all.
FEWEST = {"zh-Hans": 8, "zh-Hant": 4, "en": 8}


def _examples() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted((PROJECT / "nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            lines = block["examples"].splitlines()
            assert all(line.startswith("- ") for line in lines), path
            found.setdefault(block["intent"], []).extend(line[2:] for line in lines)
    return found


@pytest.fixture(scope="module")
def examples() -> dict[str, list[str]]:
    return _examples()


def test_every_intent_of_the_domain_has_examples_and_the_other_way_round(
    examples: dict[str, list[str]],
) -> None:
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    intents = {name for entry in domain["intents"] for name in entry}
    assert set(examples) == intents


def test_no_example_stands_under_two_intents(examples: dict[str, list[str]]) -> None:
    under: dict[str, set[str]] = {}
    for intent, texts in examples.items():
        for text in texts:
            under.setdefault(fold(text), set()).add(intent)
    assert {text: intents for text, intents in under.items() if len(intents) > 1} == {}


def test_no_example_stands_twice(examples: dict[str, list[str]]) -> None:
    for intent, texts in examples.items():
        counted = Counter(text.casefold().strip() for text in texts)
        assert [text for text, count in counted.items() if count > 1] == [], intent


@pytest.mark.parametrize("intent", sorted(_examples()))
def test_an_intent_is_taught_in_three_languages(
    examples: dict[str, list[str]], intent: str
) -> None:
    counted = Counter[str](detect(text) for text in examples[intent])
    assert {language: n for language, n in FEWEST.items() if counted[language] < n} == {}


def test_no_example_is_blank_marked_up_or_a_command(examples: dict[str, list[str]]) -> None:
    for texts in examples.values():
        for text in texts:
            assert has_words(text)
            assert clean(text) == text
            assert not text.startswith("/")
            # Entities come from the knowledge base; a mark-up would teach Rasa's own extractors.
            assert "](" not in text


def test_no_file_name_hides_an_example_from_training() -> None:
    for path in (PROJECT / "nlu").rglob("*.y*ml"):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert path.suffix == ".yml"
        assert data["version"] == "3.1"
        assert set(data) <= {"version", "nlu", "responses"}, path
