"""Say whether a provision still holds and what has changed since."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import with_focus
from actions.turn import Turn


class ActionCheckValidity(Action):
    """The candour about the whole policy, then what is known of the provision."""

    def name(self) -> str:
        return "action_check_validity"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        asked = with_focus(turn)
        policy = turn.policy
        response = "utter_validity" if policy.register else "utter_validity_no_register"
        turn.say(
            response,
            title=policy.title[turn.language],
            date=policy.date,
            register=policy.register or "",
            hotline=turn.hotline(),
        )
        if asked.decision != "answer":
            turn.show_policy_changes()
            turn.offer(turn.label("show_topics"), "ask_topics")
            return turn.end("status")
        for provision in asked.provisions:
            turn.show(provision, "status")
            if not turn.knowledge.changes_of(provision):
                turn.say("utter_no_change")
        first = asked.provisions[0]
        turn.offer_follow(f"measure:{first.policy}/{first.measure}")
        turn.offer_next(first, "show_validity")
        found = [provision.id for provision in asked.ranked]
        return turn.end("status", focus=first.id, found=found, shown=len(asked.provisions))
