"""The weekly check-in, as the cast fills it in."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from okrs import In, enter, key_result, named, okr, text
from pejl.domain.values import Kind, Level, Metric, MetricKind, Status, StatusMode, Visibility
from pejl.models import Checkin, Goal
from pejl.services import alignment, checkins, goals
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["enter", "okr"]

KR = "Support requests a month"
CHECKIN_QUERIES = 31


def field(name: str, title: str = KR) -> str:
    return f"{named(title)}.{name}"


def latest() -> Checkin:
    found: Any = Checkin.objects.order_by("-known_from", "-pk").first()
    assert found is not None
    return found  # type: ignore[no-any-return]


def test_the_page_holds_a_line_for_each_of_my_key_results(world: World, okr: UUID, enter: In) -> None:
    page = text(enter(world.sub_lead).get("/checkin"))
    assert "One key result, one line" in page
    assert "Launch version 2.0" in page
    assert "was 75" in page
    assert "due" in page


def test_who_owns_nothing_is_told_so(world: World, okr: UUID, enter: In) -> None:
    assert "Nothing to check in on" in text(enter(world.stranger).get("/checkin"))


def test_a_line_filled_in_moves_the_goal_and_its_objective(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.sub_lead)
    sent = {field("value"): "66", field("confidence"): "8", field("note"): "Wednesdays help", "key": "k1"}
    answer = client.post("/checkin", sent, follow=True)
    said = text(answer)
    assert "Check-in sent for 1 key result" in said
    assert f"{KR}: 75 → 66" in said
    assert "Launch version 2.0: 50% → 60%" in said
    goal = Goal.objects.get(pk=named(KR))
    assert (goal.value, goal.progress, goal.confidence) == (Decimal(66), 0.6, 8)
    assert Goal.objects.get(pk=okr).progress == pytest.approx(0.6)
    assert latest().note == "Wednesdays help"


def test_the_form_sent_twice_is_done_once(world: World, okr: UUID, enter: In) -> None:
    client, before = enter(world.sub_lead), Checkin.objects.count()
    for _ in range(2):
        client.post("/checkin", {field("value"): "66", "key": "again"})
    assert Checkin.objects.count() == before + 1


def test_an_empty_form_says_so_and_writes_nothing(world: World, okr: UUID, enter: In) -> None:
    before = Checkin.objects.count()
    sent = {field("value"): " ", field("confidence"): "6", field("sure"): "6"}
    answer = enter(world.sub_lead).post("/checkin", sent)
    assert answer.status_code == 422
    assert "Nothing is filled in yet" in text(answer)
    assert Checkin.objects.count() == before


def test_one_unreadable_line_keeps_all_of_them_and_what_was_typed(world: World, okr: UUID, enter: In) -> None:
    person = world.sub_lead.person_id
    assert person is not None
    goals.create(
        key_result("Steps", period=world.q3, teams=(world.design,), owners=(person,), parents=((okr, None),)),
        by=world.sub_lead,
        at=world.later(days=-10),
    )
    before = Checkin.objects.count()
    sent = {field("value"): "sixty-ish", field("value", "Steps"): "60", field("note"): "kept"}
    answer = enter(world.sub_lead).post("/checkin", sent)
    assert answer.status_code == 422
    body = answer.content.decode()
    assert 'value="sixty-ish"' in body
    assert 'value="60"' in body
    assert "kept" in body
    assert 'aria-invalid="true"' in body
    assert re.search(r"sixty-ish[^>]+ autofocus", body)
    assert "On track" in body
    assert Checkin.objects.count() == before


def test_a_check_in_can_be_about_an_earlier_day_but_not_a_coming_one(
    world: World, okr: UUID, enter: In
) -> None:
    client = enter(world.sub_lead)
    client.post("/checkin", {field("value"): "70", "on": "2026-08-10"})
    assert latest().on.isoformat() == "2026-08-10"
    answer = client.post("/checkin", {field("value"): "70", "on": "2026-09-10"})
    assert answer.status_code == 422


def steps_and_audit(world: World, okr: UUID) -> None:
    """Two more key results of the sub-lead: one of milestones, one that is done or not."""
    person = world.sub_lead.person_id
    assert person is not None
    common: dict[str, Any] = {
        "level": Level.TEAM, "teams": (world.design,), "period": world.q3, "owners": (person,),
        "parents": ((okr, None),),
    }  # fmt: skip
    steps = GoalDraft(
        Kind.KEY_RESULT, "Prototype", metric=Metric(MetricKind.MILESTONES),
        milestones=(("Sketch", None), ("Test", None)), **common,
    )  # fmt: skip
    audit = GoalDraft(Kind.KEY_RESULT, "Audit", metric=Metric(MetricKind.DONE), **common)
    for draft in (steps, audit):
        goals.create(draft, by=world.sub_lead, at=world.later(days=-10))


def first_step(client: Any) -> str:
    body: str = client.get("/checkin").content.decode()
    found = re.search(rf'name="{named("Prototype")}.reached" value="([^"]+)"', body)
    assert found is not None
    return found[1]


def test_milestones_are_ticked_and_done_is_a_box_and_twice_is_once(
    world: World, okr: UUID, enter: In
) -> None:
    steps_and_audit(world, okr)
    client = enter(world.sub_lead)
    sent = {
        field("reached", "Prototype"): first_step(client),
        field("was", "Audit"): "0",
        field("value", "Audit"): "1",
        "key": "once",
    }
    answers = [client.post("/checkin", sent).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert Goal.objects.get(title="Prototype").progress == 0.5
    assert Goal.objects.get(title="Audit").progress == 1
    assert Checkin.objects.filter(goal__title="Audit").count() == 1


def test_the_preview_counts_a_tick_before_it_is_sent(world: World, okr: UUID, enter: In) -> None:
    steps_and_audit(world, okr)
    client = enter(world.sub_lead)
    steps, audit = (f"/goals/{named(title)}/checkin/preview" for title in ("Prototype", "Audit"))
    assert "Off track" in text(client.post(steps))
    assert "At risk" in text(client.post(steps, {field("reached", "Prototype"): first_step(client)}))
    assert "Off track" in text(client.post(audit, {field("was", "Audit"): "0"}))
    assert "On track" in text(client.post(audit, {field("was", "Audit"): "0", field("value", "Audit"): "1"}))
    assert Goal.objects.get(title="Audit").checkin_count == 0


def test_a_status_by_hand_is_offered_previewed_and_kept(world: World, okr: UUID, enter: In) -> None:
    goals.edit(
        named(KR), changes={"status_mode": StatusMode.MANUAL}, by=world.sub_lead, at=world.later(days=-1)
    )
    client = enter(world.sub_lead)
    assert f'name="{field("status")}"' in client.get("/checkin").content.decode()
    address = f"/goals/{named(KR)}/checkin/preview"
    assert "Off track" in text(client.post(address, {field("status"): "off_track"}))
    client.post("/checkin", {field("value"): "31", field("status"): "off_track"})
    assert Goal.objects.get(pk=named(KR)).status == "off_track"


def test_a_confidence_alone_is_a_word_and_one_left_standing_goes_along(
    world: World, okr: UUID, enter: In
) -> None:
    client = enter(world.sub_lead)
    client.post("/checkin", {field("confidence"): "9", field("sure"): "6"})
    assert (latest().confidence, latest().value) == (9, None)
    client.post("/checkin", {field("confidence"): "9", field("sure"): "9", field("value"): "66"})
    assert (latest().confidence, latest().value) == (9, Decimal(66))


def chosen(body: str, title: str = KR) -> str:
    """The confidence that the page has ticked; "" is no answer."""
    found = re.findall(rf'name="{field("confidence", title)}" value="(\d*)"[^>]* checked', body)
    assert len(found) == 1, found
    return str(found[0])


def test_no_confidence_at_all_is_an_answer_of_its_own_and_zero_is_another(
    world: World, okr: UUID, enter: In
) -> None:
    steps_and_audit(world, okr)
    client = enter(world.sub_lead)
    body = client.get("/checkin").content.decode()
    assert (chosen(body), chosen(body, "Audit")) == ("6", "")
    assert re.search(rf'name="{field("confidence")}" value="0" aria-label="0 of 10"', body)
    sent = {field("confidence", "Audit"): "0", field("sure", "Audit"): "", field("was", "Audit"): "0"}
    assert client.post("/checkin", sent).status_code == 303
    assert Goal.objects.get(title="Audit").confidence == 0
    assert chosen(client.get("/checkin").content.decode(), "Audit") == "0"


def test_taking_the_answer_back_is_no_word_and_leaves_the_last_one(
    world: World, okr: UUID, enter: In
) -> None:
    client, unsure = enter(world.sub_lead), {field("confidence"): "", field("sure"): "6"}
    answer = client.post("/checkin", unsure)
    assert answer.status_code == 422
    assert chosen(answer.content.decode()) == ""
    client.post("/checkin", {**unsure, field("value"): "66"})
    assert (latest().value, latest().confidence) == (Decimal(66), None)
    assert Goal.objects.get(pk=named(KR)).confidence == 6


def test_a_correction_can_say_zero_and_shows_it_again(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.sub_lead)
    first = latest()
    client.post(f"/checkins/{first.pk}", {"value": "75", "on": first.on.isoformat(), "confidence": "0"})
    assert (latest().corrects_id, latest().confidence) == (first.pk, 0)
    page = client.get(f"/checkins/{latest().pk}").content.decode()
    assert '<option value="0" selected>0</option>' in page


def updated(body: str) -> str:
    found = re.search(r"<b>(\d+)</b> of (\d+) updated", body)
    return f"{found[1]} of {found[2]}" if found else ""


def test_the_page_counts_the_lines_that_say_something_they_can_be_held_to(
    world: World, okr: UUID, enter: In
) -> None:
    steps_and_audit(world, okr)
    client = enter(world.sub_lead)
    assert updated(client.get("/checkin").content.decode()) == "0 of 3"
    sent = {field("value"): "sixty-ish", field("note", "Audit"): "Booked", field("was", "Audit"): "0"}
    answer = client.post("/checkin", sent).content.decode()
    assert updated(answer) == "1 of 3"
    assert "data-unsent" in answer


def test_the_preview_brings_the_count_only_where_it_is_another(world: World, okr: UUID, enter: In) -> None:
    steps_and_audit(world, okr)
    client, address = enter(world.sub_lead), f"/goals/{named(KR)}/checkin/preview"
    titles = (KR, "Prototype", "Audit")
    page = {field("sure", title): "6" if title == KR else "" for title in titles}
    page |= {field("was", "Audit"): "0", field("note", "Prototype"): "Under way", "updated": "1"}
    assert updated(client.post(address, {**page, field("value"): "66"}).content.decode()) == "2 of 3"
    for same in ({}, {field("value"): "what"}, {field("confidence"): "6"}):
        assert updated(client.post(address, {**page, **same}).content.decode()) == ""
    wrong = {field("value"): "66", field("wrong", "Prototype"): "1", "updated": "2"}
    assert updated(client.post(address, {**page, **wrong}).content.decode()) == "1 of 3"


def shown(body: str) -> set[str]:
    """The statuses that the bars and words of an answer name."""
    return {one.replace("-", "_") for one in re.findall(r'data-status="([a-z-]+)"', body)}


@pytest.mark.parametrize(
    ("days", "typed", "status"),
    [
        (0, {"value": "66"}, "on_track"),
        (0, {"value": "95"}, "at_risk"),
        (-1, {"value": "81"}, "at_risk"),
        (-1, {"note": "Only a word"}, "at_risk"),
        (-30, {"value": "118"}, "at_risk"),
        (-40, {"value": "110"}, "on_track"),
        (-30, {"note": "As it was then"}, "not_started"),
        (-30, {"note": "As it was then", "status": "off_track"}, "off_track"),
        (-10, {"note": "As it was then"}, "on_track"),
    ],
)
def test_the_preview_shows_the_status_that_sending_leaves(
    world: World, okr: UUID, enter: In, *, days: int, typed: dict[str, str], status: str
) -> None:
    if days in {-1, -10}:
        checkins.post(named(KR), value=Decimal(82), by=world.sub_lead, at=world.later(days=-2))
    client, day = enter(world.sub_lead), world.today + timedelta(days=days)
    sent = {"on": day.isoformat(), **{field(name): value for name, value in typed.items()}}
    before = Checkin.objects.count()
    preview = client.post(f"/goals/{named(KR)}/checkin/preview", sent).content.decode()
    assert Checkin.objects.count() == before
    assert client.post("/checkin", sent).status_code == 303
    assert (shown(preview), latest().status) == ({status}, status)


def test_a_status_given_for_once_lapses_in_the_preview_as_it_does_when_sent(
    world: World, okr: UUID, enter: In
) -> None:
    client = enter(world.sub_lead)
    checkins.post(named(KR), status=Status.OFF_TRACK, by=world.sub_lead, at=world.later(days=-3))
    sent = {field("note"): "Better now"}
    preview = client.post(f"/goals/{named(KR)}/checkin/preview", sent).content.decode()
    client.post("/checkin", sent)
    assert (shown(preview), latest().status) == ({"at_risk"}, "at_risk")


def test_a_back_dated_preview_goes_by_the_pace_of_its_day(world: World, okr: UUID, enter: In) -> None:
    client, address = enter(world.sub_lead), f"/goals/{named(KR)}/checkin/preview"
    day = world.today + timedelta(days=-30)
    sent = {field("value"): "100", "on": day.isoformat()}
    body = client.post(address, sent).content.decode()
    # 17 of the quarter's 91 days: 90 · 17 / 91 = 16.8 below 120.
    assert "Expected 103 on 18 Jul." in body
    assert "Expected today" not in body
    assert "still counts" in body
    assert "ci__delta" not in body
    assert "Expected today" in client.post(address, {field("value"): "100"}).content.decode()


def test_another_day_redraws_the_lines_that_say_something(world: World, okr: UUID, enter: In) -> None:
    steps_and_audit(world, okr)
    client = enter(world.sub_lead)
    sent = {"on": "2026-07-20", field("value"): "66", field("was", "Audit"): "0"}
    body = client.post("/checkin/preview", sent).content.decode()
    assert f'id="live-{named(KR)}"' in body
    assert f'id="live-{named("Audit")}"' not in body
    assert client.get("/checkin/preview").status_code == 405


def test_a_goal_kept_by_hand_is_checked_in_on_in_per_cent(world: World, okr: UUID, enter: In) -> None:
    person = world.sub_lead.person_id
    assert person is not None
    draft = GoalDraft(
        Kind.KEY_RESULT, "Trust", level=Level.TEAM, teams=(world.design,), period=world.q3,
        owners=(person,), parents=((okr, None),),
    )  # fmt: skip
    goals.create(draft, by=world.sub_lead, at=world.later(days=-10))
    client = enter(world.sub_lead)
    client.post("/checkin", {field("value", "Trust"): "40 %"})
    assert Goal.objects.get(title="Trust").progress == 0.4
    answer = client.post("/checkin", {field("value", "Trust"): "140"})
    assert answer.status_code == 422
    assert 'value="140"' in answer.content.decode()


def test_figures_are_read_in_the_readers_language(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.sub_lead)
    client.post("/language", {"language": "da", "next": "/checkin"})
    page = client.get("/checkin").content.decode()
    assert '<html lang="da"' in page
    client.post("/checkin", {field("value"): "66,5"})
    assert latest().value == Decimal("66.5")
    assert client.post("/checkin", {field("value"): "66.5"}).status_code == 422


def test_two_objectives_of_one_name_stay_apart(world: World, okr: UUID, enter: In) -> None:
    person = world.sub_lead.person_id
    assert person is not None
    twin = GoalDraft(
        Kind.OBJECTIVE, "Launch version 2.0", level=Level.TEAM, teams=(world.design,), period=world.q3,
        owners=(person,),
    )  # fmt: skip
    below = (key_result("Steps", owners=(person,)),)
    goals.write(twin, key_results=below, by=world.sub_lead, at=world.later(days=-10))
    assert enter(world.sub_lead).get("/checkin").content.count(b'<h2 class="cigroup">') == 2


def test_nothing_on_the_page_is_styled_or_scripted_in_place(world: World, okr: UUID, enter: In) -> None:
    steps_and_audit(world, okr)
    body = enter(world.sub_lead).get("/checkin").content.decode()
    assert re.search(r"\s(style|on[a-z]+)=", body) is None


def test_what_moved_is_told_only_where_it_is_seen(world: World, okr: UUID, enter: In) -> None:
    above = GoalDraft(
        Kind.OBJECTIVE, "Quiet plan", level=Level.ORGANISATION, period=world.q3,
        owners=(world.owner.person_id,), visibility=Visibility.TEAM, teams=(world.sales,),
    )  # fmt: skip
    plan = goals.create(above, by=world.owner, at=world.later(days=-10))
    alignment.align(okr, parent=plan, by=world.system, at=world.later(days=-9))
    said = text(enter(world.sub_lead).post("/checkin", {field("value"): "66"}, follow=True))
    assert "Launch version 2.0: 50% → 60%" in said
    assert "Quiet plan" not in said


def test_the_preview_answers_with_bar_status_and_what_moves_and_saves_nothing(
    world: World, okr: UUID, enter: In
) -> None:
    before = Checkin.objects.count()
    client, address = enter(world.sub_lead), f"/goals/{named(KR)}/checkin/preview"
    good = text(client.post(address, {field("value"): "30"}))
    assert "On track" in good
    assert "−45" in good
    assert "Off track" in text(client.post(address, {field("value"): "119"}))
    assert b"field__error" in client.post(address, {field("value"): "what"}).content
    assert Checkin.objects.count() == before


def test_a_stranger_cannot_check_in_and_an_outsider_finds_nothing(world: World, okr: UUID, enter: In) -> None:
    address = f"/goals/{okr}/checkin"
    assert enter(world.stranger).get(address).status_code == 403
    assert enter(world.observer).get(address).status_code == 403
    assert enter(world.outsider).get(address).status_code == 404
    assert enter(world.outsider).post(f"/goals/{named(KR)}/checkin/preview").status_code == 404


def test_an_objective_is_checked_in_on_by_its_key_results(world: World, okr: UUID, enter: In) -> None:
    assert KR in text(enter(world.sub_lead).get(f"/goals/{okr}/checkin"))


def test_the_number_of_queries_does_not_grow_with_the_lines(
    world: World, okr: UUID, enter: In, django_assert_num_queries: Any
) -> None:
    client = enter(world.sub_lead)
    client.get("/checkin")
    with django_assert_num_queries(CHECKIN_QUERIES):
        client.get("/checkin")
    person = world.sub_lead.person_id
    assert person is not None
    for number in range(29):
        common: dict[str, Any] = {"period": world.q3, "teams": (world.design,), "owners": (person,)}
        draft = key_result(f"No {number}", parents=((okr, None),), **common)
        goals.create(draft, by=world.sub_lead, at=world.later(days=-9))
    with django_assert_num_queries(CHECKIN_QUERIES):
        assert client.get("/checkin").content.count(b"data-checkin") == 30
