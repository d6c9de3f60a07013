"""Indexes of tables: made once, by whoever is first, made again when lost, and gone with their files."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from steelyard.domains.files.model import name_digest
from steelyard.domains.files.purging import delete_purged_objects
from steelyard.domains.tables.deletion import sweep_indexes
from steelyard.domains.tables.indexing import LEASE
from steelyard.domains.tables.model import PREFIX
from steelyard.domains.tables.tables import table_indexes as t
from tests.harness.site import Site
from tests.slices.logged_tables import put_file
from tests.unit.columnar.plain_tables import table_text

pytestmark = pytest.mark.asyncio(loop_scope="module")

BODY = table_text(["a"], [[number] for number in range(50)])
DELETE = "mutation D($f: [ID!]!) { deleteFiles(input: {files: $f, projectId: 1}) { success } }"
FILES = """query F($e: String!) { project(name: "p", entityName: $e) { run(name: "r") {
  files(first: 9) { edges { node { id } } } } } }"""


async def kept(site: Site) -> dict[str, str]:
    """Return the objects of indexes by the files that they are of."""
    async with site.ports.database.read() as conn:
        rows = (await conn.execute(select(t.c.source_key, t.c.object_key))).all()
    return {row.source_key: row.object_key for row in rows}


async def derived(site: Site) -> set[str]:
    return {item.key async for item in site.ports.objects.list(PREFIX)}


async def set_row(site: Site, name: str, **values: object) -> None:
    """Change what is known of the index of one file."""
    async with site.ports.database.write() as conn:
        await conn.execute(update(t).where(t.c.source_key.endswith(name_digest(name))).values(**values))


async def test_an_index_is_made_once_for_all_who_ask_at_once(site: Site, user):
    table = await put_file(user, "r", "once.table.json", BODY)
    before = await derived(site)
    found = await asyncio.gather(*(table.get() for _ in range(6)))
    assert {one["total"] for one in found} == {50}
    assert len(await derived(site) - before) == 1


async def test_an_index_that_another_process_makes_is_waited_for(site: Site, user):
    table = await put_file(user, "r", "other.table.json", BODY)
    await table.get()
    waits = {"state": "making", "claim": "other", "done_bytes": 7, "lease_until": site.clock() + LEASE}
    await set_row(site, "other.table.json", **waits)
    answer = await table.ask_once("describe")
    assert (answer.status, answer.body) == (202, {"doneBytes": 7, "totalBytes": len(BODY)})
    site.clock.move(LEASE.total_seconds() + 1)
    assert (await table.get("describe"))["rows"] == 50, "who has said nothing for a minute is gone"


async def test_a_lost_index_is_made_again(site: Site, user):
    table = await put_file(user, "r", "lost.table.json", BODY)
    await table.get()
    for key in await derived(site):
        await site.ports.objects.delete(key)
    assert (await table.get(sort=[{"column": 0, "descending": True}]))["rows"][0]["cells"] == [49]
    assert await derived(site) <= set((await kept(site)).values())


async def test_an_index_goes_with_its_file(site: Site):
    user = await site.user()
    tables = [await put_file(user, "r", f"{number}.table.json", BODY) for number in range(2)]
    for table in tables:
        await table.get()
    before = await derived(site)
    nodes = (await user.graphql(FILES, e=user.name)).data["project"]["run"]["files"]["edges"]
    assert (await user.graphql(DELETE, f=[nodes[0]["node"]["id"]])).data
    await delete_purged_objects(site.system)
    assert len(before - await derived(site)) == 1
    assert [(await table.ask()).status for table in tables] == [404, 200]


async def test_indexes_go_with_their_project(site: Site):
    user = await site.user()
    table = await put_file(user, "r", "project.table.json", BODY)
    await table.get()
    (made,) = [key for key in await kept(site) if key.endswith(name_digest("project.table.json"))]
    assert (await user.send("DELETE", f"/app/projects/{user.name}/p")).status in {200, 204}
    await delete_purged_objects(site.system)
    assert made not in await kept(site)
    assert not {key for key in await derived(site) if key.startswith(f"{PREFIX}{made}/")}


async def test_the_sweep_finds_indexes_without_a_file_and_too_many(site: Site, user):
    gone, least, latest = [
        await put_file(user, "r", f"{name}.table.json", BODY) for name in ("gone", "least", "latest")
    ]
    for table in (gone, least, latest):
        await table.get()
        site.clock.move(60)
    keys = await kept(site)
    (lost,) = [key for key in keys if key.endswith(name_digest("gone.table.json"))]
    await site.ports.objects.delete(lost)
    await sweep_indexes(site.system)
    assert lost not in await kept(site)
    assert keys[lost] not in await derived(site)

    small = replace(site.ports, policy=replace(site.ports.policy, table_index_bytes=1))
    await sweep_indexes(replace(site.system, ports=small))
    assert await derived(site) == set()
    assert (await latest.get())["total"] == 50
