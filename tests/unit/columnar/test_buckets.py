"""What is drawn for a bucket is what its raw points give, however a run is split and whatever is read of it."""

import math
from collections.abc import Callable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.columnar.buckets import (
    Buckets,
    combine,
    cut_steps,
    name_non_finite,
    node_buckets,
    raw_buckets,
    raw_points,
)
from steelyard.columnar.plans import (
    Axis,
    EdgePlan,
    LevelShape,
    Plan,
    StepPlan,
    choose_level,
    log_edges,
    plan_step_buckets,
    uniform_edges,
)
from steelyard.columnar.pyramid import KeyLevel, RowSetLevel, RowTimes
from tests.unit.columnar.curves import STEP_MAX, Part, Point, assert_holds, joined, parts

Levels = list[tuple[RowSetLevel, KeyLevel]]
Choice = Callable[[Levels], int | None]


def _read(part: Part, plan: Plan, choose: Choice) -> list[Buckets]:
    """Return the curve of a part as a reader makes it: nodes, and raw rows for the nodes that are cut."""
    x = part.steps if plan.axis is Axis.STEP else part.runtime
    levels = part.levels()
    chosen = choose(levels)
    if chosen is None:
        return [raw_buckets(x, part.values, plan)]
    rows, key = levels[chosen]

    def read(steps: tuple[int, int] | None) -> list[Buckets]:
        if steps is None:
            return []
        begin, end = np.searchsorted(part.steps, [steps[0], steps[1] + 1])
        return [raw_buckets(x[begin:end], part.values[begin:end], plan)]

    cut = cut_steps(rows, plan)
    return [*read(cut.before), node_buckets(rows, key, plan), *read(cut.after)]


@st.composite
def step_plans(draw: st.DrawFn, some: list[Part]) -> StepPlan:
    steps = joined(some, "steps")
    low, high = (int(steps[0]), int(steps[-1])) if len(steps) else (0, 10)
    if draw(st.booleans()):
        low = draw(st.integers(max(0, low - 10), high))
        high = draw(st.integers(low, min(high + 10, STEP_MAX)))
    plan = plan_step_buckets(low, high, draw(st.integers(1, 60)))
    return plan.widened() if draw(st.booleans()) else plan


@settings(max_examples=250)
@given(st.data(), parts())
def test_over_steps_every_bucket_equals_its_rows(data: st.DataObject, some: list[Part]) -> None:
    plan = data.draw(step_plans(some))

    def choose(levels: Levels) -> int | None:
        shapes = [LevelShape(rows.width_log2, len(rows)) for rows, _ in levels]
        chosen = choose_level(plan, shapes, plan.step_min, plan.step_max)
        return None if chosen is None else data.draw(st.integers(0, chosen))

    read = combine([buckets for part in some for buckets in _read(part, plan, choose)])
    for got in (read, raw_buckets(joined(some, "steps"), joined(some, "values"), plan)):
        want: dict[int, list[Point]] = {}
        for step, value in zip(joined(some, "steps").tolist(), joined(some, "values").tolist(), strict=True):
            if plan.step_min <= step <= plan.step_max:
                want.setdefault(step // plan.width - plan.first, []).append((step, value))
        assert got.index.tolist() == list(want)
        for at, points in enumerate(want.values()):
            assert_holds(got, at, points)


@st.composite
def time_plans(draw: st.DrawFn, some: list[Part]) -> EdgePlan:
    times = joined(some, "runtime")
    low, high = (float(times[0]), float(times[-1])) if len(times) else (0.0, 10.0)
    if draw(st.booleans()):
        low, high = sorted(draw(st.tuples(*[st.one_of(st.floats(low, high), st.sampled_from([low, high]))] * 2)))
    edges = log_edges if low > 0 and draw(st.booleans()) else uniform_edges
    return edges(Axis.RUNTIME, low, high, draw(st.integers(1, 60)))


@settings(max_examples=250)
@given(st.data(), parts())
def test_over_time_every_bucket_equals_the_rows_of_its_extent(data: st.DataObject, some: list[Part]) -> None:
    plan = data.draw(time_plans(some))

    def choose(levels: Levels) -> int | None:
        return data.draw(st.sampled_from([None, *range(len(levels))]))

    got = combine([buckets for part in some for buckets in _read(part, plan, choose)])
    rows = zip(joined(some, "runtime").tolist(), joined(some, "values").tolist(), strict=True)
    points = [(x, y) for x, y in rows if plan.x_min <= x <= plan.x_max]
    assert got.count.sum() == len(points)
    assert np.all(np.diff(got.index) > 0)
    assert got.index.tolist() == np.searchsorted(plan.inner_edges, got.last_x, side="right").tolist()
    begin = 0
    for at, count in enumerate(got.count.tolist()):
        assert_holds(got, at, points[begin : begin + count])
        begin += count


xs = st.one_of(st.floats(-100, 100), st.integers(-20, 20).map(float), st.sampled_from([math.nan, math.inf]))
ys = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf, -math.inf, 0.0]))


@given(st.lists(st.tuples(xs, ys), max_size=60), st.integers(1, 8), st.floats(-120, 0), st.floats(0, 120))
def test_over_any_x_every_bucket_equals_its_points(rows: list[Point], buckets: int, low: float, high: float) -> None:
    plan = uniform_edges(Axis.OTHER, low, high, buckets)
    x, y = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    points = sorted((row for row in rows if low <= row[0] <= high), key=lambda row: row[0])
    inner = plan.inner_edges.tolist()
    want: dict[int, list[Point]] = {}
    for point in points:
        want.setdefault(sum(edge <= point[0] for edge in inner), []).append(point)
    got = raw_buckets(x, y, plan)
    assert got.index.tolist() == list(want)
    for at, inside in enumerate(want.values()):
        assert_holds(got, at, inside)

    few = raw_points(x, y, plan)
    assert len(few) == len(points)
    for at, point in enumerate(points):
        assert_holds(few, at, [point])

    odd = [point for point in points if not math.isfinite(point[1])]
    assert repr(list(zip(*(part.tolist() for part in name_non_finite(x, y, plan)), strict=True))) == repr(odd)


def test_a_range_inside_one_node_is_read_raw() -> None:
    step = np.arange(4096)
    part = Part(times=_dense(step), rows=step, values=step * 1.0, rows_per_node=64)
    rows, key = part.levels()[-1]
    plan = EdgePlan(Axis.STEP, np.array([100.0, 200.0]))
    assert len(node_buckets(rows, key, plan)) == 0
    assert cut_steps(rows, plan) == ((0, 1023), None)


def _dense(step: np.ndarray) -> RowTimes:
    return RowTimes(step, step * 1.0, step * 1.0)


def test_the_last_value_is_that_of_the_last_row_where_times_are_equal() -> None:
    step = np.arange(200)
    runtime = np.minimum(step, 100) * 1.0
    runtime[165:] = 200
    part = Part(times=RowTimes(step, runtime, runtime), rows=step, values=step * 1.0, rows_per_node=16)
    plan = EdgePlan(Axis.RUNTIME, np.array([50.0, 100.0]))
    for level in range(len(part.levels())):
        got = combine(_read(part, plan, lambda _, level=level: level))
        assert_holds(got, 0, [(min(float(x), 100.0), float(x)) for x in range(50, 165)])


def test_a_range_of_whole_nodes_reads_nothing_raw() -> None:
    step = np.arange(4000)
    part = Part(times=_dense(step), rows=step, values=step * 1.0, rows_per_node=64)
    rows, _ = part.levels()[0]
    assert cut_steps(rows, plan_step_buckets(0, 3999, 10)) == (None, None)
    assert cut_steps(rows, plan_step_buckets(0, 9999, 10)) == (None, None)
    assert cut_steps(rows, plan_step_buckets(1, 3998, 10)) == ((0, 63), (3968, 3999))


def test_a_sum_beyond_float64_is_infinite_and_nothing_else_is_lost() -> None:
    plan = plan_step_buckets(0, 1, 1)
    got = raw_buckets(np.arange(2), np.array([1e308, 1.5e308]), plan)
    assert (got.total[0], got.low[0], got.high[0], got.non_finite[0]) == (math.inf, 1e308, 1.5e308, 0)
