"""Each node of each level is what the rows in it give."""

import numpy as np
from hypothesis import given

from steelyard.columnar.buckets import Buckets
from steelyard.columnar.pyramid import (
    COARSEST_NODES,
    NON_FINITE_MAX,
    RowTimes,
    build_key_levels,
    build_row_set_levels,
    is_monotonic,
    pick_non_finite,
)
from tests.unit.columnar.curves import Part, assert_holds, parts


@given(parts())
def test_nodes_equal_their_rows(some: list[Part]) -> None:
    for part in some:
        steps, runtime = part.steps.tolist(), part.runtime.tolist()
        points = list(zip(steps, part.values.tolist(), strict=True))
        for rows, key in part.levels():
            nodes: dict[int, list[int]] = {}
            for at, step in enumerate(steps):
                nodes.setdefault(step >> rows.width_log2, []).append(at)
            assert rows.index.tolist() == list(nodes)
            values = key.non_finite, key.low, key.high, key.total, key.last
            got = Buckets(rows.index, rows.first_step, rows.last_step, rows.count, *values)
            for at, inside in enumerate(nodes.values()):
                assert_holds(got, at, [points[i] for i in inside])
            assert rows.first_runtime.tolist() == [runtime[inside[0]] for inside in nodes.values()]
            assert rows.last_runtime.tolist() == [runtime[inside[-1]] for inside in nodes.values()]
            assert np.array_equal(rows.last_timestamp, rows.last_runtime + 1.7e9)


@given(parts())
def test_levels_are_a_bounded_number_of_nodes(some: list[Part]) -> None:
    for part in some:
        levels = [rows for rows, _ in part.levels()]
        if len(part.rows) < part.rows_per_node * COARSEST_NODES:
            assert levels == []
            continue
        assert len(levels[0]) * part.rows_per_node <= len(part.rows) * 2**0.5
        assert len(levels[-1]) <= COARSEST_NODES
        assert all(len(level) > COARSEST_NODES for level in levels[:-1])


def _times(steps: np.ndarray) -> RowTimes:
    return RowTimes(steps, steps * 0.5, steps * 0.5 + 1.7e9)


def test_dense_steps_make_nodes_of_64_rows() -> None:
    levels = build_row_set_levels(np.arange(10_000), _times(np.arange(10_000)))
    assert [(level.width_log2, len(level)) for level in levels] == [(6, 157), (8, 40), (10, 10), (12, 3)]


def test_a_gap_does_not_make_nodes_too_wide() -> None:
    steps = np.append(np.arange(10_000), 10**18 + np.arange(10_000))
    assert build_row_set_levels(np.arange(20_000), _times(steps))[0].width_log2 == 6


def test_few_rows_have_no_pyramid() -> None:
    levels = build_row_set_levels(np.arange(500), _times(np.arange(500)))
    assert levels == ()
    assert build_key_levels(levels, np.zeros(500)) == ()


def test_some_of_the_points_that_are_not_finite_are_picked() -> None:
    values = np.zeros(1000)
    rows, times = np.arange(1000), _times(np.arange(1000) * 10)
    assert len(pick_non_finite(rows, times, values)) == 0
    values[[3, 500, 999]] = np.nan, np.inf, -np.inf
    few = pick_non_finite(rows, times, values)
    assert (few.step.tolist(), few.runtime.tolist()) == ([30, 5000, 9990], [15, 2500, 4995])
    assert repr(few.value.tolist()) == "[nan, inf, -inf]"
    many = pick_non_finite(rows, times, np.full(1000, np.nan))
    assert len(many) == NON_FINITE_MAX
    assert (many.step[0], many.step[-1]) == (0, 9990)


def test_monotonic_is_never_back_and_never_absent() -> None:
    assert is_monotonic(np.array([1.0, 1.0, 2.0]))
    assert is_monotonic(np.empty(0))
    assert not is_monotonic(np.array([1.0, 2.0, 1.0]))
    assert not is_monotonic(np.array([1.0, np.nan, 2.0]))
    assert not is_monotonic(np.array([np.nan]))
    assert not is_monotonic(np.array([1.0, np.inf]))
