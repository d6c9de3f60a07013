"""Buckets are as many as asked, or nearly, never more, and lie on a grid that nodes fit into."""

import math
import sys

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from steelyard.columnar.plans import (
    Axis,
    LevelShape,
    are_few,
    choose_level,
    log_edges,
    plan_step_buckets,
    uniform_edges,
)
from tests.unit.columnar.curves import STEP_MAX

steps = st.one_of(st.integers(0, 5000), st.integers(0, STEP_MAX))
edges = st.floats(allow_nan=False, allow_infinity=False)


@given(steps, steps, st.integers(1, 4000))
def test_step_buckets_cover_the_range_and_are_nearly_as_many_as_asked(one: int, other: int, buckets: int) -> None:
    low, high = sorted((one, other))
    plan = plan_step_buckets(low, high, buckets)
    assert plan.buckets <= buckets
    narrower = 0.8 if plan.width > 4 else (plan.width - 1) / plan.width
    assert plan.buckets >= min(narrower * (buckets - 2), high - low + 1)
    assert plan.first * plan.width <= low < (plan.first + 1) * plan.width
    end = (plan.first + plan.buckets) * plan.width
    assert end - plan.width <= high < end <= 1 << 63
    odd = plan.width // (plan.width & -plan.width)
    assert odd in {1, 3, 5, 7}
    assert plan.inner_edges.tolist() == [(plan.first + b) * plan.width for b in range(1, plan.buckets)]


@given(steps, steps, st.integers(1, 100))
def test_a_widened_plan_has_the_same_grid_and_whole_buckets(one: int, other: int, buckets: int) -> None:
    plan = plan_step_buckets(*sorted((one, other)), buckets)
    wide = plan.widened()
    assert (wide.width, wide.first, wide.buckets) == (plan.width, plan.first, plan.buckets)
    assert wide.step_min % wide.width == 0
    assert (wide.step_max + 1) % wide.width == 0
    assert wide.step_min <= plan.step_min <= plan.step_max <= wide.step_max


def test_few_steps_get_a_bucket_each() -> None:
    plan = plan_step_buckets(10, 59, 100)
    assert (plan.width, plan.buckets) == (1, 50)


@given(edges, edges, st.integers(1, 500))
@example(-sys.float_info.max, sys.float_info.max, 1)
def test_uniform_edges_ascend_between_the_ends(one: float, other: float, buckets: int) -> None:
    low, high = sorted((one, other))
    plan = uniform_edges(Axis.OTHER, low, high, buckets)
    assert (plan.x_min, plan.x_max) == (low, high)
    assert 1 <= plan.buckets <= buckets
    assert np.all(plan.edges[1:] > plan.edges[:-1]) or low == high


def test_uniform_edges_are_evenly_spread() -> None:
    assert uniform_edges(Axis.RUNTIME, 10.0, 30.0, 4).edges.tolist() == [10, 15, 20, 25, 30]


def test_log_edges_have_equal_ratios() -> None:
    plan = log_edges(Axis.STEP, 1, 10_000, 4)
    assert plan.edges.tolist() == pytest.approx([1, 10, 100, 1000, 10_000])
    assert plan.edges[-1] == 10_000
    assert log_edges(Axis.STEP, 3.0, 3.0, 4).buckets == 1


def test_the_coarsest_level_that_fits_is_read() -> None:
    levels = [LevelShape(6, 15_625), LevelShape(8, 3907), LevelShape(10, 977)]
    assert choose_level(plan_step_buckets(0, 999_999, 1000), levels, 0, 999_999) == 2  # 1024 wide
    assert choose_level(plan_step_buckets(0, 999_999, 1400), levels, 0, 999_999) == 1  # 768
    assert choose_level(plan_step_buckets(0, 999_999, 1600), levels, 0, 999_999) == 0  # 640
    assert choose_level(plan_step_buckets(0, 9999, 1000), levels, 0, 999_999) is None


def test_over_time_a_bucket_holds_several_nodes_or_rows_are_read() -> None:
    levels = [LevelShape(6, 15_625), LevelShape(8, 3907), LevelShape(10, 977)]
    assert choose_level(uniform_edges(Axis.RUNTIME, 0, 1000, 1000), levels, 0, 1000) == 0
    assert choose_level(uniform_edges(Axis.RUNTIME, 0, 1000, 900), levels, 0, 1000) == 1
    assert choose_level(uniform_edges(Axis.RUNTIME, 0, 1000, 4000), levels, 0, 1000) is None
    assert choose_level(uniform_edges(Axis.OTHER, 0, 1000, 10), levels, 0, 1000) is None
    logarithmic = log_edges(Axis.STEP, 1, 1e6, 1000)
    assert choose_level(logarithmic, levels, 0, 1e6) is None
    assert choose_level(logarithmic, levels, 9e5, 1e6) == 2


def test_two_points_a_bucket_are_few() -> None:
    plan = uniform_edges(Axis.RUNTIME, 0, math.tau, 10)
    assert are_few(20, plan)
    assert not are_few(21, plan)
