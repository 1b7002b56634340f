"""A founder tells a situation: list at once what may fit."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import RANKED, understand
from actions.find_measures import ActionFindMeasures, not_answered
from actions.turn import Turn
from knowledge.fitting import fitting
from knowledge.models import Provision

_SURE, _FAR_OUT = 0.85, 0.9


class ActionMatchSituation(Action):
    """Up to five provisions by kind of help, each with whom it is for; duties are left out."""

    def name(self) -> str:
        return "action_match_situation"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        asked = understand(turn)
        if asked.decision in ("decline", "no_subject", "unsure"):
            if asked.elsewhere or not _tells_of_themselves(turn):
                return not_answered(turn, asked)
            return _ask_what_is_needed(turn)
        if asked.sure or asked.provisions[0].kind == "duty":
            # One thing is told and nothing else could be meant: its card says more than a list.
            return await ActionFindMeasures().run(dispatcher, tracker, domain)
        found = fitting(turn.knowledge, turn.content.search.find(turn.text, 2 * RANKED))
        if not found.ranked:
            return not_answered(turn, asked)
        turn.say("utter_fit")
        listed: list[Provision] = []
        for kind, provisions in found.groups:
            heading = turn.policy.helps[kind].name[turn.language]
            turn.show_lines(heading, _lines(turn, provisions, len(listed)))
            listed += provisions
        if found.apart:
            heading = turn.label("fit_apart").format(hotline=turn.hotline())
            turn.show_lines(heading, _lines(turn, found.apart, len(listed)))
            listed += found.apart
        turn.offer_provisions(listed)
        turn.offer(turn.label("show_human"), "ask_human")
        best = found.ranked[0]
        return turn.end(
            "result",
            listed=True,
            focus=best.id,
            found=[provision.id for provision in found.ranked],
            shown=len(listed),
        )


def _tells_of_themselves(turn: Turn) -> bool:
    """Whether the message is a founder's own story, even if nothing in it says what they need."""
    elsewhere = turn.content.search.find(turn.text).out_of_scope
    return turn.intent_confidence("ask_fit") > _SURE and elsewhere < _FAR_OUT


def _ask_what_is_needed(turn: Turn) -> list[EventType]:
    turn.say("utter_which_help")
    for topic in turn.policy.topics.values():
        turn.offer(topic.name[turn.language], "ask_topics", topic=topic.id)
    return turn.end("choices", listed=True, found=[], shown=0)


def _lines(turn: Turn, provisions: tuple[Provision, ...], before: int) -> list[str]:
    """A numbered line each: what it is, and why it may fit."""
    return [
        turn.label("fit_entry").format(
            number=number,
            name=provision.name[turn.language],
            provision=turn.knowledge.short_id(provision),
            reason=_reason(turn, provision),
        )
        for number, provision in enumerate(provisions, start=before + 1)
    ]


def _reason(turn: Turn, provision: Provision) -> str:
    given = provision.reason.get(turn.language)
    if given:
        return given
    comma = ", " if turn.language == "en" else "、"
    audiences = turn.knowledge.policies[provision.policy].audiences
    names = comma.join(audiences[a].name[turn.language] for a in provision.audience)
    return turn.label("fit_for").format(audience=names)
