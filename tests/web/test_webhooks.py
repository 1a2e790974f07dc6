from __future__ import annotations

import re

from okrs import In, enter, text
from pejl.adapters.channels.webhooks import Answer
from pejl.jobs import Worker
from pejl.models import Delivery, Webhook
from world import World

__all__ = ["enter"]
SECRET = re.compile(r"whsec_[\w+/]{43}=")
HERE = "/settings/webhooks"
NEW = {"url": "https://hooks.example/in/s3cret", "events": ["goal.*", "checkin.*"]}


def test_a_webhook_is_made_and_its_secret_is_seen_once(world: World, enter: In) -> None:
    browser = enter(world.admin)
    assert "No other server is told what happens here." in text(browser.get(HERE))
    made = browser.post(HERE, NEW)
    found = SECRET.search(made.content.decode())
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    assert found is not None
    assert found[0] == Webhook.objects.get().secret
    again = browser.get(HERE)
    assert not SECRET.search(again.content.decode())
    assert "hooks.example" in text(again)
    assert "Goals, Check-ins" in text(again)


def test_a_new_secret_is_seen_once_too(world: World, enter: In) -> None:
    browser = enter(world.admin)
    browser.post(HERE, NEW)
    before = Webhook.objects.get()
    turned = browser.post(f"{HERE}/{before.pk}/secret")
    found = SECRET.search(turned.content.decode())
    assert found is not None
    assert found[0] == Webhook.objects.get().secret != before.secret
    assert "Two secrets are valid until 18 Aug, 09:00." in text(browser.get(HERE))


def test_what_cannot_be_used_is_said_and_what_was_typed_is_kept(world: World, enter: In) -> None:
    browser = enter(world.admin)
    page = browser.post(HERE, {"url": "hooks", "events": ["kpi.*"]})
    assert page.status_code == 422
    assert "Write the whole address" in text(page)
    assert 'value="hooks"' in page.content.decode()
    assert 'value="kpi.*" checked' in page.content.decode()
    assert 'value="goal.*" checked' not in page.content.decode()
    nothing = browser.post(HERE, {"url": NEW["url"]})
    assert "Choose what it is told." in text(nothing)
    assert not Webhook.objects.exists()


def test_a_webhook_is_changed_where_it_stands(world: World, enter: In) -> None:
    browser = enter(world.admin)
    browser.post(HERE, NEW)
    base = f"{HERE}/{Webhook.objects.get().pk}"
    refused = browser.post(base, {"url": "x", "events": ["team.*"]})
    assert refused.status_code == 422
    assert 'value="x"' in refused.content.decode()
    assert browser.post(base, {"url": "https://b.example/", "events": ["team.*"]}).status_code == 303
    row = Webhook.objects.get()
    assert (row.url, row.verbs) == ("https://b.example/", ["team.*"])
    assert browser.post(f"{base}/removal").status_code == 303
    assert not Webhook.objects.exists()


def test_a_test_message_its_failure_and_sending_it_again_are_seen(world: World, enter: In) -> None:
    browser = enter(world.admin)
    browser.post(HERE, NEW)
    browser.post(f"{HERE}/{Webhook.objects.get().pk}/test")
    assert "waiting , on its way 0 attempts · just now" in text(browser.get(HERE))
    worker = Worker(send=lambda *_a, **_k: Answer(why="private"), clock=lambda: world.at)
    worker.once()
    assert "an address inside, which is not allowed, again at 09:00 1 attempt" in text(browser.get(HERE))
    row = Delivery.objects.get()
    Delivery.objects.update(state="dead", status=500, error="", ended_at=world.at)
    given_up = text(browser.get(f"{HERE}?show=given-up"))
    assert "given up , answer 500" in given_up
    assert browser.post(f"{HERE}/messages/{row.pk}/again").status_code == 303
    assert Delivery.objects.get().state == "waiting"
    assert "No message was given up." in text(browser.get(f"{HERE}?show=given-up"))


def test_one_that_was_switched_off_is_switched_on(world: World, enter: In) -> None:
    browser = enter(world.admin)
    browser.post(HERE, NEW)
    Webhook.objects.update(stopped_at=world.at)
    base = f"{HERE}/{Webhook.objects.get().pk}"
    assert browser.post(f"{base}/test").status_code == 422
    assert "so it was switched off just now." in text(browser.get(HERE))
    assert browser.post(f"{base}/resumption").status_code == 303
    assert Webhook.objects.get().stopped_at is None


def test_the_page_is_for_admins(world: World, enter: In) -> None:
    enter(world.admin).post(HERE, NEW)
    base = f"{HERE}/{Webhook.objects.get().pk}"
    for member in (world.member, world.lead, world.observer):
        browser = enter(member)
        assert browser.get(HERE).status_code == 403
        assert browser.post(HERE, NEW).status_code == 403
        for way in ("", "/removal", "/secret", "/test", "/resumption"):
            assert browser.post(base + way, NEW).status_code == 403
        assert "Webhooks" not in text(browser.get("/settings"))
    owner = enter(world.outsider)
    for way in ("/removal", "/secret", "/test"):
        assert owner.post(base + way).status_code == 404
    assert Webhook.objects.count() == 1


def test_the_way_of_an_address_is_shown_only_where_it_is_changed(world: World, enter: In) -> None:
    browser = enter(world.admin)
    browser.post(HERE, NEW)
    page = browser.get(HERE).content.decode()
    assert page.count("s3cret") == 1
    assert f'value="{NEW["url"]}"' in page
