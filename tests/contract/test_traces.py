"""What a collector is sent, by OTLP over HTTP: requests, operations, transactions, calls of the bucket, work."""

import contextlib
import gzip
import json
import secrets
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.contract.wire import Wire
from tests.harness.catalog import wait_until
from tests.harness.engines import MYSQL_S3, Engine
from tests.harness.server import Server
from tests.services.places import free_port

PARENT = "4bf92f3577b34da6a3ce929d0e0e4736"


@dataclass
class Collector:
    """Takes what exporters send, as collectors do, and keeps it."""

    url: str = ""
    spans: list[Any] = field(default_factory=list)
    services: set[str] = field(default_factory=set)

    def take(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.services |= {a.value.string_value for a in resource.resource.attributes if a.key == "service.name"}
            for scope in resource.scope_spans:
                self.spans += scope.spans

    def names(self) -> set[str]:
        return {span.name for span in self.spans}

    def named(self, name: str) -> Any:
        return next(span for span in self.spans if span.name == name)

    def within(self, parent: Any) -> set[str]:
        return {span.name for span in self.spans if span.parent_span_id == parent.span_id}


@contextlib.contextmanager
def collector() -> Iterator[Collector]:
    found = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/v1/traces":
                found.take(gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    found.url = f"http://127.0.0.1:{listening.server_port}"
    try:
        yield found
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


def test_a_collector_is_sent_what_the_server_does(engine: Engine, tmp_path: Path) -> None:
    with engine.fresh() as env, collector() as seen:
        asked = {"OTEL_EXPORTER_OTLP_ENDPOINT": seen.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
        logs = {"STEELYARD_LOGS_JSON": "true", "LOGGING_ENABLED": "true"}
        server = Server(tmp_path / "data", env | asked | logs)
        server.start()
        try:
            user, run = server.create_user(), secrets.token_hex(4)
            wire = Wire(server.url, user.name, user.api_key)
            wire.start(run)
            assert wire.append(run, 0, ['{"_step": 1, "loss": 0.5}']).status_code == 200
            headers = {"traceparent": f"00-{PARENT}-00f067aa0ba902b7-01"}
            query = "query Who { viewer { username } }"
            with wire.http() as http:
                assert http.post("/graphql", json={"query": query}, headers=headers).status_code == 200
                assert http.get("/ready").status_code == 200
            expected = {"POST stream", "query Who", "journal commit", "work tend segments", "database write"}
            if engine.name == MYSQL_S3:
                expected.add("bucket head")  # by which readiness is found out
            wait_until(lambda: expected <= seen.names(), "all kinds of spans")
        finally:
            server.stop()
    assert seen.services == {"steelyard"}
    operation = seen.named("query Who")
    (request,) = [span for span in seen.spans if span.span_id == operation.parent_span_id]
    assert (request.name, request.trace_id.hex(), operation.trace_id.hex()) == ("POST /graphql", PARENT, PARENT)
    assert "database read" in seen.within(request) | seen.within(operation)
    assert "database write" in seen.within(seen.named("journal commit"))
    assert not any(user.name in name for name in seen.names()), "names of users stand in names of spans"
    lines = [json.loads(line) for line in server.log_text().splitlines() if line.startswith("{")]
    assert any(line.get("path") == "/graphql" and line.get("trace_id") == PARENT for line in lines), lines[-5:]


def test_a_collector_that_is_gone_holds_up_nothing_and_is_told_of(tmp_path: Path) -> None:
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{free_port()}", "OTEL_BSP_SCHEDULE_DELAY": "100"}
    server = Server(tmp_path / "data", {**endpoint, "OTEL_EXPORTER_OTLP_TIMEOUT": "1"})
    server.start()
    wait_until(lambda: "reason=" in server.log_text(), "a line about the collector")
    assert server.stop() == -signal.SIGTERM, "it had to be killed"
