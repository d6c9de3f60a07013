"""`historyKeys`: what was ever logged, key by key (docs/protocol/queries.md, historyKeys). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from steelyard.columnar.columns import Column
from steelyard.columnar.directory import Directory, Key
from steelyard.columnar.key_facts import is_monotonic, type_counts
from steelyard.columnar.paths import flat_name
from steelyard.columnar.table import Table
from steelyard.kernel import jsontext

NIL = "nil"


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What is told of a key over some rows. `first` and `final` are the ends of a monotonic column."""

    type_counts: Mapping[str, int]
    last: Any
    monotonic: bool
    first: float = 0.0
    final: float = 0.0

    @property
    def count(self) -> int:
        """How many rows have a value."""
        return sum(count for name, count in self.type_counts.items() if name != NIL)


Facts = dict[str, KeyFacts]


def facts_of_table(table: Table) -> Facts:
    """Return the facts of every key of the table that any row has."""
    columns = {key: table.find_column(key) for key in table.keys}
    return {key: _of_column(c) for key, c in columns.items() if c is not None and (len(c) or len(c.nulls))}


def _of_column(column: Column) -> KeyFacts:
    last = column.value(len(column) - 1) if len(column) else None
    if not is_monotonic(column) or column.numbers is None:
        return KeyFacts(type_counts(column), last, monotonic=False)
    return KeyFacts(type_counts(column), last, True, float(column.numbers[0]), float(column.numbers[-1]))


def facts_of_directory(directory: Directory) -> tuple[Facts, list[str]]:
    """Return the facts that the directory tells, and the keys that must be looked up in their columns."""
    facts: Facts = {}
    unknown: dict[str, None] = {}
    for path, key in directory.keys.items():
        name = flat_name(path)
        known = _of_key(key)
        if known is None or name in facts or name in unknown:
            unknown[name] = None
            facts.pop(name, None)
        else:
            facts[name] = known
    return facts, list(unknown)


def _of_key(key: Key) -> KeyFacts | None:
    if (key.last is None and key.count) or (key.monotonic and key.non_finite):
        return None
    last = None if key.last is None else jsontext.loads(key.last)
    if not key.monotonic or key.low is None or key.high is None:
        return KeyFacts(key.type_counts, last, monotonic=False)
    return KeyFacts(key.type_counts, last, True, key.low, key.high)


def fold_facts(parts: Iterable[Facts]) -> Facts:
    """Return the facts of consecutive rows out of those of their parts."""
    found: Facts = {}
    for facts in parts:
        for key, later in facts.items():
            known = found.get(key)
            found[key] = later if known is None else _followed(known, later)
    return found


def _followed(early: KeyFacts, late: KeyFacts) -> KeyFacts:
    counts = Counter(early.type_counts)
    counts.update(late.type_counts)
    by_count = dict(counts.most_common())
    if not late.count:
        return KeyFacts(by_count, early.last, early.monotonic, early.first, early.final)
    if not early.count:
        return KeyFacts(by_count, late.last, late.monotonic, late.first, late.final)
    monotonic = early.monotonic and late.monotonic and early.final <= late.first
    return KeyFacts(by_count, late.last, monotonic, early.first, late.final)


def describe_keys(facts: Facts, last_step: int | None) -> dict[str, Any]:
    """Return the answer, `lastStep` -1 before the first row."""
    return {
        "sets": [],
        "keys": {key: _describe(of_key) for key, of_key in facts.items()},
        "lastStep": -1 if last_step is None else last_step,
    }


def _describe(facts: KeyFacts) -> dict[str, Any]:
    return {
        "typeCounts": [{"type": name, "count": count} for name, count in facts.type_counts.items()],
        "monotonic": facts.monotonic,
        "previousValue": facts.last,
    }
