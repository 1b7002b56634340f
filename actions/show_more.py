"""Show more of what was found."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import understand
from actions.find_measures import ActionFindMeasures
from actions.turn import Turn

# A message is short: three more at a time.
MORE = 3


class ActionShowMore(Action):
    """The next of the last list, as choices."""

    def name(self) -> str:
        return "action_show_more"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        if turn.text and understand(turn).decision == "answer":
            # "Anything else on tax?" brings its own subject.
            return await ActionFindMeasures().run(dispatcher, tracker, domain)
        found, shown = turn.found, int(turn.slot("shown") or 0)
        more = found[shown : shown + MORE]
        if not more:
            turn.say("utter_no_more" if found else "utter_ask_subject")
            turn.offer(turn.label("show_topics"), "ask_topics")
            return turn.end("choices", listed=True)
        turn.say("utter_more")
        turn.offer_provisions(more)
        if len(found) > shown + MORE:
            turn.offer(turn.label("show_related"), "ask_more")
        return turn.end("choices", listed=True, shown=shown + len(more))
