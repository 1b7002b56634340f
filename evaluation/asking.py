"""Ask the whole bot, each question in a conversation of its own, and note how sure it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rasa.core.channels.channel import UserMessage as RasaMessage

from bot.commands.session import conversations
from bot.message import Turn, UserMessage
from bot.processor import TurnProcessor
from bot.settings import Settings
from bot.tracker_store import TurnTrackers
from evaluation.questions import Question
from knowledge.entities import EntityFinder
from knowledge.judgement import evidence
from knowledge.live import LIBRARY
from knowledge.models import Knowledge
from knowledge.search import Found

_RANKED = 8


@dataclass(frozen=True)
class Answer:
    """A question with the turn that answered it, and what the layers under it said.

    `against`: the evidence that the policy does not cover it, as knowledge/judgement.py weighs it.
    """

    question: Question
    turn: Turn
    found: Found
    against: float

    @property
    def confidence(self) -> float:
        """How sure the search is of its first provision, 0 to 1."""
        return self.found.matches[0].score if self.found.matches else 0.0

    def right(self, places: int = 1) -> bool:
        """Whether a right provision is among the first `places` that the turn names."""
        named = [identity.partition("/")[2] for identity in self.turn.provisions[:places]]
        return any(number in named for number in self.question.provisions)


async def ask_all(
    settings: Settings, questions: Sequence[Question], tell: Callable[[int], None]
) -> list[Answer]:
    """The answers in the order of the questions; `tell` hears how many there are so far."""
    answers = []
    async with conversations(settings) as talk:
        content = LIBRARY.content
        processor = TurnProcessor(settings.model, TurnTrackers(), None)
        for number, question in enumerate(questions, start=1):
            conversation = f"evaluation:{number}"
            await talk.create(conversation)
            turn = await talk.handle(UserMessage(conversation, "1", question.text))
            found = content.search.find(question.text, _RANKED)
            parsed = await processor.parse_message(RasaMessage(question.text, metadata={}))
            ranking = parsed.get("intent_ranking", [])
            intent = next((r["confidence"] for r in ranking if r["name"] == "out_of_scope"), 0.0)
            elsewhere = names_elsewhere(content.entities, content.knowledge, question.text)
            against = evidence(found, intent, elsewhere) if found.matches else 0.0
            answers.append(Answer(question, turn, found, against))
            tell(number)
    return answers


def names_elsewhere(entities: EntityFinder, knowledge: Knowledge, text: str) -> bool:
    """Whether a question names a place that is not the policy's, and not the policy's own."""
    found = entities.find(text)
    if any(entity.kind in ("home", "district") for entity in found):
        return False
    partner = {e.id: e.partner for place in knowledge.places.values() for e in place.elsewhere}
    return any(e.kind == "place" and not partner.get(e.value, True) for e in found)
