"""Each channel: what it receives, how it answers, what it refuses."""
