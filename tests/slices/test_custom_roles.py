"""Roles on top of member and viewer: made by an organization, held in its teams, and what their holders may."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from steelyard.domains.accounts import organizations
from steelyard.domains.accounts.identities import CACHE_TTL_S
from steelyard.domains.accounts.model import Role
from tests.harness.server import PASSWORD
from tests.harness.site import Answer, Caller, Site
from tests.harness.visitor import open_visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")
UPSERT = "mutation U($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id } } }"
DELETE = "mutation D($id: ID!) { deleteRun(input: {id: $id}) { success } }"
MEMBERS = "query E($e: String!) { entity(name: $e) { members { username role admin } } }"


@dataclass
class Company:
    """An organization with one team that has a project of one run, and the callers of both."""

    site: Site
    name: str
    team: str
    boss: Caller
    admin: Caller
    run: str = ""

    @property
    def roles(self) -> str:
        return f"/app/organizations/{self.name}/roles"

    async def role(self, *permissions: str, parent: str = "viewer", **more: Any) -> dict[str, Any]:
        body = {"name": f"role {secrets.token_hex(4)}", "inheritedFrom": parent, "permissions": list(permissions)}
        answer = await self.boss.send("POST", self.roles, body | more)
        assert answer.status == 200, answer.body
        return dict(answer.body)

    async def holder(self, role: str) -> Caller:
        caller = await self.site.user()
        await self.give(caller, role)
        return caller

    async def give(self, caller: Caller, role: str) -> None:
        body = {"username": caller.name, "role": role}
        answer = await self.admin.send("POST", f"/app/teams/{self.team}/members", body)
        assert answer.status == 204, answer.body
        await self.site.settle(caller)

    async def log(self, caller: Caller, project: str = "p") -> Answer:
        given = {"entityName": self.team, "modelName": project, "name": f"r{secrets.token_hex(4)}"}
        return await caller.graphql(UPSERT, input=given)

    async def shown(self, caller: Caller) -> dict[str, Any]:
        members = (await self.admin.send("GET", f"/app/teams/{self.team}")).body["members"]
        return next(item for item in members if item["username"] == caller.name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def company(site: Site) -> Company:
    boss, admin = await site.user(), await site.user()
    name = await site.organization(boss)
    team = await site.team(admin, name)
    made = Company(site, name, team, boss, admin)
    made.run = (await made.log(admin)).data["upsertBucket"]["bucket"]["id"]
    return made


# ---- made, changed, deleted -----------------------------------------------------------------------------------


async def test_a_role_is_made_shown_changed_and_deleted(company: Company):
    made = await company.role("run:create", "artifact:create", description="logs only")
    assert (made["inheritedFrom"], made["permissions"]) == ("viewer", ["run:create", "artifact:create"])
    page = (await company.admin.send("GET", company.roles)).body
    assert not page["canManage"]
    assert made | {"holders": 0} in page["roles"]
    words = {item["name"]: item for item in page["permissions"]}
    assert words["run:create"]["inheritedBy"] == ["member"]
    assert words["project:delete"]["inheritedBy"] == []
    one = f"{company.roles}/{made['id']}"
    changed = (await company.boss.send("PATCH", one, {"permissions": ["run:delete"], "name": "Cleaner"})).body
    assert changed == made | {"permissions": ["run:delete"], "name": "Cleaner"}
    assert (await company.boss.send("DELETE", one)).status == 204
    assert (await company.boss.send("DELETE", one)).status == 404
    page = (await company.boss.send("GET", company.roles)).body
    assert page["canManage"]
    assert made["id"] not in [item["id"] for item in page["roles"]]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "Twice"}, 200),
        ({"name": "tWICE"}, 409),
        ({"name": "  TWICE "}, 409),
        ({"name": "Admin"}, 422),
        ({"name": "viewer"}, 422),
        ({"name": " "}, 422),
        ({"name": "x" * 65}, 422),
        ({"name": "a\u0000b"}, 422),
        ({}, 422),
        ({"name": "x", "description": "d" * 1025}, 422),
        ({"name": "x", "inheritedFrom": "admin"}, 422),
        ({"name": "x", "inheritedFrom": "king"}, 422),
        ({"name": "x", "permissions": ["run:fly"]}, 422),
        ({"name": "x", "permissions": "run:create"}, 422),
        ({"name": 5}, 422),
    ],
)
async def test_what_no_role_can_be_is_told(company: Company, body: dict[str, Any], status: int):
    if status == 409:
        await company.boss.send("POST", company.roles, {"name": "Twice"})
    answer = await company.boss.send("POST", company.roles, body)
    assert answer.status in ({200, 409} if status == 200 else {status}), answer.body


async def test_of_many_who_make_one_of_the_same_name_one_does(company: Company):
    body = {"name": f"race {secrets.token_hex(4)}"}
    answers = await asyncio.gather(*(company.boss.send("POST", company.roles, body) for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7


async def test_roles_of_an_organization_are_its_own(company: Company, site: Site):
    made = await company.role("run:create")
    other = await site.user()
    theirs = await site.organization(other)
    stranger = await site.user()
    for caller in (other, stranger):
        assert (await caller.send("GET", company.roles)).status == 404
        assert (await caller.send("PATCH", f"{company.roles}/{made['id']}", {"name": "x"})).status == 404
    for method, body in (("PATCH", {"name": "x"}), ("DELETE", None)):
        answer = await other.send(method, f"/app/organizations/{theirs}/roles/{made['id']}", body)
        assert answer.status == 404
    for method, path, body in (
        ("POST", company.roles, {"name": "x"}),
        ("PATCH", f"{company.roles}/{made['id']}", {"name": "x"}),
        ("DELETE", f"{company.roles}/{made['id']}", None),
    ):
        assert (await company.admin.send(method, path, body)).status == 403
    team = await site.team(other, theirs, member=stranger)
    await site.settle(other)
    answer = await other.send("POST", f"/app/teams/{team}/members", {"username": stranger.name, "role": made["name"]})
    assert answer.status == 422


async def test_a_team_of_no_organization_has_none(site: Site):
    owner, member = await site.user(), await site.user()
    team = await site.team(owner)
    answer = await owner.send("POST", f"/app/teams/{team}/members", {"username": member.name, "role": "annotator"})
    assert answer.status == 422
    assert "admin, member, viewer" in answer.body["error"]["message"]


# ---- held -----------------------------------------------------------------------------------------------------


async def test_a_viewer_who_may_log_logs_and_does_nothing_else(company: Company):
    role = await company.role("run:create")
    holder = await company.holder(role["name"].upper())
    made = await company.log(holder)
    assert made.status == 200, made.body
    run = made.data["upsertBucket"]["bucket"]["id"]
    assert (await company.log(holder, "not-there-yet")).status == 403
    assert (await holder.graphql(DELETE, id=run)).status == 403
    assert (await holder.send("PATCH", f"/app/projects/{company.team}/p", {"description": "x"})).status == 403
    document = """query P($e: String!) { project(name: "p", entityName: $e) { readOnly run(name: "r") { id } } }"""
    assert (await holder.graphql(document, e=company.team)).data["project"]["readOnly"] is False


async def test_clients_are_told_the_parent_and_the_web_app_the_name(company: Company):
    role = await company.role("project:manage", parent="member")
    holder = await company.holder(role["name"])
    answer = await holder.graphql(MEMBERS, e=company.team)
    told = {item["username"]: item for item in answer.data["entity"]["members"]}
    assert told[holder.name] == {"username": holder.name, "role": "member", "admin": False}
    shown = await company.shown(holder)
    assert (shown["role"], shown["customRole"]) == ("member", role["name"])
    assert (await company.shown(company.admin))["customRole"] is None
    lines = (await (await company.site.user(admin=True)).send("GET", "/admin/audit_logs?limit=20000&numDays=400")).body
    details = [line.get("detail", {}) for line in lines["audit_logs"] if line.get("username") == holder.name]
    assert {"role": role["name"]} in details


async def test_a_role_that_is_deleted_leaves_its_parent(company: Company):
    role = await company.role("run:create")
    holder = await company.holder(role["name"])
    assert (await company.boss.send("DELETE", f"{company.roles}/{role['id']}")).status == 204
    shown = await company.shown(holder)
    assert (shown["role"], shown["customRole"]) == ("viewer", None)
    await company.site.settle(holder)
    assert (await company.log(holder)).status == 403


async def test_another_parent_counts_for_all_who_hold_the_role(company: Company):
    role = await company.role("project:manage")
    holder = await company.holder(role["name"])
    assert (await company.log(holder)).status == 403
    changed = await company.boss.send("PATCH", f"{company.roles}/{role['id']}", {"inheritedFrom": "member"})
    assert changed.status == 200
    await company.site.settle(holder)
    assert (await company.log(holder)).status == 200
    assert (await company.shown(holder))["role"] == "member"


async def test_a_role_of_before_replaces_the_custom_one(company: Company):
    holder = await company.holder((await company.role("run:create"))["name"])
    await company.give(holder, "viewer")
    assert (await company.shown(holder))["customRole"] is None
    assert (await company.log(holder)).status == 403


async def test_a_change_counts_when_what_was_known_of_the_caller_is_forgotten(company: Company):
    role = await company.role("run:create")
    holder = await company.holder(role["name"])
    assert (await company.log(holder)).status == 200
    await company.boss.send("PATCH", f"{company.roles}/{role['id']}", {"permissions": []})
    await asyncio.sleep(CACHE_TTL_S + 0.1)
    assert (await company.log(holder)).status == 403


async def test_who_views_the_organization_looks_on_in_its_teams_whatever_their_role(company: Company, site: Site):
    holder = await company.holder((await company.role("run:create", "run:delete"))["name"])
    await organizations.set_organization_member(site.system, company.name, holder.name, Role.VIEWER)
    await site.settle(holder)
    assert (await company.log(holder)).status == 403
    assert (await holder.graphql(DELETE, id=company.run)).status == 403


async def test_a_service_account_may_be_bound_by_a_role(company: Company):
    role = await company.role("run:create")
    service = await company.site.service_account(company.team)
    await company.give(service, role["name"])
    assert (await company.log(service)).status == 200
    assert (await service.graphql(DELETE, id=company.run)).status == 403


async def test_the_list_of_a_project_names_custom_roles_too(company: Company):
    role = await company.role("run:create")
    holder = await company.holder("viewer")
    project = f"listed-{secrets.token_hex(4)}"
    assert (await company.log(company.admin, project)).status == 200
    await company.site.restrict(company.admin, company.team, project, **{role["name"]: holder})
    assert (await company.log(holder, project)).status == 200
    assert (await company.log(holder)).status == 403
    listed = (await company.admin.send("GET", f"/app/projects/{company.team}/{project}/members")).body["members"]
    assert {"role": "viewer", "customRole": role["name"]}.items() <= {
        key: value for item in listed if item["username"] == holder.name for key, value in item.items()
    }.items()
    await company.site.restrict(company.admin, company.team, project, viewer=holder)
    assert (await company.log(holder, project)).status == 403


# ---- inviting, and no more than one has oneself ---------------------------------------------------------------


async def invited(company: Company, role: str) -> Caller:
    email = f"u{secrets.token_hex(4)}@example.org"
    path = f"/app/teams/{company.team}/invitations"
    made = (await company.admin.send("POST", path, {"email": email, "role": role})).body
    pending = (await company.admin.send("GET", f"/app/teams/{company.team}")).body["invitations"]
    assert role in {item["customRole"] for item in pending if item["email"] == email}
    return Caller(company.site, email.partition("@")[0], made["url"].partition("token=")[2])


async def follow(site: Site, given: Caller) -> Caller:
    async with open_visitor(site) as window:
        done = await window.post("/app/link/follow", token=given.key, username=given.name, password=PASSWORD)
        assert done.status_code == 204
    return await site.key(given)


async def test_an_invitation_gives_the_role(company: Company):
    role = await company.role("run:create")
    link = await invited(company, role["name"])
    told = (await company.site.nobody().send("POST", "/app/link", {"token": link.key})).body
    assert (told["role"], told["customRole"]) == ("viewer", role["name"])
    holder = await follow(company.site, link)
    assert (await company.log(holder)).status == 200
    assert (await company.shown(holder))["customRole"] == role["name"]


async def test_an_invitation_to_a_role_that_is_gone_gives_its_parent(company: Company):
    role = await company.role("run:create")
    link = await invited(company, role["name"])
    await company.boss.send("DELETE", f"{company.roles}/{role['id']}")
    holder = await follow(company.site, link)
    assert (await company.shown(holder))["role"] == "viewer"
    assert (await company.log(holder)).status == 403


async def test_whoever_says_who_is_in_a_team_gives_no_more_than_they_have(company: Company):
    role = await company.role("team:people")
    strong = await company.role("run:delete", parent="member")
    holder, other = await company.holder(role["name"]), await company.site.user()
    path = f"/app/teams/{company.team}"

    async def give(name: str, to: Caller) -> int:
        return (await holder.send("POST", f"{path}/members", {"username": to.name, "role": name})).status

    for name in ("admin", "member", strong["name"]):
        assert await give(name, other) == 403
        assert await give(name, holder) == 403
        body = {"email": f"u{secrets.token_hex(4)}@example.org", "role": name}
        assert (await holder.send("POST", f"{path}/invitations", body)).status == 403
    assert await give("viewer", other) == 204
    assert await give(role["name"], other) == 204
    members = (await holder.send("GET", path)).body
    assert members["canManage"]
    ids = {item["username"]: item["id"] for item in members["members"]}
    assert await give("viewer", company.admin) == 403
    assert (await holder.send("DELETE", f"{path}/members/{ids[company.admin.name]}")).status == 403
    assert (await holder.send("DELETE", f"{path}/members/{ids[other.name]}")).status == 204
    assert (await holder.send("POST", f"{path}/service-accounts", {"name": "ci"})).status == 403
    assert (await holder.send("DELETE", path)).status == 403


async def test_whoever_manages_a_project_makes_nobody_more_than_they_are_themselves(company: Company):
    holder = await company.holder((await company.role("project:manage"))["name"])
    other, path = await company.holder("viewer"), f"/app/projects/{company.team}/p/members"
    for name, status in (("admin", 403), ("member", 403), ("viewer", 204)):
        for caller in (holder, other):
            answer = await holder.send("POST", path, {"username": caller.name, "role": name})
            assert answer.status == status, (name, answer.body)
        await company.admin.send("DELETE", f"{path}/{holder.name}")
        await company.admin.send("DELETE", f"{path}/{other.name}")
    renamed = f"p-{secrets.token_hex(4)}"
    assert (await company.log(company.admin, renamed)).status == 200
    manage = f"/app/projects/{company.team}/{renamed}"
    assert (await holder.send("PATCH", manage, {"visibility": "public"})).status == 200
    assert (await holder.send("PATCH", manage, {"visibility": "team", "description": "x"})).status == 403
    assert (await holder.send("DELETE", manage)).status == 403
