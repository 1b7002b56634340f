"""Inline mode: `@bot 创新券` in any chat offers cards to send. Nothing of it is kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.channels.bot_api.html import compose_card
from bot.channels.bot_api.updates import language_of
from bot.texts import Texts
from knowledge.card import Card
from knowledge.language import Language, clean, detect, has_words

logger = logging.getLogger(__name__)

_MOST_CARDS = 5
_KEPT_BY_TELEGRAM = 60  # seconds
_LONGEST_SUMMARY = 120  # characters that a list of results shows

Lookup = Callable[[str, Language, int], list[Card]]


class InlineSearch:
    """Answers inline queries; of those that come while somebody types, only the last."""

    def __init__(self, lookup: Lookup, texts: Texts) -> None:
        self._lookup, self._texts = lookup, texts
        self._one_at_a_time = asyncio.Lock()  # a founder's turn must not wait for many of these
        self._latest: dict[int, str] = {}

    async def answer(self, query: InlineQuery) -> None:
        """Send what was found, or a button that opens the private chat."""
        user, asked = query.from_user, clean(query.query)
        # What was found for some words is the same for all who type them.
        language = detect(asked) if has_words(asked) else language_of(user)
        self._latest[user.id] = query.id
        try:
            async with self._one_at_a_time:
                if self._latest.get(user.id) != query.id:
                    return
                cards = await self._find(asked, language)
            button = None if cards else "telegram_ask_me" if asked else "telegram_type"
            await query.answer(
                [_article(card) for card in cards],
                cache_time=_KEPT_BY_TELEGRAM,
                is_personal=not has_words(asked),
                button=InlineQueryResultsButton(
                    self._texts.of(button, language), start_parameter="inline"
                )
                if button
                else None,
            )
        except TelegramError as error:
            # Mostly too late: the query is gone after some seconds.
            logger.info("telegram: an inline query was not answered (%s)", type(error).__name__)
        finally:
            if self._latest.get(user.id) == query.id:
                del self._latest[user.id]

    async def _find(self, asked: str, language: Language) -> list[Card]:
        if not has_words(asked):
            return []
        found = await asyncio.to_thread(self._lookup, asked, language, _MOST_CARDS)
        return found[:_MOST_CARDS]


def _article(card: Card) -> InlineQueryResultArticle:
    summary = f"{card.labels['ended']} {card.summary}" if card.ended else card.summary
    if len(summary) > _LONGEST_SUMMARY:
        summary = summary[: _LONGEST_SUMMARY - 1] + "…"
    return InlineQueryResultArticle(
        id=card.provision,
        title=card.heading,
        description=summary,
        input_message_content=InputTextMessageContent(
            compose_card(card).html,
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        ),
    )
