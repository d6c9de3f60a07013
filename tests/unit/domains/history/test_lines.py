"""What is drawn for a run is what its points give, whatever the window."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.columnar.buckets import raw_buckets
from steelyard.columnar.plans import Axis
from steelyard.domains.history.curves.frames import Line
from steelyard.domains.history.curves.lines import Material, Points, draw_group, draw_line
from steelyard.domains.history.curves.sources import Rows, plan_line
from steelyard.domains.history.curves.spec import Window

values = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 1.0]))
xs = st.one_of(st.floats(-100, 100), st.integers(-20, 20).map(float), st.just(math.nan))
ends = st.one_of(st.none(), st.floats(-120, 120))


def line_of(points: Points, window: Window, axis: Axis = Axis.OTHER) -> Line:
    return draw_line(0, plan_line(window, axis, [Rows(points)]), Material([points]))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(xs, values), max_size=60), st.integers(1, 8), ends, ends, st.booleans())
def test_a_line_equals_its_points(
    points: list[tuple[float, float]], buckets: int, low: float | None, high: float | None, is_log: bool
) -> None:
    if low is not None and high is not None and low > high:
        low, high = high, low
    x, y = (np.array([point[at] for point in points], dtype=np.float64) for at in (0, 1))
    line = line_of(Points(x, y), Window("x", buckets, low, high, is_log))
    kept = sorted((p for p in points if math.isfinite(p[0]) and not (is_log and p[0] <= 0)), key=lambda p: p[0])
    kept = [p for p in kept if (low is None or p[0] >= low) and (high is None or p[0] <= high)]
    assert line.total == len(kept)
    assert len(line.mark_x) == min(100, sum(not math.isfinite(value) for _, value in kept))
    if line.is_raw:
        drawn = list(zip(line.points["x"].tolist(), line.points["last"].tolist(), strict=True))
        assert drawn == [p for p in kept if math.isfinite(p[1])]
        return
    assert len(line.points["x"]) <= buckets
    names = ("x", "last", "min", "max", "mean", "count")
    for bucket in zip(*(line.points[name].tolist() for name in names), strict=True):
        _check_bucket(kept, dict(zip(names, bucket, strict=True)))


def _check_bucket(kept: list[tuple[float, float]], told: dict[str, float]) -> None:
    """Take the bucket's points off `kept`; those before it are buckets without a finite value."""
    end = next(i for i in range(len(kept), 0, -1) if kept[i - 1][0] <= told["x"])
    start = end - int(told["count"])
    finite = [y for _, y in kept[start:end] if math.isfinite(y)]
    assert all(not math.isfinite(y) for _, y in kept[:start])
    assert (finite[-1], min(finite), max(finite)) == (told["last"], told["min"], told["max"])
    assert told["mean"] == pytest.approx(sum(finite) / len(finite), rel=1e-9, abs=1e-6)
    del kept[:end]


def test_few_points_are_drawn_as_they_are() -> None:
    def line(count: int) -> bool:
        steps = np.arange(count)
        return line_of(Points(steps, steps * 1.0), Window("_step", 10, None, None, False), Axis.STEP).is_raw

    assert line(20)
    assert not line(21)


def test_steps_before_zero_are_drawn_too() -> None:
    steps = np.arange(-50, 50)
    line = line_of(Points(steps, steps * 1.0), Window("_step", 10, None, None, False), Axis.STEP)
    assert (line.total, line.points["x"][-1]) == (100, 49.0)


def test_a_group_without_points_is_an_empty_line() -> None:
    points = Points(np.arange(3), np.arange(3.0))
    plan = plan_line(Window("_step", 10, None, None, False), Axis.STEP, [Rows(points)])
    assert plan is not None
    nowhere = raw_buckets(np.empty(0, np.int64), np.empty(0), plan)
    assert draw_group(3, plan, [nowhere]).points == {}
