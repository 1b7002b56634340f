"""The founder asks for an amount, a rate, a deadline, a form: what the text says, and what not."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import with_focus
from actions.find_measures import not_answered
from actions.turn import Turn
from knowledge.models import Provision

# Numbers of documents are no figures that a founder could ask for.
_NUMBERED_DOCUMENTS = re.compile("《[^》]*》|〔\\d{4}〕\\d+号|（责任单位：[^）]*）")
_FIGURES = re.compile(r"\d|[一二三四五六七八九十]+[年月日个万%]")


class ActionAnswerSpecifics(Action):
    """The provision, and one plain sentence where it gives no figure; nothing is filled in."""

    def name(self) -> str:
        return "action_answer_specifics"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        asked = with_focus(turn)
        if asked.decision != "answer":
            return not_answered(turn, asked)
        first = asked.provisions[0]
        turn.say("utter_figures" if has_figures(first) else "utter_no_figure")
        for provision in asked.provisions:
            turn.show(provision)
        turn.offer_next(first)
        found = [provision.id for provision in asked.ranked]
        return turn.end("answer", focus=first.id, found=found, shown=len(asked.provisions))


def has_figures(provision: Provision) -> bool:
    """Whether the official words hold a figure at all."""
    return bool(_FIGURES.search(_NUMBERED_DOCUMENTS.sub("", provision.quote)))
