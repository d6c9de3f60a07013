"""The `parameters` of a sweep's config: read, checked, drawn from. Nested parameters are flattened by path.

Distributions and what is inferred when none is named: docs/protocol/queries.md, search semantics.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from steelyard.kernel.errors import Invalid

Path = tuple[str, ...]


@dataclass(frozen=True)
class Parameter:
    """`choices` are the values a grid walks through, None for what it cannot enumerate."""

    path: Path
    distribution: str
    draw: Callable[[random.Random], Any]
    choices: tuple[Any, ...] | None


def read_parameters(config: Mapping[str, Any]) -> list[Parameter]:
    """Return the parameters in declared order. Raises `Invalid`, naming the parameter at fault."""
    given = config.get("parameters")
    if not isinstance(given, dict) or not given:
        raise Invalid("a sweep config needs parameters")
    return _read(given, ())


def _read(given: Mapping[Any, Any], above: Path) -> list[Parameter]:
    found: list[Parameter] = []
    for key, spec in given.items():
        path = (*above, str(key))
        if not isinstance(spec, dict):
            raise Invalid(f"parameter {'.'.join(path)} must be an object such as {{value: …}} or {{values: […]}}")
        nested = spec.get("parameters")
        if isinstance(nested, dict):
            found += _read(nested, path)
        else:
            found.append(_parameter(path, spec))
    return found


def _parameter(path: Path, spec: Mapping[str, Any]) -> Parameter:
    name = str(spec.get("distribution") or _inferred(path, spec))
    try:
        draw, choices = _DISTRIBUTIONS[name](spec)
    except KeyError as error:
        missing = error.args[0]
        what = f"distribution {name!r} is not known" if missing == name else f"{missing} is missing for {name}"
        raise Invalid(f"parameter {'.'.join(path)}: {what}") from error
    except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise Invalid(f"parameter {'.'.join(path)}: {error}") from error
    return Parameter(path, name, draw, choices)


def _inferred(path: Path, spec: Mapping[str, Any]) -> str:
    if "value" in spec:
        return "constant"
    if "values" in spec:
        return "categorical_w_probabilities" if "probabilities" in spec else "categorical"
    if "min" in spec and "max" in spec:
        both_whole = all(isinstance(spec[key], int) and not isinstance(spec[key], bool) for key in ("min", "max"))
        return "int_uniform" if both_whole else "uniform"
    if "mu" in spec and "sigma" in spec:
        return "normal"
    raise Invalid(f"parameter {'.'.join(path)} needs value, values, or min and max")


Drawer = tuple[Callable[[random.Random], Any], tuple[Any, ...] | None]


def _constant(spec: Mapping[str, Any]) -> Drawer:
    value = spec["value"]
    return lambda _rng: value, (value,)


def _categorical(spec: Mapping[str, Any]) -> Drawer:
    values = _values(spec)
    return lambda rng: rng.choice(values), values


def _values(spec: Mapping[str, Any]) -> tuple[Any, ...]:
    values = spec["values"]
    if not isinstance(values, list) or not values:
        raise ValueError("values must be a list that is not empty")
    return tuple(values)


def _weighted(spec: Mapping[str, Any]) -> Drawer:
    values, weights = _values(spec), [float(weight) for weight in spec["probabilities"]]
    if len(values) != len(weights) or min(weights) < 0 or not math.isclose(sum(weights), 1, abs_tol=1e-6):
        raise ValueError("probabilities must be one per value and add up to 1")
    return lambda rng: rng.choices(values, weights)[0], None


def _int_uniform(spec: Mapping[str, Any]) -> Drawer:
    low, high = int(spec["min"]), int(spec["max"])
    _ordered(low, high)
    return lambda rng: rng.randint(low, high), tuple(range(low, high + 1)) if high - low < _GRID_MAX else None


# A grid of more points than this along one parameter is a mistake.
_GRID_MAX = 1_000_000


def _ordered(low: float, high: float) -> None:
    if low > high:
        raise ValueError("min must not exceed max")


def _bounds(spec: Mapping[str, Any]) -> tuple[float, float]:
    low, high = float(spec["min"]), float(spec["max"])
    _ordered(low, high)
    return low, high


def _uniform(spec: Mapping[str, Any]) -> Drawer:
    low, high = _bounds(spec)
    return lambda rng: rng.uniform(low, high), None


def _q_uniform(spec: Mapping[str, Any]) -> Drawer:
    low, high = _bounds(spec)
    step = float(spec.get("q", 1))
    count = math.floor((high - low) / step) + 1
    choices = tuple(_rounded(low + index * step, step) for index in range(count)) if count < _GRID_MAX else None
    return lambda rng: _rounded(rng.uniform(low, high), step), choices


def _rounded(value: float, step: float) -> float:
    """Return the multiple of `step` next to `value`: a whole number for a whole step, without float dust otherwise."""
    multiple = round(value / step)
    return multiple * int(step) if float(step).is_integer() else float(f"{multiple * step:.12g}")


def _log_values(spec: Mapping[str, Any]) -> tuple[float, float]:
    low, high = _bounds(spec)
    if low <= 0:
        raise ValueError("min must be positive on a log scale")
    return math.log(low), math.log(high)


def _log(bounds: Callable[[Mapping[str, Any]], tuple[float, float]], *, quantised: bool, inverse: bool) -> Any:
    def make(spec: Mapping[str, Any]) -> Drawer:
        low, high = bounds(spec)
        step = float(spec.get("q", 1))

        def draw(rng: random.Random) -> float:
            value = math.exp(rng.uniform(low, high))
            if inverse:
                value = math.exp(low) + math.exp(high) - value
            return _rounded(value, step) if quantised else value

        return draw, None

    return make


def _normal(*, quantised: bool, exponential: bool) -> Any:
    def make(spec: Mapping[str, Any]) -> Drawer:
        mean, deviation, step = float(spec.get("mu", 0)), float(spec.get("sigma", 1)), float(spec.get("q", 1))
        if deviation < 0:
            raise ValueError("sigma must not be negative")

        def draw(rng: random.Random) -> float:
            value = rng.gauss(mean, deviation)
            value = math.exp(value) if exponential else value
            return _rounded(value, step) if quantised else value

        return draw, None

    return make


def _beta(*, quantised: bool) -> Any:
    def make(spec: Mapping[str, Any]) -> Drawer:
        first, second, step = float(spec["a"]), float(spec["b"]), float(spec.get("q", 1))

        def draw(rng: random.Random) -> float:
            value = rng.betavariate(first, second)
            return _rounded(value, step) if quantised else value

        return draw, None

    return make


_DISTRIBUTIONS: dict[str, Callable[[Mapping[str, Any]], Drawer]] = {
    "constant": _constant,
    "categorical": _categorical,
    "categorical_w_probabilities": _weighted,
    "int_uniform": _int_uniform,
    "uniform": _uniform,
    "q_uniform": _q_uniform,
    "log_uniform": _log(_bounds, quantised=False, inverse=False),
    "log_uniform_values": _log(_log_values, quantised=False, inverse=False),
    "q_log_uniform": _log(_bounds, quantised=True, inverse=False),
    "q_log_uniform_values": _log(_log_values, quantised=True, inverse=False),
    "inv_log_uniform": _log(_bounds, quantised=False, inverse=True),
    "inv_log_uniform_values": _log(_log_values, quantised=False, inverse=True),
    "normal": _normal(quantised=False, exponential=False),
    "q_normal": _normal(quantised=True, exponential=False),
    "log_normal": _normal(quantised=False, exponential=True),
    "q_log_normal": _normal(quantised=True, exponential=True),
    "beta": _beta(quantised=False),
    "q_beta": _beta(quantised=True),
}
