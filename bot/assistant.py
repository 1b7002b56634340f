"""The only door to Rasa: a message and the state before it in, a reply and the state after out."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Protocol, TypeVar

from aiohttp import ClientResponseError
from rasa.core.channels.channel import OutputChannel
from rasa.core.channels.channel import UserMessage as RasaMessage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from rasa.utils.log_utils import configure_structlog
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.message import AssistantUnavailable, Effect, Part, Reply, UnknownProvision, UserMessage
from bot.privacy import without_text
from bot.processor import TurnProcessor
from bot.tracker_store import TurnTrackers
from knowledge.card import Card, CardUnit
from knowledge.fragment import is_fragment, is_short
from knowledge.language import DEFAULT, LANGUAGES, has_words
from knowledge.live import LIBRARY

logger = logging.getLogger(__name__)

# Longer than any real question; what is beyond it is not read.
LONGEST_READ = 1000
TIMEOUT_SECONDS = 20.0
_NOTHING_SAID = "/nlu_fallback"

State = dict[str, Any]
_Result = TypeVar("_Result")


class Assistant(Protocol):
    """Understands and answers. Holds nothing of a conversation: the state comes and goes."""

    async def start(self) -> None: ...

    async def answer(
        self, message: UserMessage, payload: str | None, state: State
    ) -> tuple[Reply, State]:
        """`payload`: what a tapped choice says. Raises AssistantUnavailable, UnknownProvision."""

    async def is_fragment(self, text: str) -> bool:
        """Whether a text is the beginning of a question rather than one."""

    async def stop(self) -> None: ...


class RasaAssistant:
    """Rasa on a thread and event loop of its own, its actions in the same process.

    `own_thread=False` is for programs that wait for the answer and do nothing else meanwhile.
    """

    def __init__(self, model: Path, own_thread: bool = True) -> None:
        self._model, self._own_thread = model, own_thread
        self._trackers = TurnTrackers()
        self._processor: TurnProcessor | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []

    async def start(self) -> None:
        """Load the model and the content and answer once, so that the first founder waits for
        nothing. Raises AssistantUnavailable if the model cannot be loaded."""
        if self._own_thread:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="rasa", daemon=True)
            self._thread.start()
        started = time.perf_counter()
        try:
            await self._on_thread(self._load(), timeout=None)
        except Exception as error:
            raise AssistantUnavailable(
                f"the model {self._model} did not load ({error}); `make train` makes it anew"
            ) from error
        warm = UserMessage("warm-up", "warm-up", "有什么贷款？ hello")
        await self.answer(warm, None, {})
        logger.info("assistant ready in %.1f s", time.perf_counter() - started)

    async def answer(
        self, message: UserMessage, payload: str | None, state: State
    ) -> tuple[Reply, State]:
        if self._processor is None:
            raise AssistantUnavailable("not started")
        try:
            said = payload or LIBRARY.content.respeller.respell(_spoken(message.text))
            return await self._on_thread(self._turn(message, said, state), TIMEOUT_SECONDS)
        except asyncio.TimeoutError as error:
            raise AssistantUnavailable(f"no answer in {TIMEOUT_SECONDS:.0f} s") from error
        except (AssistantUnavailable, UnknownProvision):
            raise
        except Exception as error:
            # Rasa's errors can quote the message, so only their kind goes into the log.
            logger.exception("turn failed", exc_info=without_text(error))
            raise AssistantUnavailable(f"the turn failed: {type(error).__name__}") from error

    async def is_fragment(self, text: str) -> bool:
        if self._processor is None or not is_short(text):
            return False
        return await self._on_thread(self._is_unfinished(_spoken(text)), TIMEOUT_SECONDS)

    async def _is_unfinished(self, said: str) -> bool:
        assert self._processor is not None
        await self._embedded(said)
        parsed = await self._processor.parse_message(RasaMessage(said, metadata={}))
        found = LIBRARY.content.search.find(said)
        named = any(entity["entity"] != "language" for entity in parsed["entities"])
        intent = parsed["intent"]
        return not named and is_fragment(said, found, intent["name"], intent["confidence"])

    async def stop(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = None
        if self._thread is not None:
            self._thread.join(timeout=5)
        self._processor = None

    async def _on_thread(
        self, work: Coroutine[Any, Any, _Result], timeout: float | None
    ) -> _Result:
        if self._loop is None:
            return await work
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        return await asyncio.wait_for(asyncio.wrap_future(future), timeout)

    async def _load(self) -> None:
        # Unset, Rasa prints debug lines of every turn, with what the user said.
        configure_structlog(logging.WARNING)
        LIBRARY.content  # noqa: B018 - loads content and search before the first question
        self._processor = TurnProcessor(self._model, self._trackers, InProcessActions())

    async def _turn(self, message: UserMessage, said: str, state: State) -> tuple[Reply, State]:
        assert self._processor is not None
        await self._embedded(said)
        domain: Domain = self._processor.domain
        sender = message.conversation
        slots = dict(state)
        if message.focus is not None:
            about = LIBRARY.content.knowledge.about(message.focus)
            if not about:
                raise UnknownProvision(message.focus)
            slots["focus"] = about[0].id
            if len(about) > 1:  # the rest of the measure is a list: "the second one", "more"
                slots["found"] = [provision.id for provision in about]
        if message.language is not None:
            slots["language"] = message.language  # a tapped choice has no words to tell it
        self._trackers.open(_tracker(sender, slots, domain))
        collected = _Said()
        metadata = {
            "language": message.language or slots.get("preferred_language"),
            "previous_language": slots.get("language"),
            # Figures alone are understood by what they were asked for.
            "asking": (slots.get("offered") or {}).get("asking"),
            "sum": slots.get("sum"),
            # Asked from a provision's page: words without a subject of their own are about it.
            "about": message.focus is not None,
        }
        try:
            await self._processor.handle_message(
                RasaMessage(said, collected, sender, metadata=metadata)
            )
        finally:
            tracker = self._trackers.close(sender)
        return _reply(collected.messages, tracker), _state(tracker)

    async def _embedded(self, said: str) -> None:
        """Wait until the text's vector is remembered; all texts that wait are embedded at once.

        Most of the arithmetic of a turn, and a text costs a third when sixteen come together.
        """
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._embed_waiting)
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append((said, done))
        await done

    def _embed_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        LIBRARY.encoder.remember([said for said, _ in waiting])
        for _, done in waiting:
            if not done.cancelled():
                done.set_result(None)


class InProcessActions(EndpointConfig):
    """Runs custom actions here instead of asking an action server."""

    def __init__(self) -> None:
        # The selective domain keeps Rasa from copying the whole domain into every call.
        super().__init__(url="inprocess://actions", enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package("actions")

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return await self._executor.run(kwargs["json"])
        except ActionExecutionRejection as error:
            body = json.dumps({"action_name": error.action_name, "error": error.message})
            raise ClientResponseError(400, "rejected", body) from error  # type: ignore[call-arg,arg-type]


class _Said(OutputChannel):
    """Collects what Rasa sends, as it sends it."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return "chuangwen"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.messages.append(message)


def _tracker(sender: str, slots: State, domain: Domain) -> DialogueStateTracker:
    """A tracker that knows the slots and nothing else; every turn is as short as the first."""
    events = [ActionExecuted("action_listen")]
    known = {slot.name for slot in domain.slots}
    events += [SlotSet(name, value) for name, value in slots.items() if name in known]
    return DialogueStateTracker.from_events(sender, events, domain.slots)


def _state(tracker: DialogueStateTracker) -> State:
    return {
        name: slot.value
        for name, slot in tracker.slots.items()
        if slot.value is not None and slot.value != slot.initial_value
    }


def _spoken(text: str) -> str:
    """What Rasa is given of a founder's text: a leading / would let anyone name an intent, with
    its entities in braces, which are no words either."""
    names_an_intent = text.lstrip().startswith("/")
    text = text[:LONGEST_READ].lstrip(" /\t\n")
    text = text.partition("{")[0] if names_an_intent else text
    return text if has_words(text) else _NOTHING_SAID


def _reply(messages: list[dict[str, Any]], tracker: DialogueStateTracker) -> Reply:
    parts: list[Part] = []
    effects: list[Effect] = []
    end: dict[str, Any] = {}
    for message in messages:
        custom = message.get("custom") or {}
        if message.get("text"):
            parts.append(Part(text=message["text"]))
        if "card" in custom:
            parts.append(Part(card=_card(custom["card"])))
        if "unit" in custom:
            parts.append(Part(unit=CardUnit.from_json(json.loads(custom["unit"]))))
        if "effect" in custom:
            effects.append(Effect(custom["effect"], custom.get("data") or {}))
        if "outcome" in custom:
            end = custom
    if not parts:
        raise AssistantUnavailable("the assistant said nothing")
    latest = tracker.latest_message
    intent = (latest.intent if latest else None) or {}
    language = tracker.get_slot("language")
    return Reply(
        # Only small talk is answered by a text alone, without an action that says the outcome.
        outcome=end.get("outcome", "smalltalk"),
        language=language if language in LANGUAGES else DEFAULT,
        intent=intent.get("name") or "nlu_fallback",
        confidence=float(intent.get("confidence") or 0.0),
        parts=tuple(parts),
        choices=tuple((c["title"], c["payload"]) for c in end.get("choices", [])),
        found=tuple(end.get("found") or ()),
        effects=tuple(effects),
    )


@functools.lru_cache(maxsize=1024)
def _card(written: str) -> Card:
    return Card.from_json(json.loads(written))
