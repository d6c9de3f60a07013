"""The benchmarks of whole servers run, at tiny sizes, and what they print holds every figure."""

import json
from pathlib import Path

import pytest

from benchmarks.load import ingest
from benchmarks.load.rivals import Trackio

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


def test_ingest_measures_trackio(tmp_path: Path) -> None:
    if not Trackio.is_installed():
        pytest.skip("trackio is fetched by the benchmark itself")
    rows = ingest.main([*TINY, "--seconds", "0.3", "--output", str(tmp_path), "--servers", "trackio", "trackio-bulk"])
    assert all(row["points/s"] > 0 for row in rows)
