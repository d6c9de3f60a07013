"""Which segments of a stream become one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter, itemgetter

from steelyard.context import HistoryPolicy
from steelyard.domains.history.model import Sized


def choose_merge(segments: Sequence[Sized], policy: HistoryPolicy, *, ended: bool) -> list[Sized]:
    """Return neighbours that should be one segment, [] for nothing to do; a single one is to be sealed as it is.

    `segments` are all live ones of the stream, ascending by step. While the run goes on, as many as `merge_fan_in` of
    similar size are merged, so that each value is rewritten a logarithmic number of times. When it has ended, all that
    are not sealed are, up to the size from which on segments are sealed; with them go small sealed ones of earlier
    ends of the run, once they are many.
    """
    for is_closed, group in groupby(segments, lambda item: is_full(item, policy) if ended else item.sealed):
        neighbours = list(group)
        if is_closed or all(item.sealed for item in neighbours):
            continue
        chosen = _choose_last(neighbours, policy) if ended else _choose(neighbours, policy)
        if chosen:
            return chosen
    return []


def is_full(item: Sized, policy: HistoryPolicy) -> bool:
    """Tell whether a segment is never rewritten for its neighbours' sake: shared, or sealed and large."""
    return item.shared or (item.sealed and item.value_count * policy.merge_fan_in >= policy.seal_values)


def is_worth_merging(neighbours: Sequence[Sized], policy: HistoryPolicy) -> bool:
    """Tell whether so many small sealed segments stand beside each other that they should be one."""
    return sum(item.sealed for item in neighbours) >= policy.merge_fan_in - 1


def _choose_last(neighbours: Sequence[Sized], policy: HistoryPolicy) -> list[Sized]:
    if is_worth_merging(neighbours, policy):
        return _up_to(neighbours, policy.seal_values)
    loose = (list(group) for sealed, group in groupby(neighbours, attrgetter("sealed")) if not sealed)
    return _up_to(next(loose), policy.seal_values)


def _choose(loose: Sequence[Sized], policy: HistoryPolicy) -> list[Sized]:
    tiers = [_tier(item.value_count, policy) for item in loose]
    for tier in sorted(set(tiers)):
        marked = [(own <= tier, own == tier, item) for own, item in zip(tiers, loose, strict=True)]
        for fits, group in groupby(marked, itemgetter(0)):
            # Smaller ones in between go along, but only so many of this size make it worth while.
            neighbours = list(group)
            if fits and sum(is_of_tier for _, is_of_tier, _ in neighbours) >= policy.merge_fan_in:
                return _up_to([item for _, _, item in neighbours], policy.seal_values)
    return []


def _tier(value_count: int, policy: HistoryPolicy) -> int:
    """Return how often `merge_fan_in` such segments have been merged, counted down from 0, the last before sealing."""
    tier, size = 0, max(1, value_count)
    while size * policy.merge_fan_in < policy.seal_values:
        size *= policy.merge_fan_in
        tier -= 1
    return tier


def _up_to(neighbours: Sequence[Sized], seal_values: int) -> list[Sized]:
    """Return the first of them, until they are enough to be sealed."""
    chosen: list[Sized] = []
    size = 0
    for item in neighbours:
        if size >= seal_values:
            break
        chosen.append(item)
        size += item.value_count
    return chosen
