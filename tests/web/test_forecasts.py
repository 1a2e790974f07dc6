"""Forecasts in the pages, the switch that leaves them out, and the page that says how good they are."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from okrs import In, enter, named, okr, text
from pejl.domain import forecast_scores
from pejl.domain.forecast_scores import Bin, Scores, Share
from pejl.domain.values import Kind, Level, Metric, MetricKind, State
from pejl.models import Person
from pejl.queries import accuracies, forecasts
from pejl.queries.accuracies import Accuracy, Confidence
from pejl.services import checkins, closing, goals, people
from pejl.services.goals import GoalDraft
from pejl.web import landings
from world import World

__all__ = ["enter", "okr"]

KR = "Support requests a month"
BAND = "bearing__band"


@pytest.fixture
def measured(world: World, okr: UUID) -> UUID:
    """Four check-ins on the one key result: 75, 66, 60, 52 of 120 → 30."""
    for days, value in ((-14, 66), (-9, 60), (-3, 52)):
        checkins.post(named(KR), value=Decimal(value), by=world.sub_lead, at=world.later(days=days))
    return okr


def hidden(world: World) -> None:
    me = world.sub_lead
    assert me.person_id is not None
    people.edit(me.person_id, {"forecasts": False}, by=me, at=world.at)


def test_a_key_result_says_its_chance_its_range_and_what_it_rests_on(
    world: World, measured: UUID, enter: In
) -> None:
    answer = enter(world.member).get(f"/goals/{named(KR)}")
    page = text(answer)
    assert "If things go on as they have:" in page
    assert "for the target, landing between" in page
    assert "4 check-ins" in page
    assert "How good are the forecasts?" in page
    assert "Forecast 30 Sept" in page  # the legend of the chart
    body = answer.content.decode()
    assert 'class="fan__median"' in body
    assert "bearing__median" in body
    assert "most likely" in body


def test_its_objective_lands_in_per_cent_of_the_way(world: World, measured: UUID, enter: In) -> None:
    page = text(enter(world.member).get(f"/goals/{measured}"))
    assert "for all of it" in page
    assert "from 1 key result" in page
    assert "for the target" in page  # the short of it in the key result's own line


def test_with_too_few_check_ins_it_says_so_and_draws_no_band(world: World, okr: UUID, enter: In) -> None:
    answer = enter(world.member).get(f"/goals/{named(KR)}")
    assert "Too few check-ins for a forecast (three are needed)." in text(answer)
    assert BAND not in answer.content.decode()


def test_a_base_rate_is_told_where_there_is_one_and_no_forecast(
    world: World, okr: UUID, enter: In, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = named(KR)
    unsaid = forecasts.Unsaid(goal_id=key, why=landings.Refusal.TOO_FEW, base_rate=0.45)
    monkeypatch.setattr(forecasts, "of_goals", lambda *_args, **_more: {key: unsaid})
    page = text(enter(world.member).get(f"/goals/{key}"))
    assert "Of the closed key results here 45% reached their target." in page


def test_what_cannot_be_forecast_by_its_kind_is_left_without_words(
    world: World, okr: UUID, enter: In
) -> None:
    metric = Metric(MetricKind.AT_LEAST, unit="%", target=Decimal(99))
    draft = GoalDraft(
        Kind.KEY_RESULT,
        "Uptime",
        level=Level.TEAM,
        teams=(world.design,),
        metric=metric,
        parents=((okr, None),),
    )
    made = goals.create(draft, by=world.sub_lead, at=world.later(days=-9))
    page = text(enter(world.member).get(f"/goals/{made}"))
    assert "forecast" not in page.lower()


def test_a_closed_goal_has_no_forecast(world: World, measured: UUID, enter: In) -> None:
    closing.close(named(KR), outcome=State.CLOSED, by=world.sub_lead, at=world.later(hours=-1))
    answer = enter(world.member).get(f"/goals/{named(KR)}")
    assert BAND not in answer.content.decode()
    assert "If things go on" not in text(answer)


@pytest.mark.parametrize("address", ["/goals", "/teams/{design}", "/", "/checkin"])
def test_lists_of_goals_show_the_band(world: World, measured: UUID, enter: In, address: str) -> None:
    body = enter(world.sub_lead).get(address.format(design=world.design)).content.decode()
    assert body.count(BAND) > 0
    assert "most likely" in body


def test_the_trees_name_the_chance_for_those_who_cannot_see(world: World, measured: UUID, enter: In) -> None:
    body = enter(world.member).get("/goals").content.decode()
    assert "% for the target." in body
    assert "% for all of it." in body


def test_the_trees_say_in_figures_where_each_goal_lands_and_in_words_when_asked(
    world: World, measured: UUID, enter: In
) -> None:
    body = enter(world.member).get("/goals").content.decode()
    told = re.findall(r'class="node__ahead num meta" aria-hidden="true" title="([^"]+)">([^<]+)<', body)
    assert len(told) == 2
    for sentence, span in told:
        assert sentence.startswith("If things go on as they have: ")
        assert re.fullmatch(r"\d+–\d+%", span)


def test_the_page_of_a_person_has_none_of_it(world: World, measured: UUID, enter: In) -> None:
    answer = enter(world.sub_lead).get(f"/people/{world.sub_lead.person_id}")
    assert KR in text(answer)
    assert BAND not in answer.content.decode()
    assert "orecast" not in text(answer)


def test_a_typed_value_says_what_it_does_to_the_chance(world: World, measured: UUID, enter: In) -> None:
    client, key = enter(world.sub_lead), named(KR)
    before = text(client.get("/checkin"))
    assert "for the target" in before
    assert ", was " not in before
    address = f"/goals/{key}/checkin/preview"
    assert ", was " in text(client.post(address, {f"{key}.value": "110"}))
    assert ", was " not in text(client.post(address, {f"{key}.note": "Nothing new"}))


def test_the_preview_asks_twice_at_most(
    world: World, measured: UUID, enter: In, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, real = [], forecasts.of_goals

    def counted(*args: Any, **more: Any) -> Any:
        asked.append(more)
        return real(*args, **more)

    monkeypatch.setattr(forecasts, "of_goals", counted)
    client, key = enter(world.sub_lead), named(KR)
    client.post(f"/goals/{key}/checkin/preview", {f"{key}.value": "31"})
    assert len(asked) == 2
    assert asked[1]["supposing"] == {key: (world.today, Decimal(31))}


def test_a_value_of_an_earlier_day_moves_the_chance_but_draws_no_band(
    world: World, measured: UUID, enter: In
) -> None:
    client, key = enter(world.sub_lead), named(KR)
    sent = {f"{key}.value": "100", "on": world.later(days=-5).date().isoformat()}
    answer = client.post(f"/goals/{key}/checkin/preview", sent)
    assert BAND not in answer.content.decode()
    assert "for the target" in text(answer)


def test_who_wants_no_forecasts_sees_none_anywhere_and_nothing_is_asked(
    world: World, measured: UUID, enter: In, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden(world)

    def asked(*_args: Any, **_more: Any) -> Any:
        raise AssertionError("nobody asked for a forecast")

    monkeypatch.setattr(forecasts, "of_goals", asked)
    for name in ("accuracy", "confidence"):
        monkeypatch.setattr(accuracies, name, asked)
    client, key = enter(world.sub_lead), named(KR)
    goals_of = (f"/teams/{world.design}", f"/goals/{key}", f"/goals/{measured}")
    for address in ("/", "/goals", *goals_of, "/checkin"):
        answer = client.get(address)
        assert BAND not in answer.content.decode(), address
        assert "orecast" not in text(answer), address
        assert "for the target" not in text(answer), address
        assert 'href="/forecasts"' not in answer.content.decode(), address
    client.post(f"/goals/{key}/checkin/preview", {f"{key}.value": "31"})
    assert client.get("/forecasts").status_code == 404


def test_the_switch_stands_in_ones_own_settings_and_is_kept(world: World, enter: In) -> None:
    client, me = enter(world.member), world.member.person_id
    assert 'name="forecasts" value="yes" checked' in client.get("/settings").content.decode()
    client.post("/settings/me", {"name": "Alma Berg", "forecasts": "no"})
    assert Person.objects.get(pk=me).forecasts is False
    assert 'name="forecasts" value="yes" checked' not in client.get("/settings").content.decode()
    client.post("/settings/me", {"name": "Alma Berg", "forecasts": ["no", "yes"]})
    assert Person.objects.get(pk=me).forecasts is True


def test_nobody_switches_it_for_somebody_else(world: World) -> None:
    assert world.member.person_id is not None
    people.edit(world.member.person_id, {"forecasts": False}, by=world.owner, at=world.at)
    assert Person.objects.get(pk=world.member.person_id).forecasts is True


def scores(**more: Any) -> Scores:
    bins = (
        Bin(0.1, 0.2, count=40, key_results=9, said=0.14, came=Share(0.11, 0.02, 0.35, 9)),
        Bin(0.9, 1.0, count=80, key_results=21, said=0.96, came=Share(0.95, 0.77, 0.99, 21)),
    )
    given: dict[str, Any] = {"brier": 0.1102, "brier_base": 0.2281, "brier_pace": 0.1234, **more}
    inside = {"inside50": Share(0.52, 0.38, 0.65, 45), "inside80": Share(0.81, 0.67, 0.9, 45)}
    return Scores(key_results=45, forecasts=312, bins=bins, **inside, **given)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lays out what the page has to tell."""

    def lay(accuracy: Accuracy, confidence: Confidence) -> None:
        monkeypatch.setattr(accuracies, "accuracy", lambda *_args, **_more: accuracy)
        monkeypatch.setattr(accuracies, "confidence", lambda *_args, **_more: confidence)

    return lay


def test_in_a_new_workspace_the_page_says_how_much_is_missing(world: World, okr: UUID, enter: In) -> None:
    page = text(enter(world.observer).get("/forecasts"))
    assert "Not enough yet: 0 of 30 closed key results." in page
    assert "as it comes with Pejl" in page
    assert "Only you see this" not in page


def test_an_outsider_finds_their_own_page_and_nothing_of_ours(world: World, okr: UUID, enter: In) -> None:
    assert "Fjordlight" not in text(enter(world.outsider).get("/forecasts"))


def test_the_page_tells_errors_side_by_side_ranges_and_how_often_it_came(
    world: World, okr: UUID, enter: In, judged: Any
) -> None:
    own = Confidence(None, 2, None)
    judged(Accuracy(scores(), 45, 30, 140), own)
    page = text(enter(world.member).get("/forecasts"))
    assert "45 closed key results, 312 forecasts" in page
    assert "has learned from 140 closed key results" in page
    for figure in ("0.110", "0.228", "0.123", "52%", "38–65%", "81%", "67–90%", "11%", "2–35%"):
        assert figure in page, figure
    assert "2 of 5 persons" in page


def test_what_was_said_of_fewer_is_compared_on_the_same(
    world: World, okr: UUID, enter: In, judged: Any
) -> None:
    judged(
        Accuracy(scores(brier_where_base=0.09, brier_where_pace=0.1102), 45, 30, None),
        Confidence(None, 2, None),
    )
    page = text(enter(world.member).get("/forecasts"))
    assert "the forecasts on the same: 0.090" in page
    assert page.count("the forecasts on the same") == 1


def test_confidence_is_told_of_the_group_and_of_oneself(
    world: World, okr: UUID, enter: In, judged: Any
) -> None:
    bins = (Bin(0.7, 0.8, count=12, key_results=11, said=0.7, came=Share(0.55, 0.28, 0.79, 11)),)
    told = forecast_scores.Confidence(people=6, key_results=11, brier=0.2346, brier_base=0.2501, bins=bins)
    judged(Accuracy(None, 4, 30, None), Confidence(told, 6, dataclasses.replace(told, brier=0.1999)))
    page = text(enter(world.member).get("/forecasts"))
    assert "Not enough yet: 4 of 30 closed key results." in page
    assert "0.235" in page
    assert "0.200" in page
    assert "Only you see this" in page
