"""Rasa graph components: language, intents, entities, rules."""
