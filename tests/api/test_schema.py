"""Every operation against the document that promises it: what comes back is what the document allows, for
what may be sent and for what may not.

`PEJL_SCHEMATHESIS_EXAMPLES=500` looks longer.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.specs.openapi.checks import ignored_auth

from okrs import launch
from pejl.api import documents
from pejl.api.urls import api
from pejl.services import tokens
from pejl.services.tokens import NewToken
from pejl.wsgi import application
from world import build

pytestmark = pytest.mark.django_db
MORE = os.environ.get("PEJL_SCHEMATHESIS_EXAMPLES", "")
LOOKING = settings(
    max_examples=int(MORE or 3), derandomize=not MORE, suppress_health_check=list(HealthCheck), deadline=None
)
DOCUMENT = json.loads(documents.text(api))
GUARDED: set[str] = set()  # operations that were tried without a token: once is enough
# Beside what the library expects: a rule may refuse what the schema allows (422), a precondition may fail
# (412), and text may be no JSON (400) or too long (413).
REFUSED = ["400", "401", "403", "404", "405", "409", "412", "413", "422", "429"]


def document() -> Any:
    config = schemathesis.Config.from_dict({
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", *REFUSED]},
            "negative_data_rejection": {"expected-statuses": REFUSED},
        },
        "generation": {"deterministic": not MORE, "with-security-parameters": False},
    })  # fmt: skip
    found = schemathesis.openapi.from_dict(DOCUMENT, config=config)
    found.app = application
    return found


schema = document()


@pytest.fixture(scope="module")
def programs(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[dict[str, str]]]:
    """The headers of a program of an admin and of one of a member, in a world with goals in it that all
    requests share. The server would close the database after each; here they are in one transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        world = build()
        launch(world)
        patch.setattr("pejl.web.middleware.timezone", SimpleNamespace(now=lambda: world.at))
        new = NewToken("test", writes=True)
        made = [tokens.create(new, by=by, at=world.at) for by in (world.admin, world.member)]
        yield [{"Authorization": f"Bearer {token}"} for token in made]
        transaction.set_rollback(True)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@LOOKING
def test_it_answers_as_its_document_says(case: Any, programs: list[dict[str, str]]) -> None:
    """As one of the two programs, by what is asked; as both where more is looked at."""
    known = [ignored_auth] if case.operation.label in GUARDED else []
    asked = repr((case.path_parameters, case.query, case.headers, case.body)).encode()
    for headers in programs if MORE else [programs[zlib.crc32(asked) % len(programs)]]:
        answer = case.call_and_validate(headers=headers, excluded_checks=known)
        if answer.status_code < 300:
            GUARDED.add(case.operation.label)


def test_what_was_made_is_there_for_what_comes_after(programs: list[dict[str, str]]) -> None:
    """Follows the links of the document: what a POST made is read, changed, and used by its id."""

    class Following(schema.as_state_machine()):  # type: ignore[misc]
        """Each begins with the same world, else what one made would stand in the way of the next."""

        def setup(self) -> None:
            self.before = transaction.savepoint()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.before)
            super().teardown()

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": programs[0]}

        def validate_response(self, response: Any, case: Any, *args: Any, **kwargs: Any) -> None:
            case.validate_response(response, headers=programs[0])

    run_state_machine_as_test(Following, settings=settings(LOOKING, stateful_step_count=6))
