"""The bands of forecasts in bars and charts, and the words for chances."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import translation

from pejl.domain.values import Metric, MetricKind
from pejl.queries.forecasts import Landing
from pejl.web import charts
from pejl.web import format as told_as

FEWER = Metric(MetricKind.DECREASE, start=Decimal(120), target=Decimal(30))
MORE = Metric(MetricKind.INCREASE, start=Decimal(250000), target=Decimal(350000))
HARD, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def landing(*fractions: float, values: tuple[int, ...] = (), **more: Any) -> Landing:
    """By its ends and middle; what lies between is of no account here."""
    low, middle, high = fractions
    at = (0.1, 0.25, 0.5, 0.75, 0.9)
    every = (low, low, middle, high, high)
    figures = None
    if values:
        first, mid, last = (Decimal(value) for value in values)
        figures = dict(zip(at, (first, first, mid, last, last), strict=True))
    given: dict[str, Any] = {"reach": 0.6, "near": 0.8, "base_rate": None, "said_on": None, **more}
    return Landing(
        goal_id=uuid4(),
        observations=6,
        method="kernel mixture",
        progress=dict(zip(at, every, strict=True)),
        values=figures,
        **given,
    )


def drawn(metric: Metric | None, value: str | None, found: Landing | None, **more: Any) -> charts.Bearing:
    given = {"progress": None, "expected": None, "language": "en", **more}
    number = None if value is None else Decimal(value)
    return charts.bearing(metric=metric, value=number, landing=found, **given)


AHEAD = landing(0.68, 0.79, 0.91, values=(318000, 329000, 341000))


@pytest.mark.parametrize(
    ("fraction", "english"),
    [
        (0.0, "under 5%"),
        (0.049, "under 5%"),
        (0.05, "about 5%"),
        (0.574, "about 55%"),
        (0.576, "about 60%"),
        (0.95, "about 95%"),
        (0.951, "over 95%"),
        (1.0, "over 95%"),
    ],
)
def test_a_chance_is_told_to_five_points_and_never_as_certain(fraction: float, english: str) -> None:
    assert told_as.chance(fraction) == english
    assert english.endswith(told_as.chance(fraction, bare=True))


def test_a_range_in_per_cent_has_one_sign() -> None:
    assert told_as.percents(0.76, 0.99) == "76–99%"
    assert told_as.percents(0.5, 0.5) == "50%"
    assert told_as.percents(-0.05, 0.2) == f"{MINUS}5%–20%"
    with translation.override("da"):
        assert told_as.percents(0.76, 0.99) == f"76–99{HARD}%"


def test_the_band_lies_between_its_ends_with_a_dot_at_the_most_likely() -> None:
    bar = drawn(MORE, "291000", AHEAD, progress=0.41, expected=0.53)
    assert bar.band is not None
    assert (bar.band.x, bar.band.width, bar.band.dot) == ("62.6%", "21.2%", "72.7%")
    assert bar.label == (
        "291,000 now. From 250,000 to 350,000. Expected today 303,000. "
        "Forecast 318,000 to 341,000, most likely 329,000."
    )
    assert bar.band.span == "318,000–341,000"


def test_a_falling_metric_tells_its_range_in_the_direction_it_moves() -> None:
    found = landing(0.91, 0.99, 1.09, values=(38, 31, 22))
    backwards = landing(0.91, 0.99, 1.09, values=(22, 31, 38))
    for one in (found, backwards):
        bar = drawn(FEWER, "64", one)
        assert bar.label.endswith("Forecast 38 to 22, most likely 31.")
        assert bar.band is not None
        assert (bar.band.x, bar.band.width) == ("83.7%", "16.3%")  # clamped at the right edge


def test_what_lands_outside_the_bar_is_drawn_at_its_edges() -> None:
    over = drawn(MORE, "291000", landing(1.2, 1.4, 1.6)).band
    under = drawn(MORE, "249000", landing(-0.6, -0.4, -0.2)).band
    assert over is not None
    assert under is not None
    assert (over.dot, over.width) == ("100%", "")
    assert (under.dot, under.width) == ("0%", "")


def test_an_objective_lands_in_per_cent() -> None:
    bar = drawn(None, None, landing(0.76, 0.88, 0.99), progress=0.5)
    assert bar.label.endswith("Forecast 76% to 99%, most likely 88%.")


@pytest.mark.parametrize(
    ("metric", "closed"),
    [
        (MORE, True),
        (Metric(MetricKind.AT_LEAST, target=Decimal(99)), False),
        (Metric(MetricKind.INCREASE, start=Decimal(5)), False),
        (Metric(MetricKind.BASELINE), False),
    ],
)
def test_closed_goals_limits_and_goals_without_a_way_show_no_band(metric: Metric, closed: bool) -> None:
    bar = drawn(metric, "7", AHEAD, closed=closed)
    assert bar.band is None
    assert "Forecast" not in bar.label


def test_the_label_of_the_landing_stands_at_its_dot() -> None:
    bar = drawn(MORE, "260000", AHEAD, progress=0.1)
    assert bar.band is not None
    assert bar.band.label == charts.Label("lands around 329,000", "329,000", "72.7%", "middle")


@pytest.mark.parametrize("progress", [n / 20 for n in range(-2, 23)])
def test_the_two_figures_above_the_bar_never_run_into_each_other(progress: float) -> None:
    value = str(int(250000 + progress * 100000))
    for middle in (n / 20 for n in range(-2, 25)):
        ahead = landing(middle - 0.1, middle, middle + 0.1, values=(300000, 329000, 341000))
        bar = drawn(MORE, value, ahead, progress=progress)
        assert bar.now is not None
        assert bar.band is not None
        assert bar.band.label is not None, "there is always room for the short one"
        first, second = sorted((_extent(bar.now), _extent(bar.band.label)))
        assert first[0] >= 0
        assert first[1] < second[0]
        assert second[1] <= 100.05


def test_short_of_room_the_landing_stays_on_its_side_in_fewer_letters() -> None:
    bar = drawn(MORE, "331000", landing(0.85, 0.9, 0.95, values=(335000, 340000, 345000)), progress=0.81)
    assert bar.band is not None
    assert bar.band.label is not None
    assert bar.band.label.text == "≈ 340,000"


def _extent(label: charts.Label) -> tuple[float, float]:
    at, width = float(label.x.rstrip("%")), 1.4 * len(label.text)
    left = {"start": at, "middle": at - width / 2, "end": at - width}[label.anchor]
    return left, left + width


Q3 = (date(2026, 7, 1), date(2026, 9, 30))


def run(today: date, **more: Any) -> charts.Course:
    start, end = Q3
    points = [(start + timedelta(weeks=n), n / 10) for n in range(6)]
    return charts.course(points, start=start, end=end, today=today, expected=(), **more)


def test_the_fan_opens_today_and_ends_with_the_period() -> None:
    picture = run(date(2026, 8, 17), landing=landing(0.76, 0.88, 0.99))
    assert picture.fan == "M151.8 80 292 11.4 292 43.6z"
    assert picture.median == "M151.8 80 292 26.8"
    assert picture.label.endswith("Forecast for 30 Sept: 76% to 99%, most likely 88%.")


def test_without_a_forecast_or_after_the_end_there_is_no_fan() -> None:
    assert run(date(2026, 8, 17)).fan == ""
    assert run(date(2026, 9, 30), landing=landing(0.5, 0.6, 0.7)).fan == ""
