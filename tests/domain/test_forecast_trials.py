"""The public back-test, on series small enough to be worked by hand."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest

from pejl.domain import forecast_trials as trials
from pejl.domain import forecast_trials_scores as scores
from pejl.domain.forecast_trials import Trial

STEADY = {"ghr-stars-dense-1": [(week, 3.0 * week) for week in range(80)]}


def wandering(
    kind: str, number: int, *, source: str = "ghr-stars", weeks: int = 120
) -> tuple[str, list[tuple[int, float]]]:
    chance = random.Random(number)
    value, points = 100.0, []
    for week in range(weeks):
        value += max(0.0, chance.gauss(2, 3))
        points.append((week, value))
    return f"{source}-{kind}-{number}", points


def test_a_cycle_has_four_forecasts_from_its_start_and_none_uses_its_end() -> None:
    found = trials.trials(STEADY)
    assert len(found) % 4 == 0
    assert [one.points for one in found[:4]] == [3, 5, 8, 10]
    for one in found:
        assert one.weeks[0] == 0
        assert max(one.weeks) < one.points
        assert one.outcome == one.start + 36
        assert [value - one.start for value in one.values] == [3 * week for week in one.weeks]


def test_cycles_do_not_overlap_and_each_has_a_quarter_before_it() -> None:
    starts = sorted({one.start / 3 for one in trials.trials(STEADY)})
    assert starts[0] >= 13
    assert all(after - before == 13 for before, after in pairwise(starts))


def test_the_target_of_a_running_total_lies_on_its_way_by_what_a_quarter_usually_brings() -> None:
    ratios = {round((one.target - one.start) / 36, 6) for one in trials.trials(STEADY)}
    assert ratios <= {round(one, 6) for one in trials.AMBITIONS}
    assert all(one.scale == 36 and one.rises for one in trials.trials(STEADY))


def test_a_level_may_be_meant_to_turn() -> None:
    name, points = wandering("dense", 5, source="ghr-issues", weeks=400)
    assert {one.rises for one in trials.trials({name: points})} == {True, False}


def test_the_same_series_gives_the_same_trials_whatever_stands_beside_it() -> None:
    name, points = wandering("dense", 1)
    alone = trials.trials({name: points})
    assert alone == [one for one in trials.trials({**STEADY, name: points}) if one.series == name]


def test_a_flat_series_and_a_short_one_give_none() -> None:
    assert trials.trials({"ghr-stars-dense-1": [(week, 5.0) for week in range(80)]}) == []
    assert trials.trials({"ghr-stars-dense-1": [(week, float(week)) for week in range(20)]}) == []
    with pytest.raises(ValueError, match="no trial"):
        scores.report({})


def one(*values: float, target: float, outcome: float) -> Trial:
    weeks = tuple(range(len(values)))
    return Trial("s", "ghr-stars", "dense", len(values), weeks, values, target, outcome, 10.0)


def test_the_straight_line_is_right_of_a_straight_line_and_the_last_value_is_not() -> None:
    told = trials.others([one(0, 3, 6, 9, target=30, outcome=36)])
    assert told["pace"].crps[0] == pytest.approx(0)
    assert told["pace"].reach[0] == 1.0
    assert told["pace"].inside[0].all()
    assert told["naive"].crps[0] > 0.5
    # 9 now, steps of 3: the deviation after 9 weeks is 9
    assert told["naive"].width[0] == pytest.approx(2 * 1.2815516 * 9 / 10, abs=1e-6)


def test_the_error_of_a_point_is_its_distance_in_the_series_scale() -> None:
    told = trials.others([one(0, 3, 6, 9, target=30, outcome=46)])
    assert told["pace"].crps[0] == pytest.approx(1.0)
    assert not told["pace"].inside[0].any()


def test_a_falling_target_is_reached_from_above() -> None:
    told = trials.others([one(30, 27, 24, 21, target=0, outcome=-6)])
    assert told["pace"].reach[0] == 1.0
    said = trials.ours([one(30, 27, 24, 21, target=0, outcome=-6)])
    assert said.reach[0] > 0.5
    assert said.near[0] > said.reach[0]


@pytest.fixture(scope="module")
def report() -> scores.Report:
    series = dict(wandering("dense", number) for number in range(12))
    series |= dict(wandering("lumpy", number) for number in range(20, 26))
    return scores.report(series)


def test_the_report_has_every_group_that_has_trials(report: scores.Report) -> None:
    names = [group.name for group in report.groups]
    assert names[:2] == ["dense", "dense, running totals"]
    assert "dense, levels and rates" not in names
    assert "lumpy" in names
    assert report.series == 18
    assert sum(group.trials for group in report.groups if group.name in {"dense", "lumpy"}) == report.trials


def test_each_figure_is_a_share_and_nobody_is_better_than_themselves(report: scores.Report) -> None:
    for group in report.groups:
        for name, found in group.methods.items():
            assert found.inside[0] <= found.inside[1] <= found.inside[2] <= 1
            assert 0 <= found.brier <= 1
            if name != scores.OURS:
                assert found.crps[name] == pytest.approx(1)


def test_every_trial_lies_in_one_tenth(report: scores.Report) -> None:
    dense = next(group for group in report.groups if group.name == "dense")
    assert sum(tenth.trials for tenth in report.tenths) == dense.trials
    assert all(tenth.low <= tenth.said <= tenth.low + 0.1 + 1e-9 for tenth in report.tenths)


def test_sources_weigh_the_same_however_many_series_they_have() -> None:
    few = dict([wandering("dense", 1)])
    many = {f"ghr-forks-dense-{k}": points for k in range(9) for _, points in [wandering("dense", 40 + k)]}
    apart = [scores.report(some).groups[0].methods[scores.OURS].brier for some in (few, many)]
    together = scores.report(few | many).groups[0].methods[scores.OURS].brier
    assert together == pytest.approx(np.mean(apart))
