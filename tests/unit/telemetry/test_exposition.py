"""What Prometheus reads: the numbers that were counted, under the names that dashboard and alert rules use."""

import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from steelyard.telemetry.exposition import SteelyardCollector, text
from steelyard.telemetry.meters import BOUNDS_S, Facts, Meters, route_class

DEPLOY = Path(__file__).parents[3] / "deploy" / "prometheus"
FACTS = Facts("1.2", 7, 20, 3, {"run_requests": 4})
# Names of the interpreter, the system, and of other exporters.
OTHERS = re.compile(r"(process|python|node|probe)_\w+|histogram_quantile|predict_linear|label_values")


def read(meters: Meters, facts: Facts = FACTS) -> dict[str, float]:
    """Return each sample by name and labels."""
    registry = CollectorRegistry()
    registry.register(SteelyardCollector(lambda: facts, meters))
    found = {}
    for family in text_string_to_metric_families(text(registry).decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}"] = sample.value
    return found


def filled() -> Meters:
    """Meters of which every one has counted something."""
    meters = Meters()
    for seconds in (0.001, 0.007, 99):
        meters.requests["stream", 2].add(seconds)
    meters.requests["graphql", 5].add(0.2)
    meters.stream_bytes, meters.commit_requests = 1000, 3
    meters.stream_lines["HISTORY"] += 5
    meters.commits.add(0.02)
    meters.bucket_calls.add(0.3)
    meters.bucket_failures["no answer"] += 1
    with pytest.raises(ValueError, match="x"), meters.working("flush"):
        raise ValueError("x")
    return meters


def test_what_was_counted_is_read() -> None:
    found = read(filled())
    assert found["steelyard_request_seconds_count{route=stream,status=2xx}"] == 3
    assert found["steelyard_request_seconds_bucket{le=0.005,route=stream,status=2xx}"] == 1
    assert found["steelyard_request_seconds_bucket{le=0.01,route=stream,status=2xx}"] == 2
    assert found["steelyard_request_seconds_bucket{le=30.0,route=stream,status=2xx}"] == 2
    assert found["steelyard_request_seconds_bucket{le=+Inf,route=stream,status=2xx}"] == 3
    assert found["steelyard_request_seconds_sum{route=graphql,status=5xx}"] == 0.2
    assert found["steelyard_stream_lines_total{stream=history}"] == 5
    assert found["steelyard_work_failures_total{work=flush}"] == found["steelyard_work_seconds_count{work=flush}"] == 1
    assert found["steelyard_bucket_failures_total{kind=no answer}"] == 1
    assert found["steelyard_limited_requests_total{rate=run_requests}"] == 4
    assert found["steelyard_build_info{version=1.2}"] == 1
    assert found["steelyard_database_connections_used{}"] == 3


def test_what_nobody_knows_is_not_told() -> None:
    assert not [name for name in read(Meters(), Facts()) if "journal_chunks" in name or "connections" in name]


def test_a_time_on_a_bound_counts_below_it() -> None:
    meters = Meters()
    meters.commits.add(BOUNDS_S[0])
    assert read(meters)["steelyard_journal_commit_seconds_bucket{le=0.005}"] == 1


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/files/me/p/r/file_stream", "stream"),
        ("/files/me/p/r/a.txt", "files"),
        ("/graphql", "graphql"),
        ("/storage/a/b", "objects"),
        ("/app/projects/me/p/live", "live"),
        ("/app/projects", "app"),
        ("/traces/health", "probe"),
        ("/me/p/runs/r", "page"),
        ("/", "page"),
    ],
)
def test_requests_are_of_few_kinds(path: str, kind: str) -> None:
    assert route_class(path) == kind


def expressions() -> list[str]:
    """All that dashboard and alert rules ask for."""
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text())
    panels = json.loads((DEPLOY / "dashboard.json").read_text())["panels"]
    asked = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    return [*asked, *(target["expr"] for panel in panels for target in panel["targets"])]


def test_dashboard_and_alert_rules_ask_for_metrics_that_there_are() -> None:
    known = {name.partition("{")[0] for name in read(filled())}
    asked = {name for expression in expressions() for name in re.findall(r"\b(?:steelyard_\w+|up)\b", expression)}
    assert asked - known <= {"up"}
    words = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b(?=[{[ )-])")
    named = {name for expression in expressions() for name in words.findall(expression)}
    assert not [name for name in named if name not in known and not OTHERS.fullmatch(name)]


def test_every_metric_of_ours_is_on_the_page_for_operators() -> None:
    page = (DEPLOY.parents[1] / "docs" / "operate" / "monitoring.md").read_text()
    known = {re.sub(r"_(bucket|count|sum|total|created)$", "", name.partition("{")[0]) for name in read(filled())}
    assert not [name for name in known if f"`{name}" not in page]


def test_panels_do_not_overlap() -> None:
    panels = json.loads((DEPLOY / "dashboard.json").read_text())["panels"]
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
