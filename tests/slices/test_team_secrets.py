"""Secrets of a team: names for its members, values for nobody who asks, encrypted where they are stored."""

import dataclasses

import pytest
from sqlalchemy import select, update

from steelyard.domains.accounts import queries, tables, team_secrets, teams
from steelyard.domains.accounts.model import Role
from steelyard.kernel.errors import Conflict
from tests.harness.site import Answer, Caller, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
VALUE = "hunter2 of the webhook ✓\nand a second line"


async def put(caller: Caller, team: str, name: str, value: str = VALUE) -> Answer:
    return await caller.send("PUT", f"/app/teams/{team}/secrets/{name}", {"value": value})


async def listed(caller: Caller, team: str) -> Answer:
    return await caller.send("GET", f"/app/teams/{team}/secrets")


async def team_id(site: Site, team: str) -> int:
    async with site.ports.database.read() as conn:
        found = await queries.find_entity(conn, team)
    assert found is not None
    return found.id


async def test_members_are_told_the_names_and_nobody_the_values(site: Site):
    admin, viewer, outsider = [await site.user() for _ in range(3)]
    team = await site.team(admin, viewer=viewer)
    assert (await listed(viewer, team)).body == {"off": False, "secrets": []}
    assert (await put(admin, team, "WEBHOOK")).status == 204
    for caller in (admin, viewer):
        answer = await listed(caller, team)
        (found,) = answer.body["secrets"]
        assert (found["name"], found["by"]) == ("WEBHOOK", admin.name)
        assert "hunter2" not in str(answer.body)
    assert (await listed(outsider, team)).status == 404
    assert (await put(viewer, team, "WEBHOOK", "mine")).status == 403
    assert (await viewer.send("DELETE", f"/app/teams/{team}/secrets/WEBHOOK")).status == 403
    assert (await put(outsider, team, "WEBHOOK", "mine")).status == 404
    assert await team_secrets.find_value(site.system, await team_id(site, team), "WEBHOOK") == VALUE


async def test_what_is_stored_is_not_the_value_and_no_log_has_it(site: Site):
    admin, operator = await site.user(), await site.user(admin=True)
    team = await site.team(admin)
    assert (await put(admin, team, "TOKEN")).status == 204
    async with site.ports.database.read() as conn:
        stored = tables.team_secrets.c
        sealed = (
            await conn.execute(select(stored.sealed).where(stored.entity_id == await team_id(site, team)))
        ).scalar()
    assert sealed
    assert "hunter2" not in sealed
    audit = await operator.send("GET", "/admin/audit_logs")
    assert "hunter2" not in str(audit.body)


async def test_a_secret_is_replaced_and_deleted(site: Site):
    admin, other = await site.user(), await site.user()
    team = await site.team(admin, member=other)
    await teams.set_member(site.system, team, other.name, Role.ADMIN)
    entity_id = await team_id(site, team)
    assert (await put(admin, team, "TOKEN", "one")).status == 204
    site.clock.move(60)
    assert (await put(other, team, "TOKEN", "two")).status == 204
    (found,) = (await listed(admin, team)).body["secrets"]
    assert found["by"] == other.name
    assert found["changedAt"] > found["createdAt"]
    assert await team_secrets.find_value(site.system, entity_id, "TOKEN") == "two"
    path = f"/app/teams/{team}/secrets/TOKEN"
    assert (await admin.send("DELETE", path)).status == 204
    assert (await admin.send("DELETE", path)).status == 404
    assert await team_secrets.find_value(site.system, entity_id, "TOKEN") is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("1ST", "x"), ("with-dash", "x"), ("with blank", "x"), ("n" * 129, "x"), ("OK", ""), ("OK", "x" * 40_000)],
)
async def test_unfit_names_and_values_are_refused(site: Site, name: str, value: str):
    admin = await site.user()
    team = await site.team(admin)
    assert (await put(admin, team, name, value)).status == 422
    assert (await listed(admin, team)).body["secrets"] == []


async def test_another_teams_secret_of_the_same_name_is_another_and_goes_with_its_team(site: Site):
    admin = await site.user()
    one, two = await site.team(admin), await site.team(admin)
    for team in (one, two):
        assert (await put(admin, team, "TOKEN", team)).status == 204
    assert await team_secrets.find_value(site.system, await team_id(site, one), "TOKEN") == one
    number = await team_id(site, two)
    assert (await admin.send("DELETE", f"/app/teams/{two}")).status == 204
    assert await team_secrets.find_value(site.system, number, "TOKEN") is None


async def test_a_value_whose_key_is_gone_is_told_so(site: Site):
    admin = await site.user()
    team = await site.team(admin)
    number = await team_id(site, team)
    assert (await put(admin, team, "TOKEN")).status == 204
    async with site.ports.database.write() as conn:
        mine = tables.team_secrets.c
        await conn.execute(update(tables.team_secrets).where(mine.entity_id == number).values(sealed="gAAAA"))
    with pytest.raises(Conflict, match="set it anew"):
        await team_secrets.find_value(site.system, number, "TOKEN")


async def test_where_secrets_are_off_there_are_none_and_those_from_before_are_not_used(site: Site):
    admin, outsider = await site.user(), await site.user()
    team = await site.team(admin)
    assert (await put(admin, team, "KEPT")).status == 204
    off = dataclasses.replace(site.ports.policy.accounts, team_secrets=False)
    policy = dataclasses.replace(site.ports.policy, accounts=off)
    other = Site(dataclasses.replace(site.ports, policy=policy), site.clock)
    there = dataclasses.replace(admin, site=other)
    assert (await listed(there, team)).body == {"off": True, "secrets": []}
    refused = await put(there, team, "NEW")
    assert (refused.status, "keep no secrets" in str(refused.body)) == (409, True)
    assert (await there.send("DELETE", f"/app/teams/{team}/secrets/KEPT")).status == 409
    assert (await put(dataclasses.replace(outsider, site=other), team, "NEW")).status == 404
    assert await team_secrets.find_value(other.system, await team_id(site, team), "KEPT") is None
    assert [item["name"] for item in (await listed(admin, team)).body["secrets"]] == ["KEPT"]
    await other.http.aclose()
