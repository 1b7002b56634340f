"""The sentences of the channels themselves, in three scripts."""

from __future__ import annotations

from pathlib import Path

from bot.texts import Texts

_FILE = Path(__file__).with_name("texts.yml")


def channel_texts() -> Texts:
    """Read anew; whoever needs them is given them."""
    return Texts.read(_FILE)
