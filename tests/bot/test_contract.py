"""The API does what its description says, for whatever the description allows and forbids."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import AuthContext, Case
from schemathesis.checks import negative_data_rejection, positive_data_acceptance
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.bot.conftest import start_talk

pytestmark = pytest.mark.xdist_group("assistant")


@pytest.fixture(scope="session")
def description(app: Starlette, client: TestClient) -> Any:
    """The description as the running app gives it; `client` has started the app."""
    return schemathesis.openapi.from_asgi("/api/openapi.json", app)


# The stream has no end; tests/bot/test_web_letters.py reads it.
schema = schemathesis.pytest.from_fixture("description").exclude(operation_id="streamEvents")


@schema.auth()
class ConversationToken:
    """A conversation of the case's own, so that its token fits its path."""

    def get(self, case: Case, context: AuthContext) -> tuple[str, str]:
        # Without `with`, which would start and stop the app once more.
        talk = start_talk(TestClient(context.operation.app))
        return talk.id, talk.token

    def set(self, case: Case, data: tuple[str, str], context: AuthContext) -> None:
        identity, token = data
        case.path_parameters = {**(case.path_parameters or {}), "id": identity}
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}


@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_the_routes_do_what_the_description_says(case: Case) -> None:
    # A choice that was not offered, or a question of blanks, is of the right form and refused.
    excluded = [positive_data_acceptance]
    if case.operation.label.endswith("/letters"):
        # The token makes its path right, and what else is wrong with it is a parameter of no name.
        excluded.append(negative_data_rejection)
    case.call_and_validate(excluded_checks=excluded)
