"""A founder tells a situation: list at once what may fit."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import RANKED, understand
from actions.find_measures import ActionFindMeasures, not_answered
from actions.profiling import (
    answer_to_ask,
    ask_what_is_needed,
    show,
    told_in,
    with_story,
)
from actions.turn import Turn
from knowledge.fitting import fitting

_CLEAR, _SURE, _FAR_OUT = 0.8, 0.85, 0.9


class ActionMatchSituation(Action):
    """Up to five provisions, what fits first, and what to ask next; duties are left out."""

    def name(self) -> str:
        return "action_match_situation"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        told = answer_to_ask(turn)
        if told is not None:
            return told
        known = with_story(turn, told_in(turn))
        asked, matched = understand(turn), turn.content.search.find(turn.text, 2 * RANKED)
        # A founder's own story, even if nothing in it says what they need.
        is_story = turn.intent_confidence("ask_fit") > _SURE and matched.out_of_scope < _FAR_OUT
        told_and_unsure = asked.decision == "unsure" and turn.entities("fact")
        if asked.decision in ("decline", "no_subject", "unsure") and not told_and_unsure:
            if asked.elsewhere or not is_story:
                return not_answered(turn, asked)
            return ask_what_is_needed(turn, known)
        clear = matched.best is not None and matched.best.score > _CLEAR
        one_thing = clear and not (turn.entities("fact") or is_story)
        if one_thing or asked.provisions[0].kind == "duty":
            # Nothing is told and nothing else could be meant: its card says more than a list.
            return await ActionFindMeasures().run(dispatcher, tracker, domain)
        found = fitting(turn.knowledge, matched)
        if not found.ranked:
            return not_answered(turn, asked)
        turn.say("utter_fit")
        return show(turn, known, found.ranked)
