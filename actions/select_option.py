"""The founder picks from what was offered: "2", "the second one", "the loan one"."""

from __future__ import annotations

import copy
import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.calculate_deduction import ActionCalculateDeduction
from actions.check_validity import ActionCheckValidity
from actions.find_contact import ActionFindContact
from actions.find_measures import ActionFindMeasures
from actions.follow import ActionFollow
from actions.hand_over import ActionHandOver
from actions.list_topics import ActionListTopics
from actions.match_situation import ActionMatchSituation
from actions.show_more import ActionShowMore
from actions.show_original import ActionShowOriginal
from actions.summing import SUM_LABELS
from actions.switch_language import ActionSwitchLanguage
from actions.take_district import ActionTakeDistrict
from actions.turn import Turn
from actions.unfollow import ActionUnfollow
from knowledge.cards import menu_entry
from knowledge.picking import named_place, ordinal

# What a choice's payload leads to; the same as stories/rules.yml says for the intent.
_FOLLOWED_BY: dict[str, type[Action]] = {
    "ask_measure": ActionFindMeasures,
    "ask_contact": ActionFindContact,
    "ask_original": ActionShowOriginal,
    "ask_validity": ActionCheckValidity,
    "ask_topics": ActionListTopics,
    "ask_more": ActionShowMore,
    "ask_human": ActionHandOver,
    "switch_language": ActionSwitchLanguage,
    "inform_district": ActionTakeDistrict,
    "ask_fit": ActionMatchSituation,
    "follow": ActionFollow,
    "unfollow": ActionUnfollow,
    "ask_calculation": ActionCalculateDeduction,
}

_LABELS = {
    "ask_original": "show_original",
    "ask_contact": "show_contact",
    "ask_validity": "show_validity",
    "ask_more": "show_related",
    "ask_human": "show_human",
    "ask_topics": "show_topics",
    "follow": "show_follow",
}
_PROFILE_LABELS = {"none": "fit_none", "skip": "fit_skip", "why": "fit_ask_why", "save": "fit_save"}


class ActionSelectOption(Action):
    """Do what the chosen option says, as if it had been tapped."""

    def name(self) -> str:
        return "action_select_option"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        payload = _meant(turn)
        if payload is not None:
            return await follow(payload, dispatcher, tracker, domain)
        if turn.entities("provision") or turn.entities("measure"):
            # 第二十五条 is no place in a shorter list, but a measure of the policy.
            return await ActionFindMeasures().run(dispatcher, tracker, domain)
        if turn.slot("options"):
            turn.say("utter_option_unknown")
            turn.options += [(_title(turn, *option), option[1]) for option in turn.slot("options")]
            return turn.end("choices", listed=bool(turn.slot("listed")))
        # Nothing was offered: "the second one" of what? The words may still be a question.
        return await ActionFindMeasures().run(dispatcher, tracker, domain)


async def follow(
    payload: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
) -> list[EventType]:
    """Run what a payload such as `/ask_contact{"provision": "sz-2016/6.2"}` leads to."""
    intent, entities = _read(payload)
    tapped = copy.copy(tracker)
    tapped.latest_message = {
        "text": payload,
        "intent": {"name": intent, "confidence": 1.0},
        "entities": [{"entity": kind, "value": value} for kind, value in entities.items()],
    }
    events: list[EventType] = await _FOLLOWED_BY[intent]().run(dispatcher, tapped, domain)
    return events


def _read(payload: str) -> tuple[str, dict[str, str]]:
    """The intent and the entities that a payload names."""
    intent, brace, rest = payload.removeprefix("/").partition("{")
    return intent, json.loads(brace + rest) if brace else {}


def _title(turn: Turn, title: str, payload: str) -> str:
    """What an option is called in the language of this turn; the last one may have been another."""
    intent, named = _read(payload)
    district = turn.place.districts.get(named.get("district", ""))
    follow = named.get("follow", "")
    topic = turn.policy.topics.get(named.get("topic", "") or _topic_of(follow))
    provision = turn.knowledge.provision(named.get("provision", ""))
    facts = {fact.id: fact for ask in turn.policy.asks for fact in ask.facts}
    label = district or topic or facts.get(named.get("fact", ""))
    if label is not None:
        return label.name[turn.language]
    if provision is not None and turn.slot("listed"):
        return menu_entry(turn.knowledge, provision, turn.language)
    for kind in _PROFILE_LABELS.keys() & named.keys():
        return turn.label(_PROFILE_LABELS[kind])
    if follow == "all" and intent == "follow":
        return turn.label("follow_all")
    if named.get("sum", "") in SUM_LABELS:
        return turn.label(SUM_LABELS[named["sum"]])
    return turn.label(_LABELS[intent]) if intent in _LABELS else title


def _topic_of(follow: str) -> str:
    return follow.rpartition("/")[2] if follow.startswith("topic:") else ""


def _meant(turn: Turn) -> str | None:
    options: list[tuple[str, str]] = [
        (title, payload) for title, payload in turn.slot("options") or []
    ]
    found = [_payload(p.id) for p in turn.found]
    if not turn.slot("listed") and (turn.entities("measure") or turn.entities("provision")):
        return None  # 第三条 is a measure where no list was shown
    if not turn.slot("listed") and found and not turn.text.strip().isdigit():
        # "The second one" of what was found, not of the buttons under a card.
        index = ordinal(turn.text, len(found))
        return found[index] if index is not None else None
    if named_place(turn.text) is not None:
        index = ordinal(turn.text, len(options))
        return options[index][1] if index is not None else None
    return _by_subject(turn, [payload for _, payload in options])


def _by_subject(turn: Turn, payloads: list[str]) -> str | None:
    """ "The loan one": the option that a search for the words ranks first."""
    ranking = turn.content.search.find(turn.text, limit=len(turn.knowledge.provisions)).matches
    for match in ranking[: len(ranking) // 4]:
        for payload in payloads:
            if f'"{match.provision}"' in payload:
                return payload
    return None


def _payload(provision: str) -> str:
    return "/ask_measure" + json.dumps({"provision": provision})
