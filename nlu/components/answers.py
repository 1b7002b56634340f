"""Knows the answers to what the sum asked: figures alone say nothing of what they are for."""

from __future__ import annotations

from datetime import date
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from knowledge import replies
from knowledge.figures import is_answer, tells_a_whole_sum
from knowledge.picking import number_alone
from knowledge.reckoning import Sum

_INTENT = "ask_calculation"
_ASKING = "sum"  # what `metadata["asking"]` is when the last turn was about the sum
# A small number alone picks one of the choices below the question.
_MOST_CHOICES = 10

_IN_WORDS = (replies.passes, replies.says_nothing_earned, replies.is_done, replies.asks_why)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SumAnswers(IntentClassifier, GraphComponent):
    """A message that is figures and hardly anything else belongs to the sum that is unfinished
    (`metadata["sum"]`); a question, even with an amount in it, stays what it is. One that tells an
    investment and a taxable income has no other use."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SumAnswers:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text, metadata = message.get(TEXT) or "", message.get(METADATA) or {}
            if text.startswith(INTENT_MESSAGE_PREFIX):
                continue
            today = date.today()
            answers = metadata.get("sum") and _answers(text, metadata, today)
            if answers or tells_a_whole_sum(text, today):
                message.set(INTENT, {"name": _INTENT, "confidence": 1.0}, add_to_output=True)
        return messages


def _answers(text: str, metadata: dict[str, Any], today: date) -> bool:
    number = number_alone(text)
    if number is not None and 0 < number <= _MOST_CHOICES:
        return False
    open_still = bool(Sum.from_slot(metadata["sum"]).asks(today)[0])
    if metadata.get("asking") != _ASKING:
        return open_still and is_answer(text, today)
    said = open_still and any(says(text) for says in _IN_WORDS)
    return said or replies.starts_again(text) or is_answer(text, today)
