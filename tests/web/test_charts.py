"""The geometry of the pictures and the sentences that say the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.template import engines
from django.utils import translation

from pejl.domain.values import Metric, MetricKind, Milestone, Status
from pejl.web import charts

FEWER = Metric(MetricKind.DECREASE, start=Decimal(120), target=Decimal(30))
MORE = Metric(MetricKind.INCREASE, start=Decimal(250000), target=Decimal(350000))
UPTIME = Metric(MetricKind.AT_LEAST, unit="%", target=Decimal("99.5"))
Q3 = (date(2026, 7, 1), date(2026, 9, 30))


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def drawn(metric: Metric | None, value: str | None, **more: Any) -> charts.Bearing:
    given = {"progress": None, "expected": None, "language": "en", **more}
    return charts.bearing(metric=metric, value=None if value is None else Decimal(value), **given)


def told(r: charts.Ruler) -> list[str]:
    return [month.text for month in r.months]


def test_half_way_from_120_to_30_fills_half_of_the_track() -> None:
    bar = drawn(FEWER, "75", expected=0.53)
    assert (bar.fill, bar.tick, bar.post, bar.track) == ("46%", "48.8%", "92%", "92%")
    assert bar.label == "75 now. From 120 to 30. Expected today 72."
    assert not bar.under
    assert not bar.dotted


def test_a_rising_metric_is_drawn_on_the_same_scale() -> None:
    bar = drawn(MORE, "291000", progress=0.41, expected=0.53)
    assert (bar.fill, bar.tick) == ("37.7%", "48.8%")
    assert bar.label == "291,000 now. From 250,000 to 350,000. Expected today 303,000."


def test_a_value_before_the_start_is_an_arrow_and_no_fill() -> None:
    bar = drawn(FEWER, "130")
    assert bar.under
    assert bar.fill is None
    assert bar.now == charts.Label("130", "130", "0%", "start")


@pytest.mark.parametrize(("value", "fill"), [("30", "92%"), ("25", "97.1%"), ("-60", "100%"), ("120", "0%")])
def test_past_the_target_the_fill_ends_at_the_edge(value: str, fill: str) -> None:
    assert drawn(FEWER, value).fill == fill


def test_without_a_target_there_is_a_dotted_line_alone() -> None:
    bar = drawn(Metric(MetricKind.INCREASE, start=Decimal(5)), "7", expected=0.5)
    assert bar.dotted
    assert (bar.fill, bar.tick, bar.post, bar.track, bar.grades) == (None, None, None, None, ())
    assert bar.label == "7 now. From 5. No target."


def test_a_baseline_has_no_bar_whatever_is_known_of_it() -> None:
    bar = drawn(Metric(MetricKind.BASELINE, unit="%", target=Decimal(9)), "7", progress=0.4)
    assert (bar.dotted, bar.fill, bar.label) == (True, None, "7% now. No target.")


def test_a_closed_goal_has_no_pace() -> None:
    bar = drawn(FEWER, "75", expected=1.0, closed=True)
    assert (bar.closed, bar.fill, bar.tick, bar.expected) == (True, "46%", None, None)
    assert bar.label == "75 now. From 120 to 30."


def test_reach_starts_at_nought() -> None:
    bar = drawn(Metric(MetricKind.REACH, target=Decimal(8)), "2")
    assert (bar.fill, bar.label) == ("23%", "2 now. From 0 to 8.")


@pytest.mark.parametrize(
    ("metric", "value", "fill", "sentence"),
    [
        (UPTIME, "99.72", "92%", "99.72% now. Limit: at least 99.5%. Inside the limit."),
        (UPTIME, "99.4", "0%", "99.4% now. Limit: at least 99.5%. Outside the limit."),
        (
            Metric(MetricKind.AT_MOST, target=Decimal(3)),
            "3",
            "92%",
            "3 now. Limit: at most 3. Inside the limit.",
        ),
        (
            Metric(MetricKind.BETWEEN, lower=Decimal(2), upper=Decimal(4)),
            "5",
            "0%",
            "5 now. Limit: between 2 and 4. Outside the limit.",
        ),
        (UPTIME, None, None, "No value yet. Limit: at least 99.5%."),
    ],
)
def test_a_limit_is_kept_or_not(metric: Metric, value: str | None, fill: str | None, sentence: str) -> None:
    bar = drawn(metric, value, expected=0.5)
    assert (bar.fill, bar.tick, bar.label) == (fill, None, sentence)


def test_a_goal_without_a_metric_goes_from_0_to_100_percent() -> None:
    bar = drawn(None, None, progress=0.5, expected=0.53)
    assert (bar.fill, bar.label) == ("46%", "50% now. From 0% to 100%. Expected today 53%.")


def test_milestones_are_told_in_percent() -> None:
    steps = Metric(MetricKind.MILESTONES, milestones=(Milestone(reached=True), Milestone(reached=False)))
    assert drawn(steps, "1", progress=0.5).label == "50% now. From 0% to 100%."


def test_a_goal_nobody_has_told_of_has_a_track_and_no_fill() -> None:
    bar = drawn(FEWER, None)
    assert (bar.fill, bar.track, bar.now) == (None, "92%", None)
    assert bar.label == "No value yet. From 120 to 30."


@pytest.mark.parametrize(
    ("start", "target", "said"),
    [("4.5", "1.5", "2.9"), ("500", "1000", "765"), ("9", "6", "7.4"), ("25", "100", "65")],
)
def test_the_expected_value_is_no_finer_than_people_measure(start: str, target: str, said: str) -> None:
    kind = MetricKind.INCREASE if Decimal(target) > Decimal(start) else MetricKind.DECREASE
    metric = Metric(kind, start=Decimal(start), target=Decimal(target))
    found = drawn(metric, None, expected=0.53).expected
    assert found is not None
    assert found.value == said


def test_a_duration_is_expected_in_whole_seconds() -> None:
    found = drawn(Metric(MetricKind.INCREASE, "m:ss", Decimal(157), Decimal(225)), "194", expected=0.53)
    assert found.label == "3:14 now. From 2:37 to 3:45. Expected today 3:13."


def test_the_label_of_now_ends_at_the_fill_or_begins_there_where_it_is_short() -> None:
    far, near = drawn(MORE, "291000").now, drawn(MORE, "255000").now
    assert (far.x, far.anchor) == ("37.7%", "end")  # type: ignore[union-attr]
    assert (near.x, near.anchor) == ("4.6%", "start")  # type: ignore[union-attr]


def test_the_expected_label_keeps_clear_of_both_ends() -> None:
    def label(expected: float) -> tuple[str, str]:
        found = drawn(MORE, None, expected=expected).expected
        assert found is not None
        return found.x, found.anchor

    assert label(0.5) == ("46%", "middle")
    assert label(0.02) == ("11.8%", "start")
    assert label(1.0) == ("85.1%", "end")


def test_a_long_target_stands_along_the_right_edge() -> None:
    long = Metric(MetricKind.INCREASE, "support requests", Decimal(0), Decimal(1000))
    text = "1,000 support requests"
    assert drawn(FEWER, "75").target == charts.Label("30", "30", "92%", "middle")
    assert drawn(long, None).target == charts.Label(text, text, "100%", "end")


def test_figures_are_danish_for_a_danish_reader() -> None:
    with translation.override("da"):
        bar = drawn(MORE, "291000", progress=0.41, expected=0.53, language="da")
        half = drawn(None, None, progress=0.5, language="da")
    assert bar.now is not None
    assert (bar.now.text, bar.expected and bar.expected.value) == ("291.000", "303.000")
    assert all(figure in bar.label for figure in ("291.000", "250.000", "350.000", "303.000"))
    assert half.now is not None
    assert half.now.text == "50\N{NO-BREAK SPACE}%"


def test_a_quarter_has_thirteen_weeks_and_three_months() -> None:
    found = charts.ruler(start=Q3[0], end=Q3[1], today=date(2026, 8, 19), language="en", name="Q3 2026")
    assert found.label == "Q3 2026. Today is week 8 of 13. 42 days left."
    assert [tick.x for tick in found.weeks][:3] == ["0%", "7.7%", "15.4%"]
    assert len(found.weeks) == 14
    assert [tick.past for tick in found.weeks] == [True] * 8 + [False] * 6
    assert told(found) == ["July", "August", "September"]
    assert (found.today, found.past) == ("53.8%", "53.8%")
    assert found.here == charts.Label("today, week 8 of 13", "8", "53.8%", "middle")


def test_months_are_danish_for_a_danish_reader() -> None:
    with translation.override("da"):
        found = charts.ruler(start=Q3[0], end=Q3[1], today=Q3[0], language="da", name="3. kvt. 2026")
    assert told(found) == ["juli", "august", "september"]
    assert found.label.startswith("3. kvt. 2026. ")
    assert "13" in found.label
    assert found.here is not None
    assert (found.here.x, found.here.anchor) == ("0%", "start")


def test_a_year_has_short_months_and_a_thinned_small_ruler() -> None:
    year = {"start": date(2026, 1, 1), "end": date(2026, 12, 31), "today": date(2026, 12, 31)}
    full = charts.ruler(**year, language="en")  # type: ignore[arg-type]
    mini = charts.ruler(**year, language="en", mini=True)  # type: ignore[arg-type]
    assert told(full)[:3] == ["Jan", "Feb", "Mar"]
    assert len(told(full)) == 12
    assert (len(full.weeks), len(mini.weeks), mini.months) == (53, 27, ())
    assert full.label == "Today is week 52 of 52. 0 days left."
    assert full.today == "100%"


def test_outside_its_days_a_period_has_no_today() -> None:
    before = charts.ruler(start=Q3[0], end=Q3[1], today=date(2026, 6, 30), language="en", name="Q3")
    after = charts.ruler(start=Q3[0], end=Q3[1], today=date(2026, 10, 1), language="en", name="Q3")
    assert (before.today, before.past, before.label) == (None, "0%", "Q3. Starts in 1 day.")
    assert (after.today, after.past, after.label) == (None, "100%", "Q3. The period is over.")


def test_a_course_runs_from_the_floor_to_the_top() -> None:
    found = charts.course(
        [(date(2026, 6, 1), 0.9), (Q3[0], 0.0), (date(2026, 8, 19), 0.5), (Q3[1], 1.3)],
        start=Q3[0], end=Q3[1], today=date(2026, 8, 19), expected=[(Q3[0], 0.0), (Q3[1], 1.0)],
    )  # fmt: skip
    assert found.line == "M2 150 158.2 80 292 10"
    assert found.expected == "M2 150 292 10"
    assert found.today == charts.Mark("158.2", "today", "middle")
    assert [(line.at, line.text) for line in found.grid] == [("150", "0%"), ("80", "50%"), ("10", "100%")]
    assert [month.text for month in found.months] == ["Jul", "Aug", "Sept"]
    assert found.label == "Progress since 1 Jul: 130%. Expected today 54%."


def test_a_course_nobody_has_told_of_says_so() -> None:
    found = charts.course([], start=Q3[0], end=Q3[1], today=Q3[0], expected=[])
    assert (found.line, found.dots, found.expected) == ("", (), "")
    assert found.label == "No progress has been told yet."


def test_a_spark_holds_its_readings_and_its_limit() -> None:
    found = charts.spark([Decimal(1), Decimal(3), Decimal(2)], lower=Decimal(0), upper=None)
    assert found.path == "M0 14.7 42 4 84 9.3"
    assert found.limits == ("M0 20H88",)
    assert found.last == charts.Point("84", "9.3")


def test_a_spark_of_one_reading_is_a_dot_and_of_none_is_empty() -> None:
    one = charts.spark([Decimal(3)], lower=None, upper=None)
    none = charts.spark([], lower=None, upper=None)
    assert (one.path, one.last) == ("", charts.Point("84", "12"))
    assert (none.path, none.limits, none.last) == ("", (), None)


def _rendered(template: str, **names: object) -> str:
    return engines["jinja2"].from_string(template).render(names)


def test_the_bar_is_a_named_picture_in_its_status() -> None:
    page = _rendered(
        '{% from "parts/bearing.html" import bearing %}{{ bearing(b, s) }}',
        b=drawn(FEWER, "75", expected=0.53), s=Status.ON_TRACK,
    )  # fmt: skip
    assert 'data-status="on-track" role="img" aria-label="75 now. From 120 to 30. Expected today 72."' in page
    assert '<rect class="bearing__fill" width="46%"' in page
    assert "style=" not in page
    assert "<text" not in page
    assert page.index("bearing__track") < page.index("bearing__fill") < page.index("bearing__post")


def test_the_full_instrument_has_labels_and_a_legend() -> None:
    page = _rendered(
        '{% from "parts/bearing.html" import bearing %}{{ bearing(b, s, full=True) }}',
        b=drawn(FEWER, "75", expected=0.53), s=Status.AT_RISK,
    )  # fmt: skip
    assert '<text class="t-pace" x="48.8%" y="60" text-anchor="middle">expected today 72</text>' in page
    assert page.count("bearing__grad") == 11
    assert "<dd>75</dd>" in page
    assert "style=" not in page


def test_a_closed_bar_is_told_by_its_status_and_an_under_by_its_arrow() -> None:
    template = '{% from "parts/bearing.html" import bearing %}{{ bearing(b, s) }}'
    page = _rendered(template, b=drawn(FEWER, "130", closed=True), s=None)
    assert 'data-status="closed"' in page
    assert 'data-status="dropped"' in _rendered(template, b=drawn(FEWER, "75", closed=True), s=Status.DROPPED)
    assert "bearing__under" in page
    assert "bearing__fill" not in page
    assert "bearing__pace" not in page


def test_rulers_and_charts_are_drawn_without_styles() -> None:
    r = charts.ruler(start=Q3[0], end=Q3[1], today=date(2026, 8, 19), language="en", name="<Q3>")
    c = charts.course(
        [(Q3[0], 0.0), (date(2026, 8, 19), 0.5)],
        start=Q3[0], end=Q3[1], today=date(2026, 8, 19), expected=[(Q3[0], 0.0), (Q3[1], 1.0)],
    )  # fmt: skip
    s = charts.spark([Decimal(1), Decimal(2)], lower=Decimal(0), upper=None)
    page = _rendered(
        '{% from "parts/ruler.html" import ruler, ruler_mini %}'
        '{% from "parts/charts.html" import course, spark %}'
        "{{ ruler(r) }}{{ ruler_mini(r) }}{{ course(c) }}{{ spark(s) }}",
        r=r, c=c, s=s,
    )  # fmt: skip
    assert page.count("&lt;Q3&gt;. Today is week 8 of 13.") == 1
    assert page.count("ruler__today") == 2
    assert '<path class="fan__act" d="M2 150 158.2 80"/>' in page
    assert '<path class="limit" d="M0 20H88"/>' in page
    assert "style=" not in page
