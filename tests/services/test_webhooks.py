"""Webhooks: who makes them, what is put down for them, and what nobody is told who may not see it."""

from __future__ import annotations

import base64
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from okrs import key_result, named, okr
from pejl.domain.values import Kind, Level, Role, Visibility
from pejl.models import Delivery, DeliveryState, Event, Webhook
from pejl.queries import webhooks as webhooks_read
from pejl.queries.scope import Forbidden, NotFound
from pejl.services import alignment, checkins, goals, people, periods, webhooks
from pejl.services.errors import Rejected
from pejl.services.goals import GoalDraft
from pejl.services.webhooks import NewWebhook
from world import World

__all__ = ["okr"]
URL = "https://hooks.example/pejl"


def make(world: World, *verbs: str, url: str = URL) -> UUID:
    return webhooks.create(NewWebhook(url, verbs or ("goal.*",)), by=world.admin, at=world.at)


def objective(world: World, title: str, **more: Any) -> UUID:
    draft = GoalDraft(Kind.OBJECTIVE, title, level=Level.TEAM, teams=(world.design,), **more)
    return goals.create(draft, by=world.sub_lead, at=world.at)


def told() -> list[tuple[str, dict[str, Any]]]:
    return [(row.verb, row.body["data"]) for row in Delivery.objects.order_by("created_at", "pk")]


def test_an_event_is_put_down_once_for_each_webhook_that_asks(world: World, okr: UUID) -> None:
    everything, closings = make(world, "checkin.*", "goal.*"), make(world, "goal.closed")
    checkins.post(
        named("Support requests a month"), value=Decimal(60), by=world.sub_lead, at=world.later(days=1)
    )
    (row,) = Delivery.objects.all()
    assert (row.webhook_id, row.verb, row.state) == (everything, "checkin.posted", DeliveryState.WAITING)
    assert row.due_at == row.created_at == world.later(days=1)
    event = Event.objects.get(pk=row.event)
    assert row.body["type"] == event.verb
    assert datetime.fromisoformat(row.body["timestamp"]) == event.at
    data = row.body["data"]
    assert data["workspace"] == {"id": str(world.admin.workspace_id), "slug": world.slug}
    assert data["goal"] == {
        "id": str(event.goal_id),
        "title": "Support requests a month",
        "kind": "key_result",
    }
    assert data["by"] == {"id": str(world.sub_lead.person_id), "name": world.sub_lead.name}
    assert data["subject"] == str(event.subject)
    assert data["details"]["value"] == "60"
    assert closings != everything


def test_what_is_undone_is_told_to_nobody(world: World) -> None:
    make(world)
    with transaction.atomic():
        objective(world, "Never")
        assert Delivery.objects.count() == 1
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()


def test_what_is_done_to_people_and_settings_stays_in_the_house(world: World) -> None:
    make(world, "goal.*", "period.*")
    people.change_role(world.mate.person_id, role=Role.OBSERVER, by=world.owner, at=world.at)  # type: ignore[arg-type]
    assert told() == []
    periods.create("Spring", start=world.today, end=world.later(days=30).date(), by=world.admin, at=world.at)
    assert [verb for verb, _data in told()] == ["period.created"]


def test_a_goal_that_its_person_may_not_see_is_not_told(world: World) -> None:
    make(world)
    secret = objective(world, "Secret", visibility=Visibility.CHOSEN, viewers=(world.mate.person_id,))
    assert told() == []
    goals.remove(secret, by=world.sub_lead, at=world.later(hours=1))
    assert told() == []
    plain = objective(world, "Plain")
    goals.remove(plain, by=world.sub_lead, at=world.later(hours=1))
    assert [verb for verb, _data in told()] == ["goal.created", "goal.removed"]


def test_a_hidden_goal_beside_one_that_is_seen_is_not_named(world: World) -> None:
    open_parent = objective(world, "Open")
    child = objective(world, "Child")
    secret = objective(world, "Secret", visibility=Visibility.CHOSEN, viewers=(world.mate.person_id,))
    make(world)
    alignment.align(child, parent=open_parent, by=world.sub_lead, at=world.at)
    assert told()[-1][1]["subject"] == str(open_parent)
    hidden = webhooks_read.hidden(world.admin, {"subject": str(secret), "more": [str(child), "x"]})
    assert hidden == {str(secret)}


def test_nothing_is_sent_for_an_admin_who_is_none_any_more(world: World) -> None:
    make(world)
    people.change_role(world.admin.person_id, role=Role.MEMBER, by=world.owner, at=world.at)  # type: ignore[arg-type]
    objective(world, "Launch")
    assert told() == []
    (row,) = webhooks_read.every(world.owner, now=world.at)
    assert row.asleep


def test_only_admins_have_anything_to_do_with_webhooks(world: World) -> None:
    hook = make(world)
    for by in (world.member, world.lead, world.observer):
        with pytest.raises(Forbidden):
            webhooks.create(NewWebhook(URL, ("goal.*",)), by=by, at=world.at)
        for act in (webhooks.remove, webhooks.turn, webhooks.test, webhooks.resume):
            with pytest.raises(Forbidden):
                act(hook, by=by, at=world.at)
        for read in (webhooks_read.deliveries, lambda by: webhooks_read.secret(by, hook)):
            with pytest.raises(Forbidden):
                read(by)
    with pytest.raises(NotFound):
        webhooks.remove(hook, by=world.outsider, at=world.at)
    with pytest.raises(NotFound):
        webhooks_read.secret(world.outsider, hook)


@pytest.mark.parametrize(
    "url",
    ["hooks.example", "ftp://hooks.example/", "https://", "https://a:b@hooks.example/", "http://x:99999/",
     "https://hooks.example/a b", "https://hooks.example/#part"],
)  # fmt: skip
def test_an_address_that_cannot_be_called_is_refused(world: World, url: str) -> None:
    with pytest.raises(Rejected) as refused:
        make(world, url=url)
    assert refused.value.reasons[0].code == "webhook.address"


@pytest.mark.parametrize("verb", ["person.*", "token.created", "goal", "goal.", "*", "goal.*.*", "x.*"])
def test_what_is_not_told_cannot_be_asked_for(world: World, verb: str) -> None:
    with pytest.raises(Rejected) as refused:
        make(world, "goal.*", verb)
    assert refused.value.reasons[0].code == "webhook.events"
    with pytest.raises(Rejected):
        webhooks.create(NewWebhook(URL, ()), by=world.admin, at=world.at)


def test_a_secret_is_long_and_turns_leaving_the_old_one_for_a_day(world: World) -> None:
    hook = make(world)
    first = webhooks_read.secret(world.admin, hook)
    assert len(base64.b64decode(first.removeprefix("whsec_"))) == 32
    webhooks.turn(hook, by=world.admin, at=world.at)
    row = Webhook.objects.get()
    assert row.secret_before == first
    assert webhooks_read.secret(world.admin, hook) not in {first, ""}
    assert webhooks_read.one(world.admin, hook, now=world.at).both_until == world.later(days=1)
    assert webhooks_read.one(world.admin, hook, now=world.later(days=1)).both_until is None


def test_the_record_keeps_the_host_and_never_the_rest_of_the_address(world: World) -> None:
    webhooks.remove(make(world, url="https://hooks.example/s3cret"), by=world.admin, at=world.at)
    made, removed = Event.objects.filter(verb__startswith="webhook.").order_by("verb")
    assert made.data["host"] == removed.data["host"] == "hooks.example"
    assert "s3cret" not in str([made.data, removed.data])
    assert not Webhook.objects.exists()


def test_an_edit_changes_what_is_told(world: World) -> None:
    hook = make(world)
    webhooks.edit(hook, verbs=["checkin.*"], url="https://other.example/", by=world.admin, at=world.at)
    objective(world, "Launch")
    assert told() == []
    assert webhooks_read.one(world.admin, hook, now=world.at).url == "https://other.example/"


def test_a_key_sent_twice_makes_one_webhook(world: World) -> None:
    asked = NewWebhook(URL, ("goal.*",))
    first = webhooks.create(asked, by=world.admin, at=world.at, key="k")
    assert webhooks.create(asked, by=world.admin, at=world.at, key="k") == first
    assert Webhook.objects.count() == 1


def test_many_events_ask_the_database_no_more_for_each_webhook(
    world: World, django_assert_max_num_queries: Any
) -> None:
    goals.write(
        GoalDraft(Kind.OBJECTIVE, "Before", level=Level.TEAM, teams=(world.design,)),
        key_results=(key_result(),),
        by=world.sub_lead,
        at=world.at,
    )
    for _number in range(5):
        make(world)
    before = Event.objects.latest("at", "pk")
    member = world.admin
    with django_assert_max_num_queries(7):
        from pejl.services import outbox

        outbox.put(before, by=member)
