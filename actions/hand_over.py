"""The founder wants a person."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn


class ActionHandOver(Action):
    """Say whom to call, or have the desk take over where there is one."""

    def name(self) -> str:
        return "action_hand_over"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        return hand_over(Turn(dispatcher, tracker))


def hand_over(turn: Turn) -> list[EventType]:
    """Ask for a person; whom to call and what else there is, where no desk is there to take it."""
    turn.effect("hand_over")
    hotline = turn.place.hotlines[turn.hotline()]
    turn.say("utter_hand_over", hotline=hotline.number, use=hotline.use[turn.language])
    if turn.focus is not None:
        turn.offer(turn.label("show_contact"), "ask_contact", provision=turn.focus.id)
    turn.offer(turn.label("show_topics"), "ask_topics")
    return turn.end("handoff")
