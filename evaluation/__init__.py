"""How well the bot understands questions that it was never trained on: what `make eval` runs."""
