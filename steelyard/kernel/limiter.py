"""Bounds on how much may be asked in a second, by whom. Pure but for the clock; off unless a rate is set.

Token buckets: each holds what two seconds allow, or its window where that is longer, and fills at its rate. A request
passes while its buckets hold anything and then takes all of its cost, so that one large request passes too and the next
ones wait for it. Counts of one process: several processes share nothing, and `processes` divides the rates among them.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from steelyard.kernel.errors import TooMany

# What a bucket holds, in seconds of its rate: short bursts pass, as clients send several requests at once.
BURST_S = 2.0
# Buckets remembered; the least lately used goes first, which is full again or nearly so.
BUCKETS_MAX = 20_000
# Nobody is asked to wait longer: rates may be changed, and clients that wait for minutes look dead.
WAIT_MAX_S = 60
# Rates that are counted over a window of their own, and the field that says how long it is.
_WINDOWS = {"project_artifacts": "project_artifacts_window_s"}
_NO_RATES = {"processes", *_WINDOWS.values()}


@dataclass(frozen=True)
class Rates:
    """Per second: requests and bytes of streams by project, run and user; API requests, and seconds that queries take,
    by user; changes of runs by project. Per window: artifact versions by project. 0 is no bound.
    """

    project_requests: int = 0
    project_bytes: int = 0
    run_requests: int = 0
    run_bytes: int = 0
    user_requests: int = 0
    user_bytes: int = 0
    user_query_seconds: int = 0
    project_run_changes: int = 0
    project_artifacts: int = 0
    project_artifacts_window_s: int = 1
    processes: int = 1

    def of(self, name: str) -> float:
        """Return the rate of this process, per second."""
        return float(getattr(self, name)) / self.window_s(name) / max(self.processes, 1)

    def held(self, name: str) -> float:
        """Return what a full bucket holds."""
        return max(self.of(name) * max(self.window_s(name), BURST_S), 1.0)

    def window_s(self, name: str) -> int:
        return max(getattr(self, _WINDOWS[name]), 1) if name in _WINDOWS else 1

    @property
    def bounds(self) -> dict[str, int]:
        """Every rate by name, as set: per window."""
        return {name: value for name, value in vars(self).items() if name not in _NO_RATES}

    @property
    def is_on(self) -> bool:
        return any(self.bounds.values())


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


@dataclass(frozen=True)
class Charge:
    """A cost laid on one bucket: `rate` names the rate, `key` whose it is: a number, or the address of nobody."""

    rate: str
    key: int | str
    cost: float


@dataclass(frozen=True)
class Headroom:
    """What is left in the fullest-used bucket, and in how many seconds it is full again."""

    remaining: int
    reset_s: int


@dataclass
class Counter:
    passed: int = 0
    refused: int = 0


@dataclass
class Limiter:
    """The buckets of one process, and how often each rate let pass and refused."""

    rates: Rates = field(default_factory=Rates)
    now: Callable[[], float] = time.monotonic
    counters: dict[str, Counter] = field(default_factory=dict)
    _buckets: OrderedDict[tuple[str, int | str], _Bucket] = field(default_factory=OrderedDict)

    def charge(self, charges: Iterable[Charge]) -> Headroom | None:
        """Let a request pass, and return what is left, None when nothing bounds it. Raises `TooMany`.

        A refused request costs nothing.
        """
        bound = [(item, self.rates.of(item.rate)) for item in charges if getattr(self.rates, item.rate)]
        if not bound:
            return None
        buckets = [(item, rate, self._filled(item, rate)) for item, rate in bound]
        for item, rate, bucket in buckets:
            if bucket.tokens <= 0:
                self._count(item.rate).refused += 1
                raise _refusal(item.rate, rate, self.rates.window_s(item.rate), bucket)
        for item, _rate, bucket in buckets:
            bucket.tokens -= item.cost
            self._count(item.rate).passed += 1
        left = (_headroom(rate, self.rates.held(item.rate), bucket) for item, rate, bucket in buckets)
        return min(left, key=lambda item: item.remaining)

    def spend(self, item: Charge) -> None:
        """Take a cost that is known only afterwards, of a request that `charge` has let pass at no cost."""
        rate = self.rates.of(item.rate)
        if rate:
            self._filled(item, rate).tokens -= item.cost

    def _filled(self, item: Charge, rate: float) -> _Bucket:
        now, key, burst = self.now(), (item.rate, item.key), self.rates.held(item.rate)
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(burst, now)
            while len(self._buckets) > BUCKETS_MAX:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.filled_at) * rate)
        bucket.filled_at = now
        return bucket

    def _count(self, rate: str) -> Counter:
        return self.counters.setdefault(rate, Counter())


def _headroom(rate: float, held: float, bucket: _Bucket) -> Headroom:
    missing = held - bucket.tokens
    return Headroom(max(int(bucket.tokens), 0), max(math.ceil(missing / rate), 1))


def _refusal(name: str, rate: float, window_s: int, bucket: _Bucket) -> TooMany:
    wait_s = min(max(math.ceil((1e-9 - bucket.tokens) / rate), 1), WAIT_MAX_S)
    whose, what = name.split("_", 1)
    span = "second" if window_s == 1 else f"{window_s} seconds"
    text = f"too many {what.replace('_', ' ')} per {span} for this {whose}; slow down"
    return TooMany(text, retry_after_s=wait_s)
