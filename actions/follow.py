"""The founder wants to be told when something changes."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import understand
from actions.turn import Turn
from knowledge.language import fold
from knowledge.models import Measure, Topic

EVERYTHING = re.compile(
    r"全部|所有|整份|整个政策|整個政策|成份|什么都|甚麼都|乜都"
    r"|\b(everything|anything in|all|whole)\b",
    re.IGNORECASE,
)
_MOST_MEASURES = 3
# What was talked about, and nothing named anew.
THIS = re.compile(
    r"这[条款个项]|此[条项]|[這呢][條款個項]|\b(this|that|it|the one)\b", re.IGNORECASE
)


class ActionFollow(Action):
    """Follow what is named, found or in focus; else ask what."""

    def name(self) -> str:
        return "action_follow"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        key = turn.entity("follow") or _named(turn)
        if key is None:
            return _ask(turn)
        # An attendant says that it is done; without one there is nobody to do it.
        turn.effect("follow", what=key)
        turn.say("utter_cannot_follow")
        _offer_wider(turn, key)
        return turn.end("status")


def measure_key(turn: Turn, measure: Measure) -> str:
    """How an attendant is told of a measure (bot/secretary/follow.py)."""
    policy = turn.knowledge.provisions[measure.provisions[0]].policy
    return f"measure:{policy}/{measure.number}"


def measure_named(turn: Turn) -> Measure | None:
    """The measure that is named, found, or was talked about; None where it is not clear which."""
    focus = turn.focus
    if focus is not None and THIS.search(turn.text) and not turn.entities("measure"):
        return turn.knowledge.measure_of(focus)
    found = _found(turn)
    if len(found) == 1:
        return found[0]
    return turn.knowledge.measure_of(focus) if focus is not None else None


def _found(turn: Turn) -> list[Measure]:
    """What the words may be about: one measure where that is clear."""
    asked = understand(turn)
    measures = [turn.knowledge.measure_of(provision) for provision in asked.provisions]
    found = list({measure.provisions[0]: measure for measure in measures}.values())
    return found[:1] if asked.decision == "answer" and asked.sure else found


def topic_named(turn: Turn) -> Topic | None:
    """A topic that is called by its name, or by one of the names in it."""
    text = fold(turn.text)
    for topic in turn.policy.topics.values():
        names = {part for name in topic.name.values() for part in _parts(name)}
        if any(_contains(text, name) for name in names):
            return topic
    return None


def _parts(name: str) -> list[str]:
    """ "贷款与担保" as 贷款与担保, 贷款 and 担保."""
    return [fold(part).strip() for part in [name, *re.split(r"[与、和,]|\band\b", name)]]


def _contains(text: str, name: str) -> bool:
    if not name.isascii():
        return name in text
    return re.search(rf"\b{re.escape(name.removesuffix('s'))}s?\b", text) is not None


def _named(turn: Turn) -> str | None:
    measures = turn.entities("measure") or turn.entities("provision")
    if not measures and turn.text:
        topic = topic_named(turn)
        if topic is not None:
            return f"topic:{turn.policy.id}/{topic.id}"
        if EVERYTHING.search(turn.text):
            return "all"
    measure = measure_named(turn)
    return measure_key(turn, measure) if measure is not None else None


def _offer_wider(turn: Turn, key: str) -> None:
    """From a measure to its topic, and to everything."""
    if key.startswith("measure:"):
        about = turn.knowledge.about(key.removeprefix("measure:"))
        if about:
            policy = turn.knowledge.policies[about[0].policy]
            topic = policy.topics[about[0].topics[0]]
            title = turn.label("follow_topic").format(topic=topic.name[turn.language])
            turn.offer(title, "follow", follow=f"topic:{policy.id}/{topic.id}")
    if key != "all":
        turn.offer(turn.label("follow_all"), "follow", follow="all")


def _ask(turn: Turn) -> list[EventType]:
    """It is not clear what: a measure that may be meant, a topic, or everything."""
    turn.say("utter_follow_what")
    for measure in _found(turn)[:_MOST_MEASURES]:
        turn.offer(measure.title[turn.language], "follow", follow=measure_key(turn, measure))
    turn.offer(turn.label("follow_all"), "follow", follow="all")
    for topic in turn.policy.topics.values():
        key = f"topic:{turn.policy.id}/{topic.id}"
        turn.offer(topic.name[turn.language], "follow", follow=key)
    return turn.end("choices", listed=True, found=[], shown=0)
