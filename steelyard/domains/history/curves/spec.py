"""What a browser asks in one batch of panels, read from JSON and checked (docs/protocol/panels.md). Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from steelyard.domains.history.model import Stream
from steelyard.kernel.errors import Invalid

# Bounds of one batch. A page asks for what is near the screen; an export of everything has other doors.
PANELS_MAX = 1_000
RUNS_MAX = 10_000
CURVES_MAX = 100_000
# One bucket per pixel of the widest screens, and some to zoom into.
BUCKETS_MAX = 10_000
BUCKETS = 1_000

SYSTEM = "system."
STATISTICS = ("mean", "median", "min", "max", "sum", "std", "stderr", "n")
COLUMNS = ("last", "min", "max", "mean", "count")
_COLUMNS = ("last", "min", "max")
_GROUP_STATISTICS = ("mean", "min", "max", "n")

Address = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Window:
    """Over which x points are drawn: the range, ends included (None: as far as there are points), and the buckets."""

    key: str
    buckets: int
    x_min: float | None
    x_max: float | None
    is_log: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Runs that are drawn as one line; `runs` are indexes into `Batch.runs`."""

    name: str
    runs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One metric of many runs over one axis. With `groups` it has a line per group, else one per run of `runs`."""

    id: str
    key: str
    window: Window
    columns: tuple[str, ...]
    runs: tuple[int, ...]
    groups: tuple[Group, ...]
    statistics: tuple[str, ...]

    @property
    def stream(self) -> Stream:
        return Stream.EVENTS if self.key.startswith(SYSTEM) else Stream.HISTORY


@dataclass(frozen=True, slots=True)
class Batch:
    """Panels in the order in which they are wanted; runs as (entity, project, run id)."""

    runs: tuple[Address, ...]
    panels: tuple[Panel, ...]


def read_batch(body: dict[str, Any]) -> Batch:
    """Return what the body asks for. Raises `Invalid`, saying which field of which panel is wrong."""
    runs, asked = body.get("runs"), body.get("panels")
    if not isinstance(runs, list) or len(runs) > RUNS_MAX:
        raise Invalid(f"runs must be a list of at most {RUNS_MAX} addresses")
    if not isinstance(asked, list) or len(asked) > PANELS_MAX:
        raise Invalid(f"panels must be a list of at most {PANELS_MAX}")
    addresses = tuple(_address(item, index) for index, item in enumerate(runs))
    panels = tuple(_panel(item, index, len(addresses)) for index, item in enumerate(asked))
    wanted = sum(len(panel.runs) + sum(len(group.runs) for group in panel.groups) for panel in panels)
    if wanted > CURVES_MAX:
        raise Invalid(f"a batch may ask for at most {CURVES_MAX} curves, not {wanted}; ask in several")
    return Batch(addresses, panels)


def _address(item: Any, index: int) -> Address:
    if not isinstance(item, list) or len(item) != 3 or not all(isinstance(part, str) for part in item):
        raise Invalid(f"runs[{index}] must be [entity, project, run]")
    return item[0], item[1], item[2]


def _panel(item: Any, index: int, run_count: int) -> Panel:
    if not isinstance(item, dict):
        raise Invalid(f"panels[{index}] must be an object")
    try:
        groups = _groups(item.get("groups"), run_count)
        return Panel(
            id=_text(item, "id"),
            key=_text(item, "key"),
            window=_window(item),
            columns=_names(item, "columns", COLUMNS, _COLUMNS),
            runs=() if groups else _runs(item.get("runs"), run_count),
            groups=groups,
            statistics=_names(item, "statistics", STATISTICS, _GROUP_STATISTICS),
        )
    except Invalid as error:
        raise Invalid(f"panels[{index}]: {error.message}") from error


def _window(item: dict[str, Any]) -> Window:
    buckets, scale = item.get("buckets", BUCKETS), item.get("scale", "linear")
    if type(buckets) is not int or not 1 <= buckets <= BUCKETS_MAX:
        raise Invalid(f"buckets must be a whole number from 1 to {BUCKETS_MAX}")
    if scale not in {"linear", "log"}:
        raise Invalid("scale must be linear or log")
    x_min, x_max = _bound(item, "xMin"), _bound(item, "xMax")
    if x_min is not None and x_max is not None and x_min > x_max:
        raise Invalid("xMin must not lie above xMax")
    return Window(_text(item, "x", "_step"), buckets, x_min, x_max, is_log=scale == "log")


def _groups(asked: Any, run_count: int) -> tuple[Group, ...]:
    if asked is None:
        return ()
    if not isinstance(asked, list) or not all(isinstance(group, dict) for group in asked):
        raise Invalid("groups must be a list of objects")
    return tuple(Group(_text(group, "name"), _runs(group.get("runs"), run_count)) for group in asked)


def _runs(asked: Any, run_count: int) -> tuple[int, ...]:
    if asked is None:
        return tuple(range(run_count))
    if not isinstance(asked, list) or not all(type(run) is int and 0 <= run < run_count for run in asked):
        raise Invalid("runs must be a list of positions in the batch's runs")
    return tuple(asked)


def _names(item: dict[str, Any], field: str, known: Sequence[str], default: tuple[str, ...]) -> tuple[str, ...]:
    asked = item.get(field)
    if asked is None:
        return default
    if not isinstance(asked, list) or not all(name in known for name in asked):
        raise Invalid(f"{field} must be a list out of {', '.join(known)}")
    return tuple(dict.fromkeys(asked))


def _text(item: dict[str, Any], field: str, default: str | None = None) -> str:
    value = item.get(field, default)
    if not isinstance(value, str) or not value:
        raise Invalid(f"{field} must be a text")
    return value


def _bound(item: dict[str, Any], field: str) -> float | None:
    value = item.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Invalid(f"{field} must be a number")
    return float(value)
