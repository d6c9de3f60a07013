"""Traces by OpenTelemetry: off unless a collector is named. Its library is loaded then, and by nothing else.

While they are off a span costs a comparison. While they are on, spans wait in a bounded queue and a thread sends them;
a collector that is slow or gone loses spans and holds up nothing. Names of spans are few and hold no names of users,
but those that clients give their GraphQL operations.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import structlog

log = structlog.get_logger()

_PARENT = {b"traceparent", b"tracestate"}


class _Nothing:
    """The span of what is not traced."""

    def update_name(self, name: str) -> None: ...

    def set_attribute(self, key: str, value: Any) -> None: ...

    def set_status(self, status: Any) -> None: ...


_OFF: AbstractContextManager[Any] = nullcontext(_Nothing())


class Traces:
    """What this process tells a collector of its work. One set per process, as its numbers are."""

    def __init__(self) -> None:
        self._tracer: Any = None
        self._provider: Any = None
        self._api: Any = None

    def start(self, url: str, version: str) -> bool:
        """Send spans to `url`; return whether the packages for it are there.

        Everything else is as the library's own variables say: OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER and the like.
        """
        try:
            from opentelemetry import trace
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError:
            return False
        resource = Resource.create({"service.version": version})
        if str(resource.attributes["service.name"]).startswith("unknown_service"):
            resource = resource.merge(Resource({"service.name": "steelyard"}))
        logging.getLogger("opentelemetry").addHandler(_ToOurLog())
        logging.getLogger("opentelemetry").propagate = False
        self._api, self._provider = trace, TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
        self._tracer = self._provider.get_tracer("steelyard", version)
        return True

    def stop(self) -> None:
        """Send what waits, and end. Blocks for as long as the collector may take to answer."""
        provider, self._provider, self._tracer = self._provider, None, None
        if provider is not None:
            provider.shutdown()

    def request(self, headers: Iterable[tuple[bytes, bytes]]) -> AbstractContextManager[Any]:
        """Return the span of a request, a part of the trace that its headers name."""
        if self._tracer is None:
            return _OFF
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers if name in _PARENT}
        parent = TraceContextTextMapPropagator().extract(carrier, context=_empty())
        return self._current("request", self._api.SpanKind.SERVER, {}, parent)

    def work(self, name: str, **attributes: Any) -> AbstractContextManager[Any]:
        """Return the span of work that belongs to nobody's request: a trace of its own."""
        if self._tracer is None:
            return _OFF
        return self._current(name, self._api.SpanKind.INTERNAL, attributes, _empty())

    def span(self, name: str, **attributes: Any) -> AbstractContextManager[Any]:
        """Return a span within the present one, for code that makes further ones."""
        if self._tracer is None:
            return _OFF
        return self._current(name, self._api.SpanKind.INTERNAL, attributes, None)

    def step(self, name: str, **attributes: Any) -> AbstractContextManager[Any]:
        """Return a span within the present one that has none within itself; it may be left in another task."""
        return _OFF if self._tracer is None else self._step(name, attributes)

    def ids(self) -> dict[str, str]:
        """Return the ids of the present span, as lines of the log carry them; none outside of one."""
        if self._tracer is None:
            return {}
        found = self._api.get_current_span().get_span_context()
        if not found.is_valid:
            return {}
        return {"trace_id": f"{found.trace_id:032x}", "span_id": f"{found.span_id:016x}"}

    def mark_failed(self, span: Any) -> None:
        if self._tracer is not None:
            span.set_status(self._api.StatusCode.ERROR)

    @contextmanager
    def _current(self, name: str, kind: Any, attributes: dict[str, Any], parent: Any) -> Iterator[Any]:
        span = self._tracer.start_span(name, context=parent, kind=kind, attributes=attributes)
        # what failed is in the log, with this trace's id; texts of errors may hold what users wrote
        with self._api.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                yield span
            except Exception:
                self.mark_failed(span)
                raise

    @contextmanager
    def _step(self, name: str, attributes: dict[str, Any]) -> Iterator[Any]:
        span = self._tracer.start_span(name, kind=self._api.SpanKind.CLIENT, attributes=attributes)
        try:
            yield span
        except Exception:
            self.mark_failed(span)
            raise
        finally:
            span.end()


def _empty() -> Any:
    from opentelemetry.context import Context

    return Context()


class _ToOurLog(logging.Handler):
    """The library's complaints, such as of a collector that is gone, in the form of our own lines."""

    def emit(self, record: logging.LogRecord) -> None:
        log.warning("traces", reason=record.getMessage())


TRACES = Traces()
