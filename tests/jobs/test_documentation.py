"""What docs/webhooks.md shows is what happens."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from okrs import named, okr
from pejl.domain import webhooks as rules
from pejl.models import Event
from pejl.queries import webhooks as webhooks_read
from pejl.services import checkins, deliveries, webhooks
from pejl.services.webhooks import NewWebhook
from world import World

__all__ = ["okr"]
PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def sent(world: World, at: datetime) -> tuple[deliveries.Parcel, str]:
    hook = webhooks.create(NewWebhook("https://hooks.example/", ("checkin.*",)), by=world.admin, at=world.at)
    checkins.post(named("Support requests a month"), value=Decimal(60), by=world.sub_lead, at=world.at)
    parcel = deliveries.take(at=at)
    assert parcel is not None
    return parcel, webhooks_read.secret(world.admin, hook)


def test_the_example_takes_a_message_of_ours_and_no_other(world: World, okr: UUID) -> None:
    there: dict[str, Any] = {}
    exec(block("python"), there)  # noqa: S102 - the example itself
    parcel, secret = sent(world, datetime.now(UTC))
    received = there["received"]
    assert received(parcel.body, parcel.headers, secret)["type"] == "checkin.posted"
    assert received(parcel.body + b" ", parcel.headers, secret) is None
    assert received(parcel.body, parcel.headers, "whsec_" + "A" * 43 + "=") is None
    old, secret = sent(world, datetime.now(UTC) - timedelta(minutes=6))
    assert received(old.body, old.headers, secret) is None


def test_the_message_that_is_shown_has_the_fields_of_a_message(world: World, okr: UUID) -> None:
    shown = json.loads(block("json"))
    parcel, _secret = sent(world, world.at)
    real = json.loads(parcel.body)
    assert shown.keys() == real.keys()
    assert shown["data"].keys() == real["data"].keys()
    for part in ("workspace", "by", "goal"):
        assert shown["data"][part].keys() == real["data"][part].keys()
    assert shown["data"]["details"].keys() <= real["data"]["details"].keys()


def test_the_page_names_every_kind_and_only_what_can_be_asked_for(world: World, okr: UUID) -> None:
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `"))
    names = set(re.findall(r"`([a-z]+\.[a-z*-]+)`", table))
    assert {f"{kind}.*" for kind in rules.KINDS} <= names
    assert all(rules.known(name) for name in names)
    happened = set(Event.objects.values_list("verb", flat=True))
    assert {verb for verb in happened if rules.known(verb)} <= names
