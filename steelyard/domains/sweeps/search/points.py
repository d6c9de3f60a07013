"""Points of a search: one value per parameter path, as agents and run configs write them."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import prod
from typing import Any

import orjson

from steelyard.domains.sweeps.search.parameters import Parameter, Path
from steelyard.kernel.errors import Invalid

Point = dict[Path, Any]


def draw_point(parameters: Sequence[Parameter], rng: random.Random) -> Point:
    return {parameter.path: parameter.draw(rng) for parameter in parameters}


def grid_size(parameters: Sequence[Parameter]) -> int:
    """Return the number of points. Raises `Invalid` for a parameter that cannot be enumerated."""
    return prod(len(_choices(parameter)) for parameter in parameters)


def _choices(parameter: Parameter) -> tuple[Any, ...]:
    if parameter.choices is None:
        name = ".".join(parameter.path)
        raise Invalid(f"parameter {name}: a grid needs values it can walk through, not {parameter.distribution}")
    return parameter.choices


def grid_points(parameters: Sequence[Parameter]) -> Iterator[Point]:
    """Yield every combination, the last parameter varying fastest."""
    choices = [_choices(parameter) for parameter in parameters]
    for index in range(prod(map(len, choices))):
        values, rest = [], index
        for options in reversed(choices):
            rest, place = divmod(rest, len(options))
            values.append(options[place])
        paths = [parameter.path for parameter in parameters]
        yield dict(zip(paths, reversed(values), strict=True))


def next_grid_point(parameters: Sequence[Parameter], taken: Collection[str]) -> Point | None:
    """Return the first combination whose fingerprint is not in `taken`, None when all are."""
    return next((point for point in grid_points(parameters) if fingerprint(point) not in taken), None)


def fingerprint(point: Mapping[Path, Any]) -> str:
    """Return a text that is equal for equal points: 1 and 1.0 are one value, 1 and "1" are not."""
    rows = sorted(("\x00".join(path), _plain(value)) for path, value in point.items())
    return orjson.dumps(rows, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def to_args(point: Point) -> dict[str, Any]:
    """Return the point as agents and run configs take it: `{"lr": {"value": 0.1}, "opt": {"value": {"beta": 1}}}`."""
    nested: dict[str, Any] = {}
    for path, value in point.items():
        place = nested
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1]] = value
    return {key: {"value": value} for key, value in nested.items()}


def of_config(parameters: Sequence[Parameter], config: Mapping[str, Any]) -> Point | None:
    """Return the point that a run config holds, None when it lacks a parameter."""
    point: Point = {}
    for parameter in parameters:
        outer = config.get(parameter.path[0])
        value = outer.get("value") if isinstance(outer, dict) else None
        for part in parameter.path[1:]:
            value = value.get(part) if isinstance(value, dict) else None
        if value is None and parameter.choices is not None and None not in parameter.choices:
            return None
        point[parameter.path] = value
    return point
