from __future__ import annotations

from callers import Call, call
from pejl.models import Webhook
from world import World

__all__ = ["call"]
ASKED = {"url": "https://hooks.example/in", "events": ["goal.*", "checkin.posted"]}


def test_a_webhook_is_made_read_and_removed(world: World, call: Call) -> None:
    admin = call(world.admin)
    made = admin.send("POST", "/webhooks", ASKED)
    told = made.json()
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    assert told["secret"].startswith("whsec_")
    assert (told["events"], told["active"], told["person"]) == (
        ["checkin.posted", "goal.*"],
        True,
        world.admin.name,
    )
    address = made["Location"].removeprefix("/api/v1")
    one = admin.get(address)
    assert one.json() == {name: value for name, value in told.items() if name != "secret"}
    assert admin.get("/webhooks").json() == {"items": [one.json()], "next": None}
    assert admin.send("DELETE", address).status_code == 204
    assert admin.get(address).status_code == 404
    assert not Webhook.objects.exists()


def test_the_same_key_makes_one_webhook_and_gives_its_secret_again(world: World, call: Call) -> None:
    admin = call(world.admin)
    first = admin.send("POST", "/webhooks", ASKED, Idempotency_Key="once")
    again = admin.send("POST", "/webhooks", ASKED, Idempotency_Key="once")
    assert first.json() == again.json()
    assert Webhook.objects.count() == 1


def test_what_cannot_be_used_is_told_at_its_field(world: World, call: Call) -> None:
    admin = call(world.admin)
    for body, path in (
        ({**ASKED, "url": "hooks"}, "url"),
        ({**ASKED, "events": ["person.*"]}, "events"),
        ({**ASKED, "events": []}, "events"),
        ({**ASKED, "secret": "mine"}, "secret"),
    ):
        refused = admin.send("POST", "/webhooks", body)
        assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, path)


def test_only_admins_have_webhooks(world: World, call: Call) -> None:
    address = call(world.admin).send("POST", "/webhooks", ASKED)["Location"].removeprefix("/api/v1")
    for member in (world.member, world.lead):
        program = call(member)
        assert program.get("/webhooks").status_code == 403
        assert program.send("POST", "/webhooks", ASKED).status_code == 403
        assert program.send("DELETE", address).status_code == 403
    assert call(world.outsider).get(address).status_code == 404
