"""Collects what contract tests find, by area, client version and engine, and writes it down for people to read.

A test takes part by its marker: `@pytest.mark.compatibility("Resume")`. With `--compatibility` (make compatibility) the
results replace those of the same areas in `RESULTS`, which the server ships for its page /compat, and in `PAGE`.
Areas that did not run stay as they are, so that one may be brought up to date alone.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from steelyard import __version__
from tests.harness.engines import ENGINES
from tests.services.clients import NEWEST, VERSIONS

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "steelyard/domains/admin/compatibility.json"
PAGE = ROOT / "docs/compatibility.md"
MARKER = "compatibility"
_PROPERTY = "compatibility"
_ENGINE_TITLES = {"sqlite": "SQLite and a folder", "mysql_s3": "MySQL and S3"}

Cell = dict[str, Any]
Results = dict[str, dict[str, dict[str, Cell]]]

HEAD = """# Which clients do what

Written by `make compatibility` (Steelyard {version}): programs that use only the client's public surface run with real
clients, and every value that comes back is compared. A number is how many tests passed. The two versions on the left
run everything; the older ones a day of work each, and what their own ways of talking to a server make worth asking.

✓ passed · ✗ failed · – left out on purpose, see below · blank: nothing of this area runs with that version
"""


def area_of(item: pytest.Item) -> str | None:
    marker = item.get_closest_marker(MARKER)
    return str(marker.args[0]) if marker else None


def note_result(item: pytest.Item, report: pytest.TestReport) -> None:
    """Write area, version and engine of a marked test into its report, which also crosses from worker processes."""
    area = area_of(item)
    if area is None or not (report.when == "call" or (report.when == "setup" and not report.passed)):
        return
    given = item.callspec.params if hasattr(item, "callspec") else {}
    version = given.get("version") or given.get("client_version") or NEWEST
    engine = given.get("engine", "sqlite")
    reason = str(report.longrepr[2]).removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""
    report.user_properties.append((_PROPERTY, [area, engine, version, reason]))


class Collector:
    """Adds up the results of one session; lives in the process that started it."""

    def __init__(self) -> None:
        self.found: Results = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome not in {"passed", "failed", "skipped"}:  # "rerun": its last attempt counts
            return
        for name, value in report.user_properties:
            if name == _PROPERTY and isinstance(value, list):
                area, engine, version, reason = value
                cell = self._cell(area, engine, version)
                cell[report.outcome] = cell.get(report.outcome, 0) + 1
                if reason:
                    cell["reason"] = reason

    def _cell(self, area: str, engine: str, version: str) -> Cell:
        return self.found.setdefault(area, {}).setdefault(engine, {}).setdefault(version, {})

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.found:
            write(merged(read(), self.found))


def read() -> Results:
    found: Results = json.loads(RESULTS.read_text(encoding="utf-8"))["areas"] if RESULTS.exists() else {}
    return found


def merged(before: Results, now: Results) -> Results:
    """Return `before` with the engines of areas that ran replaced whole."""
    areas = {area: before.get(area, {}) | now.get(area, {}) for area in before.keys() | now.keys()}
    return {area: areas[area] for area in sorted(areas)}


def write(results: Results) -> None:
    document = {"version": __version__, "versions": list(VERSIONS), "engines": list(ENGINES), "areas": results}
    RESULTS.write_text(json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    PAGE.write_text(page(results), encoding="utf-8")


def page(results: Results) -> str:
    parts = [HEAD.format(version=__version__)]
    parts += [_table(engine, title, results) for engine, title in _ENGINE_TITLES.items()]
    reasons = sorted({reason for reason in _reasons(results) if reason})
    if reasons:
        parts.append("## Left out\n\n" + "".join(f"- {reason}\n" for reason in reasons))
    return "\n".join(parts)


def _table(engine: str, title: str, results: Results) -> str:
    lines = [f"## {title}\n", "| Area | " + " | ".join(VERSIONS) + " |", "| --- |" + " --- |" * len(VERSIONS)]
    for area, engines in results.items():
        cells = [_mark(engines.get(engine, {}).get(version, {})) for version in VERSIONS]
        lines.append(f"| {area} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _mark(cell: Cell) -> str:
    if cell.get("failed"):
        return f"✗ {cell['failed']} of {cell['failed'] + cell.get('passed', 0)}"
    if cell.get("passed"):
        return f"✓ {cell['passed']}"
    return "–" if cell.get("skipped") else ""


def _reasons(results: Results) -> Iterable[str]:
    for engines in results.values():
        for versions in engines.values():
            for cell in versions.values():
                yield cell.get("reason", "")
