"""The stock side's action server."""
