"""What this process has done, counted in plain numbers: the hot path adds to them and pays well under a microsecond.

One set per process. `exposition.py` turns it into what Prometheus reads; nothing here knows of that.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

# Upper bounds in seconds. The last bucket, of what takes longer, is not in the list.
BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_ROUTES = (
    ("/graphql", "graphql"),
    ("/storage/", "objects"),
    ("/app/", "app"),
    ("/files/", "files"),
    ("/assets/", "assets"),
    ("/healthz", "probe"),
    ("/ready", "probe"),
    ("/console/api/", "probe"),
    ("/traces/health", "probe"),
    ("/probe/", "probe"),
    ("/metrics", "metrics"),
)


class Distribution:
    """How long something took: a count for each bucket of `BOUNDS_S`, and the sum."""

    __slots__ = ("counts", "total_s")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.total_s = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS_S, seconds)] += 1
        self.total_s += seconds


class Meters:
    """Numbers that only grow, and a few that say how much there is now."""

    def __init__(self) -> None:
        # by class of route and first digit of the status
        self.requests: defaultdict[tuple[str, int], Distribution] = defaultdict(Distribution)
        self.running = 0
        self.stream_bytes = 0
        self.stream_lines: defaultdict[str, int] = defaultdict(int)
        self.commits = Distribution()
        self.commit_requests = 0
        self.waiting_requests = 0
        self.waiting_bytes = 0
        self.work: defaultdict[str, Distribution] = defaultdict(Distribution)
        self.work_failures: defaultdict[str, int] = defaultdict(int)
        self.bucket_calls = Distribution()
        self.bucket_failures: defaultdict[str, int] = defaultdict(int)

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Measure one turn of background work; what raises counts as failed too."""
        began = time.perf_counter()
        try:
            yield
        except Exception:
            self.work_failures[what] += 1
            raise
        finally:
            self.work[what].add(time.perf_counter() - began)


@dataclass(frozen=True)
class Facts:
    """What others know when it is asked for; None where nobody knows it now."""

    version: str = ""
    journal_chunks: float | None = None
    pool_size: float | None = None
    pool_used: float | None = None
    refused: Mapping[str, int] = field(default_factory=dict)


METERS = Meters()


def route_class(path: str) -> str:
    """Return the kind of a request, of which there are few: paths hold names of users, which make no good labels.

    Answers that go on for ever are a kind of their own.
    """
    if path.endswith("/file_stream"):
        return "stream"
    if path.endswith("/live"):
        return "live"
    return next((name for prefix, name in _ROUTES if path.startswith(prefix)), "page")
