"""What can be read without a conversation: provisions and search."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.http import NotReady, Problem
from knowledge.cards import heading, make_card
from knowledge.language import DEFAULT, LANGUAGES, Language, clean, detect
from knowledge.live import Content, Library

SUGGESTIONS = 5
LONGEST_QUESTION = 1000


class KnowledgeApi:
    """The routes that answer from the knowledge base alone."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def routes(self) -> list[Route]:
        return [
            Route("/api/provisions/{id:path}", self._provision, methods=["GET"]),
            Route("/api/search", self._search, methods=["GET"]),
        ]

    async def _provision(self, request: Request) -> Response:
        knowledge = self._content().knowledge
        provision = knowledge.provision(request.path_params["id"])
        if provision is None:
            raise Problem(404, "No such provision", "Ids look like 6.2 or sz-2016/6.2.")
        return JSONResponse(make_card(knowledge, provision, _language(request)).json)

    async def _search(self, request: Request) -> Response:
        question = clean(request.query_params.get("q", ""))
        if not question or len(question) > LONGEST_QUESTION:
            detail = f"Give q, a question of 1 to {LONGEST_QUESTION} characters."
            raise Problem(400, "No question", detail)
        language = _language(request, detect(question))
        content = self._content()
        found = await asyncio.to_thread(content.search.find, question, SUGGESTIONS)
        matches = [
            {
                "provision": match.provision,
                "score": round(match.score, 4),
                "heading": heading(
                    content.knowledge, content.knowledge.provisions[match.provision], language
                ),
            }
            for match in found.matches
        ]
        return JSONResponse(
            {
                "matches": matches,
                "out_of_scope": round(found.out_of_scope, 4),
                "no_subject": round(found.no_subject, 4),
            }
        )

    def _content(self) -> Content:
        if not self._library.loaded:
            raise NotReady
        return self._library.content


def _language(request: Request, default: Language = DEFAULT) -> Language:
    language = request.query_params.get("language", default)
    if language not in LANGUAGES:
        raise Problem(400, "Unknown language", f"language is one of {', '.join(LANGUAGES)}.")
    return language
