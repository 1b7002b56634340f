"""What the parts of our side cost by themselves; each measurement is a process of its own.

`python -m benchmarks.inside build` builds the search into the data folder's cache;
`parts` times embedding, search and NLU for the texts given; `tripled` builds the search over
three times as many questions and ranks the texts given. Texts come as JSON, figures go out as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import replace

from rasa.core.channels.channel import UserMessage as RasaMessage

from benchmarks.questions import content
from bot.commands.session import conversations
from bot.message import UserMessage
from bot.processor import TurnProcessor
from bot.settings import Settings
from bot.tracker_store import TurnTrackers
from knowledge.encoder import Encoder
from knowledge.language import detect
from knowledge.live import LIBRARY
from knowledge.models import Knowledge
from knowledge.search import Search

# Small talk around a question: other text, so nothing made from the original serves it.
_BEFORE = {"en": ("Hello there, ", "Quick one: "), "zh": ("请问一下，", "你好，我想知道，")}
_AFTER = {"en": (" Thank you", " please advise"), "zh": ("，谢谢了", "，麻烦讲讲")}


def build(settings: Settings) -> dict[str, float]:
    """Seconds to build the search, which is kept in the cache."""
    started = time.perf_counter()
    Search.build(content(), Encoder(), settings.cache_dir)
    return {"seconds": time.perf_counter() - started}


def parts(settings: Settings, texts: list[str]) -> dict[str, list[float]]:
    """Milliseconds per text of embedding, search and NLU, and of a whole turn.

    One embedding serves search and NLU, as in a turn; NLU is Rasa's own run of the pipeline:
    intents, language, entities, fallback. Parts and turns take turns, on different texts, so that
    both meet the same caches and the same clock.
    """
    taken: dict[str, list[float]] = {"embed": [], "search": [], "nlu": [], "turn": []}

    async def take() -> None:
        async with conversations(settings) as talk:
            search, encoder = LIBRARY.content.search, LIBRARY.encoder
            processor = TurnProcessor(settings.model, TurnTrackers(), None)
            half = len(texts) // 2
            for number, (text, other) in enumerate(zip(texts[:half], texts[half:], strict=False)):
                message = RasaMessage(text, metadata={})
                marks = [time.perf_counter()]
                encoder.embed(text)
                marks.append(time.perf_counter())
                search.find(text)
                marks.append(time.perf_counter())
                await processor.parse_message(message)
                marks.append(time.perf_counter())
                await talk.create(f"line:{number}")
                turn = await talk.handle(UserMessage(f"line:{number}", "1", other))
                json.dumps(turn.to_json(), ensure_ascii=False)
                marks.append(time.perf_counter())
                for name, start, end in zip(taken, marks, marks[1:], strict=False):
                    taken[name].append((end - start) * 1000)

    asyncio.run(take())
    return taken


def tripled(texts: list[str]) -> dict[str, object]:
    """Seconds to build, how many questions that were, and milliseconds to rank each text."""
    knowledge = _tripled(content())
    started = time.perf_counter()
    encoder = Encoder()
    search = Search.build(knowledge, encoder)
    seconds = time.perf_counter() - started
    ms = []
    for text in texts:
        started = time.perf_counter()
        search.find(text)
        ms.append((time.perf_counter() - started) * 1000)
    count = sum(len(p.questions) for p in knowledge.provisions.values())
    aside = len(knowledge.out_of_scope) + len(knowledge.no_subject)
    return {"seconds": seconds, "questions": count + aside, "ms": ms}


def _tripled(knowledge: Knowledge) -> Knowledge:
    return replace(
        knowledge,
        provisions={
            identity: replace(provision, questions=_varied(provision.questions))
            for identity, provision in knowledge.provisions.items()
        },
        out_of_scope=_varied(knowledge.out_of_scope),
        no_subject=_varied(knowledge.no_subject),
    )


def _varied(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Each text and two variations of it."""
    found = list(texts)
    for number, text in enumerate(texts):
        language = "en" if detect(text, "zh-Hans") == "en" else "zh"
        found.append(_BEFORE[language][number % 2] + text)
        found.append(text + _AFTER[language][number % 2])
    return tuple(found)


def main() -> None:
    """Measure what the first argument names."""
    settings = Settings.from_environment()
    what = sys.argv[1]
    if what == "build":
        result: object = build(settings)
    elif what == "parts":
        result = parts(settings, json.load(sys.stdin))
    else:
        result = tripled(json.load(sys.stdin))
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
