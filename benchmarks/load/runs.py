"""Lists of runs of a large project: python -m benchmarks.load.runs

A project of 10,000 runs with 50 config and 50 summary keys each. Asked are the newest runs, a page of 50 ordered by a
summary metric with a filter on the config, the count of that filter, and the groups by a config key: at the service
boundary (in this process, on the same database), through GraphQL over HTTP, and where it can be asked of FastTrackML
(from PyPI), in turns. "first" is the first such question of a process. A second table has what it costs to keep the
index current: a page after more and more runs have changed. Then a real client walks all runs at 100 a page. Every
answer is compared with what the runs were made of.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import insert

from benchmarks.load.fasttrackml import FastTrackML
from benchmarks.load.results import Figures, add_output, publish
from benchmarks.load.run_questions import Question, questions
from benchmarks.load.run_values import COUNT, Sample
from benchmarks.load.steelyard_server import Steelyard, ask_on
from benchmarks.load.traffic import ENTITY, KEY, PROJECT, create_run
from benchmarks.load.usage import usage_of
from steelyard.config.sources import load
from steelyard.context import Context, Ports
from steelyard.domains.projects import service as projects
from steelyard.domains.projects.model import Project
from steelyard.domains.runs import listing, queries
from steelyard.domains.runs.index.keeping import current_index
from steelyard.domains.runs.listing import RunQuery
from steelyard.domains.runs.tables import runs
from steelyard.kernel.ids import decode_global_id
from steelyard.opening import close_ports, open_ports, system_context
from tests.harness.client import make_client
from tests.harness.engines import MYSQL_S3, SQLITE
from tests.services.clients import VERSIONS

WALK = Path(__file__).with_name("client_walk.py")
WALK_TIMEOUT_S = 1800
# Rows of one statement that fills the table.
FILL = 500
CHANGES = (0, 1, 100, 1_000)
CHANGE_ROUNDS = 7


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--client", choices=VERSIONS, default="0.31.0")
    parser.add_argument("--no-walk", action="store_true")
    parser.add_argument("--no-rival", action="store_true", help="leave FastTrackML out")
    parser.add_argument("--engine", choices=(SQLITE, MYSQL_S3), default=SQLITE)
    add_output(parser)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> list[Figures]:
    given = parse(arguments)
    sample = Sample(given.runs)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        server = stack.enter_context(Steelyard.on(Path(folder) / "server", given.engine))
        rival = None if given.no_rival else stack.enter_context(FastTrackML.on(Path(folder) / "rival"))
        if rival:
            rival.fill(sample)
        rows, changed, facts = asyncio.run(measure(server, rival, sample, given.repeats))
        if not given.no_walk:
            facts["walk"] = walk(server, sample, given.client, Path(folder) / "client")
    work = f"{given.runs:,} runs of {COUNT} config and {COUNT} summary keys, {given.engine}"
    publish("runs: lists of a large project", rows, given.output, work=work, **facts)
    publish("runs-index: keeping the index of a project current", changed, given.output, work=work)
    return rows + changed


# ---- questions ------------------------------------------------------------------------------------------------


async def measure(
    server: Steelyard, rival: FastTrackML | None, sample: Sample, repeats: int
) -> tuple[list[Figures], list[Figures], Figures]:
    settings = load({"data_dir": server.server.data_dir}, server.server.env).settings
    ports = await open_ports(settings)
    try:
        project = await fill(server, ports, sample)
        ctx = system_context(ports)
        asked = questions(ctx, project)
        rows = [await in_turns(question, server, rival, sample, repeats) for question in asked]
        changed = [await after_changes(ctx, project, asked[1], number, sample) for number in CHANGES]
        async with current_index(ctx, project.id) as index:
            facts: Figures = {"memory of the index, MB": round(index.nbytes / 2**20, 1)}
    finally:
        await close_ports(ports)
    return rows, changed, facts


class Clock:
    """Times of one place's answers; processor time is that of the process which answers."""

    def __init__(self, ask: Callable[[], Awaitable[Any]], cpu_s: Callable[[], float]) -> None:
        self._ask, self._cpu_s = ask, cpu_s
        self._taken_ms: list[float] = []
        self._used_ms: list[float] = []

    async def once(self) -> Any:
        used_s, began_s = self._cpu_s(), time.perf_counter()
        answer = await self._ask()
        self._taken_ms.append((time.perf_counter() - began_s) * 1000)
        self._used_ms.append((self._cpu_s() - used_s) * 1000)
        return answer

    def figures(self, place: str) -> Figures:
        """The median of all but the first, and the mean of processor time, which the kernel tells in steps of 10 ms."""
        return {
            f"{place} first ms": self._taken_ms[0],
            f"{place} ms": statistics.median(self._taken_ms[1:]),
            f"{place} CPU ms": statistics.mean(self._used_ms[1:]),
        }


async def in_turns(
    question: Question, server: Steelyard, rival: FastTrackML | None, sample: Sample, repeats: int
) -> Figures:
    text, variables = question.document
    clocks = {
        "service": Clock(question.service, time.process_time),
        "HTTP": Clock(in_thread(lambda: ask_project(server, text, variables)), lambda: usage_of(server.pid).cpu_s),
    }
    if rival and (ask := question.rival):
        clocks["FastTrackML"] = Clock(in_thread(lambda: ask(rival)), lambda: usage_of(rival.pid).cpu_s)
    for _ in range(repeats + 1):
        for clock in clocks.values():
            question.check(await clock.once(), sample)
    found: Figures = {"question": question.name}
    for place, clock in clocks.items():
        found |= clock.figures(place)
    return found


def in_thread(ask: Callable[[], Any]) -> Callable[[], Awaitable[Any]]:
    return lambda: asyncio.to_thread(ask)


def ask_project(server: Steelyard, text: str, variables: dict[str, Any]) -> Any:
    return server.ask(text % (PROJECT, ENTITY), **variables)["project"]


async def after_changes(ctx: Context, project: Project, question: Question, number: int, sample: Sample) -> Figures:
    """Time the question after the summaries of `number` runs were written again."""
    found = await listing.find_runs(ctx, project, RunQuery.parse('{"name": {"$regex": "^run"}}', "+created_at"))
    changed = found.ids[:number].tolist()
    values = {run: {"summary": orjson.dumps(sample.summary(place)).decode()} for place, run in enumerate(changed)}
    clock = Clock(question.service, time.process_time)
    for _ in range(CHANGE_ROUNDS + 1):
        async with ctx.database.write() as conn:
            await queries.update_runs(conn, values, ctx.ports.clock())
        question.check(await clock.once(), sample)
    return {"runs that changed since": number} | clock.figures("page")


# ---- runs ----------------------------------------------------------------------------------------------------


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


def walk(server: Steelyard, sample: Sample, version: str, home: Path) -> str:
    client = make_client(version, home, f"http://127.0.0.1:{server.port}", KEY)
    found = client.run_json(WALK, f"{ENTITY}/{PROJECT}", env={"WANDB_SILENT": "true"}, timeout_s=WALK_TIMEOUT_S)
    assert found["runs"] == sample.count + 1, found
    return f"wandb {version} walked {found['runs']:,} runs at 100 a page in {found['seconds']:.1f} s"


if __name__ == "__main__":
    main()
