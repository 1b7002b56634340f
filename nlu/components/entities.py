"""Finds the names that the knowledge base knows, and figures, as Rasa entities."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from knowledge.language import fold
from knowledge.live import LIBRARY


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class KnowledgeEntityExtractor(GraphComponent):
    """Units, documents, districts, terms, places, money, dates and measure numbers (spaCy).

    Not trained: a name that is added to the content is found after a reload.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> KnowledgeEntityExtractor:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            if text.startswith(INTENT_MESSAGE_PREFIX):
                continue
            # Folding keeps the length of nearly every text; where it does not, positions count
            # in the folded text and are cut at the end of what was written.
            exact = len(fold(text)) == len(text)
            found = [
                {
                    "entity": entity.kind,
                    "value": entity.value,
                    "start": entity.start if exact else min(entity.start, len(text)),
                    "end": entity.end if exact else min(entity.end, len(text)),
                    "extractor": type(self).__name__,
                }
                for entity in LIBRARY.content.entities.find(text)
            ]
            message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages
