"""Messages on their way: signed, sent, tried again, given up, sent again; by one worker each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connections
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from hooks import Listener, listener
from pejl import jobs
from pejl.adapters.channels.webhooks import Answer
from pejl.domain import webhooks as rules
from pejl.domain.values import Kind, Level, Role, Visibility
from pejl.jobs import Worker
from pejl.models import Delivery, DeliveryState, Event, Goal, Webhook
from pejl.queries import webhooks as webhooks_read
from pejl.services import deliveries, goals, people, webhooks
from pejl.services.errors import Rejected
from pejl.services.goals import GoalDraft
from pejl.services.webhooks import NewWebhook
from world import World, build

__all__ = ["listener"]


class Time:
    """A clock that stands still until it is told to go on."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def on(self, step: timedelta) -> datetime:
        self.now += step
        return self.now


class Outside:
    """The other side: keeps what it is sent, and answers as it is told; then 200."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.got = list(answers), list[Any]()

    def __call__(self, url: str, body: bytes, *, headers: dict[str, str], private: bool) -> Answer:
        self.got.append(SimpleNamespace(url=url, body=body, headers=headers))
        return self.answers.pop(0) if self.answers else Answer(status=200)


def hook(world: World, url: str = "https://hooks.example/", *, at: datetime | None = None) -> UUID:
    return webhooks.create(NewWebhook(url, ("goal.*",)), by=world.admin, at=at or world.at)


def launch(world: World, at: datetime | None = None) -> UUID:
    draft = GoalDraft(Kind.OBJECTIVE, "Launch", level=Level.TEAM, teams=(world.design,))
    return goals.create(draft, by=world.sub_lead, at=at or world.at)


def only() -> Delivery:
    return Delivery.objects.get()


def test_a_message_is_sent_with_a_signature_that_the_library_finds_right(
    world: World, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "CONFIG", SimpleNamespace(webhook_private=True))
    key = hook(world, listener.url)
    launch(world)
    worker = Worker(clock=Time(datetime.now(UTC)))
    assert worker.once()
    assert not worker.once()
    ((_path, headers, body),) = listener.got
    secret = webhooks_read.secret(world.admin, key)
    assert Verifier(secret).verify(body, headers)["type"] == "goal.created"
    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(body.replace(b"Launch", b"Lunch!"), headers)
    row = only()
    assert (row.state, row.status, row.attempts) == (DeliveryState.DELIVERED, 200, 1)
    assert headers["webhook-id"] == f"msg_{row.pk.hex}"


def test_by_default_nothing_is_sent_to_this_machine(world: World, listener: Listener) -> None:
    hook(world, listener.url)
    launch(world)
    Worker(clock=Time(world.at)).once()
    assert (listener.got, only().error, only().state) == ([], "private", DeliveryState.WAITING)


def test_after_a_turn_both_secrets_sign_for_a_day(world: World) -> None:
    key, outside, now = hook(world, at=world.at), Outside(), Time(datetime.now(UTC))
    old = webhooks_read.secret(world.admin, key)
    webhooks.turn(key, by=world.admin, at=now() - timedelta(hours=23))
    launch(world)
    Worker(send=outside, clock=now).once()
    new = webhooks_read.secret(world.admin, key)
    (sent,) = outside.got
    for secret in (old, new):
        Verifier(secret).verify(sent.body, sent.headers)
    Webhook.objects.update(turned_at=now() - timedelta(hours=24))
    webhooks.replay(only().pk, by=world.admin, at=now())
    Worker(send=outside, clock=now).once()
    Verifier(new).verify(outside.got[1].body, outside.got[1].headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(old).verify(outside.got[1].body, outside.got[1].headers)


def test_what_fails_is_tried_at_its_hours_and_then_given_up_and_can_be_sent_again(world: World) -> None:
    hook(world)
    launch(world)
    outside, now = Outside(*[Answer(status=503)] * 10), Time(world.at)
    worker, waited = Worker(send=outside, clock=now), []
    assert worker.once()
    while only().state == DeliveryState.WAITING:
        due = only().due_at
        waited.append(due - now())
        now.on(due - now() - timedelta(seconds=1))
        assert not worker.once()
        now.on(timedelta(seconds=1))
        assert worker.once()
    assert tuple(waited) == rules.WAITS
    row = only()
    assert (row.state, row.attempts, row.status, row.ended_at) == (DeliveryState.DEAD, 10, 503, now())
    assert webhooks_read.deliveries(world.admin, dead=True)[0].id == row.pk
    webhooks.replay(row.pk, by=world.admin, at=now())
    assert worker.once()
    assert (only().state, only().attempts) == (DeliveryState.DELIVERED, 1)
    assert len({sent.headers["webhook-id"] for sent in outside.got}) == 1
    assert len({sent.body for sent in outside.got}) == 1


@pytest.mark.parametrize("answer", [Answer(status=301), Answer(status=404), Answer(why="timeout")])
def test_only_an_answer_in_the_two_hundreds_is_one(world: World, answer: Answer) -> None:
    hook(world)
    launch(world)
    Worker(send=Outside(answer), clock=Time(world.at)).once()
    row = only()
    assert (row.state, row.status, row.error) == (DeliveryState.WAITING, answer.status, answer.why)


def test_a_webhook_that_says_it_is_gone_is_switched_off_and_on_again_by_hand(world: World) -> None:
    key = hook(world)
    launch(world)
    launch(world)
    Worker(send=Outside(Answer(status=410)), clock=Time(world.at)).once()
    assert Webhook.objects.get().stopped_at == world.at
    assert set(Delivery.objects.values_list("state", "error")) == {("dead", ""), ("dead", "stopped")}
    launch(world)
    assert Delivery.objects.count() == 2
    with pytest.raises(Rejected) as refused:
        webhooks.replay(Delivery.objects.first().pk, by=world.admin, at=world.at)  # type: ignore[union-attr]
    assert refused.value.reasons[0].code == "webhook.stopped"
    webhooks.resume(key, by=world.admin, at=world.later(hours=1))
    launch(world)
    assert Delivery.objects.count() == 3
    assert list(Event.objects.filter(verb="webhook.stopped").values_list("by_id", flat=True)) == [None]


def test_ten_days_of_nothing_but_failures_switch_a_webhook_off(world: World) -> None:
    key = hook(world)
    now = Time(world.at)
    worker = Worker(send=lambda *_a, **_k: Answer(status=500), clock=now)
    for day in range(10):
        launch(world, world.later(days=day))
        now.now = world.later(days=day)
        worker.once()
        assert Webhook.objects.get().stopped_at is None, day
    now.now = world.later(days=10)
    worker.once()
    assert Webhook.objects.get().stopped_at == now()
    webhooks.resume(key, by=world.admin, at=world.later(days=10, hours=1))
    launch(world, world.later(days=10, hours=2))
    now.now = world.later(days=10, hours=2)
    worker.once()
    assert Webhook.objects.get().stopped_at is None


def test_one_that_arrived_in_between_keeps_a_webhook_on(world: World) -> None:
    hook(world)
    now, outside = Time(world.at), Outside(Answer(status=500), Answer(status=200), Answer(status=500))
    worker = Worker(send=outside, clock=now)
    for day in (0, 9, 11):
        now.now = world.later(days=day)
        Delivery.objects.filter(state=DeliveryState.WAITING).update(due_at=world.later(days=99))
        launch(world, now())
        assert worker.once()
    assert Webhook.objects.get().stopped_at is None


def test_a_goal_that_became_private_on_the_way_is_not_sent(world: World) -> None:
    hook(world)
    made = launch(world)
    Goal.objects.filter(pk=made).update(visibility=Visibility.CHOSEN)
    outside = Outside()
    assert not Worker(send=outside, clock=Time(world.at)).once()
    assert (outside.got, only().state, only().error) == ([], DeliveryState.DEAD, "unseen")


def test_nothing_is_sent_in_the_name_of_somebody_who_is_no_admin_any_more(world: World) -> None:
    hook(world)
    launch(world)
    people.change_role(world.admin.person_id, role=Role.MEMBER, by=world.owner, at=world.at)  # type: ignore[arg-type]
    assert not Worker(send=Outside(), clock=Time(world.at)).once()
    assert only().error == "unseen"


def test_a_test_message_says_nothing_and_goes_the_same_way(world: World) -> None:
    webhooks.test(hook(world), by=world.admin, at=world.at)
    outside = Outside()
    Worker(send=outside, clock=Time(world.at)).once()
    said = json.loads(outside.got[0].body)
    assert (said["type"], "goal" in said["data"]) == ("webhook.test", False)


def test_whoever_dies_with_a_message_in_hand_leaves_it_to_another(world: World) -> None:
    hook(world)
    launch(world)
    assert deliveries.take(at=world.at) is not None
    assert deliveries.take(at=world.at + deliveries.LEASE - timedelta(seconds=1)) is None
    again = deliveries.take(at=world.at + deliveries.LEASE)
    assert again is not None
    assert again.attempt == 2


def test_what_a_late_worker_says_does_not_undo_what_another_did(world: World) -> None:
    hook(world)
    launch(world)
    late = deliveries.take(at=world.at)
    other = deliveries.take(at=world.at + deliveries.LEASE)
    assert late is not None
    assert other is not None
    deliveries.settle(other, status=200, at=world.later(minutes=3))
    deliveries.settle(late, status=None, why="timeout", at=world.later(minutes=4))
    assert (only().state, only().status) == (DeliveryState.DELIVERED, 200)


def test_a_webhook_that_is_being_sent_to_waits_and_others_do_not(world: World) -> None:
    slow, quick = hook(world), hook(world, "https://quick.example/")
    launch(world)
    found = deliveries.take(at=world.at, busy={slow})
    assert found is not None
    assert found.webhook_id == quick
    assert deliveries.take(at=world.at, busy={slow, quick}) is None


def test_what_goes_wrong_here_counts_as_a_failure(world: World, caplog: pytest.LogCaptureFixture) -> None:
    hook(world)
    launch(world)

    def broken(*_args: Any, **_more: Any) -> Answer:
        raise ValueError("unforeseen")

    Worker(send=broken, clock=Time(world.at)).once()
    assert (only().error, only().due_at) == ("connection", world.at + rules.WAITS[0])
    assert "unforeseen" in caplog.text


def test_what_ended_long_ago_is_forgotten(world: World) -> None:
    hook(world)
    launch(world)
    launch(world)
    worker = Worker(send=Outside(), clock=Time(world.at))
    worker.once()
    deliveries.clear(at=world.later(days=29))
    assert Delivery.objects.count() == 2
    deliveries.clear(at=world.later(days=30))
    assert only().state == DeliveryState.WAITING


@pytest.fixture
def committed(transactional_db: None) -> Iterator[World]:
    yield build()
    connections.close_all()


def test_several_workers_send_each_message_once(committed: World) -> None:
    for number in range(4):
        hook(committed, f"https://{number}.example/")
    for _number in range(5):
        launch(committed)
    outside, now = Outside(), Time(committed.at)
    workers = [Worker(send=outside, clock=now) for _number in range(4)]
    gate = threading.Barrier(len(workers))

    def go(worker: Worker) -> None:
        gate.wait(30)
        while worker.once():
            pass
        connections.close_all()

    threads = [threading.Thread(target=go, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    sent = [message.headers["webhook-id"] for message in outside.got]
    assert (len(sent), len(set(sent))) == (20, 20)
    assert set(Delivery.objects.values_list("state", "attempts")) == {("delivered", 1)}


def test_a_worker_runs_until_it_is_told_to_stop(committed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PAUSE", 0.02)
    hook(committed)
    launch(committed)
    arrived = threading.Event()

    def outside(*_args: Any, **_more: Any) -> Answer:
        arrived.set()
        return Answer(status=204)

    worker = Worker(send=outside, clock=Time(committed.at))
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert arrived.wait(10)
    worker.stop()
    thread.join(10)
    assert not thread.is_alive()
    assert only().state == DeliveryState.DELIVERED


def test_beside_a_server_it_ends_with_the_server(committed: World) -> None:
    before = threading.active_count()
    with jobs.beside():
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_the_command_says_in_one_line_that_there_are_no_tables(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PEJL_")}
    done = subprocess.run(
        [sys.executable, "-m", "pejl", "work"],
        env=environ | {"PEJL_DATA_DIR": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "run 'pejl migrate' first" in done.stderr
    assert len(done.stderr.splitlines()) == 1
