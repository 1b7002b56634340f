"""The HTTP API: conversations of the website's visitors and of other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import yaml
from jsonschema import Draft202012Validator, RefResolver
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.contracts import TakesMessages
from bot.channels.tokens import Tokens, conversation_of
from bot.http import Problem, read_json
from bot.message import UserMessage

_DESCRIPTION = Path(__file__).with_name("openapi.yml")


# More digits name no turn, and a database's numbers end there.
_MOST_DIGITS = 9


class TakesFeedback(Protocol):
    """What the API needs of bot/store/feedback.py."""

    async def keep(self, conversation: str, number: int, vote: str, reason: str) -> bool: ...


class WebChannel:
    """Starts conversations and takes their messages; who speaks is what the token says."""

    def __init__(
        self, conversations: TakesMessages, feedback: TakesFeedback, tokens: Tokens
    ) -> None:
        self._conversations, self._feedback, self._tokens = conversations, feedback, tokens
        self.description: dict[str, Any] = yaml.load(
            _DESCRIPTION.read_text("utf-8"), yaml.CSafeLoader
        )
        self._message, self._rating = self._validator("Message"), self._validator("Feedback")

    def routes(self) -> list[Route]:
        return [
            Route("/api/conversations", self._create, methods=["POST"]),
            Route("/api/conversations/{id}/messages", self._say, methods=["POST"]),
            Route("/api/conversations/{id}/turns/{number}/feedback", self._rate, methods=["POST"]),
            Route("/api/openapi.json", self._describe, methods=["GET"]),
        ]

    async def _create(self, request: Request) -> Response:
        identity, token = self._tokens.issue()
        await self._conversations.create(conversation_of(identity))
        return JSONResponse({"id": identity, "token": token}, status_code=201)

    async def _say(self, request: Request) -> Response:
        identity = self._tokens.identity(request)
        data = await read_json(request)
        _check(self._message, data, "Not a message")
        turn = await self._conversations.handle(
            UserMessage(
                conversation=conversation_of(identity),
                id=data["id"].lower(),
                text=data.get("text", ""),
                choice=data.get("choice"),
                language=data.get("language"),
                focus=data.get("focus"),
            )
        )
        return JSONResponse({**turn.to_json(), "conversation": identity})

    async def _rate(self, request: Request) -> Response:
        identity = self._tokens.identity(request)
        data = await read_json(request)
        _check(self._rating, data, "Not feedback")
        number = request.path_params["number"]
        known = number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS
        if not known or not await self._feedback.keep(
            conversation_of(identity), int(number), data["vote"], data.get("reason", "")
        ):
            raise Problem(404, "No such turn", "Turns are counted from 1, as the answers say.")
        return Response(status_code=204)

    async def _describe(self, request: Request) -> Response:
        return JSONResponse(self.description)

    def _validator(self, schema: str) -> Draft202012Validator:
        return Draft202012Validator(
            self.description["components"]["schemas"][schema],
            resolver=RefResolver("", self.description),
        )


def _check(validator: Draft202012Validator, data: Any, title: str) -> None:
    """Raises Problem 422 that names the first thing that does not fit."""
    errors = sorted(validator.iter_errors(data), key=lambda e: [str(p) for p in e.path])
    if errors:
        where = "/".join(str(part) for part in errors[0].path) or "body"
        raise Problem(422, title, f"{where}: {_plain(errors[0])}")


def _plain(error: Any) -> str:
    """A schema error in words, without repeating what was sent."""
    if error.validator == "oneOf":
        return "send either text or choice"
    if error.validator == "required":
        return f"{next(n for n in error.validator_value if n not in error.instance)} is missing"
    if error.validator == "maxLength":
        return f"longer than {error.validator_value} characters"
    if error.validator == "additionalProperties":
        return "has a key that is not known"
    if error.validator == "enum":
        return f"one of {', '.join(error.validator_value)}"
    if error.validator == "pattern":
        return "must be a UUID"
    return f"must be of type {error.validator_value}"
