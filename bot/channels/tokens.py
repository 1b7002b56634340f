"""Tokens of web conversations: signed by us, for one conversation each, and nobody else's."""

from __future__ import annotations

import secrets
from functools import lru_cache
from typing import Any

import jwt
from starlette.requests import Request

from bot.http import Problem

_ALGORITHM = "HS256"


class Tokens:
    """Issues tokens, and says whose a request is."""

    def __init__(self, key: str) -> None:
        self._key = key
        # The same token comes with every message of a conversation.
        self._claims = lru_cache(maxsize=4096)(self._read)

    def issue(self) -> tuple[str, str]:
        """A new conversation's id, which cannot be guessed, and the token that speaks for it."""
        identity = secrets.token_urlsafe(16)
        return identity, jwt.encode({"sub": identity}, self._key, algorithm=_ALGORITHM)

    def identity(self, request: Request) -> str:
        """The id in the request's path. Raises Problem 401 or 403 without its token."""
        holder = self.holder(request.headers.get("authorization", ""))
        if holder != request.path_params["id"]:
            raise Problem(403, "Not yours", "The token is for another conversation.")
        return holder

    def holder(self, authorization: str) -> str:
        """The id that this header speaks for. Raises Problem 401 where it is no token of ours."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Problem(401, "No token", "Send the conversation's token: Authorization: Bearer …")
        try:
            return str(self._claims(token.strip()).get("sub", ""))
        except jwt.InvalidTokenError as error:
            raise Problem(401, "Wrong token", "The token is not one of ours.") from error

    def conversation(self, request: Request) -> str:
        """The conversation of the request; raises as `identity` does."""
        return conversation_of(self.identity(request))

    def _read(self, token: str) -> dict[str, Any]:
        return dict(jwt.decode(token, self._key, algorithms=[_ALGORITHM]))


def conversation_of(identity: str) -> str:
    """The conversation as the rest of the bot knows it."""
    return f"web:{identity}"
