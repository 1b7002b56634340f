"""Explain a term of the policy, or a document that it cites."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.find_measures import ActionFindMeasures
from actions.turn import Turn
from knowledge.models import Provision


class ActionDefineTerm(Action):
    """The definition, then where the policy uses the word; without one, a search."""

    def name(self) -> str:
        return "action_define_term"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        term = turn.knowledge.terms.get(turn.entity("term") or "")
        document = turn.knowledge.documents.get(turn.entity("document") or "")
        if term is not None:
            turn.say(
                "utter_term",
                term=term.name[turn.language],
                definition=term.definition[turn.language],
            )
            used = [turn.knowledge.provisions[identity] for identity in term.provisions]
        elif document is not None and document.id != turn.policy.document:
            title = document.title[turn.language]
            turn.say("utter_document", title=f"{title}（{document.number}）")
            used = self._citing(turn, document.id)
        else:
            # Not a word that the glossary has: it may still be asked about in other words.
            return await ActionFindMeasures().run(dispatcher, tracker, domain)
        if not used:
            return turn.end("smalltalk")
        turn.show(used[0])
        turn.offer_next(used[0], *(() if len(used) > 1 else ("show_related",)))
        found = [provision.id for provision in used]
        return turn.end("answer", focus=used[0].id, found=found, shown=1)

    def _citing(self, turn: Turn, document: str) -> list[Provision]:
        return [p for p in turn.knowledge.provisions.values() if document in p.documents]
