"""Lists of runs of a large project: python -m benchmarks.load.runs

A project of 10,000 runs with 50 config and 50 summary keys each. Asked are a page of 50 ordered by a summary metric
with a filter on the config, the count of that filter, and the groups by a config key: at the service boundary (in this
process, on the same database), and through GraphQL over HTTP. "first" is the first such question of a process; then
each is asked again and again, and again after one run has been changed. A real client walks all runs at 100 a page.
FastTrackML, from PyPI, is asked the same. Every answer is compared with what the runs were made of.
"""

import argparse
import asyncio
import resource
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import insert

from benchmarks.load.fasttrackml import FastTrackML
from benchmarks.load.results import Figures, add_output, publish
from benchmarks.load.run_values import COUNT, GROUP_KEY, METRIC, Sample
from benchmarks.load.steelyard_server import Steelyard, ask_on
from benchmarks.load.traffic import ENTITY, KEY, PROJECT, create_run
from steelyard.config.sources import load
from steelyard.context import Context, Ports
from steelyard.domains.projects import service as projects
from steelyard.domains.projects.model import Project
from steelyard.domains.runs import grouping, listing, service
from steelyard.domains.runs.grouping import Part
from steelyard.domains.runs.listing import Page, RunQuery
from steelyard.domains.runs.service import RunChange
from steelyard.domains.runs.tables import runs
from steelyard.kernel.ids import decode_global_id
from steelyard.opening import close_ports, open_ports, system_context
from tests.harness.client import make_client
from tests.harness.engines import MYSQL_S3, SQLITE
from tests.services.clients import VERSIONS

WALK = Path(__file__).with_name("client_walk.py")
WALK_TIMEOUT_S = 1800
PAGE = 50
# Rows of one statement that fills the table.
FILL = 500
FILTER = orjson.dumps({f"config.{GROUP_KEY}": "adam", "config.c1.value": {"$lt": 0.5}}).decode()
ORDER = f"-summary_metrics.{METRIC}"
RUNS = """query Q($f: JSONString, $o: String, $n: Int) { project(name: "%s", entityName: "%s") {
    runs(filters: $f, order: $o, first: $n) { edges { node { id name displayName state tags createdAt config
    summaryMetrics user { name username } } cursor } pageInfo { endCursor hasNextPage } } } }"""
COUNT_RUNS = """query Q($f: JSONString) { project(name: "%s", entityName: "%s") { runCount(filters: $f) } }"""
GROUPS = """query Q($k: [String!]!) { project(name: "%s", entityName: "%s") {
    runGroups(keys: $k) { totalCount edges { node { values count } } } } }"""


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--client", choices=VERSIONS, default="0.31.0")
    parser.add_argument("--no-walk", action="store_true")
    parser.add_argument("--rival-runs", type=int, default=10_000, help="0: leave FastTrackML out")
    parser.add_argument("--engine", choices=(SQLITE, MYSQL_S3), default=SQLITE)
    add_output(parser)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> list[Figures]:
    given = parse(arguments)
    sample = Sample(given.runs)
    with tempfile.TemporaryDirectory() as folder:
        with Steelyard.on(Path(folder) / "server", given.engine) as server:
            rows, facts = asyncio.run(measure(server, sample, given))
            if not given.no_walk:
                facts["walk"] = walk(server, sample, given.client, Path(folder) / "client")
        if given.rival_runs:
            rival = ask_rival(Path(folder) / "rival", Sample(given.rival_runs), given.repeats)
            rows = [row | rival.get(row["question"], {}) for row in rows]
            facts["FastTrackML"] = f"{given.rival_runs:,} runs, by its MLflow API, which has no count and no groups"
    work = f"{given.runs:,} runs of {COUNT} config and {COUNT} summary keys, {given.engine}"
    publish("runs: lists of a large project", rows, given.output, work=work, **facts)
    return rows


# ---- Steelyard ------------------------------------------------------------------------------------------------

Ask = Callable[[], Awaitable[Any]]


async def measure(server: Steelyard, sample: Sample, given: argparse.Namespace) -> tuple[list[Figures], Figures]:
    settings = load({"data_dir": server.server.data_dir}, server.server.env).settings
    ports = await open_ports(settings)
    try:
        project = await fill(server, ports, sample)
        ctx = system_context(ports)
        before_mb = peak_mb()
        rows = [
            await one(name, service_ask, lambda query=query: on_http(server, query), check, sample, given.repeats)
            for name, service_ask, query, check in questions(ctx, project)
        ]
        facts: Figures = {"memory of the index, MB at its peak with what building took": round(peak_mb() - before_mb)}
        page = RunQuery.parse(FILTER, ORDER)
        facts["after a change of one run, page at the service, ms"] = await after_changes(
            ctx, lambda: listing.list_runs(ctx, project, page, Page(first=PAGE)), sample, project, given.repeats
        )
    finally:
        await close_ports(ports)
    return rows, facts


def questions(ctx: Context, project: Project) -> list[tuple[str, Ask, tuple[str, dict[str, Any]], Callable[..., None]]]:
    """Each question as the service is asked, as GraphQL is, and how either answer is checked."""
    page, counted, every = RunQuery.parse(FILTER, ORDER), RunQuery.parse(FILTER, None), RunQuery.parse(None, None)
    return [
        (
            "page of 50 by a metric, filtered",
            lambda: listing.list_runs(ctx, project, page, Page(first=PAGE)),
            (RUNS, {"f": FILTER, "o": ORDER, "n": PAGE}),
            check_page,
        ),
        (
            "count of the filter",
            lambda: listing.count_runs(ctx, project, counted),
            (COUNT_RUNS, {"f": FILTER}),
            check_count,
        ),
        (
            "groups by a config key",
            lambda: grouping.group_runs(ctx, project, every, [f"config.{GROUP_KEY}"], Part(0, 50, 10)),
            (GROUPS, {"k": [f"config.{GROUP_KEY}"]}),
            check_groups,
        ),
    ]


async def one(
    name: str, service_ask: Ask, http_ask: Callable[[], Any], check: Callable[..., None], sample: Sample, repeats: int
) -> Figures:
    row: Figures = {"question": name}
    for place, ask in (("service", service_ask), ("HTTP", lambda: asyncio.to_thread(http_ask))):
        taken = []
        for _ in range(repeats + 1):
            began_s = time.perf_counter()
            answer = await ask()
            taken.append((time.perf_counter() - began_s) * 1000)
        check(answer, sample)
        row |= {f"{place} first ms": taken[0], f"{place} ms": statistics.median(taken[1:])}
    return row


async def after_changes(ctx: Context, ask: Ask, sample: Sample, project: Project, repeats: int) -> str:
    found = await listing.find_runs(ctx, project, RunQuery.parse(None, None))
    taken = []
    for number, run in enumerate(found.ids[:repeats].tolist()):
        await service.update_run(ctx, run, RunChange(summary=orjson.dumps(sample.summary(number)).decode()))
        began_s = time.perf_counter()
        await ask()
        taken.append((time.perf_counter() - began_s) * 1000)
    return f"{statistics.median(taken):.1f}"


async def fill(server: Steelyard, ports: Ports, sample: Sample) -> Project:
    """Write the runs into the table, as they are after they have ended."""
    connection = server.connect()
    connection.exchange(create_run("first"))
    found = ask_on(connection, PROJECT_ID % (PROJECT, ENTITY), {})["project"]["internalId"]
    connection.close()
    project_id = decode_global_id("ProjectInternalId", found)
    began = datetime.now(UTC) - timedelta(days=30)
    for start in range(0, sample.count, FILL):
        rows = [row_of(sample, number, project_id, began) for number in range(start, min(start + FILL, sample.count))]
        async with ports.database.write() as conn:
            await conn.execute(insert(runs), rows)
    return (await projects.load_projects(system_context(ports), [project_id]))[project_id]


PROJECT_ID = '{ project(name: "%s", entityName: "%s") { internalId } }'


def row_of(sample: Sample, number: int, project_id: int, began: datetime) -> dict[str, Any]:
    moment = began + timedelta(seconds=number)
    config = {key: {"value": value, "desc": None} for key, value in sample.config(number).items()}
    return {
        "project_id": project_id,
        "run_id": sample.name(number),
        "title": f"title {number}",
        "number": number + 2,
        "state": "finished",
        "stop_requested": False,
        "preempting": False,
        "tags": "[]",
        "config": orjson.dumps(config).decode(),
        "summary": orjson.dumps(sample.summary(number)).decode(),
        "system_metrics": "{}",
        "created_at": moment,
        "started_at": moment,
        "updated_at": moment,
        "heartbeat_at": moment,
        "duration_s": 1.0,
        "version": 1,
    }


def on_http(server: Steelyard, query: tuple[str, dict[str, Any]]) -> Any:
    text, variables = query
    return server.ask(text % (PROJECT, ENTITY), **variables)["project"]


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# ---- checks ---------------------------------------------------------------------------------------------------


def check_page(answer: Any, sample: Sample) -> None:
    if isinstance(answer, dict):
        names = [edge["node"]["name"] for edge in answer["runs"]["edges"]]
    else:
        names = [edge.node.run_id for edge in answer.edges]
    assert names == sample.best(PAGE), "other runs than expected"


def check_count(answer: Any, sample: Sample) -> None:
    assert (answer["runCount"] if isinstance(answer, dict) else answer) == len(sample.matching())


def check_groups(answer: Any, sample: Sample) -> None:
    if isinstance(answer, dict):
        found = {edge["node"]["values"][0]: edge["node"]["count"] for edge in answer["runGroups"]["edges"]}
    else:
        found = {group.values[0]: group.count for group in answer.items}
    # the one run that made the project has no config
    assert found.pop(None) == 1
    assert found == sample.groups()


# ---- others ---------------------------------------------------------------------------------------------------


def walk(server: Steelyard, sample: Sample, version: str, home: Path) -> str:
    client = make_client(version, home, f"http://127.0.0.1:{server.port}", KEY)
    found = client.run_json(WALK, f"{ENTITY}/{PROJECT}", env={"WANDB_SILENT": "true"}, timeout_s=WALK_TIMEOUT_S)
    assert found["runs"] == sample.count + 1, found
    return f"wandb {version} walked {found['runs']:,} runs at 100 a page in {found['seconds']:.1f} s"


def ask_rival(folder: Path, sample: Sample, repeats: int) -> dict[str, Figures]:
    with FastTrackML.on(folder) as rival:
        rival.fill(sample)
        page = rival.timed(lambda: rival.page(PAGE), repeats)
        assert rival.page(PAGE) == sample.best(PAGE), "FastTrackML found other runs"
        every = rival.timed(rival.count, max(1, repeats // 10))
        assert rival.count() == len(sample.matching())
    return {
        "page of 50 by a metric, filtered": {"FastTrackML HTTP ms": page},
        "count of the filter": {"FastTrackML HTTP ms": every},
    }


if __name__ == "__main__":
    main()
