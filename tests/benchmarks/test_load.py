"""The benchmarks of whole servers run, at tiny sizes, and what they print holds every figure."""

import json
from pathlib import Path

import pytest

from benchmarks.load import (
    console,
    ingest,
    latency,
    logins,
    manifests,
    objects,
    panels,
    reads,
    real_client,
    runs,
    sizes,
    tables,
)
from benchmarks.load.rivals import Trackio
from tests.harness.engines import MYSQL_S3, installed_engines

TINY = [
    "--writers",
    "3",
    "--processes",
    "2",
    "--metrics",
    "2",
    "--rows",
    "5",
    "--requests",
    "4",
    "--rounds",
    "1",
    "--settle",
    "3",
]


def published(folder: Path, name: str) -> list[dict]:
    assert (folder / f"{name}.md").read_text().startswith(f"## {name}")
    return json.loads((folder / f"{name}.json").read_text())["rows"]


def test_ingest_compares_servers(tmp_path: Path) -> None:
    servers = ["steelyard", "acceptor", "columns"]
    ingest.main([*TINY, "--seconds", "0.3", "--output", str(tmp_path), "--servers", *servers])
    rows = published(tmp_path, "ingest")
    assert [row["server"] for row in rows] == ["Steelyard, sqlite", "bare acceptor", "acceptor, columns"]
    for row in rows:
        assert row["points/s"] > 0
        assert row["disk B/point"] > 0


def test_ingest_by_several_processes_on_one_database(tmp_path: Path) -> None:
    if MYSQL_S3 not in installed_engines():
        pytest.skip("MySQL and S3 have not been fetched: `make services`")
    several = ["--servers", "steelyard", "--engine", MYSQL_S3, "--serve", "2"]
    ingest.main([*TINY, "--seconds", "0.3", "--output", str(tmp_path), *several])
    (row,) = published(tmp_path, "ingest")
    assert row["server"] == "Steelyard, mysql_s3, 2 processes"
    assert row["read back"].endswith("rows once")
    with pytest.raises(SystemExit, match="SQLite is for one"):
        ingest.main([*TINY, "--output", str(tmp_path), "--servers", "steelyard", "--serve", "2"])


def test_latency_of_calm_runs(tmp_path: Path) -> None:
    latency.main(["--runs", "5", "--every", "0.2", "--seconds", "0.6", "--output", str(tmp_path)])
    rows = published(tmp_path, "latency")
    assert [row["requests"] for row in rows] == [15, 15]
    assert all(row["p99 ms"] >= row["p50 ms"] > 0 for row in rows)


def test_logins_at_the_same_moment(tmp_path: Path) -> None:
    logins.main(["--people", "4", "--output", str(tmp_path)])
    server, alone = published(tmp_path, "logins")
    assert server["all in s"] >= server["p99 s"] >= server["p50 s"] > 0
    assert alone["all in s"] > 0


def test_real_client_runs_against_both_servers(tmp_path: Path) -> None:
    real_client.main(["--steps", "30", "--metrics", "2", "--rounds", "1", "--output", str(tmp_path)])
    rows = published(tmp_path, "real_client")
    assert [row["server"] for row in rows] == ["Steelyard, sqlite", "all thrown away"]


def test_reads_return_what_was_logged(tmp_path: Path) -> None:
    sizes_ = ["--steps", "60", "--metrics", "2", "--rows", "20", "--trackio-steps", "0"]
    reads.main([*sizes_, "--clients", "0.31.0", "--output", str(tmp_path)])
    rows = published(tmp_path, "reads")
    assert next(row["rows"] for row in rows) == 60


def test_panels_draw_what_was_logged(tmp_path: Path) -> None:
    few = ["--steps", "1000", "--runs", "2", "--run-steps", "500", "--panels", "2", "--panel-steps", "500"]
    panels.main([*few, "--buckets", "10", "--rounds", "1", "--output", str(tmp_path)])
    assert len(published(tmp_path, "panels")) == 3


def test_runs_are_found_as_they_were_made(tmp_path: Path) -> None:
    few = ["--runs", "60", "--repeats", "2", "--no-rival", "--output", str(tmp_path)]
    runs.main(few)
    rows = published(tmp_path, "runs")
    assert [row["service ms"] > 0 and row["HTTP ms"] > 0 for row in rows] == [True] * 4


@pytest.mark.parametrize("shape", ["wide", "long", "many"])
def test_sizes_of_every_shape(tmp_path: Path, shape: str) -> None:
    small = ["--keys", "20", "--steps", "40", "--rows", "10", "--runs", "4"]
    sizes.main([shape, *small, "--output", str(tmp_path)])
    assert published(tmp_path, f"sizes_{shape}")


def test_ingest_measures_trackio(tmp_path: Path) -> None:
    if not Trackio.is_installed():
        pytest.skip("trackio is fetched by the benchmark itself")
    rows = ingest.main([*TINY, "--seconds", "0.3", "--output", str(tmp_path), "--servers", "trackio", "trackio-bulk"])
    assert all(row["points/s"] > 0 for row in rows)


@pytest.mark.parametrize("writers", ["1", "3"])
def test_a_console_is_read_as_it_was_printed(tmp_path: Path, writers: str) -> None:
    sizes_ = ["--lines", "3000", "--request", "300", "--page", "100", "--pages", "5", "--writers", writers]
    console.main([*sizes_, "--output", str(tmp_path)])
    rows = published(tmp_path, "console")
    assert [row["what"] for row in rows][:3] == ["write", "move what is left to objects", "first page"]
    assert all(row["ms, median"] >= 0 for row in rows)


def test_objects_are_fetched_as_they_were_put(tmp_path: Path) -> None:
    few = ["--large", "3000000", "--files", "40", "--small", "1000", "--connections", "4", "--rounds", "1"]
    objects.main([*few, "--output", str(tmp_path)])
    rows = published(tmp_path, "objects")
    assert {row["server"] for row in rows} == {"bare, thrown away", "bare, to disk", "Steelyard, sqlite"}
    assert {row["what"] for row in rows if row["server"] == "Steelyard, sqlite"} == {
        f"{direction} {size}" for direction in ("1 up:", "2 down:") for size in ("large", "shards", "small")
    }
    assert all(row["MB/s"] > 0 and row["of bare, to disk"] > 0 for row in rows)


@pytest.mark.parametrize("kind", [[], ["--stored"]])
def test_a_manifest_is_kept_as_it_was_put(tmp_path: Path, kind: list[str]) -> None:
    manifests.main(["--entries", "3000", *kind, "--output", str(tmp_path)])
    rows = published(tmp_path, "manifests")
    assert [row["what"] for row in rows][1:3] == ["commit", "commit again"]


def test_a_table_answers_what_was_logged(tmp_path: Path) -> None:
    tables.main(["--rows", "3000", "--output", str(tmp_path)])
    rows = published(tmp_path, "tables")
    assert [row["what"] for row in rows][:3] == ["prepare", "a page", "order by numbers, first time"]
    assert all(row["ms"] > 0 for row in rows)
