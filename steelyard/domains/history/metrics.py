"""Which metrics runs have logged, and how their programs want them drawn (docs/protocol/ingest.md, define_metric)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase
from typing import Any

from steelyard.domains.history.keys import Facts
from steelyard.kernel import jsontext

_HIDDEN, _MINIMIZE = 2, 1


class Stat(IntEnum):
    """What the summary shows of a metric, by the client's numbers."""

    MIN = 1
    MAX = 2
    MEAN = 3
    BEST = 4
    LAST = 5
    NONE = 6
    FIRST = 8


@dataclass(frozen=True, slots=True)
class Definition:
    """One entry of `define_metric`; `name` may be a pattern that ends in `*`.

    Without `stats` the summary has the last value as it is. `minimized`: the lesser is the better.
    """

    name: str
    x_key: str | None
    hidden: bool
    stats: tuple[Stat, ...] = ()
    minimized: bool = False

    def applies_to(self, key: str) -> bool:
        return key == self.name or (self.name.endswith("*") and fnmatchcase(key, self.name))


@dataclass(slots=True)
class Metric:
    """One key over several runs."""

    key: str
    type: str
    x_key: str | None
    hidden: bool
    count: int


def parse_definitions(config: str) -> list[Definition]:
    """Return the metric definitions in a run's config, exact names before patterns."""
    try:
        value = jsontext.loads(config)
        entries = value["_wandb"]["value"]["m"]
    except (ValueError, KeyError, TypeError):
        return []
    listed = [entry if isinstance(entry, dict) else {} for entry in entries] if isinstance(entries, list) else []
    names = [_unescaped(entry.get("1") or entry.get("2")) for entry in listed]
    found = [
        Definition(
            name, _x_key(entry, names), _HIDDEN in _numbers(entry, "6"), _stats(entry), entry.get("8") == _MINIMIZE
        )
        for entry, name in zip(listed, names, strict=True)
        if name
    ]
    return sorted(found, key=lambda definition: definition.name.endswith("*"))


def _numbers(entry: dict[str, Any], field: str) -> list[Any]:
    value = entry.get(field)
    return value if isinstance(value, list) else []


def _stats(entry: dict[str, Any]) -> tuple[Stat, ...]:
    """Return the aggregates; the flag for a copy of the value means what no aggregate means."""
    known = [Stat(number) for number in _numbers(entry, "7") if number in set(Stat)]
    return tuple(sorted(set(known)))


def _unescaped(name: Any) -> str:
    return name.replace("\\.", ".") if isinstance(name, str) else ""


def _x_key(entry: dict[str, Any], names: list[str]) -> str | None:
    """Return the step metric: by its name, or by its place in the list, counted from 1."""
    if name := _unescaped(entry.get("4")):
        return name
    place = entry.get("5")
    return names[place - 1] or None if isinstance(place, int) and 0 < place <= len(names) else None


def fold_metrics(metrics: dict[str, Metric], facts: Facts, definitions: list[Definition]) -> None:
    """Add the keys of one run. Keys that begin with `_` are the client's own and left out."""
    for key, of_key in facts.items():
        if key.startswith("_") or not of_key.count:
            continue
        known = metrics.get(key)
        if known is not None:
            known.count += of_key.count
            continue
        definition = next((item for item in definitions if item.applies_to(key)), None)
        x_key, hidden = (definition.x_key, definition.hidden) if definition else (None, False)
        metrics[key] = Metric(key, next(iter(of_key.type_counts)), x_key, hidden, of_key.count)
