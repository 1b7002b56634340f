"""Rasa graph components: language, intents, entities, second look, rules."""
