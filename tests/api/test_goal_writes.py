"""Goals written by programs: what a body means, and what is said where it means nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from callers import Call, call
from okrs import named, okr
from pejl.models import Goal, GoalVersion
from pejl.services import goals
from world import World

__all__ = ["call", "okr"]


def objective(world: World, **more: Any) -> dict[str, Any]:
    team = {"level": "team", "teams": [str(world.design)]}
    return {"kind": "objective", "title": "Fewer returns", **team, **more}


def test_a_goal_is_written_whole_and_told_as_it_was_said(call: Call, world: World) -> None:
    caller = call(world.sub_lead)
    alma, bo = str(world.member.person_id), str(world.mate.person_id)
    body = objective(
        world,
        description="They cost more than they bring.",
        owners=[bo],
        checkin_owner=alma,
        period=str(world.q3),
        end_date="2026-09-15",
        ambition="aspirational",
        metric={"kind": "decrease", "unit": "%", "start": 12.5, "target": 4},
        status_mode="manual",
        visibility="chosen",
        people=[alma],
        tags=["quality", "cost"],
    )
    answer = caller.send("POST", "/goals", body)
    made = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1/goals/{made['id']}")
    same = ("kind", "title", "description", "level", "end_date", "ambition", "status_mode", "visibility")
    assert {name: made[name] for name in same} == {name: body[name] for name in same}
    assert made["tags"] == ["quality", "cost"]
    assert [one["id"] for one in made["owners"]] == [bo]
    assert [one["id"] for one in made["people"]] == [alma]
    assert (made["checkin_owner"]["id"], made["period"]["id"]) == (alma, str(world.q3))
    assert (made["start_date"], made["progress_mode"]) == ("2026-07-01", "metric")
    assert made["metric"] == {
        "kind": "decrease", "unit": "%", "start": 12.5, "target": 4, "lower": None, "upper": None,
        "warning": None, "sum": False, "phases": [],
    }  # fmt: skip
    assert caller.get(f"/goals/{made['id']}").json() == made


def test_a_key_result_takes_the_frame_of_its_parent_and_may_stand_alone(
    call: Call, world: World, okr: UUID
) -> None:
    caller = call(world.sub_lead)
    body = {"kind": "key_result", "title": "Shorter checkout", "parents": [{"id": str(okr), "share": 0.4}]}
    made = caller.send("POST", "/goals", body).json()
    assert (made["level"], made["period"]["id"]) == ("team", str(world.q3))
    assert [one["id"] for one in made["teams"]] == [str(world.design)]
    assert [(one["id"], one["share"]) for one in made["parents"]] == [(str(okr), 0.4)]
    alone = caller.send("POST", "/goals", {**body, "parents": [], "teams": [str(world.design)]}).json()
    assert (alone["parents"], alone["level"], alone["period"]) == ([], "team", None)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("da", "DKK", "12 mio.", "14,5 mio. kr."), (12_000_000, 14_500_000)),
        (("en", "DKK", "12 mio.", "14.5 M"), (12_000_000, 14_500_000)),
        (("da", "m:ss", "2:37", "3:45"), (157, 225)),
        (("en", "m:ss", 157, "3:45"), (157, 225)),
        (("da", "", "3.478", "4.000"), (3478, 4000)),
        (("en", "", "3.478", "4.000"), (3.478, 4)),
    ],
)
def test_amounts_are_numbers_or_text_in_the_language_of_the_caller(
    call: Call, world: World, asked: tuple[str, str, Any, Any], told: tuple[Any, Any]
) -> None:
    language, unit, start, target = asked
    metric = {"kind": "increase", "unit": unit, "start": start, "target": target}
    made = call(world.sub_lead, language=language).send("POST", "/goals", objective(world, metric=metric))
    found = made.json()["metric"]
    assert (found["start"], found["target"], found["unit"]) == (*told, unit)


def test_a_unit_that_is_left_out_is_the_one_the_figures_name(call: Call, world: World) -> None:
    metric = {"kind": "reach", "target": "12 mio. kr.", "phases": [{"date": "2026-08-31", "value": "4 mio."}]}
    made = call(world.sub_lead).send("POST", "/goals", objective(world, metric=metric)).json()
    assert made["metric"]["unit"] == "DKK"
    assert made["metric"]["phases"] == [{"date": "2026-08-31", "value": 4_000_000}]


def test_a_unit_is_kept_by_its_usual_name_and_without_what_cannot_be_seen(call: Call, world: World) -> None:
    caller = call(world.sub_lead)
    for unit, kept in (("$", "USD"), ("procent", "%"), (" new\0 clients ", "new clients"), ("m:ss", "m:ss")):
        metric = {"kind": "reach", "unit": unit, "target": 4}
        made = caller.send("POST", "/goals", objective(world, metric=metric)).json()
        assert made["metric"]["unit"] == kept


def test_an_amount_with_two_readings_is_refused_with_both(call: Call, world: World) -> None:
    metric = {"kind": "reach", "target": "3.478"}
    answer = call(world.sub_lead, language="fr").send("POST", "/goals", objective(world, metric=metric))
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["path"], error["code"], error["readings"]) == ("metric.target", "ambiguous", [3478, 3.478])
    metres = {"kind": "reach", "target": "12 m"}
    for language in ("da", "en"):
        answer = call(world.sub_lead, language=language).send(
            "POST", "/goals", objective(world, metric=metres)
        )
        assert answer.json()["errors"][0]["readings"] == [12, 12_000_000]


def test_every_trouble_is_told_at_its_field(call: Call, world: World) -> None:
    caller = call(world.sub_lead)
    for more, paths in (
        ({"metric": {"kind": "increase", "start": "many", "target": "x"}}, ["metric.start", "metric.target"]),
        ({"metric": {"kind": "increase", "start": 5, "target": 4}}, ["metric.target"]),
        ({"metric": {"kind": "reach", "target": 4, "milestones": [{"title": "A"}]}}, ["metric.milestones"]),
        ({"metric": {"kind": "milestones", "milestones": [{"share": 0.5}]}}, ["metric.milestones.0.title"]),
        ({"metric": {"kind": "milestones", "milestones": [{"title": "A", "reached_on": "2026-12-01"}]}},
         ["metric.milestones.0.reached_on"]),
        ({"title": " "}, ["title"]),
        ({"teams": []}, ["teams"]),
        ({"dream": 1}, ["dream"]),
        ({"start_date": "1 May"}, ["start_date"]),
        ({"start_date": 0}, ["start_date"]),
        ({"people": ["01990000-0000-7000-8000-000000000000"]}, ["people"]),
        ({"metric": {"target": 4}}, ["metric.kind"]),
    ):  # fmt: skip
        answer = caller.send("POST", "/goals", objective(world, **more))
        assert (answer.status_code, [one["path"] for one in answer.json()["errors"]]) == (422, paths), more
    assert not Goal.objects.filter(title="Fewer returns").exists()


def test_the_same_key_writes_one_goal_and_another_body_is_refused(call: Call, world: World) -> None:
    caller = call(world.sub_lead)
    first = caller.send("POST", "/goals", objective(world), Idempotency_Key="a")
    again = caller.send("POST", "/goals", objective(world), Idempotency_Key="a")
    assert (again.status_code, again.json()) == (201, first.json())
    other = caller.send("POST", "/goals", objective(world, title="Other"), Idempotency_Key="a")
    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "once.other-input")
    assert Goal.objects.filter(workspace_id=world.sub_lead.workspace_id).count() == 1


def test_who_may_not_write_does_not(call: Call, world: World, okr: UUID) -> None:
    assert call(world.owner, writes=False).send("POST", "/goals", objective(world)).status_code == 403
    assert call(world.observer).send("POST", "/goals", objective(world)).status_code == 403
    assert call(world.stranger).send("PATCH", f"/goals/{okr}", {"title": "Ours"}).status_code == 403
    for method, path in (
        ("PATCH", f"/goals/{okr}"),
        ("DELETE", f"/goals/{okr}"),
        ("PUT", f"/goals/{okr}/parents/{okr}"),
        ("DELETE", f"/goals/{okr}/parents/{okr}"),
    ):
        assert call(world.outsider).send(method, path, {}).status_code == 404
    nobody = call(world.owner)
    nobody._headers.pop("Authorization")
    assert nobody.send("POST", "/goals", objective(world)).status_code == 401


def test_a_patch_changes_what_it_names_and_nothing_else(call: Call, world: World, okr: UUID) -> None:
    caller = call(world.sub_lead)
    before = caller.get(f"/goals/{okr}").json()
    body = {"title": "Launch version 3.0", "tags": ["launch"], "ambition": None}
    answer = caller.send("PATCH", f"/goals/{okr}", body)
    after = answer.json()
    assert {name for name in before if before[name] != after[name]} == {
        "title", "tags", "ambition", "version", "updated_at",
    }  # fmt: skip
    assert answer["ETag"] == caller.get(f"/goals/{okr}")["ETag"]
    assert caller.send("PATCH", f"/goals/{okr}", {"kind": "initiative"}).status_code == 422


def test_a_patched_metric_replaces_the_whole(call: Call, world: World, okr: UUID) -> None:
    caller, key = call(world.sub_lead), named("Support requests a month")
    metric = {"kind": "at_most", "target": 40, "warning": 45, "unit": "requests"}
    found = caller.send("PATCH", f"/goals/{key}", {"metric": metric}).json()["metric"]
    assert (found["kind"], found["target"], found["warning"]) == ("at_most", 40, 45)
    assert (found["start"], found["unit"]) == (None, "requests")


def test_milestones_are_ticked_by_a_patch_and_keep_their_ids(call: Call, world: World) -> None:
    caller = call(world.sub_lead)
    steps = [{"title": "Contract", "share": 0.25, "reached_on": "2026-08-01"}, {"title": "Launch"}]
    metric: dict[str, Any] = {"kind": "milestones", "milestones": steps}
    made = caller.send("POST", "/goals", objective(world, metric=metric)).json()
    first, second = made["metric"]["milestones"]
    assert (first["share"], first["reached_on"], second["reached_on"]) == (0.25, "2026-08-01", None)
    assert made["progress"] == 0.25
    ticked = [{"id": first["id"]}, {"id": second["id"], "reached_on": "2026-08-17"}]
    after = caller.send("PATCH", f"/goals/{made['id']}", {"metric": {**metric, "milestones": ticked}}).json()
    assert after["progress"] == 1
    assert after["metric"]["milestones"] == [first, second | {"reached_on": "2026-08-17"}]
    back = [first | {"reached_on": None}, after["metric"]["milestones"][1]]
    after = caller.send("PATCH", f"/goals/{made['id']}", {"metric": {**metric, "milestones": back}}).json()
    assert after["progress"] == 0.75


def test_a_milestone_that_is_renamed_by_its_id_stays_the_same_one(call: Call, world: World) -> None:
    caller = call(world.admin)
    steps = [{"title": "Plan", "reached_on": "2026-08-10"}, {"title": "Build"}, {"title": "Ship"}]
    metric: dict[str, Any] = {"kind": "milestones", "milestones": steps}
    made = caller.send("POST", "/goals", objective(world, metric=metric)).json()
    plan, build, ship = made["metric"]["milestones"]

    def sent(*wanted: dict[str, Any]) -> Any:
        return caller.send("PATCH", f"/goals/{made['id']}", {"metric": {**metric, "milestones": wanted}})

    renamed = sent({"id": ship["id"]}, {"id": plan["id"], "title": "Plan it"}, {"title": "Build"})
    assert renamed.json()["metric"]["milestones"] == [ship, plan | {"title": "Plan it"}, build]
    swapped = sent({"id": build["id"], "title": "Ship"}, {"id": ship["id"], "title": "Build"})
    assert [one["id"] for one in swapped.json()["metric"]["milestones"]] == [build["id"], ship["id"]]
    twice = sent({"id": ship["id"], "title": "A"}, {"id": ship["id"], "title": "B"})
    assert [one["path"] for one in twice.json()["errors"]] == ["metric.milestones.1.id"]


def test_who_checks_in_may_tick_and_no_more(call: Call, world: World) -> None:
    metric: dict[str, Any] = {"kind": "milestones", "milestones": [{"title": "Launch"}]}
    body = objective(world, metric=metric, checkin_owner=str(world.stranger.person_id))
    made = call(world.sub_lead).send("POST", "/goals", body).json()
    caller, path = call(world.stranger), f"/goals/{made['id']}"
    tick = {"title": "Launch", "reached_on": "2026-08-17"}
    answer = caller.send("PATCH", path, {"metric": {**metric, "milestones": [tick]}})
    assert (answer.status_code, answer.json()["progress"]) == (200, 1)
    renamed = caller.send("PATCH", path, {"metric": {**metric, "milestones": [{"title": "Other"}]}})
    assert renamed.status_code == 403


def test_a_patch_of_what_was_changed_since_is_refused(
    call: Call, world: World, okr: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = call(world.sub_lead)
    tag = caller.get(f"/goals/{okr}")["ETag"]
    assert caller.send("PATCH", f"/goals/{okr}", {"title": "One"}, If_Match=tag).status_code == 200
    answer = caller.send("PATCH", f"/goals/{okr}", {"title": "Two"}, If_Match=tag)
    assert (answer.status_code, answer["Content-Type"]) == (412, "application/problem+json")
    tag = caller.get(f"/goals/{okr}")["ETag"]
    unchanged = "pejl.api.answers.unchanged"

    def meanwhile(*_: Any) -> None:
        goals.edit(okr, changes={"title": "Three"}, by=world.owner, at=world.at)

    monkeypatch.setattr(unchanged, meanwhile)
    assert caller.send("PATCH", f"/goals/{okr}", {"title": "Two"}, If_Match=tag).status_code == 412
    assert Goal.objects.get(pk=okr).title == "Three"


def test_a_goal_taken_away_is_still_there_then(call: Call, world: World) -> None:
    old = goals.create(
        goals.GoalDraft("objective", "Old", level="team", teams=(world.design,)),
        by=world.sub_lead,
        at=world.later(days=-9),
    )
    caller = call(world.sub_lead)
    assert caller.send("DELETE", f"/goals/{old}").status_code == 204
    assert caller.get(f"/goals/{old}").status_code == 404
    assert caller.get(f"/goals/{old}?as_of=2026-08-10").json()["title"] == "Old"
    assert caller.get(f"/goals/{old}/tree?as_of=2026-08-10").json()["children"] == []


def test_a_goal_with_checkins_is_not_taken_away(call: Call, world: World, okr: UUID) -> None:
    key = named("Support requests a month")
    answer = call(world.sub_lead).send("DELETE", f"/goals/{key}")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "goal.has-checkins")


def test_a_goal_is_hung_reweighted_and_taken_down(call: Call, world: World, okr: UUID) -> None:
    caller = call(world.sub_lead)
    other = caller.send("POST", "/goals", objective(world)).json()["id"]
    path = f"/goals/{other}/parents/{okr}"
    for share in (0.4, None, 0.25):
        told = caller.send("PUT", path, {"share": share}, Idempotency_Key=f"share {share}".replace(" ", "-"))
        assert [(one["id"], one["share"]) for one in told.json()["parents"]] == [(str(okr), share)]
    again = caller.send("PUT", path, {"share": 0.4}, Idempotency_Key="share-0.4")
    assert [one["share"] for one in again.json()["parents"]] == [0.25]
    assert caller.send("DELETE", path).status_code == 204
    assert caller.send("DELETE", path).status_code == 404
    assert caller.send("PUT", path, {"share": 1.5}).json()["errors"][0]["path"] == "share"


def test_a_circle_is_refused_with_the_way_it_would_close(call: Call, world: World, okr: UUID) -> None:
    caller = call(world.sub_lead)
    body = objective(world, parents=[{"id": str(okr)}])
    other = caller.send("POST", "/goals", body).json()["id"]
    answer = caller.send("PUT", f"/goals/{okr}/parents/{other}", {"share": None})
    way = [
        {"id": str(okr), "title": "Launch version 2.0"},
        {"id": other, "title": "Fewer returns"},
        {"id": str(okr), "title": "Launch version 2.0"},
    ]
    assert (answer.status_code, answer.json()["path"]) == (409, way)
    patched = caller.send("PATCH", f"/goals/{okr}", {"parents": [{"id": other}]})
    assert (patched.status_code, patched.json()["path"]) == (409, way)
    assert GoalVersion.objects.filter(goal=okr).count() == 1
