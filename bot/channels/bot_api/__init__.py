"""Telegram's Bot API: what bot/channels/telegram.py is made of."""
