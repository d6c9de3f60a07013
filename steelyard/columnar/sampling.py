"""Fewer points for the eye or for a page, from columns. Pure."""

from __future__ import annotations

import numpy as np

from steelyard.columnar.groups import Indexes


def evenly(count: int, samples: int) -> Indexes:
    """Return at most `samples` of the indexes 0 to `count` - 1, evenly spread, the first and the last among them."""
    if count <= samples:
        return np.arange(count, dtype=np.int64)
    if samples <= 1:
        return np.arange(count - samples, count, dtype=np.int64)
    return np.unique(np.linspace(0, count - 1, samples).round().astype(np.int64))
