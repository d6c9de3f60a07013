"""The curve of a group is what a plain reading of its runs gives."""

import math
import statistics

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from steelyard.columnar.buckets import raw_buckets
from steelyard.columnar.grouping import GroupCurve, group_curves
from steelyard.columnar.plans import plan_step_buckets

values = st.one_of(st.floats(-1e6, 1e6, allow_subnormal=False), st.sampled_from([math.nan, math.inf, 0.0]))
runs = st.lists(st.dictionaries(st.integers(0, 40), values, max_size=30), min_size=1, max_size=6)


def _group(logged: list[dict[int, float]], buckets: int) -> GroupCurve:
    plan = plan_step_buckets(0, 40, buckets)
    curves = [(np.array(sorted(run), dtype=np.int64), np.array([run[step] for step in sorted(run)])) for run in logged]
    return group_curves([raw_buckets(x, y.astype(np.float64), plan) for x, y in curves], plan)


def _near(got: float, want: float) -> bool:
    return math.isclose(got, want, rel_tol=1e-9, abs_tol=1e-6)


@given(runs, st.integers(1, 12))
def test_a_group_equals_a_plain_reading_of_its_runs(logged: list[dict[int, float]], buckets: int) -> None:
    width = plan_step_buckets(0, 40, buckets).width
    got = _group(logged, buckets)
    assert got.index.tolist() == sorted({step // width for run in logged for step in run})
    for at, bucket in enumerate(got.index.tolist()):
        inside = [{step: y for step, y in run.items() if step // width == bucket} for run in logged]
        finite = [[y for y in run.values() if math.isfinite(y)] for run in inside]
        means = [statistics.fmean(run) for run in finite if run]
        points = [y for run in finite for y in run]
        steps = [step for run in inside for step in run]
        assert (got.first_x[at], got.last_x[at], got.runs[at]) == (min(steps), max(steps), len(means))
        if not means:
            assert all(math.isnan(row[at]) for row in (got.mean, got.median, got.low, got.high, got.total, got.std))
            continue
        assert (got.low[at], got.high[at]) == (min(points), max(points))
        assert _near(got.mean[at], statistics.fmean(means))
        assert _near(got.median[at], statistics.median(means))
        assert _near(got.total[at], math.fsum(means))
        std = statistics.stdev(means) if len(means) > 1 else math.nan
        assert _near(got.std[at], std) or (math.isnan(std) and math.isnan(got.std[at]))
        assert _near(got.stderr[at], std / math.sqrt(len(means))) or (math.isnan(std) and math.isnan(got.stderr[at]))


def test_runs_without_points_make_an_empty_curve() -> None:
    assert len(_group([{}, {}], 5)) == 0


def test_the_band_is_over_points_and_the_value_over_runs() -> None:
    got = _group([{0: 1.0, 1: 3.0}, {0: 10.0}], 1)
    assert (got.mean.tolist(), got.low.tolist(), got.high.tolist(), got.runs.tolist()) == ([6], [1], [10], [2])
