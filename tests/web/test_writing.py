"""Writing an OKR and changing what one goal is, by the cast."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from okrs import In, enter, named, okr, text
from pejl.domain.values import Ambition, Kind, Level, MetricKind, ProgressMode, Visibility
from pejl.models import Edge, Goal, GoalPerson, Milestone
from pejl.services import goals
from pejl.services.goals import GoalDraft
from world import World

__all__ = ["enter", "okr"]


def form(world: World, **more: str) -> dict[str, Any]:
    """An OKR of Sune's in Design, as the page sends it."""
    return {
        "title": "Sell more in Norway",
        "level": "team",
        "team": str(world.design),
        "owner": str(world.sub_lead.person_id),
        "period": str(world.q3),
        "ambition": "aspirational",
        **{key.replace("__", "."): value for key, value in more.items()},
    }


def row(number: int, **parts: str) -> dict[str, str]:
    return {f"key_results.{number}.{name}": value for name, value in parts.items()}


def value_of(page: str, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}"[^>]*value="([^"]*)"', page)
    assert found, name
    return found[1]


def test_the_form_begins_with_my_team_me_and_this_quarter_and_three_rows(world: World, enter: In) -> None:
    page = enter(world.sub_lead).get("/goals/new").content.decode()
    assert page.count('class="wkr"') == 3
    assert 'name="initiatives.0.title"' in page
    assert 'name="initiatives.1.title"' not in page
    for chosen in (world.design, world.sub_lead.person_id, world.q3):
        assert f'value="{chosen}" selected' in page
    assert 'value="team" checked' in page
    assert "data-send" in page


def test_a_whole_okr_is_shared_from_one_form(world: World, enter: In) -> None:
    answer = enter(world.sub_lead).post(
        "/goals/new",
        form(world, description="They ask for it.")
        | row(0, title="Requests", start="120", target="30")
        | row(2, title="Revenue", start="USD 12M", target="24M", end_date="2026-09-15")
        | row(4, title="Answer time", start="2:37", target="1:30", unit="min:sec")
        | {"initiatives.0.title": "Open a shop", "initiatives.0.towards": "2"},
    )
    made = Goal.objects.get(title="Sell more in Norway")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/goals/{made.pk}")
    assert (made.ambition, made.description) == (Ambition.ASPIRATIONAL, "They ask for it.")
    requests, revenue, time = (Goal.objects.get(title=one) for one in ("Requests", "Revenue", "Answer time"))
    assert (requests.metric_kind, requests.start_value) == (MetricKind.DECREASE, Decimal(120))
    assert (revenue.metric_kind, revenue.unit) == (MetricKind.INCREASE, "USD")
    assert (revenue.start_value, revenue.target_value) == (Decimal(12_000_000), Decimal(24_000_000))
    assert (str(revenue.end_date), str(revenue.start_date)) == ("2026-09-15", "2026-07-01")
    assert (time.unit, time.start_value, time.target_value) == ("m:ss", Decimal(157), Decimal(90))
    shop = Edge.objects.current().filter(child=named("Open a shop")).values_list("parent_id", flat=True)
    assert set(shop) == {made.pk, revenue.pk}
    owners = GoalPerson.objects.current().filter(goal=requests).values_list("person_id", flat=True)
    assert list(owners) == [world.sub_lead.person_id]


def test_sent_twice_it_is_written_once(world: World, enter: In) -> None:
    sent = form(world, key="once-only") | row(0, title="Requests", start="1", target="2")
    sent |= {"initiatives.0.title": "Ask", "initiatives.0.towards": "0"}
    client = enter(world.sub_lead)
    places = {client.post("/goals/new", sent).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    assert Goal.objects.filter(title="Requests").count() == 1


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ({"kind": "reach", "target": "nine"}, MetricKind.REACH),
        ({"kind": "at_least", "target": "99.5 percent", "warning": "99 %"}, MetricKind.AT_LEAST),
        ({"kind": "at_most", "target": "5", "unit": "days"}, MetricKind.AT_MOST),
        ({"kind": "between", "lower": "3", "upper": "5"}, MetricKind.BETWEEN),
        ({"kind": "done"}, MetricKind.DONE),
        ({"kind": "baseline", "unit": "hours"}, MetricKind.BASELINE),
        ({"kind": "milestones", "milestones": "Signed = 40 %\nBuilt"}, MetricKind.MILESTONES),
    ],
)
def test_every_way_of_measuring_can_be_written(
    world: World, enter: In, typed: dict[str, str], kind: MetricKind
) -> None:
    enter(world.sub_lead).post("/goals/new", form(world) | row(0, title="It", **typed))
    made = Goal.objects.get(title="It")
    assert made.metric_kind == kind
    if kind is MetricKind.AT_LEAST:
        assert (made.unit, made.target_value, made.warning) == ("%", Decimal("99.5"), Decimal(99))
    if kind is MetricKind.MILESTONES:
        steps = Milestone.objects.current().filter(goal=made).order_by("position")
        assert list(steps.values_list("title", "share")) == [("Signed", Decimal("0.4")), ("Built", None)]


def test_a_key_result_without_figures_is_kept_by_hand(world: World, enter: In) -> None:
    enter(world.sub_lead).post("/goals/new", form(world) | row(1, title="Calm support"))
    made = Goal.objects.get(title="Calm support")
    assert (made.metric_kind, made.progress_mode) == ("", ProgressMode.MANUAL)


def test_each_error_stands_at_its_field_and_nothing_typed_is_lost(world: World, enter: In) -> None:
    sent = form(world, title="") | row(1, title="Requests", start="120", target="lots")
    sent |= row(2, start="4", target="5")
    answer = enter(world.sub_lead).post("/goals/new", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    for name in ("title", "key_results-1-target", "key_results-2-title"):
        assert f'id="f-{name}-error"' in page
    assert value_of(page, "key_results.1.target") == "lots"
    assert value_of(page, "key_results.1.start") == "120"
    assert not Goal.objects.exists()


def test_what_a_rule_refuses_is_told_at_its_own_row(world: World, enter: In) -> None:
    sent = form(world) | row(2, title="Longer visits", start="2:37", unit="m:ss")
    answer = enter(world.sub_lead).post("/goals/new", sent)
    assert answer.status_code == 422
    assert 'id="f-key_results-2-target-error"' in answer.content.decode()
    assert value_of(answer.content.decode(), "key_results.2.start") == "2:37"


def test_a_number_with_two_meanings_is_asked_about(world: World, enter: In) -> None:
    client = enter(world.sub_lead)
    answer = client.post("/goals/new", form(world) | row(0, title="Length", kind="reach", target="12m"))
    assert answer.status_code == 422
    assert "12 or 12,000,000" in text(answer)
    client.post("/goals/new", form(world) | row(0, title="Length", kind="reach", target="12m", unit="m"))
    made = Goal.objects.get(title="Length")
    assert (made.target_value, made.unit) == (Decimal(12), "m")
    comma = client.post("/goals/new", form(world) | row(0, title="Width", kind="reach", target="3,5"))
    assert comma.status_code == 422
    assert "points and commas" in text(comma)


def test_one_more_row_is_there_to_be_typed_in(world: World, enter: In) -> None:
    sent = form(world) | row(0, title="Requests") | row(2, title="", start="") | {"add": "key_result"}
    answer = enter(world.sub_lead).post("/goals/new", sent)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count('class="wkr"') == 4
    assert re.search(r'name="key_results\.3\.title"[^>]* autofocus', page)
    assert len(re.findall(r"\sautofocus", page)) == 1
    assert value_of(page, "key_results.0.title") == "Requests"
    more = enter(world.sub_lead).post("/goals/new", form(world) | {"add": "initiative"}).content.decode()
    assert re.search(r'name="initiatives\.1\.title"[^>]* autofocus', more)
    assert not Goal.objects.exists()


def test_the_sentence_follows_what_is_typed(world: World, enter: In) -> None:
    client = enter(world.sub_lead)
    sent = (
        form(world) | row(0, title="Requests", start="120", target="30") | row(1, title="Visits", start="2")
    )
    answer = client.post("/goals/new/sentence", sent)
    page = answer.content.decode()
    assert "<html" not in page
    assert text(answer).strip() == (
        "I will sell more in Norway as measured by requests from 120 to 30 and visits"
        " through what you will do ."
    )
    assert 'class="blank blank--open" for="f-key_results-1-title"' in page
    assert 'class="blank" for="f-key_results-0-title"' in page


def test_the_sentence_is_written_in_the_language_chosen_for_it(world: World, enter: In) -> None:
    client = enter(world.sub_lead)
    sent = form(world) | row(0, title="Requests", start="120", target="30")
    danish = client.post("/goals/new/sentence", sent | {"sentence_language": "da"})
    assert "Jeg vil sell more in Norway ud fra requests fra 120 til 30 via" in text(danish)
    assert '<span lang="da">' in danish.content.decode()
    unknown = client.post("/goals/new/sentence", sent | {"sentence_language": "xx"})
    assert "I will sell more in Norway" in text(unknown)


def test_without_a_script_the_choice_of_language_keeps_what_is_typed(world: World, enter: In) -> None:
    client = enter(world.sub_lead)
    first = client.get("/goals/new").content.decode()
    assert 'name="sentence_language" value="en" checked' in first
    assert '<noscript><button class="btn btn--s" name="add" value="language"' in first
    sent = form(world) | {"sentence_language": "da", "add": "language"}
    page = client.post("/goals/new", sent).content.decode()
    assert 'name="sentence_language" value="da" checked' in page
    assert '<span lang="da">Jeg vil <label class="blank" for="f-title">sell more in Norway' in page
    assert not Goal.objects.exists()


def test_a_sentence_is_read_in_the_language_it_is_written_in(world: World, enter: In) -> None:
    client = enter(world.sub_lead)
    wording = "Jeg vil sælge mere ud fra nye aftaler fra 3 til 9 via besøg."
    page = client.post("/goals/new", {"add": "sentence", "sentence": wording}).content.decode()
    assert value_of(page, "key_results.0.title") == "Nye aftaler"
    assert (value_of(page, "key_results.0.start"), value_of(page, "key_results.0.target")) == ("3", "9")
    assert value_of(page, "initiatives.0.title") == "Besøg"
    assert 'name="sentence_language" value="da" checked' in page


def test_a_written_sentence_fills_the_form_for_review(world: World, enter: In) -> None:
    client = enter(world.sub_lead)
    assert 'name="sentence"' in client.get("/goals/new?as=sentence").content.decode()
    wording = (
        "I will launch 2.0 as measured by support requests from 120 to 30 and steps 9 → 6 through a study."
    )
    page = client.post("/goals/new", {"add": "sentence", "sentence": wording}).content.decode()
    assert value_of(page, "key_results.0.title") == "Support requests"
    assert (value_of(page, "key_results.0.start"), value_of(page, "key_results.0.target")) == ("120", "30")
    assert (value_of(page, "key_results.1.title"), value_of(page, "key_results.1.target")) == ("Steps", "6")
    assert value_of(page, "initiatives.0.title") == "A study"
    assert not Goal.objects.exists()
    wrong = client.post("/goals/new", {"add": "sentence", "sentence": "Sell <more>"})
    assert wrong.status_code == 422
    assert "Sell &lt;more&gt;" in wrong.content.decode()


def test_several_goals_above_it_can_be_chosen(world: World, okr: UUID, enter: In) -> None:
    other = goals.create(GoalDraft(Kind.OBJECTIVE, "Grow", period=world.q3), by=world.owner, at=world.at)
    client = enter(world.sub_lead)
    more = client.post("/goals/new", form(world) | {"parents": [str(okr)], "add": "parent"}).content.decode()
    assert more.count('name="parents"') == 2
    assert f'value="{okr}" selected' in more
    client.post("/goals/new", form(world) | {"parents": [str(okr), str(other), ""]})
    edges = Edge.objects.current().filter(child=named("Sell more in Norway"))
    assert set(edges.values_list("parent_id", flat=True)) == {okr, other}


def test_only_those_who_may_write_there_do(world: World, okr: UUID, enter: In) -> None:
    observer = enter(world.observer)
    assert observer.get("/goals/new").status_code == 403
    assert observer.post("/goals/new", form(world)).status_code == 403
    assert observer.get(f"/goals/{okr}/edit").status_code == 403
    assert enter(world.stranger).get(f"/goals/{okr}/edit").status_code == 403
    assert enter(world.outsider).get(f"/goals/{okr}/edit").status_code == 404
    assert Client().get("/goals/new").headers["Location"].startswith("/signin")
    elsewhere = enter(world.stranger).post("/goals/new", form(world))
    assert elsewhere.status_code == 422
    assert "You cannot write goals there" in text(elsewhere)
    assert not Goal.objects.filter(title="Sell more in Norway").exists()
    assert enter(world.outsider).get(f"/goals/new?kind=key_result&parent={okr}").status_code == 404
    assert enter(world.stranger).get(f"/goals/new?kind=key_result&parent={okr}").status_code == 403


def test_a_key_result_is_added_under_a_goal(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.sub_lead)
    assert text(client.get(f"/goals/new?kind=key_result&parent={okr}")).count("Launch version 2.0") >= 1
    sent = {"kind": "key_result", "parent": str(okr), "title": "Steps", "metric": "from_to", "start": "9"}
    sent |= {"period": str(world.q3), "owner": str(world.sub_lead.person_id)}
    wrong = client.post("/goals/new", sent)
    assert wrong.status_code == 422
    assert 'id="f-target-error"' in wrong.content.decode()
    client.post("/goals/new", sent | {"target": "6"})
    made = Goal.objects.get(title="Steps")
    assert (made.kind, made.level, made.metric_kind) == (Kind.KEY_RESULT, Level.TEAM, MetricKind.DECREASE)
    assert Edge.objects.current().get(child=made).parent_id == okr


def edited(page: str) -> dict[str, Any]:
    """The fields of a page as a browser would send them."""
    body = re.search(r'<form class="write.*?</form>', page, re.DOTALL)
    assert body
    inputs = re.sub(r'<input type="checkbox"(?![^>]* checked)[^>]*>', "", body[0])
    sent: dict[str, Any] = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"', inputs))
    sent |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', body[0]))
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body[0], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inside)
        sent.setdefault(name, []).append(chosen[1] if chosen else "")
    sent.update(dict(re.findall(r'type="radio" name="([^"]+)" value="([^"]*)" checked', body[0])))
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in sent.items()
    }


def test_saving_an_untouched_page_changes_nothing(world: World, okr: UUID, enter: In) -> None:
    for one in (okr, named("Support requests a month"), named("Click study")):
        client, before = enter(world.sub_lead), Goal.objects.get(pk=one)
        sent = edited(client.get(f"/goals/{one}/edit").content.decode())
        assert sent["title"] == before.title
        assert client.post(f"/goals/{one}/edit", sent).status_code == 303
        assert Goal.objects.get(pk=one).version == before.version


def test_a_key_result_gets_another_measure_and_targets_on_the_way(world: World, okr: UUID, enter: In) -> None:
    one, client = named("Support requests a month"), enter(world.sub_lead)
    sent = edited(client.get(f"/goals/{one}/edit").content.decode())
    sent |= {"target": "20", "unit": "requests", "phases": "2026-08-31 75\n15 September 2026 40"}
    assert client.post(f"/goals/{one}/edit", sent).status_code == 303
    now = Goal.objects.get(pk=one)
    assert (now.target_value, now.unit, now.start_value) == (Decimal(20), "requests", Decimal(120))
    assert [phase["on"] for phase in now.phases] == ["2026-08-31", "2026-09-15"]
    wrong = client.post(f"/goals/{one}/edit", sent | {"phases": "soon", "version": str(now.version)})
    assert wrong.status_code == 422
    assert 'id="f-phases-error"' in wrong.content.decode()


def test_a_value_becomes_the_sum_of_the_values_below_it_and_is_shown_so(
    world: World, okr: UUID, enter: In
) -> None:
    one, client = named("Support requests a month"), enter(world.sub_lead)
    box = 'type="checkbox" id="f-sum" name="sum" value="summed"'
    first = client.get(f"/goals/{one}/edit").content.decode()
    assert f"{box}>" in first
    sent = edited(first) | {"sum": ["", "summed"]}
    assert client.post(f"/goals/{one}/edit", sent).status_code == 303
    now = Goal.objects.get(pk=one)
    assert (now.sums, now.progress_mode) == (True, ProgressMode.CHILDREN)
    page = client.get(f"/goals/{one}/edit").content.decode()
    assert f"{box} checked>" in page
    again = edited(page)
    assert client.post(f"/goals/{one}/edit", again).status_code == 303
    assert Goal.objects.get(pk=one).version == now.version
    wrong = client.post(f"/goals/{one}/edit", again | {"unit": "%", "key": "another"})
    assert wrong.status_code == 422
    assert 'id="f-sum-error"' in wrong.content.decode()
    client.post(f"/goals/{one}/edit", again | {"sum": "", "key": "a-third"})
    off = Goal.objects.get(pk=one)
    assert (off.sums, off.progress_mode) == (False, ProgressMode.METRIC)


def test_a_new_key_result_can_be_a_sum(world: World, okr: UUID, enter: In) -> None:
    sent = {
        "kind": "key_result",
        "parent": str(okr),
        "title": "Revenue",
        "metric": "reach",
        "target": "USD 1M",
    }
    sent |= {"period": str(world.q3), "owner": str(world.sub_lead.person_id), "sum": "summed"}
    client = enter(world.sub_lead)
    assert 'name="sum"' in client.get(f"/goals/new?kind=key_result&parent={okr}").content.decode()
    assert client.post("/goals/new", sent).status_code == 303
    made = Goal.objects.get(title="Revenue")
    assert (made.sums, made.progress_mode) == (True, ProgressMode.CHILDREN)
    client.post("/goals/new", sent | {"title": "Signed", "metric": "done"})
    assert not Goal.objects.get(title="Signed").sums


def test_the_goals_above_it_are_told_where_it_is_edited(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.sub_lead)
    one = named("Support requests a month")
    below, top = (client.get(f"/goals/{goal}/edit") for goal in (one, okr))
    assert "Leads up to Launch version 2.0" in text(below)
    assert f'href="/goals/{one}/align"' in below.content.decode()
    assert "Leads up to Nothing above it" in text(top)


def test_people_teams_visibility_and_period_are_changed(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.sub_lead)
    sent = edited(client.get(f"/goals/{okr}/edit").content.decode())
    sent |= {"delegates": [str(world.mate.person_id), ""], "visibility": "chosen", "period": str(world.q4)}
    sent |= {"viewers": [str(world.member.person_id)], "status_mode": "manual"}
    assert client.post(f"/goals/{okr}/edit", sent).status_code == 303
    now = Goal.objects.get(pk=okr)
    assert (now.visibility, now.period_id, now.status_mode) == (Visibility.CHOSEN, world.q4, "manual")
    assert str(now.end_date) == "2026-12-31"
    people = GoalPerson.objects.current().filter(goal=okr, role__in=["delegate", "viewer"])
    assert set(people.values_list("person_id", flat=True)) == {world.mate.person_id, world.member.person_id}


def test_a_change_in_between_is_told_and_what_was_typed_is_kept(world: World, okr: UUID, enter: In) -> None:
    client = enter(world.sub_lead)
    sent = edited(client.get(f"/goals/{okr}/edit").content.decode()) | {"title": "Launch it in May"}
    goals.edit(okr, changes={"title": "Launch it in June"}, by=world.lead, at=world.at)
    answer = client.post(f"/goals/{okr}/edit", sent)
    assert answer.status_code == 409
    assert "Somebody changed this goal" in text(answer)
    assert "Launch it in June" in text(answer)
    assert ">Launch it in May</textarea>" in answer.content.decode()
    again = edited(answer.content.decode())
    assert client.post(f"/goals/{okr}/edit", again).status_code == 303
    assert Goal.objects.get(pk=okr).title == "Launch it in May"


@pytest.mark.parametrize("language", ["en", "da"])
def test_every_page_comes_in_both_languages_without_inline_style_or_script(
    world: World, okr: UUID, enter: In, language: str
) -> None:
    client = enter(world.sub_lead)
    client.get("/")
    session = client.session
    session["language"] = language
    session.save()
    one = named("Support requests a month")
    part = f"/goals/new?kind=initiative&parent={okr}"
    for path in ("/goals/new", "/goals/new?as=sentence", part, f"/goals/{okr}/edit", f"/goals/{one}/edit"):
        response = client.get(path)
        assert response.status_code == 200, path
        page = response.content.decode()
        assert f'<html lang="{language}"' in page
        assert re.search(r"\sstyle=|\son[a-z]+=|<script(?![^>]*src=)", page) is None, path
    assert ("Jeg vil" if language == "da" else "I will") in text(client.get("/goals/new"))


def test_the_number_of_queries_does_not_grow_with_the_goals(
    world: World, okr: UUID, enter: In, django_assert_num_queries: Any
) -> None:
    client = enter(world.sub_lead)
    client.get("/goals/new")
    with django_assert_num_queries(PAGE_QUERIES):
        client.get("/goals/new")
    for number in range(30):
        draft = GoalDraft(Kind.OBJECTIVE, f"Goal {number}", level=Level.TEAM, teams=(world.design,))
        goals.create(draft, by=world.sub_lead, at=world.at)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get("/goals/new")


PAGE_QUERIES = 19
