"""Whole histories as Parquet files, read by the client's own reader: the rows are those of pages."""

import json
import math
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.contract.runner import Programs
from tests.harness.server import Server

pytestmark = pytest.mark.compatibility("History as Parquet files")

# The versions whose readers of Parquet differ.
VERSIONS = ("0.28.2", "0.31.0")
COUNT = 2300
# A turn of the worker, and then some.
EXPORTED_WITHIN_S = 60
QUERY = """query($e: String!, $r: String!) { project(name: "exports", entityName: $e) { run(name: $r) {
  parquetHistory(liveKeys: ["_step"]) { parquetUrls liveData } } } }"""


def rows() -> list[list[Any]]:
    return [
        [i, {"loss": 1 / (i + 2), "n": i, "odd": math.nan if i % 7 else -math.inf, "on": i % 3 == 0, "text": f"é {i}"}]
        for i in range(COUNT)
    ]


@pytest.fixture
def exported(server: Server) -> Callable[[Programs, str], int]:
    """`exported(programs, run)` waits until the run's history is files and returns how many."""

    def wait(programs: Programs, run: str) -> int:
        end = time.monotonic() + EXPORTED_WITHIN_S
        variables = {"e": programs.user.name, "r": run}
        while time.monotonic() < end:
            body = {"query": QUERY, "variables": variables}
            answer = httpx.post(f"{server.url}/graphql", json=body, auth=("api", programs.user.api_key)).json()
            found = answer["data"]["project"]["run"]["parquetHistory"]
            if found["parquetUrls"]:
                assert found["liveData"] == []
                return len(found["parquetUrls"])
            time.sleep(0.5)
        raise AssertionError(f"not in files after {EXPORTED_WITHIN_S} s")

    return wait


@pytest.mark.parametrize("version", VERSIONS)
def test_scans_of_files_are_what_was_logged(
    programs_for: Callable[[str], Programs], exported: Callable[[Programs, str], int], version: str
) -> None:
    programs = programs_for(version)
    logged = programs.run("log_run", init={"project": "exports", "id": "dense"}, rows=rows())
    assert exported(programs, "dense") == 1
    ask = {
        "all": ["scan", {}],
        "uncached": ["scan", {"keys": ["loss", "odd"], "use_cache": False, "page_size": 700}],
        "window": ["scan", {"keys": ["n"], "min_step": 1995, "max_step": 2005}],
        "files": ["exports", {}],
    }
    found = programs.run("read_run", path=f"{logged['entity']}/exports/dense", ask=ask)
    assert [row["_step"] for row in found["all"]] == list(range(COUNT))
    for row, (_, values) in zip(found["all"], rows(), strict=True):
        assert json.dumps({key: row[key] for key in values}) == json.dumps(values)
        assert row.keys() == {*values, "_step", "_runtime", "_timestamp"}
    assert [row["loss"] for row in found["uncached"]] == [values["loss"] for _, values in rows()]
    assert [str(row["odd"]) for row in found["uncached"]] == [str(values["odd"]) for _, values in rows()]
    assert [row["n"] for row in found["window"]] == list(range(1995, 2005))
    assert len(found["files"]) == 1


def test_a_history_that_is_not_dense_is_read_by_pages(programs: Programs) -> None:
    """Files would give every row for any key, with nulls: see `domains/history/exports.py`."""
    sparse = [[i, {"a": i, **({"b": i} if i % 5 == 0 else {})}] for i in range(50)]
    logged = programs.run("log_run", init={"project": "exports", "id": "sparse"}, rows=sparse)
    time.sleep(5)  # for the worker to make a segment of it, which changes nothing
    ask = {"b": ["scan", {"keys": ["b"]}], "files": ["exports", {}]}
    found = programs.run("read_run", path=f"{logged['entity']}/exports/sparse", ask=ask)
    assert [row["b"] for row in found["b"]] == list(range(0, 50, 5))
    assert found["files"] is None
