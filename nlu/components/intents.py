"""Says what the founder wants: the intent."""

from __future__ import annotations

import pickle
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from knowledge.classifier import Classifier
from knowledge.language import has_words
from knowledge.live import LIBRARY
from knowledge.picking import is_number_alone

_FILE = "intents.pickle"
_PICKS = "select_option"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TwoViewIntentClassifier(IntentClassifier, GraphComponent):
    """The same two views that search uses, character n-grams and the embedding, on intents.

    Trained from the examples under nlu/ in seconds; docs/adr/0004 says why not DIET.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"ranking_length": None}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        classifier: Classifier | None = None,
    ) -> None:
        self._config = {**self.get_default_config(), **config}
        self._storage, self._resource = model_storage, resource
        self._classifier = classifier

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TwoViewIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TwoViewIntentClassifier:
        with model_storage.read_from(resource) as folder:
            # Written by train() into the model that Rasa packed.
            classifier = pickle.loads((folder / _FILE).read_bytes())  # noqa: S301
        return cls(config, model_storage, resource, classifier)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        texts = [example.get(TEXT) for example in examples]
        labels = [example.get(INTENT) for example in examples]
        self._classifier = Classifier.train(texts, labels, LIBRARY.encoder.embed_all)
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_bytes(pickle.dumps(self._classifier))
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            # Rasa itself reads the intent of a tapped choice, which starts with the prefix.
            tapped = text.startswith(INTENT_MESSAGE_PREFIX)
            if self._classifier is None or tapped or not has_words(text):
                ranking = []
            elif is_number_alone(text):
                # It picks from a list; there is nothing in it to learn from.
                ranking = [{"name": _PICKS, "confidence": 1.0}]
            else:
                ranking = [
                    {"name": name, "confidence": score}
                    for name, score in self._classifier.rank(text, LIBRARY.encoder)
                ][: self._config["ranking_length"]]
            best = ranking[0] if ranking else {"name": None, "confidence": 0.0}
            message.set(INTENT, best, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages
