"""Takes back small talk where the search knows what the message is about."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from knowledge.judgement import judge
from knowledge.live import LIBRARY

_CHATTING = frozenset(
    {"greet", "thank", "goodbye", "affirm", "deny", "ask_bot", "react", "ask_human"}
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SecondLook(IntentClassifier, GraphComponent):
    """Where the classifier is not sure and the search is, a message is a question.

    "We need somebody to polish our lenses" sounds like a wish for a person, and the policy has
    something on it.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        # `sure`: above it the classifier is believed. `clear`: the least score of a provision.
        return {"sure": 0.8, "clear": 0.5}

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = {**self.get_default_config(), **config}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SecondLook:
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            intent = message.get(INTENT) or {}
            doubtful = intent.get("confidence", 1.0) < self._config["sure"]
            if intent.get("name") in _CHATTING and doubtful:
                found = LIBRARY.content.search.find(message.get(TEXT))
                clear = found.best is not None and found.best.score > self._config["clear"]
                if clear and judge(found).decision == "answer":
                    taken_back = {"name": "ask_measure", "confidence": found.matches[0].score}
                    message.set(INTENT, taken_back, add_to_output=True)
        return messages
