"""What a team with a bucket of its own keeps lies there and nowhere else, is read and deleted there, and copied."""

import secrets
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from steelyard.adapters.objects.open import open_place, open_store
from steelyard.backup.checking import Checked, check_snapshot
from steelyard.backup.making import Made, make_backup
from steelyard.backup.restoring import Restored, Target, restore_snapshot
from steelyard.config.groups.places import ObjectSettings
from steelyard.config.sources import load
from steelyard.domains.accounts import organizations, teams
from steelyard.domains.accounts.model import Role
from steelyard.domains.admin.orphans import Orphans, delete_orphans, find_orphans
from steelyard.domains.admin.purging import purge_runs
from steelyard.domains.artifacts.jobs import run_collection
from steelyard.domains.artifacts.lifecycle.collecting import Collected
from steelyard.domains.artifacts.lifecycle.log import StartedBy
from steelyard.domains.files.purging import delete_all_due
from steelyard.domains.history.sweep import sweep_segments
from steelyard.domains.tables.deletion import sweep_indexes
from steelyard.kernel.errors import Invalid, Unavailable
from steelyard.opening import close_ports, open_ports, open_settled_database
from tests.harness.engines import SQLITE, Engine
from tests.harness.objects import chunks
from tests.harness.site import Answer, Caller, Site, open_site
from tests.harness.team_buckets import setting_of, team_bucket_urls
from tests.slices.artifact_wire import Logger
from tests.slices.every_object import TABLE, fill
from tests.slices.logged_tables import Table, in_version
from tests.slices.streamed import Run

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Place:
    """A server that offers two buckets to teams."""

    site: Site
    env: dict[str, str]
    urls: dict[str, str]
    admin: Caller
    organization: str

    async def make(self, bucket: str | None) -> Caller:
        """Make a team, and return its administrator as one whose own entity it is."""
        name = f"t{secrets.token_hex(4)}"
        body = {"name": name, "organization": self.organization, "bucket": bucket}
        answer = await self.admin.send("POST", "/app/teams", body)
        assert answer.status == 200, answer.body
        await self.site.settle(self.admin)
        return Caller(self.site, name, self.admin.key)

    async def keys(self, bucket: str = "") -> set[str]:
        """Return what lies in one of the stores, asked for by itself."""
        settings = load({"data_dir": Path(self.env["DATA"])}, self.env).settings
        if not bucket:
            return {item.key async for item in self.site.ports.objects.main.list("")}  # type: ignore[attr-defined]
        store = open_place(self.urls[bucket], settings.objects)
        try:
            return {item.key async for item in store.list("")}
        finally:
            await store.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("site")
    with engine.fresh() as env:
        urls = team_bucket_urls(engine, tmp_path_factory.mktemp("teams"), "lab", "clinic")
        settings = env | setting_of(urls)
        async with open_site(folder, settings) as site:
            admin = await site.user(admin=True)
            yield Place(site, settings | {"DATA": str(folder)}, urls, admin, await site.organization(admin))


async def still() -> None:
    """Nobody watches."""


async def test_all_that_a_team_stores_lies_in_its_bucket(place: Place) -> None:
    main, clinic = await place.keys(), await place.keys("clinic")
    team = await place.make("lab")
    await fill(place.site, team)
    assert {key.split("/")[0] for key in await place.keys("lab")} == {"artifacts", "derived", "runs", "segments"}
    assert (await place.keys(), await place.keys("clinic")) == (main, clinic), "and nowhere else"

    assert len(await Run(team, "r1").sampled(keys=["x"], samples=1000)) == 600
    logger = Logger(team)
    found = {edge["node"]["name"]: edge["node"] for edge in (await _latest(logger))["files"]["edges"]}
    assert await logger.get(found["other"]["directUrl"]) == b"more"
    assert await in_version(logger, "set", "t.table.json").cells() == [[1], [2]]
    source = {"kind": "run", "entity": team.name, "project": "p", "run": "r1", "path": "t.table.json"}
    assert await Table(team, source).cells() == [[1], [2]]
    files = (await team.send("GET", f"/app/runs/{team.name}/p/r1/files")).body["files"]
    assert await logger.get(files[0]["url"]) == (TABLE if isinstance(TABLE, bytes) else TABLE.encode())


async def _latest(logger: Logger) -> dict:  # type: ignore[type-arg]
    found = await logger.find("set:latest")
    return dict(await logger.read(found["artifact"]["id"]))


async def test_teams_without_one_and_of_another_are_kept_apart(place: Place) -> None:
    lab = await place.keys("lab")
    plain, other = await place.make(None), await place.make("clinic")
    before = await place.keys()
    await fill(place.site, plain)
    assert len(await place.keys()) > len(before)
    assert not await place.keys("clinic")
    # the same content once more
    await fill(place.site, other)
    assert {key.split("/")[0] for key in await place.keys("clinic")} == {"artifacts", "derived", "runs", "segments"}
    assert await place.keys("lab") == lab


async def test_nothing_of_it_is_an_orphan_and_what_is_one_is_found_in_every_bucket(place: Place) -> None:
    team = await place.make("lab")
    await fill(place.site, team)
    site, before = place.site, place.site.clock.now
    site.clock.now = datetime.now(UTC) + timedelta(days=4)
    lost = f"@lab/runs/987654/{'0' * 64}"
    await site.ports.objects.put(lost, chunks(b"lost"))
    seen = Orphans()
    found = {item.key async for portion in find_orphans(site.system, seen, still) for item in portion}
    assert (found, seen.foreign) == ({lost}, 0)
    await delete_orphans(site.system, StartedBy.COMMAND, Orphans(), still)
    assert await site.ports.objects.stat(lost) is None
    site.clock.now = before


async def _let_time_pass(site: Site, days: int) -> None:
    """Have everything that is to be deleted by itself deleted."""
    site.clock.move(days * 86_400)
    await purge_runs(site.system)
    await run_collection(site.system, StartedBy.COMMAND, Collected(), still)
    await sweep_indexes(site.system)
    for _ in range(2):
        await sweep_segments(site.system)
        async for _turn in delete_all_due(site.system):
            pass
        site.clock.move(2 * 86_400)


async def test_deleting_its_projects_and_the_team_clears_the_bucket(place: Place) -> None:
    before = await place.keys("clinic")
    team = await place.make("clinic")
    await fill(place.site, team)
    assert len(await place.keys("clinic")) > len(before)
    for project in ("p", "demo"):
        answer = await team.send("DELETE", f"/app/projects/{team.name}/{project}")
        assert answer.status in {200, 204}, answer.body
    assert (await team.send("DELETE", f"/app/teams/{team.name}")).status in {200, 204}
    await _let_time_pass(place.site, 5)
    assert await place.keys("clinic") == before


async def test_a_bucket_that_was_taken_out_holds_nobody_else_up(place: Place, engine: Engine, tmp_path: Path) -> None:
    """Readers are told for good, who writes is asked to wait; sweeps of others go on, and all is there again after."""
    team, other = await place.make("lab"), await place.make("clinic")
    for caller in (team, other):
        await fill(place.site, caller)
    kept, gone = await place.keys("lab"), await place.keys("clinic")
    files = f"/app/runs/{team.name}/p/r1/files"
    left = {name: url for name, url in place.urls.items() if name != "lab"}
    settings = place.env | setting_of(left)
    opened = await open_ports(load({"data_dir": Path(place.env["DATA"])}, settings).settings)
    ports = replace(opened, clock=place.site.clock)
    was = place.site.ports
    try:
        place.site.use(ports)
        team.site = place.site
        answer = await team.send("GET", files)
        assert (answer.status, "is not in the server's settings" in str(answer.body)) == (409, True), answer.body
        upload = """mutation F($e: String!) { createRunFiles(input: {entityName: $e, projectName: "p", runName: "r1",
          files: ["new"]}) { files { uploadUrl } } }"""
        answer = await team.graphql(upload, e=team.name)
        assert (answer.status, "is not in the server's settings" in answer.message) == (503, True)
        assert (await other.graphql(upload, e=other.name)).data
        for caller in (team, other):
            for project in ("p", "demo"):
                path = f"/app/projects/{caller.name}/{project}"
                assert (await caller.send("DELETE", path)).status in {200, 204}
        await _let_time_pass(place.site, 5)
        assert await place.keys("lab") == kept
        assert len(await place.keys("clinic")) < len(gone)
    finally:
        place.site.use(was)
        await close_ports(ports)
    place.site.clock.move(86_400)
    await _let_time_pass(place.site, 5)
    assert len(await place.keys("lab")) < len(kept)


async def test_a_backup_holds_it_and_a_restore_puts_it_into_the_bucket_of_that_name(
    place: Place, engine: Engine, tmp_path: Path
) -> None:
    team = await place.make("lab")
    await fill(place.site, team)
    copies = open_place(str(tmp_path / "backup"), ObjectSettings())
    snapshot = await make_backup(place.site.system, copies, Made(), still)
    checked = Checked()
    await check_snapshot(copies, snapshot, checked, still, deep=True)
    assert (checked.faults, snapshot.missing) == ([], 0)
    with engine.fresh() as env:
        settings = load({"data_dir": tmp_path / "without"}, env).settings
        target = Target(open_settled_database(settings), open_store(settings.objects, settings.data_dir, ""))
        with pytest.raises(Unavailable, match="not in the server's settings"):
            await restore_snapshot(copies, snapshot, target, Restored(), still)
        await target.objects.close()
        urls = team_bucket_urls(engine, tmp_path, "lab", "clinic")
        settings = load({"data_dir": tmp_path / "without"}, env | setting_of(urls)).settings
        target = Target(target.database, open_store(settings.objects, settings.data_dir, ""))
        await restore_snapshot(copies, snapshot, target, Restored(), still)
        found = {item.key async for item in target.objects.list("")}
        assert {key.split("/")[0] for key in found if key.startswith("@")} == {"@lab", "@clinic"} & {
            key.split("/")[0] for key in found
        }
        assert {key for key in found if key.startswith("@lab/")} == {f"@lab/{key}" for key in await place.keys("lab")}
        await target.objects.close()
        await target.database.close()


async def test_runs_do_not_move_between_buckets(place: Place) -> None:
    team, plain = await place.make("lab"), await place.make(None)
    for caller in (team, plain):
        await fill(place.site, caller)
    body = {"action": "move", "runs": ["r1"], "to": {"entity": plain.name, "project": "p"}}
    answer = await team.send("POST", f"/app/projects/{team.name}/p/runs:bulk", body)
    assert (answer.status, "different buckets" in str(answer.body)) == (422, True), answer.body


# ---- the choice -----------------------------------------------------------------------------------------------


async def _try(place: Place, bucket: str, caller: Caller | None = None) -> Answer:
    body = {"name": f"t{secrets.token_hex(4)}", "organization": place.organization, "bucket": bucket}
    return await (caller or place.admin).send("POST", "/app/teams", body)


async def test_only_what_is_offered_can_be_chosen(place: Place) -> None:
    answer = await _try(place, "nowhere")
    why = "there is no bucket 'nowhere' for teams; the server offers lab, clinic"
    assert (answer.status, why in str(answer.body)) == (422, True), answer.body
    assert (await _try(place, "lab", await place.site.user())).status in {403, 404}


async def test_those_who_make_teams_are_told_what_they_may_choose(place: Place, engine: Engine) -> None:
    found = (await place.admin.send("GET", f"/app/organizations/{place.organization}")).body["buckets"]
    assert [item["name"] for item in found] == ["lab", "clinic"]
    assert all("secret" not in item["location"] and "@" not in item["location"] for item in found)
    assert (await place.admin.send("GET", "/app/admin/teams")).body["buckets"] == found
    member = await place.site.user()
    team = await place.make("lab")
    await teams.set_member(place.site.system, team.name, member.name, "member")
    await organizations.set_organization_member(place.site.system, place.organization, member.name, Role.MEMBER)
    await place.site.settle(member)
    assert (await member.send("GET", f"/app/organizations/{place.organization}")).body["buckets"] == []
    managers = (await team.send("GET", f"/app/teams/{team.name}")).body["bucket"]
    assert managers == {"name": "lab", "location": found[0]["location"], "there": True}
    members = (await member.send("GET", f"/app/teams/{team.name}")).body["bucket"]
    assert members == {"name": "lab", "location": None, "there": True}
    rows = (await place.admin.send("GET", f"/app/admin/teams?search={team.name}")).body["teams"]
    assert [row["bucket"] for row in rows if row["name"] == team.name] == ["lab"]


async def test_a_bucket_that_does_not_work_makes_no_team(engine: Engine, tmp_path: Path) -> None:
    """It is not reachable, nobody may write there, or it is the main one under another name."""
    folder = tmp_path / "locked"
    with engine.fresh() as env:
        bad = {"away": "s3://AK:SK@127.0.0.1:9/data?tls=false", "locked": folder.as_uri()}
        if engine.name != SQLITE:
            other = team_bucket_urls(engine, tmp_path, "x")["x"].rpartition("@")[2]
            same = env["BUCKET"].replace("127.0.0.1", "localhost")
            bad |= {"refused": f"s3://AK:wrong@{other}", "same": same}
        async with open_site(tmp_path / "site", env | setting_of(bad)) as site:
            shutil.rmtree(folder)
            folder.write_text("no folder any more")
            admin = await site.user(admin=True)
            organization = await site.organization(admin)
            for name in bad:
                why = "is the same place as the main one" if name == "same" else "cannot be used"
                body = {"name": f"t-{name}", "organization": organization, "bucket": name}
                answer = await admin.send("POST", "/app/teams", body)
                assert (answer.status, why in str(answer.body)) == (422, True), answer.body
                assert (await admin.send("GET", f"/app/teams/t-{name}")).status == 404


async def test_a_folder_that_cannot_be_made_ends_the_start_with_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    settings = load({"data_dir": tmp_path}, setting_of({"lab": (tmp_path / "file" / "x").as_uri()})).settings
    with pytest.raises(Invalid, match="the folder of lab"):
        open_store(settings.objects, tmp_path, "")


async def test_a_provisioning_client_names_a_bucket_as_its_provider_does(place: Place, engine: Engine) -> None:
    offer = next(item for item in place.site.ports.team_buckets.offered() if item.name == "clinic")

    async def send(method: str, path: str, **more: Any) -> Any:
        body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], **more}
        auth = {"Authorization": f"Bearer {place.admin.key}"}
        return await place.site.http.request(method, f"/scim/Groups{path}", json=body, headers=auth)

    named = {"name": offer.bucket, "provider": offer.provider, "path": offer.path, "awsExternalId": "passed over"}
    for wrong in (
        {**named, "name": "other"},
        {**named, "provider": "GCP"},
        {**named, "path": "elsewhere"},
        {**named, "kmsKeyId": "k"},
        {"provider": offer.provider},
    ):
        answer = await send("POST", "", displayName=f"g{secrets.token_hex(4)}", storageBucket=wrong)
        assert (answer.status_code, "storageBucket" in answer.json()["detail"]) == (400, True), answer.text
    name = f"g{secrets.token_hex(4)}"
    made = await send("POST", "", displayName=name, storageBucket=named)
    assert made.status_code == 201, made.text
    assert (await place.admin.send("GET", f"/app/teams/{name}")).body["bucket"]["name"] == "clinic"
    path = f"/{made.json()['id']}"
    assert (await send("PUT", path, displayName=name)).status_code == 200
    assert (await send("PUT", path, displayName=name, storageBucket=named)).status_code == 200
    answer = await send("PUT", path, displayName=name, storageBucket={**named, "path": "elsewhere"})
    assert (answer.status_code, answer.json()["scimType"]) == (400, "mutability")
