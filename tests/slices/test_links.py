"""Links that let somebody in: invitations to a team, new passwords. Good once, for some days, for nobody else."""

import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from steelyard.domains.accounts import links, people, service
from steelyard.domains.accounts.service import NewUser
from tests.harness.server import PASSWORD
from tests.harness.site import Site
from tests.harness.visitor import open_visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")
OTHER = "another good password"
INVITE = """mutation I($e: String!, $m: String!, $a: Boolean) {
  createInvite(input: {entityName: $e, email: $m, admin: $a}) { invite { id email } } }"""
MEMBERS = "query M($e: String!) { entity(name: $e) { members { id username email admin pending } } }"
REMOVE = "mutation R($e: String!, $id: ID!) { deleteInvite(input: {entityName: $e, id: $id}) { success } }"


def token_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["token"][0]


def fresh_address() -> str:
    return f"x{secrets.token_hex(4)}@example.org"


async def invited(site: Site, **given: Any) -> tuple[Any, str, str]:
    """A team's administrator, the team, and the token of an invitation to it."""
    admin = await site.user()
    team = await site.team(admin)
    made = await admin.send("POST", f"/app/teams/{team}/invitations", {"email": fresh_address()} | given)
    assert made.status == 200, made.body
    assert made.body["mailed"] is False
    return admin, team, token_of(made.body["url"])


async def test_an_invitation_makes_an_account_in_the_team_once(site):
    admin, team, token = await invited(site, role="viewer")
    name = f"u{secrets.token_hex(4)}"
    async with open_visitor(site) as window:
        shown = (await window.post("/app/link", token=token)).json()
        assert (shown["team"], shown["role"], shown["username"]) == (team, "viewer", None)
        short = await window.post("/app/link/follow", token=token, username=name, password="short")
        assert short.status_code == 422
        taken = await window.post("/app/link/follow", token=token, username=admin.name, password=PASSWORD)
        assert taken.status_code == 409, "and the link is still good"
        done = await window.post("/app/link/follow", token=token, username=name, password=PASSWORD)
        assert done.status_code == 204
        assert (await window.reload())["user"]["username"] == name
        again = await window.post("/app/link/follow", token=token, username=f"{name}2", password=PASSWORD)
        assert (again.status_code, (await window.post("/app/link", token=token)).status_code) == (404, 404)
    found = (await admin.send("GET", f"/app/teams/{team}")).body
    assert {item["username"]: item["role"] for item in found["members"]} == {admin.name: "admin", name: "viewer"}
    assert found["invitations"] == []


async def test_pending_invitations_are_shown_to_administrators_and_withdrawn(site):
    admin, member = await site.user(), await site.user()
    team, address = await site.team(admin, member=member), fresh_address()
    assert (await member.graphql(INVITE, e=team, m=address)).status == 403
    made = (await admin.graphql(INVITE, e=team, m=address, a=True)).data["createInvite"]["invite"]
    for caller, count in ((admin, 1), (member, 0)):
        found = (await caller.graphql(MEMBERS, e=team)).data["entity"]["members"]
        pending = [item for item in found if item["pending"]]
        assert len(pending) == count
        assert all((item["email"], item["admin"]) == (address, True) for item in pending)
        assert len((await caller.send("GET", f"/app/teams/{team}")).body["invitations"]) == count
    assert (await member.graphql(REMOVE, e=team, id=made["id"])).status == 403
    assert (await admin.graphql(REMOVE, e=team, id=made["id"])).data
    assert (await admin.send("GET", f"/app/teams/{team}")).body["invitations"] == []


async def test_a_new_invitation_of_the_same_address_ends_the_one_before(site):
    admin = await site.user()
    team, address = await site.team(admin), fresh_address()
    first, second = [
        token_of((await admin.send("POST", f"/app/teams/{team}/invitations", {"email": address})).body["url"])
        for _ in range(2)
    ]
    async with open_visitor(site) as window:
        assert (await window.post("/app/link", token=first)).status_code == 404
        assert (await window.post("/app/link", token=second)).status_code == 200


async def test_links_end_by_themselves(site):
    _, _, token = await invited(site)
    async with open_visitor(site) as window:
        site.clock.move(links.INVITATION_FOR.total_seconds() - 1)
        assert (await window.post("/app/link", token=token)).status_code == 200
        site.clock.move(2)
        assert (await window.post("/app/link", token=token)).status_code == 404
        follow = await window.post("/app/link/follow", token=token, username="late", password=PASSWORD)
        assert follow.status_code == 404


async def test_an_address_with_an_account_is_added_instead_of_invited(site):
    admin = await site.user()
    team, address = await site.team(admin), fresh_address()
    name = address.partition("@")[0]
    await service.create_user(site.system, NewUser(name, address))
    assert (await admin.send("POST", f"/app/teams/{team}/invitations", {"email": address})).status == 409
    assert (await admin.graphql(INVITE, e=team, m=address)).data
    assert name in [item["username"] for item in (await admin.send("GET", f"/app/teams/{team}")).body["members"]]


async def test_a_link_gives_a_new_password_and_ends_the_sessions_of_the_old_one(site):
    operator, name = await site.user(admin=True), f"u{secrets.token_hex(4)}"
    await service.create_user(site.system, NewUser(name, fresh_address(), password=PASSWORD))
    made = await operator.send("POST", f"/app/admin/users/{name}/link")
    token = token_of(made.body["url"])
    async with open_visitor(site) as old, open_visitor(site) as new:
        await old.sign_in(name, PASSWORD)
        assert (await new.post("/app/link", token=token)).json()["username"] == name
        assert (await new.post("/app/link/follow", token=token, password=OTHER)).status_code == 204
        assert (await new.name(), await old.name()) == (name, None)
        assert (await old.sign_in(name, PASSWORD)).status_code == 401
        assert (await old.sign_in(name, OTHER)).status_code == 204
        await new.reload()
        assert (await new.post("/app/link/follow", token=token, password=PASSWORD)).status_code == 404


async def test_no_link_is_made_for_a_deactivated_account(site):
    operator, person = await site.user(admin=True), await site.user()
    made = await operator.send("POST", f"/app/admin/users/{person.name}/link")
    await people.deactivate_user(site.system, person.name)
    assert (await operator.send("POST", f"/app/admin/users/{person.name}/link")).status == 404
    async with open_visitor(site) as window:
        follow = await window.post("/app/link/follow", token=token_of(made.body["url"]), password=OTHER)
        assert follow.status_code == 404


async def test_administrators_make_deactivate_and_promote_accounts_by_the_page(site):
    operator, address = await site.user(admin=True), fresh_address()
    made = (await operator.send("POST", "/app/admin/users", {"email": address})).body
    assert token_of(made["url"])
    path = f"/app/admin/users/{made['username']}"
    for change in ({"active": False}, {"active": True}, {"admin": True}, {"admin": False}):
        changed = (await operator.send("PATCH", path, change)).body
        assert changed.items() >= change.items()
    listed = (await operator.send("GET", "/app/admin/users")).body["users"]
    assert address in [user["email"] for user in listed]


async def test_a_person_signs_out_everywhere_else(site):
    name = f"u{secrets.token_hex(4)}"
    await service.create_user(site.system, NewUser(name, fresh_address(), password=PASSWORD))
    async with open_visitor(site) as here, open_visitor(site) as there:
        for window in (here, there):
            await window.sign_in(name, PASSWORD)
        assert (await here.delete("/app/sessions")).status_code == 204
        assert (await here.name(), await there.name()) == (name, None)


async def test_the_time_when_a_session_was_last_seen_is_kept(site):
    name = f"u{secrets.token_hex(4)}"
    await service.create_user(site.system, NewUser(name, fresh_address(), password=PASSWORD))
    async with open_visitor(site) as window:
        await window.sign_in(name, PASSWORD)
        before = (await window.get("/app/sessions")).json()["sessions"][0]["lastSeenAt"]
        site.clock.move(3600)
        await window.get("/app/home")
        assert (await window.get("/app/sessions")).json()["sessions"][0]["lastSeenAt"] > before
