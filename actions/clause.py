"""The provision behind a service of this bot's own office: said where the office offers none."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.asking import understand
from actions.find_measures import not_answered
from actions.turn import Turn


def show_clause(turn: Turn, service: str, response: str) -> list[EventType]:
    """What the policy says of it and who is responsible, after a sentence on the service.

    The question may surely name another matter than the service: then that is what is shown. An
    attendant puts the service in its place where there is something to offer.
    """
    asked = understand(turn)
    behind = turn.knowledge.provision(turn.knowledge.vocabulary.clauses[service])
    another = asked.decision == "answer" and asked.sure
    found = asked.provisions if another or behind is None else [behind]
    if asked.elsewhere or not found:
        return not_answered(turn, asked)
    turn.say(response, hotline=turn.hotline())
    for provision in found:
        turn.show(provision)
    first = found[0]
    turn.offer_next(first, "show_related")
    ranked = list({each.id: each for each in [*found, *asked.ranked]}.values())
    return turn.end("answer", focus=first.id, found=[each.id for each in ranked], shown=len(found))
