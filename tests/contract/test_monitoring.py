"""What operators watch a real server by: metrics, probes by all their names, and the log."""

import json
import secrets
import subprocess
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.contract.test_worker_apart import worker_of
from tests.contract.wire import Wire
from tests.harness.catalog import wait_until
from tests.harness.server import Server
from tests.services import promtool
from tests.services.places import free_port


@pytest.fixture(scope="module")
def watched(server: Server) -> Iterator[Server]:
    """A second server on the data of the shared one, with everything for operators switched on."""
    more = {"STEELYARD_METRICS_PORT": str(free_port()), "STEELYARD_LOGS_JSON": "true"}
    more["STEELYARD_METRICS_ON_MAIN"] = "true"
    other = Server(server.data_dir, server.env | more | {"STEELYARD_LIMITS_RUN_BYTES": "1"})
    other.log = server.log.with_suffix(".watched")
    other.start()
    yield other
    other.stop()


def metrics_url(server: Server) -> str:
    return f"http://127.0.0.1:{server.env['STEELYARD_METRICS_PORT']}/metrics"


def read(url: str) -> dict[str, float]:
    """Return each sample by its name and the values of its labels."""
    answer = httpx.get(url, trust_env=False)
    assert answer.status_code == 200
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found[" ".join([sample.name, *sample.labels.values()])] = sample.value
    return found


def log_of(server: Server) -> list[dict[str, object]]:
    """The lines of the log; each must be one JSON object, but for the greeting."""
    return [json.loads(line) for line in server.log_text().splitlines() if not line.startswith("Steelyard serves")]


def test_metrics_tell_what_streams_brought_and_who_was_refused(watched: Server, server: Server) -> None:
    user, run = server.create_user(), secrets.token_hex(4)
    wire = Wire(watched.url, user.name, user.api_key)
    wire.start(run)
    before = read(metrics_url(watched))
    # the first one takes more bytes than the run may send in the next minute
    assert wire.append(run, 0, ['{"_step": 1, "loss": 0.5}', '{"_step": 2}']).status_code == 200
    assert wire.append(run, 2, ['{"_step": 3}']).status_code == 429
    after = read(metrics_url(watched))

    def grew(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert grew("steelyard_stream_lines_total history") == 2
    assert grew("steelyard_request_seconds_count stream 2xx") == 1
    assert grew("steelyard_request_seconds_count stream 4xx") == 1
    assert grew("steelyard_limited_requests_total run_bytes") == 1
    assert grew("steelyard_stream_bytes_total") > 0
    assert grew("steelyard_journal_commit_seconds_count") == grew("steelyard_journal_requests_total") == 1
    assert after["steelyard_journal_chunks"] >= 0
    assert 0 < after["steelyard_database_connections_used"] + 1 <= after["steelyard_database_connections"] + 1
    assert after["steelyard_work_seconds_count tend segments"] >= 1
    assert after["process_resident_memory_bytes"] > 1 << 20
    if "BUCKET" in watched.env:
        httpx.get(f"{watched.url}/ready", trust_env=False)
        assert read(metrics_url(watched))["steelyard_bucket_seconds_count"] >= 1


def test_promtool_finds_nothing_wrong_with_metrics_and_rules(watched: Server) -> None:
    program = str(promtool.install())
    page = httpx.get(metrics_url(watched), trust_env=False).content
    checks: list[tuple[list[str], bytes]] = [
        ([program, "check", "metrics"], page),
        ([program, "check", "rules", "deploy/prometheus/alerts.yml"], b""),
        ([program, "check", "config", "deploy/prometheus/scrape.yml"], b""),
    ]
    for command, given in checks:
        done = subprocess.run(command, input=given, capture_output=True, cwd=watched.cwd, check=False)
        said = (done.stdout + done.stderr).decode()
        assert done.returncode == 0, said
        assert "steelyard" not in said or "SUCCESS" in said, said


def test_metrics_are_at_the_main_port_only_if_asked_for(server: Server, watched: Server) -> None:
    refused = httpx.get(f"{server.url}/metrics", trust_env=False)
    assert refused.status_code == 404
    assert "STEELYARD_METRICS_PORT" in refused.text
    assert read(f"{watched.url}/metrics")["steelyard_requests_running"] >= 1


def test_a_worker_tells_of_itself(server: Server) -> None:
    apart = Server(server.data_dir, server.env | {"STEELYARD_METRICS_PORT": str(free_port())})
    apart.log = server.log.with_suffix(".apart")

    def has_worked() -> bool:
        try:
            return read(metrics_url(apart)).get("steelyard_work_seconds_count tend segments", 0) >= 1
        except httpx.TransportError:
            return False

    with worker_of(apart):
        wait_until(has_worked, "a turn of work")


def test_a_metrics_port_that_is_taken_ends_the_start_with_a_line(server: Server) -> None:
    other = Server(server.data_dir, server.env | {"STEELYARD_METRICS_PORT": str(server.port)})
    done = subprocess.run(
        [*other.program, "worker", "--data", str(other.data_dir)],
        cwd=other.cwd,
        env=other.env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{server.port} for metrics" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("path", ["/healthz", "/console/api/healthz", "/traces/health", "/ready", "/console/api/ready"])
def test_probes_answer_by_all_their_names(path: str, server: Server) -> None:
    answer = httpx.get(f"{server.url}{path}", trust_env=False)
    assert (answer.status_code, answer.json()["status"] in {"ok", "ready"}) == (200, True)


def test_every_request_is_a_line_of_the_access_log_without_its_query(watched: Server, server: Server) -> None:
    user = server.create_user()
    answer = Wire(watched.url, user.name, user.api_key).graphql("query Q { viewer { username } }")
    httpx.get(f"{watched.url}/storage/some/key?signature=hush&method=GET", trust_env=False)
    wait_until(lambda: any(line.get("path") == "/storage/some/key" for line in log_of(watched)), "the line")
    (line,) = [line for line in log_of(watched) if line.get("request_id") == answer.headers["x-request-id"]]
    assert set(line) == {"ts", "level", "msg", "request_id", "method", "path", "status", "dur_ms", "user"}
    asked = (line["msg"], line["method"], line["path"], line["status"], line["user"])
    assert asked == ("request", "POST", "/graphql", 200, user.name)
    assert not [line for line in log_of(watched) if line.get("path") == "/healthz"], "every probe is a line"
    assert "hush" not in watched.log_text()
    assert user.api_key not in watched.log_text()
