"""Fewer points for the eye or for a page, from columns. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from steelyard.columnar.groups import Indexes


def evenly(count: int, samples: int) -> Indexes:
    """Return at most `samples` of the indexes 0 to `count` - 1, evenly spread, the first and the last among them."""
    if count <= samples:
        return np.arange(count, dtype=np.int64)
    if samples <= 1:
        return np.arange(count - samples, count, dtype=np.int64)
    return np.unique(np.linspace(0, count - 1, samples).round().astype(np.int64))


def spread(chosen: Indexes, counts: Sequence[int]) -> list[Indexes]:
    """Return ascending indexes into consecutive parts of `counts` members as indexes into each of the parts."""
    ends = np.cumsum(np.asarray(counts, dtype=np.int64))
    pieces = np.split(chosen, np.searchsorted(chosen, ends[:-1])) if len(counts) else []
    return [piece - (end - count) for piece, end, count in zip(pieces, ends.tolist(), counts, strict=True)]
