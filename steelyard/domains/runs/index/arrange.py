"""Orders and groups of runs, as operations on whole columns. They order as `filters.sort_rank` does. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from steelyard.domains.runs.index.column import Bools, Column, Floats, Ints, Kind
from steelyard.sql import filters

# Classes of values, in their order; what has no place comes after all of them.
_NUMBERS, _TEXTS, _MOMENTS, _COMPOUNDS, _NO_PLACE = range(5)
_CLASS = {
    Kind.NUMBER: _NUMBERS,
    Kind.BOOLEAN: _NUMBERS,
    Kind.TEXT: _TEXTS,
    Kind.MOMENT: _MOMENTS,
    Kind.COMPOUND: _COMPOUNDS,
}


def ordered(slots: Ints, column: Column, *, descending: bool) -> Ints:
    """Return `slots` in the order of the column. What has no place comes last; ties stay as they are."""
    classes, ranks = ranks_of(column, slots)
    placed = np.flatnonzero(classes != _NO_PLACE)
    sign = -1 if descending else 1
    keys = ranks[placed] * sign
    if (classes[placed] == classes[placed[:1]]).all():
        order = np.argsort(keys, kind="stable")
    else:
        order = np.lexsort((keys, classes[placed] * sign))
    return np.concatenate([slots[placed[order]], slots[classes == _NO_PLACE]])


def ranks_of(column: Column, slots: Ints) -> tuple[Any, Floats]:
    """Return class and rank of the value in each slot: equal for values that are equal in order."""
    kinds = column.kinds[slots]
    classes = np.array([_CLASS.get(kind, _NO_PLACE) for kind in Kind], np.int8)[kinds]
    ranks = np.zeros(len(slots))
    numeric = (classes == _NUMBERS) | (classes == _MOMENTS)
    if numeric.any():
        ranks[numeric] = column.numbers[slots[numeric]]
        classes = np.where(numeric & np.isnan(ranks), _NO_PLACE, classes)
    texts = classes == _TEXTS
    if texts.any():
        ranks[texts] = column.text_ranks()[column.codes[slots[texts]]]
    compounds = classes == _COMPOUNDS
    if compounds.any():
        places = _places(column.compounds.items)[column.codes[slots[compounds]]]
        ranks[compounds] = places
        classes[compounds] = np.where(places < 0, _NO_PLACE, _COMPOUNDS)
    return classes, ranks


def _places(compounds: Sequence[Any]) -> Ints:
    """Return the place of each list among them; -1 for objects, which have none."""
    ranks = [filters.sort_rank(item) for item in compounds]
    sorted_ranks = {rank: place for place, rank in enumerate(sorted({rank for rank in ranks if rank is not None}))}
    return np.array([-1 if rank is None else sorted_ranks[rank] for rank in ranks], np.int64)


_LAST = len(Kind)


# ---- groups ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grouping:
    """`members` are slots, group by group; group *i* is those from `starts[i]` on, `counts[i]` of them."""

    members: Ints
    starts: Ints
    counts: Ints


def grouped(slots: Ints, columns: Sequence[Column]) -> Grouping:
    """Put runs of equal values together. Groups are in the order of their values, by the first column first.

    Missing, null and NaN are one group, the last of its column. Within a group the order of `slots` is kept.
    """
    labels = np.zeros(len(slots), np.int64)
    for column in columns:
        own = _labels(column, slots)
        # Renumbered each time, so that the numbers of many columns never grow beyond their type.
        _, labels = np.unique(labels * (own.max(initial=0) + 1) + own, return_inverse=True)
    order = np.argsort(labels, kind="stable")
    counts = np.bincount(labels) if len(labels) else np.zeros(0, np.int64)
    return Grouping(slots[order], np.cumsum(counts) - counts, counts)


def _labels(column: Column, slots: Ints) -> Ints:
    """Number the distinct values from 0 in their order; True and 1 are distinct."""
    classes, ranks = ranks_of(column, slots)
    kinds = column.kinds[slots].astype(np.int64)
    kinds[(classes == _NO_PLACE) & (kinds < Kind.TEXT)] = _LAST
    ranks[classes == _NO_PLACE] = 0
    whole = kinds == Kind.COMPOUND
    ranks[whole & (classes == _NO_PLACE)] = column.codes[slots[whole & (classes == _NO_PLACE)]] if whole.any() else 0
    detail = classes.astype(np.int64) * (_LAST + 1) + kinds
    if len(slots) and (detail == detail[0]).all():
        return np.unique(ranks, return_inverse=True)[1].astype(np.int64)
    return _numbered(detail, ranks)


def _numbered(detail: Ints, ranks: Floats) -> Ints:
    order = np.lexsort((ranks, detail))
    changed: Bools = np.append(False, (np.diff(detail[order]) != 0) | (ranks[order][1:] != ranks[order][:-1]))
    labels = np.empty(len(order), np.int64)
    labels[order] = np.cumsum(changed)
    return labels
