"""People in a conversation: who owns it, letters, call backs, and what staff look at."""
