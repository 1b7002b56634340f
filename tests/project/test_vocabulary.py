"""Intents, actions and texts belong together: what `rasa data validate` does not look at."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import PROJECT
from knowledge.language import DEFAULT, LANGUAGES, simplify

RESPONSES = sorted((PROJECT / "nlu" / "responses").glob("*.yml"))
HAN = re.compile("[\u3400-\u9fff]")


def read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


DOMAIN = read(PROJECT / "domain.yml")
RULES = [s for rule in read(PROJECT / "stories" / "rules.yml")["rules"] for s in rule["steps"]]
TEXTS = {name: texts for path in RESPONSES for name, texts in read(path)["responses"].items()}
PYTHON = "\n".join(
    path.read_text(encoding="utf-8") for path in sorted((PROJECT / "actions").glob("*.py"))
)
# An intent may carry options, as `ask_more: {use_entities: []}`.
INTENTS = {entry if isinstance(entry, str) else next(iter(entry)) for entry in DOMAIN["intents"]}
# Rasa gives it to what no intent is sure of.
FALLBACK = "nlu_fallback"


def by_language(texts: list[dict[str, Any]]) -> dict[str, str]:
    """The variants of a response; the one without a condition is the default's."""
    found: dict[str, str] = {}
    for entry in texts:
        conditions = entry.get("condition") or []
        languages = [c["value"] for c in conditions if c["name"] == "language"]
        assert len(conditions) == len(languages) <= 1, entry
        language = languages[0] if languages else DEFAULT
        assert language not in found, f"two texts for {language}"
        found[language] = entry["text"]
    return found


def test_every_response_is_defined_once() -> None:
    names = [
        name
        for path in [*RESPONSES, PROJECT / "domain.yml"]
        for name in re.findall(r"^  (utter_\w+):", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]

    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert set(names) == set(TEXTS)


def test_every_response_is_used_and_every_one_that_is_used_exists() -> None:
    in_rules = {step["action"] for step in RULES if step.get("action", "").startswith("utter_")}
    in_actions = set(re.findall(r'"(utter_\w+)"', PYTHON))

    assert in_rules | in_actions == set(TEXTS)


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_exists_in_three_languages_and_in_their_script(name: str) -> None:
    texts = by_language(TEXTS[name])

    assert set(texts) == set(LANGUAGES)
    assert simplify(texts["zh-Hans"]) == texts["zh-Hans"]
    assert HAN.search(texts["zh-Hans"])
    assert simplify(texts["zh-Hant"]) != texts["zh-Hant"]
    assert not HAN.search(texts["en"])


@pytest.mark.parametrize("name", TEXTS)
def test_the_languages_of_a_text_have_the_same_gaps_to_fill(name: str) -> None:
    texts = by_language(TEXTS[name])

    gaps = {language: set(re.findall(r"{(\w+)}", text)) for language, text in texts.items()}

    assert len(set(map(frozenset, gaps.values()))) == 1, gaps


def test_no_text_is_for_one_channel_alone() -> None:
    # It would beat the text for the founder's language.
    assert [name for name, texts in TEXTS.items() if any("channel" in text for text in texts)] == []


def test_no_text_is_in_the_domain() -> None:
    assert "responses" not in DOMAIN


@pytest.mark.parametrize("name", DOMAIN["actions"])
def test_every_action_has_its_file_its_class_and_a_caller(name: str) -> None:
    module = importlib.import_module(f"actions.{name.removeprefix('action_')}")
    class_name = "".join(word.capitalize() for word in name.split("_"))

    action = getattr(module, class_name)()

    assert action.name() == name
    in_rules = {step.get("action") for step in RULES}
    assert name in in_rules or len(re.findall(rf"\b{class_name}\(\)", PYTHON)) > 0


def test_every_action_class_is_in_the_domain() -> None:
    classes = re.findall(r"^class (Action\w+)\(Action\)", PYTHON, re.MULTILINE)

    assert {re.sub("(?<!^)([A-Z])", r"_\1", name).lower() for name in classes} == set(
        DOMAIN["actions"]
    )


def test_every_intent_has_examples_and_one_rule() -> None:
    examples = [
        entry["intent"]
        for path in sorted((PROJECT / "nlu").glob("*.yml"))
        for entry in read(path).get("nlu", [])
        if "intent" in entry
    ]
    ruled = [step["intent"] for step in RULES if "intent" in step]

    assert set(examples) == INTENTS
    assert Counter(ruled) == Counter([*INTENTS, FALLBACK])


def test_every_rule_is_one_intent_and_one_action() -> None:
    # bot/processor.py ends a turn after its first action.
    for rule in read(PROJECT / "stories" / "rules.yml")["rules"]:
        assert [next(iter(step)) for step in rule["steps"]] == ["intent", "action"], rule["rule"]


def test_every_rule_names_what_exists() -> None:
    actions = {step["action"] for step in RULES if "action" in step}

    assert actions <= set(DOMAIN["actions"]) | set(TEXTS)


def test_every_choice_that_actions_offer_leads_to_an_intent() -> None:
    offered = set(re.findall(r'\.offer\([^,]+, "(\w+)"', PYTHON))

    assert offered
    assert offered <= INTENTS


def test_every_slot_that_actions_read_exists() -> None:
    read_slots = set(re.findall(r'(?:\.slot|get_slot)\("(\w+)"\)', PYTHON))
    # Kept together in one slot (actions/turn.py).
    parts = {"options", "listed", "shown", "asked_district", "asking"}

    assert read_slots - parts <= set(DOMAIN["slots"])
