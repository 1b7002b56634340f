"""Says which language a message is in, as the entity `language`."""

from __future__ import annotations

from typing import Any, cast

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from knowledge.figures import without_signs
from knowledge.language import (
    DEFAULT,
    LANGUAGES,
    Language,
    detect,
    has_words,
    language_asked_for,
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LanguageDetector(GraphComponent):
    """The language that the founder asked for (`metadata["language"]`), else that of the text.

    `metadata["previous_language"]` decides where the text does not tell, as with "2".
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageDetector:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            if text.startswith(INTENT_MESSAGE_PREFIX):
                continue  # A tapped choice: the language stays what it was.
            metadata = message.get(METADATA) or {}
            intent = (message.get(INTENT) or {}).get(INTENT_NAME_KEY)
            asked_for = language_asked_for(text) if intent == "switch_language" else None
            # "In English please" is answered in English already.
            language = asked_for or metadata.get("language")
            if language not in LANGUAGES:
                previous = metadata.get("previous_language")
                default = cast(Language, previous) if previous in LANGUAGES else DEFAULT
                # "3.5M" alone is no English.
                alone = not has_words(without_signs(text))
                language = default if alone else detect(text, default)
            entity = {
                "entity": "language",
                "value": language,
                "start": 0,
                "end": len(text),
                "extractor": type(self).__name__,
            }
            message.set(ENTITIES, [*message.get(ENTITIES, []), entity], add_to_output=True)
        return messages
