"""The policy that remembers: same rules, same predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.generator import TrainingDataGenerator
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.utils.log_utils import configure_structlog

from knowledge.storage import ROOT
from nlu.components.rules import TurnRulePolicy

PROJECT = ROOT.parent
SETTINGS = {
    "core_fallback_threshold": 0.3,
    "core_fallback_action_name": "action_find_measures",
    "enable_fallback_prediction": True,
}


@pytest.fixture(scope="module")
def project() -> tuple[Domain, list[Any]]:
    """The domain and the rules as training sees them."""
    configure_structlog()  # Without it every prediction is printed.
    importer = TrainingDataImporter.load_from_config(
        str(PROJECT / "config.yml"),
        str(PROJECT / "domain.yml"),
        [str(PROJECT / "nlu" / "responses"), str(PROJECT / "stories")],
    )
    domain = importer.get_domain()
    trackers = TrainingDataGenerator(
        importer.get_stories(),
        domain,
        augmentation_factor=0,
        use_story_concatenation=False,
    ).generate()
    return domain, trackers


@pytest.fixture(scope="module")
def policies(
    project: tuple[Domain, list[Any]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[RulePolicy, TurnRulePolicy]:
    def trained(kind: type[RulePolicy]) -> RulePolicy:
        storage = LocalModelStorage(Path(tmp_path_factory.mktemp(kind.__name__)))
        context = ExecutionContext(GraphSchema({}), "tests")
        settings = {**kind.get_default_config(), **SETTINGS}
        policy = kind.create(settings, storage, Resource("rules"), context)
        policy.train(project[1], project[0])
        return policy

    return trained(RulePolicy), trained(TurnRulePolicy)


def _tracker(domain: Domain, *events: Event) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("someone", list(events), domain.slots)


def _said(intent: str) -> UserUttered:
    return UserUttered("text", {"name": intent, "confidence": 1.0})


def _predicted(policy: RulePolicy, domain: Domain, *events: Event) -> str:
    probabilities = policy.predict_action_probabilities(
        _tracker(domain, *events), domain, None
    ).probabilities
    return str(domain.action_names_or_texts[probabilities.index(max(probabilities))])


def test_every_intent_leads_where_rasas_own_policy_leads(
    project: tuple[Domain, list[Any]], policies: tuple[RulePolicy, TurnRulePolicy]
) -> None:
    domain, _ = project
    rasas, ours = policies
    listen = ActionExecuted("action_listen")
    for intent in [*domain.intents, "nlu_fallback"]:
        events: list[Event] = [listen, _said(intent)]
        first = _predicted(rasas, domain, *events)
        # Twice, since the second time it is remembered.
        assert [_predicted(ours, domain, *events) for _ in range(2)] == [first, first]
        events.append(ActionExecuted(first))
        then = _predicted(rasas, domain, *events)
        assert [_predicted(ours, domain, *events) for _ in range(2)] == [then, then]


def test_every_intent_of_the_domain_has_a_rule(
    project: tuple[Domain, list[Any]], policies: tuple[RulePolicy, TurnRulePolicy]
) -> None:
    domain, _ = project
    listen = ActionExecuted("action_listen")
    # Rasa answers these itself.
    own = {"restart", "back", "session_start", "nlu_fallback"}
    for intent in set(domain.intents) - own:
        events = [listen, _said(intent)]
        tracker = _tracker(domain, *events)
        prediction = policies[1].predict_action_probabilities(tracker, domain, None)
        assert max(prediction.probabilities) == 1.0, intent


def test_a_turn_of_known_shape_is_remembered(
    project: tuple[Domain, list[Any]], policies: tuple[RulePolicy, TurnRulePolicy]
) -> None:
    domain, _ = project
    _, ours = policies
    listen = ActionExecuted("action_listen")
    _predicted(ours, domain, listen, _said("ask_contact"))
    known = len(ours._seen)
    _predicted(ours, domain, listen, _said("ask_contact"))
    assert len(ours._seen) == known > 0


def test_a_slot_that_does_not_influence_the_conversation_changes_nothing(
    project: tuple[Domain, list[Any]], policies: tuple[RulePolicy, TurnRulePolicy]
) -> None:
    domain, _ = project
    rasas, ours = policies
    events = [SlotSet("focus", "sz-2016/6.2"), ActionExecuted("action_listen"), _said("ask_more")]
    assert _predicted(ours, domain, *events) == _predicted(rasas, domain, *events)


def test_a_second_turn_goes_the_normal_way(
    project: tuple[Domain, list[Any]], policies: tuple[RulePolicy, TurnRulePolicy]
) -> None:
    domain, _ = project
    rasas, ours = policies
    listen = ActionExecuted("action_listen")
    events = [listen, _said("greet"), ActionExecuted("utter_greet"), listen, _said("ask_contact")]
    known = dict(ours._seen)
    assert _predicted(ours, domain, *events) == _predicted(rasas, domain, *events)
    assert ours._seen == known
