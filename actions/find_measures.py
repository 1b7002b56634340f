"""Find what the policy has for what the founder says."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import Asked, best_of_close, understand, with_focus
from actions.hand_over import hand_over
from actions.list_topics import list_topic
from actions.profiling import answer_to_ask
from actions.turn import Turn
from knowledge.models import Provision

_SOCIAL = ("ask_human", "greet", "thank", "goodbye", "affirm", "deny", "ask_bot", "react")
# Then a question that says nothing but a topic's name gets the topic.
_IN_DOUBT = ("unsure", "decline")
_CHATTING = 0.5
_MAY_WANT_A_PERSON = 0.25


class ActionFindMeasures(Action):
    """Answer with what fits; ask back between close ones; decline what is not there."""

    def name(self) -> str:
        return "action_find_measures"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        told = answer_to_ask(turn)
        if told is not None:
            return told
        asked = understand(turn)
        # What was talked about before may be over by now; the page that somebody asks from is not.
        if turn.is_about_focus and not asked.elsewhere:
            asked = with_focus(turn)
        if turn.intent == "correct_subject":
            # Who corrects us has said it twice.
            asked = best_of_close(asked, in_doubt=True)
        if asked.decision != "answer":
            return not_answered(turn, asked)
        return answered(turn, asked.provisions, asked.ranked)


def answered(turn: Turn, provisions: list[Provision], ranked: list[Provision]) -> list[EventType]:
    """The cards, and what may be asked next."""
    if len(provisions) > 1:
        turn.say("utter_several")
    for provision in provisions:
        turn.show(provision)
    first = provisions[0]
    turn.offer_next(first, *(() if len(ranked) > 1 else ("show_related",)))
    found = [provision.id for provision in ranked]
    return turn.end("answer", focus=first.id, found=found, shown=len(provisions))


def not_answered(turn: Turn, asked: Asked) -> list[EventType]:
    """Ask back, ask for the subject, or say that the policy does not cover it."""
    social = {intent: turn.intent_confidence(intent) for intent in _SOCIAL}
    if sum(social.values()) > _CHATTING:
        # None of these was likely enough by itself, but all together are.
        if social["ask_human"] > _MAY_WANT_A_PERSON:
            # To overhear such a wish is worse than to name a hotline unasked.
            return hand_over(turn)
        turn.say("utter_react")
        return turn.end("smalltalk")
    named = turn.content.topics.find(turn.text) if asked.decision in _IN_DOUBT else None
    if named is not None and not asked.elsewhere:
        policy = turn.knowledge.policies[named.policy]
        return list_topic(turn, policy, policy.topics[named.topic], turn.intent_to_repeat())
    if asked.decision in ("choose", "unsure"):
        turn.say("utter_choose" if asked.decision == "choose" else "utter_choose_unsure")
        turn.offer_provisions(asked.provisions, turn.intent_to_repeat())
        found = [provision.id for provision in asked.ranked]
        # "Who handles that?" is about the likeliest of these, not about what was left behind.
        first = asked.provisions[0].id
        return turn.end(
            "choices", listed=True, focus=first, found=found, shown=len(asked.provisions)
        )
    about = turn.focus if turn.is_about_focus else None
    if asked.decision == "no_subject" and about is not None and not asked.elsewhere:
        return answered(turn, [about], [about])
    if asked.decision == "no_subject" and not (about and asked.elsewhere):
        turn.say("utter_ask_subject")
        for topic in list(turn.policy.topics.values())[:6]:
            turn.offer(topic.name[turn.language], "ask_topics", topic=topic.id)
        return turn.end("choices", listed=True)
    if asked.elsewhere:
        place = turn.place.name[turn.language]
        turn.say("utter_decline_elsewhere", place=asked.elsewhere, home=place)
    else:
        turn.say("utter_decline", hotline=turn.hotline())
    turn.offer(turn.label("show_topics"), "ask_topics")
    turn.offer(turn.label("show_human"), "ask_human")
    return turn.end("decline")
