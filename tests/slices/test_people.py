"""Organizations, teams, restricted projects, service accounts, and accounts that end and come back."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from steelyard.context import AccountPolicy
from steelyard.domains.accounts import organizations, people, queries, service, teams
from steelyard.domains.accounts.model import Role
from steelyard.kernel.errors import Denied
from tests.harness.site import Answer, Caller, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

RUN = """mutation U($e: String, $p: String = "p", $r: String = "r") {
  upsertBucket(input: {entityName: $e, modelName: $p, name: $r}) { bucket { id user { username } } } }"""
INVITE = """mutation I($e: String!, $u: String, $m: String) {
  createInvite(input: {entityName: $e, username: $u, email: $m}) { invite { toUser { name } } } }"""
MEMBERS = "query M($e: String!) { entity(name: $e) { members { id username role admin accountType apiKey } } }"
REMOVE = "mutation R($e: String!, $id: ID!) { deleteInvite(input: {entityName: $e, id: $id}) { success } }"
TEAM = "mutation T($n: String!) { createTeam(input: {teamName: $n}) { entity { name } } }"
SERVICE = 'mutation S($e: String!) { createServiceAccount(input: {entityName: $e, description: "ci"}) { user { id } } }'


@contextmanager
def under(site: Site, **policy: bool) -> Iterator[None]:
    """Have another policy for a while."""
    before = site.ports
    site.use(replace(before, policy=replace(before.policy, accounts=AccountPolicy(**policy))))
    try:
        yield
    finally:
        site.use(before)


async def log(caller: Caller, entity: str | None = None, **names: str) -> Answer:
    return await caller.graphql(RUN, e=entity, **names)


async def members(caller: Caller, team: str) -> dict[str, dict[str, str]]:
    found = (await caller.graphql(MEMBERS, e=team)).data["entity"]["members"]
    return {item["username"]: item for item in found}


async def see(caller: Caller, team: str, project: str = "p") -> int:
    return (await caller.send("GET", f"/app/projects/{team}/{project}")).status


# ---- teams ----------------------------------------------------------------------------------------------------


async def test_an_administrator_of_a_team_fills_and_empties_it(site):
    admin, other, third = await site.user(), await site.user(), await site.user()
    team = await site.team(admin)
    assert (await admin.graphql(INVITE, e=team, u=other.name)).data
    again = await admin.graphql(INVITE, e=team, u=other.name)
    assert again.status == 409
    assert (await other.graphql(INVITE, e=team, u=third.name)).status == 403
    assert (await third.graphql(INVITE, e=team, u=third.name)).status == 404
    found = await members(admin, team)
    assert {name: item["role"] for name, item in found.items()} == {admin.name: "admin", other.name: "member"}
    assert (await other.graphql(REMOVE, e=team, id=found[admin.name]["id"])).status == 403
    assert (await admin.graphql(REMOVE, e=team, id=found[other.name]["id"])).data
    assert list(await members(admin, team)) == [admin.name]
    assert (await admin.graphql(REMOVE, e=team, id=found[other.name]["id"])).status == 404


async def test_the_last_administrator_of_a_team_neither_leaves_nor_steps_down(site):
    admin, other = await site.user(), await site.user()
    team = await site.team(admin, member=other)
    own = (await members(admin, team))[admin.name]["id"]
    assert (await admin.graphql(REMOVE, e=team, id=own)).status == 403
    with pytest.raises(Denied, match="last administrator"):
        await teams.set_member(site.system, team, admin.name, Role.VIEWER)
    await teams.set_member(site.system, team, other.name, Role.ADMIN)
    assert (await admin.graphql(REMOVE, e=team, id=own)).data


async def test_who_makes_teams(site):
    admin, person, operator = await site.user(), await site.user(), await site.user(admin=True)
    organization = await site.organization(admin, member=person)
    assert (await person.graphql(TEAM, n=f"t{secrets.token_hex(4)}")).status == 403
    name = f"t{secrets.token_hex(4)}"
    assert (await admin.graphql(TEAM, n=name)).data  # of their only organization
    async with site.ports.database.read() as conn:
        made, home = await queries.find_entity(conn, name), await queries.find_organization(conn, organization)
    assert made.organization_id == home.id
    assert (await operator.graphql(TEAM, n=f"t{secrets.token_hex(4)}")).data
    with under(site, user_teams=True):
        assert (await person.graphql(TEAM, n=f"t{secrets.token_hex(4)}")).data


# ---- organizations --------------------------------------------------------------------------------------------


async def test_administrators_of_an_organization_are_administrators_of_its_teams_and_of_no_other(site):
    head, lead, outsider = await site.user(), await site.user(), await site.user()
    organization = await site.organization(head)
    team, other = await site.team(lead, organization), await site.team(outsider)
    for caller, entity in ((lead, team), (outsider, other)):
        assert (await log(caller, entity)).data
    assert await see(head, team) == 200
    assert (await log(head, team, r="s")).data
    assert (await head.send("PATCH", f"/app/projects/{team}/p", {"visibility": "restricted"})).status == 200
    assert (await head.graphql(INVITE, e=team, u=outsider.name)).data
    assert await see(head, other) == 404
    assert (await head.graphql(INVITE, e=other, u=head.name)).status == 404


async def test_who_only_views_an_organization_changes_nothing_in_its_teams(site):
    head, viewer = await site.user(), await site.user()
    organization = await site.organization(head, viewer=viewer)
    team = await site.team(head, organization, member=viewer)
    assert (await log(head, team)).data
    assert await see(viewer, team) == 200
    assert (await log(viewer, team, r="s")).status == 403


async def test_whoever_leaves_an_organization_leaves_its_teams_and_the_last_administrator_stays(site):
    head, person = await site.user(), await site.user()
    organization = await site.organization(head)
    team = await site.team(head, organization, member=person)
    assert {
        item.user.username for item in await organizations.list_organization_members(site.system, organization)
    } == {
        head.name,
        person.name,
    }
    await organizations.remove_organization_member(site.system, organization, person.name)
    assert person.name not in await members(head, team)
    for change in (
        organizations.remove_organization_member(site.system, organization, head.name),
        organizations.set_organization_member(site.system, organization, head.name, Role.MEMBER),
    ):
        with pytest.raises(Denied, match="last administrator"):
            await change


async def test_administrators_can_be_kept_out_of_teams(site):
    operator, head, lead = await site.user(admin=True), await site.user(), await site.user()
    team = await site.team(lead, await site.organization(head))
    assert (await log(lead, team)).data
    with under(site, admins_enter_teams=False):
        for outside in (operator, head):
            assert await see(outside, team) == 404
            assert (await outside.graphql(INVITE, e=team, u=outside.name)).status == 403
            guest = await site.user()
            assert (await outside.graphql(INVITE, e=team, u=guest.name)).data
            assert await see(guest, team) == 200


# ---- projects -------------------------------------------------------------------------------------------------


async def test_a_restricted_project_is_for_those_it_names(site):
    admin, author, named, other = [await site.user() for _ in range(4)]
    team = await site.team(admin, member=author)
    for caller in (named, other):
        await teams.set_member(site.system, team, caller.name, Role.MEMBER)
    assert (await log(author, team)).data
    await site.restrict(admin, team, "p", viewer=named)
    await site.settle(author)
    assert [await see(caller, team) for caller in (admin, author, named, other)] == [200, 200, 200, 404]
    assert [await count_listed(caller, team) for caller in (admin, author, named, other)] == [1, 1, 1, 0]
    assert (await log(named, team, r="s")).status == 403
    assert (await log(other, team, r="s")).status == 403
    path = f"/app/projects/{team}/p/members"
    shown = {item["username"]: item["role"] for item in (await named.send("GET", path)).body["members"]}
    assert shown == {author.name: "admin", named.name: "viewer"}
    assert (await named.send("POST", path, {"username": other.name, "role": "member"})).status == 403
    stranger = await site.user()
    assert (await author.send("POST", path, {"username": stranger.name, "role": "member"})).status == 422
    assert (await author.send("DELETE", f"{path}/{named.name}")).status == 204
    await site.settle(named)
    assert await see(named, team) == 404


async def count_listed(caller: Caller, team: str) -> int:
    document = "query L($e: String!) { models(entityName: $e) { edges { node { name } } } }"
    return len((await caller.graphql(document, e=team)).data["models"]["edges"])


async def test_members_that_leave_a_team_leave_the_lists_of_its_projects(site):
    admin, named = await site.user(), await site.user()
    team = await site.team(admin, member=named)
    assert (await log(admin, team)).data
    await site.restrict(admin, team, "p", member=named)
    assert (await admin.graphql(REMOVE, e=team, id=(await members(admin, team))[named.name]["id"])).data
    await teams.set_member(site.system, team, named.name, Role.MEMBER)
    await site.settle(named)
    assert await see(named, team) == 404


async def test_personal_entities_can_be_switched_off(site):
    person = await site.user()
    assert (await log(person)).data
    team = await site.team(await site.user(), member=person)
    with under(site, personal_entities=False):
        assert await see(person, person.name) == 200
        for project in ("p", "fresh"):
            refused = await log(person, person.name, p=project, r="s")
            assert (refused.status, "switched off" in refused.message) == (403, True)
        assert (await person.send("PATCH", f"/app/runs/{person.name}/p/r", {"notes": "x"})).status == 403
        assert (await person.graphql("{ viewer { entity } }")).data["viewer"]["entity"] == team
        assert (await log(person)).data  # goes to the team
        assert await see(person, team) == 200


async def test_where_they_are_off_an_open_one_is_only_looked_at_and_cleared_away_by_administrators(site):
    person, other, admin = await site.user(), await site.user(), await site.user(admin=True)
    assert (await log(person)).data
    project, run = f"/app/projects/{person.name}/p", f"/app/runs/{person.name}/p/r"
    assert (await person.send("PATCH", project, {"visibility": "open"})).status == 200
    assert (await other.send("PATCH", run, {"notes": "x"})).status == 200
    stream = f"/files/{person.name}/p/r/file_stream"
    team = await site.team(other)
    with under(site, personal_entities=False):
        for caller in (person, other, admin):
            assert (await caller.send("GET", run)).status == 200
            assert (await caller.send("PATCH", run, {"notes": "y"})).status == 403
            assert (await caller.send("POST", stream, {})).status == 403
            assert (await caller.send("PATCH", project, {"description": "y"})).status == 403
            assert (await caller.send("PATCH", project, {"visibility": "private"})).status == 403
            assert (await log(caller, person.name)).status == 403
        for caller in (person, other):
            assert (await caller.send("DELETE", run)).status == 403
            assert (await caller.send("DELETE", project)).status == 403
        assert (await log(other, team)).data, "teams are as before"
        fresh = await site.team(other)
        await site.settle(other)
        assert (await log(other, fresh)).data, "and so is one of a moment ago"
        assert (await admin.send("DELETE", run)).status == 204
        assert (await admin.send("DELETE", project)).status == 204
        assert (await admin.send("GET", project)).status == 404


# ---- service accounts -----------------------------------------------------------------------------------------


async def test_the_key_of_a_service_account_is_shown_once_to_its_maker(site):
    admin, other = await site.user(), await site.user()
    team = await site.team(admin, member=other)
    assert (await other.graphql(SERVICE, e=team)).status == 403
    assert (await admin.graphql(SERVICE, e=team)).data
    for caller in (other, admin, admin):
        (made,) = [item for item in (await members(caller, team)).values() if item["accountType"] == "SERVICE"]
        assert bool(made["apiKey"]) is (caller is admin)
        if caller is admin:
            program = Caller(site, made["username"], made["apiKey"])
            assert (await log(program, team, r="by-service")).data
            admin = other  # from now on nobody is shown it


async def test_a_service_account_ends_with_its_membership(site):
    admin = await site.user()
    team = await site.team(admin)
    program = await site.service_account(team)
    own = (await members(admin, team))[program.name]["id"]
    assert (await admin.graphql(REMOVE, e=team, id=own)).data
    assert (await program.graphql("{ viewer { id } }")).status == 401


async def test_a_service_account_of_an_organization_logs_to_all_its_teams(site):
    head, lead = await site.user(), await site.user()
    organization = await site.organization(head)
    inside, outside = await site.team(lead, organization), await site.team(lead)
    program = await site.service_account(organization)
    assert (await log(program, inside)).data
    assert (await log(program, outside)).status == 403


async def test_a_service_account_logs_for_a_member_named_by_name_or_address(site):
    lead, member, outsider = await site.user(), await site.user(), await site.user()
    team = await site.team(lead, member=member)
    for caller in (member, outsider):
        async with site.ports.database.write() as conn:
            user = await queries.find_user_by_name(conn, caller.name)
            await queries.update_user(conn, user.id, email=f"{caller.name}@example.org")
    program = await site.service_account(team)
    for number, (headers, author) in enumerate(
        [
            ({"X-WANDB-USERNAME": member.name}, member.name),
            ({"X-WANDB-USER-EMAIL": f"{member.name.upper()}@example.org"}, member.name),
            ({"X-WANDB-USERNAME": outsider.name}, program.name),
            ({"X-WANDB-USER-EMAIL": f"{outsider.name}@example.org"}, program.name),
        ]
    ):
        made = await program.graphql(RUN, headers, e=team, r=f"r{number}")
        assert made.data["upsertBucket"]["bucket"]["user"]["username"] == author


# ---- accounts -------------------------------------------------------------------------------------------------


async def test_a_deactivated_account_is_shut_out_and_comes_back_with_all_it_had(site):
    admin, person = await site.user(), await site.user()
    team = await site.team(admin, member=person)
    await people.deactivate_user(site.system, person.name)
    assert (await person.graphql("{ viewer { id } }")).status == 401
    await people.restore_user(site.system, person.name)
    assert (await log(person, team)).data


async def test_the_last_administrator_of_the_server_stays(site):
    system = site.system
    await site.user(admin=True)
    *others, last = [user for user in await service.list_users(system) if user.is_admin and user.is_active]
    for user in others:
        await people.set_admin(system, user.username, is_admin=False)
    for change in (
        people.set_admin(system, last.username, is_admin=False),
        people.deactivate_user(system, last.username),
        service.delete_user(system, last.username),
    ):
        with pytest.raises(Denied, match="last administrator"):
            await change


async def test_accounts_are_made_by_address(site):
    operator = await site.user(admin=True)
    create = """mutation C($m: String!) { createUser(input: {email: $m, admin: false}) {
      user { username email admin } } }"""
    address = f"Grace.{secrets.token_hex(3)}@example.org"
    made = (await operator.graphql(create, m=address)).data["createUser"]["user"]
    assert made == {"username": address.partition("@")[0].lower(), "email": address, "admin": False}
    assert (await operator.graphql(create, m=address.upper())).status == 409
    assert (await operator.graphql(create, m="nowhere")).status == 422
    assert (await (await site.user()).graphql(create, m="x@example.org")).status == 403


async def test_people_find_those_whom_they_work_with(site):
    head, colleague, mate, stranger = [await site.user() for _ in range(4)]
    await site.organization(head, member=colleague)
    await site.team(mate, None, member=head)
    search = "query U($q: String) { users(query: $q) { edges { node { username } } } }"

    async def found(caller: Caller, wanted: str) -> list[str]:
        answer = await caller.graphql(search, q=wanted)
        return [edge["node"]["username"] for edge in answer.data["users"]["edges"]]

    assert sorted(await found(head, "")) == sorted([head.name, colleague.name, mate.name])
    assert await found(colleague, head.name) == [head.name]
    assert await found(colleague, mate.name) == [], "no organization and no team of both"
    assert await found(stranger, head.name) == []
    assert await found(stranger, stranger.name) == [stranger.name]


async def test_a_text_too_long_to_search_for_finds_nobody_or_is_refused(site: Site):
    """SQLite refuses such a text, MySQL finds nothing; neither is a fault of the server's."""
    long = "x" * 60_000
    search = "query U($q: String) { users(query: $q) { edges { node { username } } } }"
    asked = await (await site.user()).graphql(search, q=long)
    assert asked.status == 200
    refused = [error["message"] for error in asked.body.get("errors", ())]
    assert refused == ["the text to search for is too long"] or asked.data["users"]["edges"] == []
    answer = await (await site.user(admin=True)).send("GET", f"/app/registries:search?q={long}")
    assert answer.status in {200, 422}


# ---- where runs go that name no entity -------------------------------------------------------------------------


async def choose(caller: Caller, entity: str) -> int:
    return (await caller.send("PATCH", "/app/profile", {"entity": entity})).status


async def owner_of_new_run(caller: Caller, project: str) -> str:
    """Log without naming an entity, and return whose the project is."""
    assert (await log(caller, p=project)).data
    found = await caller.graphql("{ viewer { entity } }")
    entity = str(found.data["viewer"]["entity"])
    assert await see(caller, entity, project) == 200
    return entity


async def test_people_choose_where_runs_go_that_name_no_entity(site):
    person, head = await site.user(), await site.user()
    team, looked_at, other = await site.team(head, member=person), await site.team(head), await site.team(head)
    await teams.set_member(site.system, looked_at, person.name, Role.VIEWER)
    await site.settle(person)
    assert await owner_of_new_run(person, "one") == person.name
    assert await choose(person, team) == 204
    assert await owner_of_new_run(person, "two") == team
    assert [await choose(person, name) for name in (looked_at, other, "no-such-team", head.name)] == [
        403,
        404,
        404,
        404,
    ]
    assert await choose(await site.key(person, rights="append"), person.name) == 403
    assert await choose(person, person.name) == 204
    assert await owner_of_new_run(person, "three") == person.name


async def test_who_leaves_the_chosen_team_or_whose_team_is_deleted_logs_under_the_own_name_again(site):
    person, head = await site.user(), await site.user()
    left, deleted = await site.team(head, member=person), await site.team(head, member=person)
    await site.settle(person)
    assert await choose(person, left) == 204
    async with site.ports.database.read() as conn:
        user = await queries.find_user_by_name(conn, person.name)
    await teams.remove_member(site.system, left, user.id)
    assert await owner_of_new_run(person, "one") == person.name
    assert await choose(person, deleted) == 204
    assert (await head.send("DELETE", f"/app/teams/{deleted}")).status == 204
    assert await owner_of_new_run(person, "two") == person.name
