"""Rasa's message processor, less what a turn of ours does not need."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from rasa.core.actions.action import Action, RemoteAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.graph_runner import SequentialGraphRunner


class TurnProcessor(MessageProcessor):
    """Same steps, same results, in a third less time (docs/adr/0001 has the figures).

    Rasa copies the tracker before each action, in case the action refuses to run, and all events
    twice for debug lines that nobody prints. Our actions never refuse, and a tracker lives for
    one turn. An action that fails fails the turn: Rasa would log it and say nothing.
    """

    def __init__(self, model: Path, trackers: TrackerStore, actions: EndpointConfig | None) -> None:
        nlg = TemplatedNaturalLanguageGenerator({})
        super().__init__(model, trackers, InMemoryLockStore(), nlg, actions)
        trackers.domain = self.domain
        nlg.responses = self.domain.responses
        # Asked in each turn, and answered by building an empty domain to compare with.
        self.domain.is_empty = lambda: False
        self.graph_runner: SequentialGraphRunner = SequentialGraphRunner(self.graph_runner)
        _trust_our_own_actions()

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        tracker.update_with_events(prediction.events, self.domain)
        events = await action.run(output_channel, nlg, tracker, self.domain)
        tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)
        await self.execute_side_effects(events, tracker, output_channel)
        return self.should_predict_another_action(action.name())

    @staticmethod
    def should_predict_another_action(action_name: str) -> bool:
        """Never: a turn is one action, as every rule in stories/ says (a test holds them to it).

        Rasa would run the policies once more, only to hear that it is the founder's turn.
        """
        return False

    async def run_anonymization_pipeline(self, tracker: DialogueStateTracker) -> None:
        """None: numbers are masked before a message comes here (bot/privacy.py)."""


def _trust_our_own_actions() -> None:
    # Rasa checks the result of each action against a schema, and the schema against its own,
    # which is most of a turn. What comes over the network needs that; what our own typed actions
    # hand over in the same process does not.
    RemoteAction._validate_action_result = lambda self, result: True
    # Walks through all sub-classes for every event that an action returns.
    by_type: Any = lru_cache(maxsize=64)(Event.resolve_by_type)
    Event.resolve_by_type = staticmethod(by_type)
