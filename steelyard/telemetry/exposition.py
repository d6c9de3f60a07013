"""The numbers of `meters.py`, and what the process knows of itself, in the form that Prometheus reads.

Every metric is named here, once, with its meaning; the dashboard and the alert rules of `deploy/prometheus` have no
others.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from steelyard.telemetry.meters import BOUNDS_S, METERS, Distribution, Facts, Meters

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class SteelyardCollector(Collector):
    """Reads the meters when it is asked, in any thread: single numbers, which Python reads whole."""

    def __init__(self, facts: Callable[[], Facts], meters: Meters = METERS) -> None:
        self._facts = facts
        self._meters = meters

    def collect(self) -> Iterable[Metric]:
        yield from self._requests()
        yield from self._streams()
        yield from self._background()
        yield from self._state(self._facts())

    def _requests(self) -> Iterator[Metric]:
        meters = self._meters
        taken = HistogramMetricFamily(
            "steelyard_request_seconds", "Time from the request to the end of its answer", labels=["route", "status"]
        )
        for (route, status), found in sorted(meters.requests.copy().items()):
            taken.add_metric([route, f"{status}xx"], _buckets(found), found.total_s)
        yield taken
        running = GaugeMetricFamily("steelyard_requests_running", "Requests being answered now", value=meters.running)
        yield running

    def _streams(self) -> Iterator[Metric]:
        meters = self._meters
        yield CounterMetricFamily(
            "steelyard_stream_bytes", "Bytes of stream requests, as they came", value=meters.stream_bytes
        )
        lines = CounterMetricFamily(
            "steelyard_stream_lines", "Rows of metrics, rows of system metrics, lines of consoles", labels=["stream"]
        )
        for stream, count in sorted(meters.stream_lines.copy().items()):
            lines.add_metric([stream.lower()], count)
        yield lines
        yield _histogram("steelyard_journal_commit_seconds", "Time of one commit of the journal", meters.commits)
        yield CounterMetricFamily(
            "steelyard_journal_requests", "Stream requests that commits made durable", value=meters.commit_requests
        )
        yield GaugeMetricFamily(
            "steelyard_journal_waiting_requests",
            "Stream requests that wait for a commit",
            value=meters.waiting_requests,
        )
        yield GaugeMetricFamily(
            "steelyard_journal_waiting_bytes",
            "Bytes of stream requests that wait for a commit",
            value=meters.waiting_bytes,
        )

    def _background(self) -> Iterator[Metric]:
        meters = self._meters
        work = HistogramMetricFamily("steelyard_work_seconds", "Time of a turn of background work", labels=["work"])
        for name, found in sorted(meters.work.copy().items()):
            work.add_metric([name], _buckets(found), found.total_s)
        yield work
        failures = CounterMetricFamily(
            "steelyard_work_failures", "Turns of background work that failed", labels=["work"]
        )
        for name, count in sorted(meters.work_failures.copy().items()):
            failures.add_metric([name], count)
        yield failures
        yield _histogram("steelyard_bucket_seconds", "Time of a call of the bucket by the server", meters.bucket_calls)
        refused = CounterMetricFamily("steelyard_bucket_failures", "Calls of the bucket that failed", labels=["kind"])
        for kind, count in sorted(meters.bucket_failures.copy().items()):
            refused.add_metric([kind], count)
        yield refused

    @staticmethod
    def _state(facts: Facts) -> Iterator[Metric]:
        build = GaugeMetricFamily("steelyard_build_info", "The release that runs", labels=["version"])
        build.add_metric([facts.version], 1)
        yield build
        for name, text, value in (
            ("journal_chunks", "Requests' worth of rows in the journal, of all processes", facts.journal_chunks),
            ("database_connections", "Connections that the pool may open", facts.pool_size),
            ("database_connections_used", "Connections of the pool in use", facts.pool_used),
        ):
            if value is not None:
                yield GaugeMetricFamily(f"steelyard_{name}", text, value=value)
        limited = CounterMetricFamily("steelyard_limited_requests", "Requests refused with 429", labels=["rate"])
        for rate, count in sorted(facts.refused.items()):
            limited.add_metric([rate], count)
        yield limited


def _histogram(name: str, text: str, found: Distribution) -> HistogramMetricFamily:
    return HistogramMetricFamily(name, text, _buckets(found), found.total_s)


def _buckets(found: Distribution) -> list[tuple[str, float]]:
    """Return counts up to each bound, as Prometheus has them."""
    seen, buckets = 0, []
    for bound, count in zip((*map(str, BOUNDS_S), "+Inf"), list(found.counts), strict=True):
        seen += count
        buckets.append((bound, float(seen)))
    return buckets


def make_registry(facts: Callable[[], Facts]) -> CollectorRegistry:
    """Return all metrics of this process, those of the interpreter and the system included."""
    registry = CollectorRegistry()
    registry.register(SteelyardCollector(facts))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


def text(registry: CollectorRegistry) -> bytes:
    return generate_latest(registry)


@dataclass(frozen=True)
class Exposed:
    """The metrics at a port of their own, answered by a thread of their own."""

    server: WSGIServer
    thread: threading.Thread

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def expose(registry: CollectorRegistry, host: str, port: int) -> Exposed:
    """Answer `GET /metrics` at that port. Raises `OSError` when it cannot be had."""
    server, thread = start_http_server(port, host, registry)
    return Exposed(server, thread)
