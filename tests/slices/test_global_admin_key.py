"""The static administrator's key of the settings: good when both settings say so, and told of."""

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import update

from steelyard.domains.accounts.tables import users
from tests.harness.site import Caller, Site, open_site

pytestmark = pytest.mark.asyncio(loop_scope="module")
KEY = "local-" + "0123456789" * 4
NAMES = {"GLOBAL_ADMIN_API_KEY": KEY, "GORILLA_INSECURE_ALLOW_API_KEY_ADMIN_ACCESS": "true"}
WHO = "{ viewer { username admin } }"


@pytest.fixture(scope="module")
def place(engine, tmp_path_factory):
    """A data folder and the environment of a database, for all sites of this module."""
    with engine.fresh() as env:
        yield tmp_path_factory.mktemp("site"), env


@contextlib.asynccontextmanager
async def opened(place: Any, **names: str) -> AsyncIterator[tuple[Site, Caller]]:
    """A site without administrators under this environment, and the bearer of the key."""
    folder, env = place
    async with open_site(folder, env | names) as site:
        async with site.ports.database.write() as conn:
            await conn.execute(update(users).values(is_admin=False))
        yield site, Caller(site, "", KEY)


async def lines_of(bearer: Caller, admin: Caller) -> list[dict[str, Any]]:
    answer = await bearer.send("GET", f"/admin/audit_logs?numDays=2&limit=20000&actor={admin.name}")
    return [line for line in answer.body["audit_logs"] if line.get("actor_api_key") == "global admin key"]


async def test_it_acts_as_the_first_active_administrator_and_is_told_of(place):
    async with opened(place, **NAMES) as (site, bearer):
        assert (await bearer.graphql(WHO)).status == 401, "nobody is there to act as"
        await site.user()
        admin = await site.user(admin=True)
        await site.user(admin=True)
        for _ in range(3):
            assert (await bearer.graphql(WHO)).data["viewer"] == {"username": admin.name, "admin": True}
        made = await bearer.send("POST", "/app/admin/users", {"username": "fresh", "email": "fresh@example.org"})
        assert made.status < 300, made.body
        lines = await lines_of(bearer, admin)
        assert [line["action"] for line in lines].count("user:login") == 1
        assert {line["actor_username"] for line in lines} == {admin.name}
        assert "user:create" in [line["action"] for line in lines]
        assert KEY not in str(lines)


@pytest.mark.parametrize("name", NAMES)
async def test_one_of_the_two_settings_opens_nothing(place, name):
    async with opened(place, **{name: NAMES[name]}) as (site, bearer):
        await site.user(admin=True)
        assert (await bearer.graphql(WHO)).status == 401
        assert (await bearer.send("GET", "/app/admin/limits")).status == 401


async def test_its_use_is_told_where_reading_is_not(place):
    async with opened(place, **NAMES, STEELYARD_AUDIT_READS="false") as (site, bearer):
        admin = await site.user(admin=True)
        assert (await bearer.graphql(WHO)).data
        assert [line["action"] for line in await lines_of(bearer, admin)] == ["user:login"]


async def test_it_is_bound_by_the_policy_of_personal_entities(place):
    async with opened(place, **NAMES) as (site, bearer):
        admin, owner = await site.user(admin=True), await site.user()
        upsert = """mutation U($e: String!) { upsertBucket(input: {entityName: $e, modelName: "p", name: "r"}) {
          bucket { id } } }"""
        assert (await owner.graphql(upsert, e=owner.name)).data
        policy = site.ports.policy
        without = dataclasses.replace(policy, accounts=dataclasses.replace(policy.accounts, personal_entities=False))
        site.use(dataclasses.replace(site.ports, policy=without))
        place_of = f"/app/projects/{owner.name}/p"
        answers = [await who.send("PATCH", place_of, {"description": "new"}) for who in (owner, admin, bearer)]
        assert [answer.status for answer in answers] == [403, 403, 403]


async def test_addresses_of_files_end_with_the_key(place):
    async with opened(place, **NAMES) as (site, bearer):
        admin = await site.user(admin=True)
        upsert = """mutation U($e: String!) { upsertBucket(input: {entityName: $e, modelName: "p", name: "r"}) {
          bucket { id } } }"""
        upload = """mutation C($e: String!) { createRunFiles(input: {entityName: $e, projectName: "p", runName: "r",
          files: ["a.txt"]}) { files { uploadUrl } } }"""
        assert (await bearer.graphql(upsert, e=admin.name)).data
        (file,) = (await bearer.graphql(upload, e=admin.name)).data["createRunFiles"]["files"]
        if not file["uploadUrl"].startswith("http://site.test"):
            return  # the bucket itself answers, which knows no keys of ours
        assert (await site.http.put(file["uploadUrl"], content=b"x")).status_code == 200
        policy = site.ports.policy
        without = dataclasses.replace(policy, accounts=dataclasses.replace(policy.accounts, global_key_digest=""))
        site.use(dataclasses.replace(site.ports, policy=without))
        assert (await site.http.put(file["uploadUrl"], content=b"y")).status_code == 403
