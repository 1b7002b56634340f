"""Channels: one file each, and what they share in base.py."""
