"""Periods, teams, people and KPIs to programs, by the cast."""

from __future__ import annotations

from uuid import UUID

import pytest

from callers import Call, call
from okrs import named, okr
from pejl.models import Once, Team
from pejl.services import goals, kpis
from world import World

__all__ = ["call", "okr"]


@pytest.mark.parametrize("room", ["periods", "teams", "people", "kpis"])
def test_a_list_comes_whole_in_small_parts_and_each_thing_alone(
    call: Call, world: World, okr: UUID, room: str
) -> None:
    for name in ("Uptime", "Sick leave", "Churn"):
        kpis.create(name, by=world.owner, at=world.at)
    caller = call(world.member)
    whole = caller.get(f"/{room}?limit=200").json()["items"]
    found, cursor = [], ""
    while cursor is not None:
        part = caller.get(f"/{room}?limit=2&cursor={cursor}").json()
        found += part["items"]
        cursor = part["next"]
    assert found == whole
    assert len(whole) > 2
    for thing in whole:
        assert caller.get(f"/{room}/{thing['id']}").json() == thing


@pytest.mark.parametrize("room", ["periods", "teams", "people", "kpis"])
def test_outsiders_find_nothing_of_it(call: Call, world: World, room: str) -> None:
    made = kpis.create("Uptime", by=world.owner, at=world.at)
    theirs = {"periods": world.q3, "teams": world.product, "people": world.member.person_id, "kpis": made}
    outside = call(world.outsider)
    assert outside.get(f"/{room}/{theirs[room]}").status_code == 404
    assert outside.send("PATCH", f"/{room}/{theirs[room]}", {"name": "Ours"}).status_code == 404
    assert str(theirs[room]) not in outside.get(f"/{room}").content.decode()


@pytest.mark.parametrize("room", ["periods", "teams", "people", "kpis"])
def test_a_token_that_reads_writes_nothing(call: Call, world: World, room: str) -> None:
    answer = call(world.owner, writes=False).send("POST", f"/{room}", {"name": "Autumn"})
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"


def test_a_period_of_ones_own_is_made_moved_and_named(call: Call, world: World) -> None:
    caller = call(world.admin)
    body = {"name": "Autumn", "start_date": "2026-09-01", "end_date": "2026-11-30"}
    answer = caller.send("POST", "/periods", body)
    made = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1/periods/{made['id']}")
    assert made | body == made
    assert (made["kind"], made["current"]) == ("custom", False)
    moved = caller.send("PATCH", f"/periods/{made['id']}", {"end_date": "2026-12-15"}).json()
    assert moved == made | {"end_date": "2026-12-15"}


def test_what_is_wrong_with_a_period_is_told_at_its_field(call: Call, world: World) -> None:
    caller = call(world.admin)
    body = {"name": "Autumn", "start_date": "2026-09-01", "end_date": "2026-08-30"}
    answer = caller.send("POST", "/periods", body)
    assert answer.status_code == 422
    assert [(one["path"], one["code"]) for one in answer.json()["errors"]] == [
        ("end_date", "period.backwards")
    ]
    assert caller.send("PATCH", f"/periods/{world.q3}", {"name": "Mine"}).status_code == 422
    assert call(world.member).send("POST", "/periods", body).status_code == 403


def test_the_period_of_now_is_the_shortest_and_is_named_in_the_language_asked_for(
    call: Call, world: World
) -> None:
    rows = call(world.member, language="da").get("/periods").json()["items"]
    assert [one["id"] for one in rows if one["current"]] == [str(world.q3)]
    assert [one["name"] for one in rows if one["current"]] == ["3. kvt. 2026"]


def test_a_team_is_made_moved_manned_and_archived(call: Call, world: World) -> None:
    caller = call(world.admin)
    alma, bo = str(world.member.person_id), str(world.mate.person_id)
    body = {"name": "Research", "parent": str(world.product), "leads": [bo], "members": [alma]}
    made = caller.send("POST", "/teams", body).json()
    assert made["parent"] == {"id": str(world.product), "name": "Product"}
    assert [one["id"] for one in made["leads"]] == [bo]
    assert {one["id"] for one in made["members"]} == {alma, bo}
    changes = {"name": "Insight", "parent": None, "members": [alma], "leads": []}
    changed = caller.send("PATCH", f"/teams/{made['id']}", changes).json()
    assert (changed["name"], changed["parent"], changed["leads"]) == ("Insight", None, [])
    assert [one["id"] for one in changed["members"]] == [alma]
    assert caller.send("PATCH", f"/teams/{made['id']}", {"archived": True}).json()["archived"] is True
    assert caller.get(f"/teams/{made['id']}?as_of=2026-08-17T08:59:00%2B02:00").status_code == 404


def test_a_lead_mans_the_team_they_make_under_their_own(call: Call, world: World) -> None:
    body = {"name": "Research", "parent": str(world.product), "members": [str(world.member.person_id)]}
    assert call(world.lead).send("POST", "/teams", body).status_code == 201
    assert call(world.member).send("POST", "/teams", body | {"name": "Other"}).status_code == 403


def test_a_change_of_a_team_is_done_whole_or_not_at_all(call: Call, world: World) -> None:
    caller = call(world.admin)
    nobody = "01990000-0000-7000-8000-000000000000"
    for changes, path in (
        ({"name": "Insight", "members": [nobody]}, "members"),
        ({"name": "Insight", "leads": [str(world.outsider.person_id)]}, "leads"),
        ({"name": "Insight", "parent": nobody}, "parent"),
        ({"name": "Insight", "parent": str(world.design)}, "parent"),
    ):
        answer = caller.send("PATCH", f"/teams/{world.product}", changes)
        assert answer.status_code == 422
        assert [one["path"] for one in answer.json()["errors"]] == [path]
    assert Team.objects.get(pk=world.product).name == "Product"


def test_emails_are_for_admins(call: Call, world: World) -> None:
    address = f"/people/{world.mate.person_id}"
    assert call(world.admin).get(address).json()["email"] == "bo@fjordlight.example"
    assert call(world.member).get(address).json()["email"] is None
    assert call(world.mate).get("/people").content.decode().count("@") == 0


def test_somebody_is_named_invited_led_and_let_go(call: Call, world: World) -> None:
    caller = call(world.admin)
    made = call(world.member).send("POST", "/people", {"name": "Nina Vang"}).json()
    assert (made["placeholder"], made["email"], made["role"]) == (True, None, "member")
    address = f"/people/{made['id']}"
    changes = {"email": "nina@fjordlight.example", "role": "admin", "manager": str(world.owner.person_id)}
    changed = caller.send("PATCH", address, changes).json()
    assert (changed["placeholder"], changed["email"]) == (False, "nina@fjordlight.example")
    assert (changed["role"], changed["manager"]["name"]) == ("admin", "Ida Holm")
    assert caller.send("PATCH", address, {"active": False}).json()["active"] is False
    taken = {"name": "Another Bo", "email": "BO@fjordlight.example"}
    assert caller.send("POST", "/people", taken).json()["errors"][0]["path"] == "email"


def test_nobody_changes_somebody_else_or_gives_a_role_above_their_own(call: Call, world: World) -> None:
    bo, alma = f"/people/{world.mate.person_id}", f"/people/{world.member.person_id}"
    assert call(world.member).send("PATCH", bo, {"name": "B"}).status_code == 403
    assert call(world.member).send("PATCH", alma, {"name": "Alma B."}).json()["name"] == "Alma B."
    assert call(world.member).send("PATCH", alma, {"role": "admin"}).status_code == 403
    assert call(world.admin).send("PATCH", bo, {"role": "owner"}).status_code == 403
    assert call(world.observer).send("POST", "/people", {"name": "Nina"}).status_code == 403


def test_a_kpi_is_made_read_and_changed(call: Call, world: World, okr: UUID) -> None:
    caller = call(world.sub_lead)
    body = {"name": "Uptime", "unit": "%", "lower": 99.5, "team": str(world.design)}
    made = caller.send("POST", "/kpis", body).json()
    assert (made["lower"], made["value"], made["in_range"]) == (99.5, None, None)
    assert made["team"] == {"id": str(world.design), "name": "Design"}
    address = f"/kpis/{made['id']}"
    assert caller.send("POST", f"{address}/readings", {"value": "99.8 %", "on": "2026-08-10"}).json() == {
        "on": "2026-08-10",
        "value": 99.8,
    }
    exact = caller.send("POST", f"{address}/readings", {"value": 98.250})
    assert (exact.status_code, exact.json()["on"]) == (201, "2026-08-17")
    again = caller.send("POST", f"{address}/readings", {"value": 98.5})
    assert again.status_code == 201
    read = caller.get(f"{address}/readings").json()
    assert read["items"] == [{"on": "2026-08-10", "value": 99.8}, {"on": "2026-08-17", "value": 98.5}]
    kpis.link(UUID(made["id"]), goal=named("Support requests a month"), by=world.sub_lead, at=world.at)
    told = caller.send("PATCH", address, {"lower": "98"}).json()
    assert (told["lower"], told["in_range"], told["unit"]) == (98, True, "%")
    assert told["goals"] == [str(named("Support requests a month"))]
    part = caller.get(f"{address}/readings?limit=1").json()
    rest = caller.get(f"{address}/readings?limit=1&cursor={part['next']}").json()
    assert (part["items"] + rest["items"], rest["next"]) == (read["items"], None)


def test_a_kpi_tells_only_of_goals_that_the_token_sees(call: Call, world: World, okr: UUID) -> None:
    key = named("Support requests a month")
    made = kpis.create("Uptime", by=world.owner, at=world.at)
    kpis.link(made, goal=key, by=world.sub_lead, at=world.at)
    assert call(world.stranger).get(f"/kpis/{made}").json()["goals"] == [str(key)]
    goals.edit(key, changes={"visibility": "team"}, by=world.sub_lead, at=world.at)
    assert call(world.stranger).get(f"/kpis/{made}").json()["goals"] == []
    assert call(world.stranger).send("PATCH", f"/kpis/{made}", {"name": "Mine"}).status_code == 403


def test_a_number_with_two_readings_is_asked_about_and_read_where_the_language_is_known(
    call: Call, world: World
) -> None:
    made = kpis.create("Visits", owner=world.member.person_id, by=world.member, at=world.at)
    address = f"/kpis/{made}/readings"
    answer = call(world.member, language="").send("POST", address, {"value": "3.478"})
    told = answer.json()["errors"][0]
    assert (answer.status_code, told["code"], told["path"]) == (422, "ambiguous", "value")
    assert told["readings"] == [3478, 3.478]
    assert call(world.member, language="da").send("POST", address, {"value": "3.478"}).json()["value"] == 3478
    assert call(world.member).send("POST", address, {"value": "12 mio. kr."}).json()["value"] == 12_000_000
    for wrong in ("", "many", True, None, [], "1" * 200):
        assert call(world.member).send("POST", address, {"value": wrong}).status_code == 422


def test_measured_numbers_come_back_digit_for_digit(call: Call, world: World) -> None:
    caller = call(world.admin)
    made = caller.send("POST", "/kpis", {"name": "Rate"}).json()
    sent = b'{"value": 0.10000000000000000555000}'
    answer = caller._client.generic(
        "POST",
        f"/api/v1/kpis/{made['id']}/readings",
        sent,
        content_type="application/json",
        headers=caller._headers,
    )
    assert b'"value": 0.10000000000000000555000' in answer.content


@pytest.mark.parametrize(
    "body", [b"{", b'{"value": NaN}', b'{"value": 1e99999999999999999999}', b"\xff", b"[" * 9999]
)
def test_what_is_no_json_is_a_problem(call: Call, world: World, body: bytes) -> None:
    caller = call(world.admin)
    answer = caller._client.generic(
        "POST", "/api/v1/kpis", body, content_type="application/json", headers=caller._headers
    )
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_body_that_is_too_large_is_a_problem(call: Call, world: World) -> None:
    assert call(world.admin).send("POST", "/kpis", {"name": "x" * 3_000_000}).status_code == 413


def test_what_somebody_else_changed_is_not_written_over(call: Call, world: World) -> None:
    caller = call(world.admin)
    tag = caller.get(f"/teams/{world.sales}")["ETag"]
    assert caller.send("PATCH", f"/teams/{world.sales}", {"name": "Sale"}, If_Match=tag).status_code == 200
    stale = caller.send("PATCH", f"/teams/{world.sales}", {"name": "Sold"}, If_Match=tag)
    assert (stale.status_code, Team.objects.get(pk=world.sales).name) == (412, "Sale")


def test_the_same_key_is_done_once(call: Call, world: World) -> None:
    caller = call(world.admin)
    first = caller.send("POST", "/teams", {"name": "Research"}, Idempotency_Key="k1")
    again = caller.send("POST", "/teams", {"name": "Research"}, Idempotency_Key="k1")
    assert first.json() == again.json()
    other = caller.send("POST", "/teams", {"name": "Insight"}, Idempotency_Key="k1")
    assert (other.status_code, Once.objects.count()) == (422, 1)
    assert caller.send("POST", "/teams", {"name": "I"}, Idempotency_Key="k" * 101).status_code == 422


def test_unknown_fields_are_refused_by_name(call: Call, world: World) -> None:
    answer = call(world.admin).send("POST", "/teams", {"name": "Research", "colour": "blue"})
    assert answer.status_code == 422
    assert [one["path"] for one in answer.json()["errors"]] == ["colour"]
