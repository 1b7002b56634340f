"""Answer in another language from here on."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn
from knowledge.language import LANGUAGE_NAMES, LANGUAGES, language_asked_for


class ActionSwitchLanguage(Action):
    """The language that was asked for; where that is not clear, which one."""

    def name(self) -> str:
        return "action_switch_language"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        wanted = language_asked_for(turn.text) if turn.text else turn.entity("language")
        if wanted not in LANGUAGES:
            turn.say("utter_which_language")
            for language in LANGUAGES:
                turn.offer(LANGUAGE_NAMES[language], "switch_language", language=language)
            return turn.end("smalltalk", listed=True)
        turn.say("utter_switched")
        return turn.end("smalltalk", language=wanted, preferred_language=wanted)
