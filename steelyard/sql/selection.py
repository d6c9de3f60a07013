"""Lists that are small enough to be filtered and ordered in memory, by the client's filter language (`filters.py`).

Keys are given as clients write them, `created_at` or `createdAt`; one that begins with another and a dot, such as
`metadata.loss`, is looked up below it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from steelyard.kernel.errors import Invalid
from steelyard.sql import filters
from steelyard.sql.filters import MISSING, Filter, OrderKey

T = TypeVar("T")
Keys = Mapping[str, Callable[[T], Any]]
_INNER_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def select_items(items: Iterable[T], keys: Keys[T], wanted: str | None, order: str | None = None) -> list[T]:
    """Return the items that match, in the asked order, else in the given one. Raises `Invalid` for a key of none."""
    condition, by = parse_filter(wanted, keys), parse_order(order, keys)
    return arrange([item for item in items if holds(condition, keys, item)], keys, by)


def parse_filter(text: str | None, keys: Iterable[str]) -> Filter:
    """Return the filter. Raises `Invalid` for one that is none, or that names a key of none."""
    found = filters.parse(text)
    _check({root_of(key) for key in filters.keys_of(found)}, keys, "filter")
    return found


def parse_order(text: str | None, keys: Iterable[str]) -> list[OrderKey]:
    found = filters.parse_order(text)
    _check({root_of(item.key) for item in found}, keys, "order")
    return found


def root_of(key: str) -> str:
    return _INNER_CAPITAL.sub("_", key.partition(".")[0]).lower()


def _check(asked: set[str], keys: Iterable[str], what: str) -> None:
    for key in sorted(asked - set(keys)):
        raise Invalid(f"there is no {what} by {key[:40]!r}; there are {', '.join(sorted(keys))}")


def holds(condition: Filter, keys: Keys[T], item: T) -> bool:
    return filters.matches(condition, lambda key: value_of(keys, item, key))


def value_of(keys: Keys[T], item: T, key: str) -> Any:
    value = keys[root_of(key)](item)
    for name in key.split(".")[1:]:
        value = value.get(name, MISSING) if isinstance(value, dict) else MISSING
    return value


def arrange(items: Sequence[T], keys: Keys[T], order: Sequence[OrderKey]) -> list[T]:
    """Return the items in order; those without a value go last, whichever the direction."""
    found = list(items)
    for by in reversed(order):
        ranked = [(filters.sort_rank(value_of(keys, item, by.key)), item) for item in found]
        placed = sorted((pair for pair in ranked if pair[0] is not None), key=_rank, reverse=by.descending)
        found = [item for _, item in placed] + [item for rank, item in ranked if rank is None]
    return found


def _rank(pair: tuple[Any, Any]) -> Any:
    return pair[0]
