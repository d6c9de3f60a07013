"""The page of an organization: people, teams, service accounts with new keys, and what its teams use."""

import pytest

from tests.harness.site import Answer, Caller, Site
from tests.slices.artifact_wire import Logger

pytestmark = pytest.mark.asyncio(loop_scope="module")

RUN = """mutation U($e: String, $p: String = "p") {
  upsertBucket(input: {entityName: $e, modelName: $p, name: "r"}) { bucket { id user { username } } } }"""


async def show(caller: Caller, organization: str) -> Answer:
    return await caller.send("GET", f"/app/organizations/{organization}")


async def put(caller: Caller, organization: str, who: str, role: str) -> Answer:
    return await caller.send("POST", f"/app/organizations/{organization}/members", {"username": who, "role": role})


async def roles(caller: Caller, organization: str) -> dict[str, str]:
    return {item["username"]: item["role"] for item in (await show(caller, organization)).body["members"]}


async def test_whoever_belongs_to_it_sees_its_people_and_teams_and_nobody_else(site: Site):
    head, person, lead, outsider = [await site.user() for _ in range(4)]
    organization = await site.organization(head, viewer=person)
    team = await site.team(lead, organization)
    await site.service_account(team)
    page = await show(person, organization)
    assert page.body["canManage"] is False
    assert [(item["username"], item["role"]) for item in page.body["members"]] == [
        (head.name, "admin"),
        (person.name, "viewer"),
        (lead.name, "member"),
    ]
    assert page.body["teams"] == [{"name": team, "members": 1, "services": 1, "role": None}]
    assert (await show(lead, organization)).body["teams"][0]["role"] == "admin"
    assert (await show(head, organization)).body["canManage"] is True
    for path in ("", "/usage"):
        assert (await outsider.send("GET", f"/app/organizations/{organization}{path}")).status == 404
    assert (await lead.send("GET", f"/app/teams/{team}")).body["organization"] == organization
    alone = await site.team(outsider)
    await site.settle(outsider)
    assert (await outsider.send("GET", f"/app/teams/{alone}")).body["organization"] is None
    reader = await site.key(head, rights="read")
    assert (await show(reader, organization)).body["canManage"] is False


async def test_its_administrator_adds_changes_and_removes_people_by_name_or_address(site: Site):
    head, person, other = [await site.user() for _ in range(3)]
    organization = await site.organization(head)
    address = f"{other.name}@example.org"
    assert (await other.send("PATCH", "/app/profile", {"email": address})).status == 204
    assert (await put(head, organization, person.name, "viewer")).status == 204
    assert (await put(head, organization, address, "member")).status == 204
    assert (await put(head, organization, person.name, "admin")).status == 204
    assert await roles(head, organization) == {head.name: "admin", person.name: "admin", other.name: "member"}
    unknown = await put(head, organization, "nobody@example.org", "member")
    assert unknown.status == 404
    assert "invited to a team" in unknown.body["error"]["message"]
    assert (await put(head, organization, other.name, "owner")).status == 422
    await site.settle(other)
    assert (await put(other, organization, other.name, "admin")).status == 403
    path = f"/app/organizations/{organization}/members"
    assert (await head.send("DELETE", f"{path}/{other.name}")).status == 204
    assert (await head.send("DELETE", f"{path}/{other.name}")).status == 404
    assert (await person.send("DELETE", f"{path}/{person.name}")).status == 204  # everybody may leave
    assert await roles(head, organization) == {head.name: "admin"}


async def test_the_last_administrator_is_told_so(site: Site):
    head, person = await site.user(), await site.user()
    organization = await site.organization(head, member=person)
    less = await put(head, organization, head.name, "member")
    gone = await head.send("DELETE", f"/app/organizations/{organization}/members/{head.name}")
    for answer in (less, gone):
        assert answer.status == 403
        assert answer.body["error"]["message"] == (
            f"this is the last administrator of {organization}; make another one first"
        )
    assert await roles(head, organization) == {head.name: "admin", person.name: "member"}


async def test_a_service_account_gets_a_new_key_that_ends_the_old_one(site: Site):
    head, person = await site.user(), await site.user()
    organization = await site.organization(head, member=person)
    team = await site.team(head, organization)
    for owner, path in ((organization, "organizations"), (team, "teams")):
        accounts = f"/app/{path}/{owner}/service-accounts"
        made = await head.send("POST", accounts, {"name": "ci"})
        program = Caller(site, "ci", made.body["secret"])
        assert (await program.graphql(RUN, e=team, p=path)).data
        members = (await head.send("GET", f"/app/{path}/{owner}")).body["members"]
        ids = {item["username"]: item["id"] for item in members}
        (account,) = [item for item in members if item["service"]]
        renewed = await head.send("POST", f"{accounts}/{account['id']}/key", {})
        assert renewed.body["secret"] not in {"", program.key}
        site.use(site.ports)  # keys are remembered for some seconds
        assert (await program.graphql(RUN, e=team, p=path)).status == 401
        later = Caller(site, "ci", renewed.body["secret"])
        assert (await later.graphql(RUN, e=team, p=path)).data["upsertBucket"]["bucket"]["user"]["username"] == (
            account["username"]
        )
        # of people nobody makes keys that way
        assert (await head.send("POST", f"{accounts}/{ids[head.name]}/key", {})).status == 404
        assert (await person.send("POST", f"{accounts}/{account['id']}/key", {})).status == (
            403 if path == "organizations" else 404
        )


async def test_usage_is_told_by_team_and_of_what_the_caller_may_see(site: Site):
    head, person = await site.user(), await site.user()
    organization = await site.organization(head, member=person)
    seen, hidden = await site.team(head, organization, member=person), await site.team(head, organization)
    for team in (seen, hidden):
        assert (await head.graphql(RUN, e=team)).data
        await Logger(head, team, "p").log("data", {"a.txt": b"x" * 1000})

    async def sizes(caller: Caller) -> dict[str, tuple[int, int]]:
        found = (await caller.send("GET", f"/app/organizations/{organization}/usage")).body["owners"]
        return {item["name"]: (item["usage"]["versionBytes"], item["projects"]) for item in found}

    assert await sizes(head) == {seen: (1000, 1), hidden: (1000, 1), organization: (0, 0)}
    assert await sizes(person) == {seen: (1000, 1), hidden: (0, 0), organization: (0, 0)}
