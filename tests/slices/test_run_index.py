"""Lists of runs over an index in memory: the same answers as one look at each run, never late, in any process."""

import asyncio
import itertools
import json
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import event, update

from steelyard.domains.projects import service as projects
from steelyard.domains.runs import grouping, index_queries, listing, queries, service, starting
from steelyard.domains.runs.grouping import Part
from steelyard.domains.runs.keys import read_key
from steelyard.domains.runs.listing import Page, RunQuery
from steelyard.domains.runs.model import RunName
from steelyard.domains.runs.tables import runs
from steelyard.domains.runs.writing import RunChange
from steelyard.opening import system_context
from steelyard.sql import filters
from tests.harness.site import open_site

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAN, INF = float("nan"), float("inf")
VALUES = [None, True, False, 0, -0.0, 1, 1.0, 0.1, 2**53 + 1, 1e300, NAN, INF, -INF, "", "1", "a", "A", "ä", "a.b"]
VALUES += ["2025-01-01", "x" * 2000, [], [1, "a"], ["a"], [[1]], [None], ["y"] * 80, {}, {"a": 1}, {"a.b": {"c": 2}}]
VALUES += [{"_type": "image-file", "path": "p"}, {"value": 3}]
OPERANDS = [*VALUES[:20], [1, "a"], {"a": 1}]
KEYS = ["config.k", "config.k.value", "summary_metrics.k", "config.k.a", "config.k.a.b.c", "config.k.path", "tags"]
KEYS += ["config.k.value.a", "state", "group", "duration", "heartbeatAt", "tags.t1", "_step"]
COMPARISONS = ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$contains"]


class Place:
    """A project seen by two processes on one database."""

    def __init__(self, here, there, project):
        self.here, self.there, self.project = here, there, project

    async def names(self, query, ctx=None):
        ctx = ctx or self.here
        found = await listing.find_runs(ctx, self.project, query)
        return [run.run_id for run in await listing.list_facts(ctx, self.project, found.ids.tolist())]

    async def facts(self):
        async with self.here.database.read() as conn:
            ids = list((await conn.execute(runs.select().with_only_columns(runs.c.id))).scalars())
            return await queries.list_facts(conn, self.project.id, ids, documents=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    with engine.fresh() as env:
        async with open_site(folder, env) as one, open_site(folder, env) as other:
            user = await one.user()
            here, there = system_context(one.ports), system_context(other.ports)
            for number, value in enumerate(VALUES):
                document = {"k": value, "_step": number}
                wrapped = {"k": {"value": value}} if number % 5 else {"k": value}
                change = RunChange(
                    config=json.dumps(wrapped),
                    summary=json.dumps(document),
                    tags=[f"t{number % 3}"] * (number % 2),
                    group_name=[None, "", "g"][number % 3],
                )
                run, _ = await starting.upsert_run(here, RunName(user.name, "p", f"r{number}"), change)
                one.clock.move(number % 2)
            (project,) = (await projects.load_projects(here, [run.project_id])).values()
            yield Place(here, there, project)


def expected(facts, query):
    found = [run for run in sorted(facts, key=lambda run: run.number) if filters.matches(query.filter, run.value)]
    for item in reversed(query.order):
        ranked = [(filters.sort_rank(run.value(item.key)), run) for run in found]
        is_creation = read_key(item.key).is_creation
        placed = [((rank, run.number) if is_creation else rank, run) for rank, run in ranked if rank is not None]
        placed.sort(key=lambda pair: pair[0], reverse=item.descending)
        found = [run for _, run in placed] + [run for rank, run in ranked if rank is None]
    return [run.run_id for run in found]


async def check(place, facts, document, order=None):
    query = RunQuery.parse(json.dumps(document), order)
    assert await place.names(query) == expected(facts, query), (document, order)


@pytest.mark.parametrize("key", KEYS)
async def test_every_comparison_of_every_kind_of_value(place, key):
    facts = await place.facts()
    is_time = read_key(key).is_moment
    for operator, operand in itertools.product(COMPARISONS, ["2025-06-01T12:00:05Z", 0] if is_time else OPERANDS):
        await check(place, facts, {key: {operator: operand}})
    for flag in (True, False):
        await check(place, facts, {key: {"$exists": flag}})
    if not is_time:
        await check(place, facts, {key: {"$in": OPERANDS}})
        await check(place, facts, {key: {"$nin": [1, "a", True]}})
        await check(place, facts, {key: {"$all": ["a", 1]}})
    await check(place, facts, {key: {"$regex": "^[a1]"}})
    await check(
        place, facts, {"$or": [{key: {"$size": 1}}, {"$nor": [{key: {"$exists": True}}, {"state": "running"}]}]}
    )
    for order in (f"+{key}", f"-{key}", f"-{key},-created_at", f"+state,+{key}"):
        await check(place, facts, {}, order)


async def test_what_one_process_writes_the_other_shows_at_once(place):
    asked = RunQuery.parse('{"config.fresh": {"$gte": 0}}', "-config.fresh")
    name = RunName(place.project.entity, "p", "w0")
    run, _ = await starting.upsert_run(place.here, name, RunChange(config='{"fresh": {"value": 0}}'))
    for round_number in range(1, 12):
        ctx, other = (place.here, place.there) if round_number % 2 else (place.there, place.here)
        for _ in range(2):
            assert await place.names(asked, other) == ["w0"]
        await service.update_run(ctx, run.id, RunChange(config=json.dumps({"fresh": {"value": round_number}})))
        wanted = RunQuery.parse(json.dumps({"config.fresh": round_number}), None)
        assert await place.names(wanted, other) == await place.names(wanted, ctx) == ["w0"]
    await service.delete_run(place.there, run.id)
    assert await place.names(asked, place.here) == await place.names(asked, place.there) == []


async def test_a_change_that_commits_long_after_its_moment_is_seen(place):
    """Its time says that it is old news; the sum of versions does not."""
    asked = RunQuery.parse('{"display_name": "late"}', None)
    assert await place.names(asked, place.there) == []
    run = (await place.facts())[0]
    async with place.here.database.write() as conn:
        long_ago = place.here.ports.clock() - timedelta(hours=3)
        values = {"title": "late", "updated_at": long_ago, "version": run.version + 1}
        await conn.execute(update(runs).where(runs.c.id == run.id).values(**values))
    assert await place.names(asked, place.there) == [run.run_id]


async def test_a_quiet_project_costs_one_statement(place):
    asked = RunQuery.parse('{"config.k": 1}', "-summary_metrics.k")
    await place.names(asked)
    statements = []
    engines = [place.here.database.engine.sync_engine]
    if place.here.database._sqlite is not None:
        engines.append(place.here.database._sqlite.direct._reading)

    def note(_conn, _cursor, statement, *_rest):
        if statement.startswith("SELECT"):
            statements.append(statement)

    for one in engines:
        event.listen(one, "before_cursor_execute", note)
    await listing.find_runs(place.here, place.project, asked)
    await listing.count_runs(place.here, place.project, asked)
    for one in engines:
        event.remove(one, "before_cursor_execute", note)
    assert len(statements) == 2, statements


async def test_totals_of_a_project_are_read_from_an_index_alone(place):
    """The rows hold long texts, and a project that grows is small in the statistics by which MySQL chooses."""
    change = RunChange(config="{}", summary="{}")
    run, _ = await starting.upsert_run(place.here, RunName(place.project.entity, "small", "one"), change)
    asked = run.project_id
    sent = []

    def note(_conn, _cursor, statement, parameters, *_rest):
        sent.append((statement, parameters))

    async with place.here.database.read() as conn:
        event.listen(conn.engine.sync_engine, "before_cursor_execute", note)
        await index_queries.list_changes(conn, asked, None)
        await index_queries.list_changes(conn, asked, place.here.ports.clock())
        await index_queries.list_versions(conn, asked)
        await queries.sum_up_projects(conn, [asked])
        event.remove(conn.engine.sync_engine, "before_cursor_execute", note)
        assert len(sent) == 4
        for statement, parameters in sent:
            plan = await read_plan(conn, statement, parameters)
            assert plan, statement
            assert all(step.endswith("from an index alone") for step in plan), (statement, plan)


async def read_plan(conn, statement, parameters):
    """Return a text for each time that the statement passes over runs."""
    if conn.dialect.name == "sqlite":
        steps = (await conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)).mappings()
        found = [step["detail"] for step in steps if "runs" in step["detail"]]
        return [f"{detail}: from an index alone" if " COVERING INDEX " in detail else detail for detail in found]
    steps = (await conn.exec_driver_sql(f"EXPLAIN FORMAT=TRADITIONAL {statement}", parameters)).mappings()
    found = [(step["key"], step["Extra"] or "") for step in steps if step["table"] == "runs"]
    return [f"{key}: from an index alone" if "Using index" in extra else f"{key}: {extra}" for key, extra in found]


async def test_many_questions_and_changes_at_once(place):
    async def write(number):
        name = RunName(place.project.entity, "p", f"many{number}")
        await starting.upsert_run(place.there, name, RunChange(config=json.dumps({"many": {"value": number}})))
        found = await place.names(RunQuery.parse(json.dumps({"config.many": number}), None))
        assert found == [f"many{number}"]

    await asyncio.gather(*(write(number) for number in range(20)))
    asked = RunQuery.parse('{"config.many": {"$exists": true}}', "-config.many")
    assert await place.names(asked) == [f"many{number}" for number in reversed(range(20))]


async def test_a_question_that_was_broken_off_leaves_the_index_whole(place):
    asked = RunQuery.parse('{"config.k": {"$contains": "xxxx"}}', "+config.k")
    wanted = await place.names(asked)
    for delay in (0, 0.0005, 0.002, 0.01):
        listing_now = asyncio.ensure_future(place.names(asked, place.there))
        await asyncio.sleep(delay)
        listing_now.cancel()
        await asyncio.gather(listing_now, return_exceptions=True)
    assert await place.names(asked, place.there) == wanted


async def test_cursors_of_other_questions_are_refused(place):
    asked = RunQuery.parse("{}", "-created_at")
    page = await listing.list_runs(place.here, place.project, asked, Page(first=2))
    other = RunQuery.parse("{}", "+created_at")
    with pytest.raises(listing.Invalid, match="another query"):
        await listing.list_runs(place.here, place.project, other, Page(after=page.page_info.end_cursor))


async def test_groups_count_and_name_their_runs(place):
    every = RunQuery.parse('{"name": {"$regex": "^r[0-9]"}}', "-created_at")
    found = await grouping.group_runs(place.here, place.project, every, ["tags.t1", "state"], Part(0, 10, 3))
    assert sum(group.count for group in found.items) == found.matched == len(VALUES)
    assert [group.values for group in found.items] == [[False, "running"], [True, "running"]]
    assert all(len(group.ids) == 3 for group in found.items)
    one = await grouping.group_runs(place.here, place.project, every, ["tags.t1", "state"], Part(1, 1, 0))
    assert (one.total, one.items[0].values, one.items[0].ids) == (2, [True, "running"], [])
    for bad in ([], ["nothing"], ["state"] * 11):
        with pytest.raises(listing.Invalid):
            await grouping.group_runs(place.here, place.project, every, bad, Part(0, 1, 1))
