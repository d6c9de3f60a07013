"""What must be true after any number of deaths: every row is there once and exact, whichever way it is read."""

import json
import math

from tests.contract.wire import Wire
from tests.faults.writers import METRICS, Row, Writer, printed, row_of
from tests.harness.frames import read_frames, read_lines
from tests.harness.stream_model import canonical

PAGE_STEPS = 5_000
# Rows before the newest acknowledged one that are read while the writer goes on.
NEWEST_STEPS = 300
BUCKETS = 50
READ = """query Read($e: String!, $p: String!, $r: String!, $low: Int64, $high: Int64, $specs: [JSONString!]!) {
  project(name: $p, entityName: $e) { run(name: $r) { historyLineCount historyKeys sampledHistory(specs: $specs)
    history(minStep: $low, maxStep: $high, samples: 5000) } } }"""


def check_so_far(wire: Wire, writer: Writer) -> None:
    """Read the newest acknowledged rows while the writer goes on. Raises `AssertionError`."""
    known = writer.acknowledged
    low = max(0, known - NEWEST_STEPS)
    if known:
        told = _ask(wire, writer.run_id, low, known, [])
        _check_rows(writer.run_id, told["history"], [row_of(writer.seed, writer.run_id, n) for n in range(low, known)])


def check_run(wire: Wire, writer: Writer) -> None:
    """Read the whole run, by pages, sampled and as a panel. Raises `AssertionError` that names the run."""
    rows = [row_of(writer.seed, writer.run_id, step) for step in range(writer.acknowledged)]
    for low in range(0, len(rows) + 1, PAGE_STEPS):
        _check_page(wire, writer.run_id, rows, low)
    _check_panels(wire, writer.run_id, rows)
    _check_console(wire, writer)


def _ask(wire: Wire, run: str, low: int, high: int, specs: list[Row]) -> Row:
    names = {"e": wire.entity, "p": wire.project, "r": run}
    data = wire.data(READ, **names, low=low, high=high, specs=[json.dumps(spec) for spec in specs])
    found: Row = data["project"]["run"]
    return found


def _check_page(wire: Wire, run: str, rows: list[Row], low: int) -> None:
    high = low + PAGE_STEPS
    spec = {"keys": ["_step", "eval.x", "loss"], "minStep": low, "maxStep": high - 1, "samples": 2 * PAGE_STEPS}
    told = _ask(wire, run, low, high, [spec])
    assert told["historyLineCount"] == len(rows), f"{run}: lines"
    assert told["historyKeys"]["lastStep"] == len(rows) - 1, f"{run}: last step"
    _check_rows(run, told["history"], rows[low:high])
    sampled = [
        {"_step": row["_step"], "eval.x": row["eval"]["x"], "loss": "NaN" if math.isnan(row["loss"]) else row["loss"]}
        for row in rows[low:high]
        if "eval" in row
    ]
    assert told["sampledHistory"] == [sampled], f"{run}: sampled from {low}"


def _check_rows(run: str, found: list[str], rows: list[Row]) -> None:
    texts = [canonical(json.loads(text)) for text in found]
    expected = [canonical(row) for row in rows]
    if texts != expected:
        other = next((pair for pair in zip(texts, expected, strict=False) if pair[0] != pair[1]), None)
        raise AssertionError(f"{run}: {len(texts)} rows instead of {len(expected)}; the first that differs: {other}")


def _check_console(wire: Wire, writer: Writer) -> None:
    path = f"/app/runs/{wire.entity}/{wire.project}/{writer.run_id}/logs"
    total = writer.acknowledged
    with wire.http() as http:
        for first in range(0, total, PAGE_STEPS):
            told = http.get(path, params={"from": first, "limit": PAGE_STEPS}).json()
            lines = [(line["n"], line["text"]) for line in told["lines"]]
            numbers = range(first, min(first + PAGE_STEPS, total))
            expected = [(number, printed(writer.seed, writer.run_id, number)) for number in numbers]
            assert (told["total"], lines) == (total, expected), f"{writer.run_id}: console from {first}"


def _check_panels(wire: Wire, run: str, rows: list[Row]) -> None:
    columns = ["last", "min", "max", "count"]
    panels = [{"id": key, "key": key, "buckets": BUCKETS, "columns": columns} for key in METRICS]
    with wire.http() as http:
        answer = http.post("/app/panels:query", json={"runs": [[wire.entity, wire.project, run]], "panels": panels})
    assert answer.status_code == 200, answer.text
    lines = read_lines(read_frames(answer.content))
    for key in METRICS:
        line, values = lines[key, 0], [float(row[key]) for row in rows]
        assert line.header["totals"] == len(values), f"{run}, {key}: points"
        if line.header["raw"]:
            finite = [(step, value) for step, value in enumerate(values) if math.isfinite(value)]
            assert list(zip(line.points["x"], line.points["last"], strict=True)) == finite, f"{run}, {key}"
        else:
            _check_buckets(f"{run}, {key}", line.points, values)


def _check_buckets(name: str, told: dict[str, list[float]], values: list[float]) -> None:
    """Each point is in one bucket; where a bucket without a finite value is left out, the next one seems wider."""
    start = 0
    for x, last, low, high, count in zip(*(told[c] for c in ("x", "last", "min", "max", "count")), strict=True):
        end = int(x) + 1
        held = [value for value in values[start:end] if math.isfinite(value)]
        assert (last, low, high) == (held[-1], min(held), max(held)), f"{name}: the bucket at {x}"
        assert len(held) <= count <= end - start, f"{name}: the bucket at {x}"
        start = end
    assert not any(map(math.isfinite, values[start:])), f"{name}: points after the last bucket"
