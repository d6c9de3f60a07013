"""What a search suggests."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.domains.sweeps.config import parse_config
from steelyard.domains.sweeps.search.parameters import read_parameters
from steelyard.domains.sweeps.search.points import (
    draw_point,
    fingerprint,
    grid_points,
    grid_size,
    next_grid_point,
    of_config,
    to_args,
)
from steelyard.kernel.errors import Invalid


def parameters(**specs: Any) -> Any:
    return read_parameters({"parameters": specs})


def test_the_last_parameter_of_a_grid_varies_fastest() -> None:
    grid = parameters(x={"values": [1, 2]}, y={"values": ["a", "b"]})
    assert [list(point.values()) for point in grid_points(grid)] == [[1, "a"], [1, "b"], [2, "a"], [2, "b"]]


def test_a_grid_skips_what_was_tried_and_ends() -> None:
    grid = parameters(x={"values": [1, 2.0]}, y={"value": "k"})
    tried: set[str] = set()
    found = []
    while (point := next_grid_point(grid, tried)) is not None:
        tried.add(fingerprint(point))
        found.append(point[("x",)])
    assert found == [1, 2.0]


def test_nested_parameters_come_back_nested() -> None:
    grid = parameters(opt={"parameters": {"lr": {"value": 0.1}, "beta": {"value": 2}}}, seed={"value": 1})
    point = next_grid_point(grid, set())
    assert point is not None
    args = to_args(point)
    assert args == {"opt": {"value": {"lr": 0.1, "beta": 2}}, "seed": {"value": 1}}
    assert of_config(grid, args) == point


def test_one_and_one_point_zero_are_one_point_and_text_is_another() -> None:
    assert fingerprint({("x",): 1}) == fingerprint({("x",): 1.0})
    assert fingerprint({("x",): 1}) != fingerprint({("x",): "1"})


@given(st.integers(-50, 50), st.integers(0, 100), st.integers(0, 2**32))
def test_whole_bounds_draw_whole_numbers_within_them(low: int, width: int, seed: int) -> None:
    space = parameters(n={"min": low, "max": low + width})
    value = draw_point(space, random.Random(seed))[("n",)]
    assert isinstance(value, int)
    assert low <= value <= low + width
    assert grid_size(space) == width + 1


@given(st.integers(0, 2**32))
def test_draws_stay_within_the_bounds_of_every_distribution(seed: int) -> None:
    space = parameters(
        uniform={"min": 0.5, "max": 2.0},
        log={"distribution": "log_uniform_values", "min": 1e-5, "max": 1e-1},
        inverse={"distribution": "inv_log_uniform_values", "min": 1e-5, "max": 1e-1},
        steps={"distribution": "q_uniform", "min": 0, "max": 1, "q": 0.25},
        weighted={"values": ["a", "b"], "probabilities": [0.25, 0.75]},
    )
    point = draw_point(space, random.Random(seed))
    assert 0.5 <= point[("uniform",)] <= 2.0
    assert 1e-5 * 0.999 <= point[("log",)] <= 0.1001
    assert 1e-5 * 0.999 <= point[("inverse",)] <= 0.1001
    assert point[("steps",)] in {0, 0.25, 0.5, 0.75, 1}
    assert point[("weighted",)] in {"a", "b"}


@pytest.mark.parametrize(
    "spec",
    [{}, {"values": []}, {"min": 2, "max": 1}, {"distribution": "magic"}, {"distribution": "uniform", "min": 1}, 3],
)
def test_a_parameter_that_cannot_be_drawn_is_refused_by_name(spec: Any) -> None:
    with pytest.raises(Invalid, match="parameter x"):
        parameters(x=spec)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("method: grid\nparameters: {x: {min: 0.0, max: 1.0}}", "grid needs values"),
        ("method: bayes\nparameters: {x: {min: 0.0, max: 1.0}}", "not supported"),
        ("parameters: {x: {value: 1}}", "needs a method"),
        ("method: random", "needs parameters"),
        ("[1, 2]", "must be an object"),
        ("a: [", "not valid YAML"),
        ("2025-02-30", "not valid YAML"),
        ("name: 2025-01-01T25:61:00", "not valid YAML"),
        ("!!python/object/apply:os.system ['true']", "not valid YAML"),
        ("method: random\nrun_cap: -1\nparameters: {x: {value: 1}}", "run_cap"),
    ],
)
def test_a_config_that_cannot_be_carried_out_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        parse_config(text)


def test_the_expected_number_of_runs_is_the_grid_or_the_cap() -> None:
    grid = "method: grid\nparameters: {x: {values: [1, 2, 3]}, y: {values: [1, 2]}}"
    assert parse_config(grid).expected_runs == 6
    assert parse_config(grid + "\nrun_cap: 4").expected_runs == 4
    assert parse_config("method: random\nparameters: {x: {min: 0, max: 1}}").expected_runs is None
