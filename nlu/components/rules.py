"""Rasa's RulePolicy, which remembers what the rules say to a turn it has seen the like of."""

from __future__ import annotations

from typing import Any

from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

_Found = tuple[str | None, str | None, bool]


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class TurnRulePolicy(RulePolicy):
    """Same rules, same predictions. A tracker of one turn is known by its intent and the actions
    run since; matching it against every rule twice a turn takes longer than all else in Rasa.

    Anything longer or richer (a second turn as in `rasa shell`, a loop, a slot that influences
    the conversation, intents that use entities) goes the normal way.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._seen: dict[tuple[str, ...], _Found] = {}

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> _Found:
        if use_text_for_last_user_input and not self._has_rules_for_texts():
            return None, None, False
        key = None if use_text_for_last_user_input else self._key(tracker, domain)
        if key is None:
            found: _Found = super()._find_action_from_rules(
                tracker, domain, use_text_for_last_user_input
            )
            return found
        if key not in self._seen:
            self._seen[key] = super()._find_action_from_rules(tracker, domain, False)
        return self._seen[key]

    def _has_rules_for_texts(self) -> bool:
        return any('"user": {"text"' in rule for rule in self.lookup.get(RULES, {}))

    def _key(self, tracker: DialogueStateTracker, domain: Domain) -> tuple[str, ...] | None:
        if tracker.active_loop_name or tracker.latest_message is None:
            return None
        intent = tracker.latest_message.intent_name or ""
        if domain.intent_properties.get(intent, {}).get("used_entities"):
            return None
        actions: list[str] = []
        turns = 0
        for event in tracker.events:
            if isinstance(event, UserUttered):
                turns += 1
            elif isinstance(event, ActionExecuted):
                actions.append(str(event.action_name))
            elif isinstance(event, SlotSet) and tracker.slots[event.key].influence_conversation:
                return None
        return (intent, *actions) if turns == 1 else None
