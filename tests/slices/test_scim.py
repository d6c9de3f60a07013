"""SCIM 2.0: what providers send and ask, and what becomes of people and teams by it."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from steelyard.domains.accounts import people as accounts
from steelyard.domains.accounts import queries, service, teams
from steelyard.domains.accounts.model import Role
from steelyard.domains.accounts.service import NewUser
from tests.harness.engines import Engine
from tests.harness.site import Caller, Site, open_site

pytestmark = pytest.mark.asyncio(loop_scope="module")
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ROLE = "urn:steelyard:params:scim:schemas:Role"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class Provider:
    """A provisioning client with an administrator's key."""

    def __init__(self, site: Site, admin: Caller) -> None:
        self.site, self.admin = site, admin

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {self.admin.key}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        answer = await self.site.http.request(method, f"/scim/{path}", json=body, headers=sent)
        if answer.status_code not in {204, 304}:
            assert answer.headers["content-type"].startswith("application/scim+json"), answer.text
        return answer

    async def user(self, login: str = "", **values: Any) -> dict[str, Any]:
        login = login or fresh()
        body = {"schemas": [USER], "userName": login, "emails": [{"value": f"{login}@example.org", "primary": True}]}
        answer = await self.send("POST", "Users", body | values)
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"] == answer.json()["meta"]["location"]
        return dict(answer.json())

    async def group(self, name: str = "", *members: str) -> dict[str, Any]:
        body = {"schemas": [GROUP], "displayName": name or fresh(), "members": [{"value": one} for one in members]}
        answer = await self.send("POST", "Groups", body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def patch(self, kind: str, id_: str, *operations: dict[str, Any], **headers: str) -> Any:
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return await self.send("PATCH", f"{kind}/{id_}", body, **headers)

    async def find(self, kind: str, filter_: str, **more: str) -> list[dict[str, Any]]:
        answer = await self.site.http.get(
            f"/scim/{kind}", params={"filter": filter_} | more, headers={"Authorization": f"Bearer {self.admin.key}"}
        )
        assert answer.status_code == 200, answer.text
        return list(answer.json()["Resources"])


def fresh() -> str:
    return f"p{secrets.token_hex(5)}"


def refused(answer: Any, status: int, kind: str | None = None, text: str = "") -> None:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert (body["schemas"], body["status"], body.get("scimType")) == ([ERROR], str(status), kind), body
    assert text in body["detail"]


async def open_provider(engine: Engine, folder: Any, **env: str) -> AsyncIterator[Provider]:
    with engine.fresh() as settings:
        async with open_site(folder, settings | env) as site:
            yield Provider(site, await site.user(admin=True))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Provider]:
    async for opened in open_provider(engine, tmp_path_factory.mktemp("site"), STEELYARD_SCIM_STRICT="true"):
        yield opened


async def account(provider: Provider, name: str) -> Any:
    async with provider.site.ports.database.read() as conn:
        return await queries.find_user_by_name(conn, name)


# ---- who asks -------------------------------------------------------------------------------------------------


async def test_only_an_administrators_whole_key_opens_it(provider):
    site = provider.site
    answer = await site.http.get("/scim/Users")
    refused(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")
    person = await site.user()
    refused(await site.http.get("/scim/Users", auth=("any", person.key)), 403)
    team = await site.team(provider.admin)
    service_account = await site.service_account(team)
    refused(await site.http.get("/scim/Users", auth=("", service_account.key)), 403)
    reading = await site.key(provider.admin, rights="read")
    refused(await site.http.get("/scim/Users", auth=("", reading.key)), 403)
    for login in ("", "admin"):
        assert (await site.http.get("/scim/Users", auth=(login, provider.admin.key))).status_code == 200
    refused(await provider.send("GET", "Nothing"), 404)


# ---- people ---------------------------------------------------------------------------------------------------


async def test_a_person_is_made_found_changed_and_deleted(provider):
    name = fresh()
    made = await provider.user(name, displayName="Grace Hopper", externalId=f"ext-{name}")
    assert made["schemas"] == [USER]
    assert (made["userName"], made["displayName"], made["active"]) == (name, "Grace Hopper", True)
    assert made["emails"] == [
        {"value": f"{name}@example.org", "display": f"{name}@example.org", "type": "work", "primary": True}
    ]
    assert made["organizationRole"] == "member"
    user = await account(provider, name)
    assert (user.name, user.email, user.is_active) == ("Grace Hopper", f"{name}@example.org", True)
    for filter_ in (
        f'userName eq "{name}"',
        f'userName eq "{name.upper()}"',
        f'username Eq "{name}"',
        f'emails.value eq "{name}@example.org"',
        f'emails eq "{name}@example.org"',
        f'externalId eq "ext-{name}"',
        f'emails[value eq "{name}@example.org" and primary eq true]',
        f'userName sw "{name[:6]}" and displayName co "Hopper" and not (active eq false)',
        f'id eq "{made["id"]}"',
        f'{USER}:userName eq "{name}"',
    ):
        assert [item["id"] for item in await provider.find("Users", filter_)] == [made["id"]], filter_
    assert await provider.find("Users", f'userName eq "{name}" and active eq false') == []
    changed = await provider.send(
        "PUT", f"Users/{made['id']}", {"schemas": [USER], "userName": name, "displayName": "G. Hopper"}
    )
    assert changed.json()["displayName"] == "G. Hopper"
    assert changed.json()["emails"] == made["emails"], "what is left out stays"
    assert (await provider.send("DELETE", f"Users/{made['id']}")).status_code == 204
    refused(await provider.send("GET", f"Users/{made['id']}"), 404)
    assert await provider.find("Users", f'userName eq "{name}"') == []
    assert not (await account(provider, name)).is_active
    again = await provider.send("POST", "Users", {"schemas": [USER], "userName": name})
    refused(again, 409, "uniqueness")
    await accounts.restore_user(provider.site.system, name)
    assert [item["id"] for item in await provider.find("Users", f'userName eq "{name}"')] == [made["id"]]


async def test_what_okta_and_entra_send(provider):
    """A user name that is an address, parts of a name, an extension, operations in capitals, flags as texts."""
    name = fresh()
    mail = f"{name}@corp.example"
    made = await provider.user(
        mail,
        schemas=[USER, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        name={"givenName": "Ada", "familyName": "Lovelace"},
        emails=[{"primary": True, "value": mail, "type": "work"}],
        phoneNumbers=[{"value": "1", "type": "work"}],
        **{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "x"}},
        password="of the provider's own",
        locale="en-US",
    )
    assert (made["userName"], made["displayName"]) == (mail, "Ada Lovelace")
    user = await account(provider, name)
    assert (user.email, user.username) == (mail, name), "the account has a name of its own"
    assert [item["id"] for item in await provider.find("Users", f'userName eq "{mail}"')] == [made["id"]]
    answer = await provider.patch(
        "Users",
        made["id"],
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "Add", "path": "name.givenName", "value": "A."},
        {"op": "Replace", "path": "displayName", "value": "Ada L."},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": f"new-{mail}"},
    )
    assert answer.status_code == 200, answer.text
    user = await account(provider, name)
    assert (user.is_active, user.name, user.email) == (False, "Ada L.", f"new-{mail}")
    answer = await provider.patch("Users", made["id"], {"op": "replace", "value": {"active": True}})
    assert answer.json()["active"] is True
    assert (await account(provider, name)).is_active


async def test_an_account_of_before_is_found_by_its_address_and_taken_over(provider):
    name = fresh()
    await service.create_user(provider.site.system, NewUser(name, f"{name}@corp.example"))
    (found,) = await provider.find("Users", f'userName eq "{name}@corp.example"')
    assert found["userName"] == name
    body = {"schemas": [USER], "userName": f"{name}@corp.example", "externalId": "0x1"}
    answer = await provider.send("PUT", f"Users/{found['id']}", body)
    assert (answer.json()["userName"], answer.json()["externalId"]) == (f"{name}@corp.example", "0x1")
    refused(await provider.send("POST", "Users", body), 409, "uniqueness")
    assert (await account(provider, name)).username == name


async def test_deactivating_ends_keys_and_sessions(provider):
    person = await provider.site.user()
    again = await provider.site.key(person)  # keys are remembered for some seconds: this one is used later only
    (found,) = await provider.find("Users", f'userName eq "{person.name}"')
    assert (await person.graphql("{ viewer { id } }")).status == 200
    await provider.patch("Users", found["id"], {"op": "replace", "path": "active", "value": False})
    assert (await again.graphql("{ viewer { id } }")).status == 401


async def test_roles_on_the_server_and_in_teams(provider):
    site, made = provider.site, await provider.user()
    name = made["userName"]
    one, two = await site.team(provider.admin), await site.team(provider.admin)
    answer = await provider.patch(
        "Users",
        made["id"],
        {"op": "replace", "path": "organizationRole", "value": "admin"},
        {"op": "add", "path": "teamRoles", "value": [{"teamName": one, "roleName": "viewer"}]},
        {"op": "add", "path": "teamRoles", "value": [{"teamName": two, "roleName": "admin"}]},
    )
    assert answer.status_code == 200, answer.text
    roles = {item["teamName"]: item["roleName"] for item in answer.json()["teamRoles"]}
    assert (roles, answer.json()["organizationRole"]) == ({one: "viewer", two: "admin"}, "admin")
    assert (await account(provider, name)).is_admin
    answer = await provider.patch(
        "Users",
        made["id"],
        {"op": "remove", "path": f'teamRoles[teamName eq "{one}"]'},
        {"op": "replace", "path": "organizationRole", "value": "member"},
    )
    assert [item["teamName"] for item in answer.json()["teamRoles"]] == [two]
    assert not (await account(provider, name)).is_admin


@pytest.mark.parametrize(
    ("operation", "status", "kind"),
    [
        ({"op": "replace", "path": "organizationRole", "value": "king"}, 400, "invalidValue"),
        ({"op": "replace", "path": "teamRoles", "value": [{"teamName": "absent", "roleName": "member"}]}, 400, None),
        ({"op": "replace", "path": "teamRoles", "value": [{"teamName": "x", "roleName": "king"}]}, 400, "invalidValue"),
        ({"op": "replace", "path": "emails", "value": [{"value": "no address"}]}, 400, "invalidValue"),
        ({"op": "replace", "path": "active", "value": "maybe"}, 400, "invalidValue"),
        ({"op": "remove", "path": "userName"}, 400, None),
        ({"op": "replace", "path": "userName", "value": ""}, 400, None),
        ({"op": "replace", "path": "id", "value": "other"}, 400, "mutability"),
        ({"op": "replace", "path": "emails[", "value": "x"}, 400, "invalidPath"),
        ({"op": "shout", "path": "active", "value": True}, 400, None),
        ({"op": "remove"}, 400, "noTarget"),
    ],
    ids=range(11),
)
async def test_a_change_that_cannot_be_made_changes_nothing(provider, operation, status, kind):
    made = await provider.user()
    rename = {"op": "replace", "path": "displayName", "value": "x"}
    answer = await provider.patch("Users", made["id"], rename, operation)
    assert answer.status_code == status, answer.text
    assert answer.json()["schemas"] == [ERROR]
    if kind:
        assert answer.json().get("scimType") == kind, answer.text
    assert (await provider.send("GET", f"Users/{made['id']}")).json() == made


@pytest.mark.parametrize(
    "body",
    [{}, {"schemas": [USER]}, {"schemas": [GROUP], "userName": "x"}, {"schemas": [USER], "userName": 7}, [], "x"],
    ids=range(6),
)
async def test_a_body_that_is_no_person_is_refused(provider, body):
    refused_ = await provider.send("POST", "Users", body)
    assert (refused_.status_code, refused_.json()["status"]) == (400, "400"), refused_.text


async def test_the_last_administrator_stays(provider):
    site = provider.site
    everybody = await provider.find("Users", 'organizationRole eq "admin"')
    assert everybody
    for found in everybody:
        if found["userName"] != provider.admin.name:
            await provider.patch("Users", found["id"], {"op": "replace", "path": "organizationRole", "value": "member"})
    (mine,) = await provider.find("Users", f'userName eq "{provider.admin.name}"')
    for answer in (
        await provider.patch("Users", mine["id"], {"op": "replace", "path": "active", "value": False}),
        await provider.patch("Users", mine["id"], {"op": "replace", "path": "organizationRole", "value": "member"}),
        await provider.send("DELETE", f"Users/{mine['id']}"),
    ):
        refused(answer, 403, None, "last administrator")
    assert (await account(provider, provider.admin.name)).is_admin
    assert site


# ---- teams ----------------------------------------------------------------------------------------------------


async def test_a_group_is_a_team(provider):
    one, two = await provider.user(), await provider.user()
    made = await provider.group("", one["id"])
    names = {item["display"] for item in made["members"]}
    assert names == {one["userName"]}
    assert [item["id"] for item in await provider.find("Groups", f'displayName eq "{made["displayName"]}"')] == [
        made["id"]
    ]
    assert [item["id"] for item in await provider.find("Groups", f'members.value eq "{one["id"]}"')] == [made["id"]]
    path = f"Groups/{made['id']}"
    let_in = {"op": "add", "path": "members", "value": [{"value": two["id"]}]}
    added = await provider.patch("Groups", made["id"], let_in)
    assert {item["display"] for item in added.json()["members"]} == names | {two["userName"]}
    gone = await provider.patch("Groups", made["id"], {"op": "remove", "path": f'members[value eq "{one["id"]}"]'})
    assert one["id"] not in {item["value"] for item in gone.json()["members"]}
    by_value = await provider.patch(
        "Groups", made["id"], {"op": "Remove", "path": "members", "value": [{"value": two["id"]}]}
    )
    assert "members" not in by_value.json()
    body = {"schemas": [GROUP], "displayName": made["displayName"], "members": [{"value": one["emails"][0]["value"]}]}
    replaced = await provider.send("PUT", path, body)
    assert {item["display"] for item in replaced.json()["members"]} == {one["userName"]}
    refused(await provider.send("PUT", path, body | {"displayName": "another"}), 400, "mutability")
    refused(await provider.send("POST", "Groups", body), 409, "uniqueness")
    assert (await provider.send("DELETE", path)).status_code == 204
    refused(await provider.send("GET", path), 404)


async def test_the_last_administrator_of_a_team_stays_in_it(provider):
    one, two = await provider.user(), await provider.user()
    made = await provider.group("", one["id"], two["id"])
    team = made["displayName"]
    await teams.set_member(provider.site.system, team, one["userName"], Role.ADMIN)
    body = {"schemas": [GROUP], "displayName": team, "members": []}
    answer = await provider.send("PUT", f"Groups/{made['id']}", body)
    assert [item["value"] for item in answer.json()["members"]] == [one["id"]]
    assert (await provider.send("GET", f"Users/{one['id']}")).json()["teamRoles"] == [
        {"teamName": team, "roleName": "admin"}
    ]


async def test_a_team_with_projects_is_not_deleted(provider):
    site, made = provider.site, await provider.group()
    await site.settle(provider.admin)
    document = "mutation U($i: UpsertModelInput!) { upsertModel(input: $i) { model { id } } }"
    await provider.admin.graphql(document, i={"name": "p", "entityName": made["displayName"]})
    refused(await provider.send("DELETE", f"Groups/{made['id']}"), 409, "uniqueness", "projects")


@pytest.mark.parametrize("value", ["VXNlcjo5OTk5OTk=", "nobody@example.org", "no id", ""])
async def test_who_is_not_there_is_not_let_in(provider, value):
    body = {"schemas": [GROUP], "displayName": fresh(), "members": [{"value": value}]}
    refused(await provider.send("POST", "Groups", body), 400, "invalidValue")
    assert await provider.find("Groups", f'displayName eq "{body["displayName"]}"') == []


async def test_a_name_that_no_team_can_have(provider):
    refused(await provider.send("POST", "Groups", {"schemas": [GROUP], "displayName": "a/b c"}), 400, "invalidValue")


# ---- lists ----------------------------------------------------------------------------------------------------


async def test_pages_and_order(provider):
    stem = fresh()
    names = [f"{stem}-{letter}" for letter in "cab"]
    for name in names:
        await provider.user(name)
    of_them = f'userName sw "{stem}"'
    assert [item["userName"] for item in await provider.find("Users", of_them)] == names
    found = await provider.find("Users", of_them, sortBy="userName")
    assert [item["userName"] for item in found] == sorted(names)
    found = await provider.find("Users", of_them, sortBy="userName", sortOrder="descending", startIndex="2", count="1")
    assert [item["userName"] for item in found] == [sorted(names)[1]]
    answer = (await provider.send("GET", "Users?startIndex=2&count=2")).json()
    assert (answer["startIndex"], answer["itemsPerPage"], len(answer["Resources"])) == (2, 2, 2)
    assert answer["totalResults"] >= 3
    seen, start = [], 1
    while page := (await provider.send("GET", f"Users?startIndex={start}&count=3")).json()["Resources"]:
        seen += [item["id"] for item in page]
        start += 3
    assert len(seen) == len(set(seen)) == answer["totalResults"]
    assert (await provider.send("GET", "Users?count=0")).json()["Resources"] == []
    refused(await provider.send("GET", "Users?count=x"), 400, "invalidValue")


async def test_a_search_is_a_list_that_is_asked_for_in_a_body(provider):
    made, group = await provider.user(), await provider.group()
    schema = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
    for kind, name, one in (("Users", "userName", made), ("Groups", "displayName", group)):
        body = {"schemas": [schema], "filter": f'{name} eq "{one[name]}"', "attributes": [name], "count": 5}
        found = (await provider.send("POST", f"{kind}/.search", body)).json()["Resources"]
        assert [set(item) for item in found] == [{"schemas", "id", name}]
        refused(await provider.send("POST", f"{kind}/.search", {"filter": 7}), 400, "invalidSyntax")


@pytest.mark.parametrize(
    "filter_",
    ["userName", 'userName eq "', "userName eq eq", "(" * 500, 'active gt "x"', "x" * 3000, 'userName xx "a"', "[]"],
)
async def test_a_filter_that_cannot_be_read(provider, filter_):
    answer = await provider.site.http.get(
        "/scim/Users", params={"filter": filter_}, headers={"Authorization": f"Bearer {provider.admin.key}"}
    )
    refused(answer, 400, "invalidFilter")


async def test_only_the_attributes_that_are_asked_for(provider):
    made = await provider.user()
    answer = await provider.send("GET", f"Users/{made['id']}?attributes=userName,emails.value")
    assert answer.json() == {
        "schemas": [USER],
        "id": made["id"],
        "userName": made["userName"],
        "emails": [{"value": made["emails"][0]["value"]}],
    }
    answer = await provider.send("GET", f"Users/{made['id']}?excludedAttributes=emails,meta")
    assert {"emails", "meta"} & answer.json().keys() == set()


# ---- versions -------------------------------------------------------------------------------------------------


async def test_a_change_of_what_has_changed_meanwhile_is_refused(provider):
    made = await provider.user()
    path, version = f"Users/{made['id']}", made["meta"]["version"]
    assert (await provider.send("GET", path)).headers["etag"] == version
    assert (await provider.send("GET", path, If_None_Match=version)).status_code == 304
    rename = {"op": "replace", "path": "displayName", "value": "one"}
    changed = await provider.patch("Users", made["id"], rename, If_Match=version)
    assert changed.status_code == 200
    assert changed.headers["etag"] == changed.json()["meta"]["version"] != version
    refused(await provider.patch("Users", made["id"], rename | {"value": "two"}, If_Match=version), 412)
    refused(await provider.send("DELETE", path, If_Match=version), 412)
    assert (await provider.send("GET", path)).json()["displayName"] == "one"
    assert (await provider.send("DELETE", path, If_Match="*")).status_code == 204


async def test_of_ten_who_change_one_version_one_does(provider):
    made = await provider.user()
    version = made["meta"]["version"]
    answers = await asyncio.gather(
        *(
            provider.patch(
                "Users", made["id"], {"op": "replace", "path": "displayName", "value": f"n{number}"}, If_Match=version
            )
            for number in range(10)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9


# ---- roles ----------------------------------------------------------------------------------------------------


async def organization(provider: Provider) -> tuple[str, str]:
    """Make an organization; return its name and number."""
    name = await provider.site.organization(provider.admin)
    found = await provider.admin.graphql("query O($o: String!) { organization(name: $o) { id } }", o=name)
    return name, str(found.data["organization"]["id"])


async def role(provider: Provider, owner: str, **values: Any) -> dict[str, Any]:
    answer = await provider.send("POST", "Roles", {"name": fresh(), "organizationID": owner} | values)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == answer.json()["meta"]["location"]
    return dict(answer.json())


def named(found: dict[str, Any], *, inherited: bool) -> set[str]:
    return {item["name"] for item in found["permissions"] if item["isInherited"] is inherited}


async def test_a_role_is_made_found_changed_and_deleted(provider):
    _, owner = await organization(provider)
    given = [{"name": "project:manage"}, {"name": "run:create", "isInherited": True}]
    made = await role(provider, owner, inheritedFrom="member", description="leads", permissions=given)
    assert (made["inheritedFrom"], made["organizationID"], made["description"]) == ("member", owner, "leads")
    assert named(made, inherited=False) == {"project:manage"}
    assert {"run:create", "run:delete"} <= named(made, inherited=True)
    one = f"Roles/{made['id']}"
    assert (await provider.send("GET", one)).json() == made
    assert [item["id"] for item in await provider.find("Roles", f'name eq "{made["name"]}"')] == [made["id"]]
    everything = (await provider.send("GET", "Roles")).json()
    assert [item["id"] for item in everything["Resources"]][:3] == ["admin", "member", "viewer"]
    searched = (await provider.send("POST", "Roles/.search", {"filter": 'inheritedFrom eq "member"'})).json()
    assert made["id"] in [item["id"] for item in searched["Resources"]]
    body = {"name": made["name"] + "x", "permissions": [{"name": "run:delete"}, {"name": "team:people"}]}
    replaced = (await provider.send("PUT", one, body)).json()
    assert (replaced["inheritedFrom"], replaced["description"]) == ("member", "leads")
    assert named(replaced, inherited=False) == {"team:people"}
    assert (await provider.send("DELETE", one)).status_code == 204
    refused(await provider.send("GET", one), 404)


async def test_roles_are_patched_under_the_version_that_the_client_has_in_mind(provider):
    _, owner = await organization(provider)
    made = await role(provider, owner, permissions=[{"name": "run:create"}])
    version = made["meta"]["version"]
    add = {"op": "add", "path": "permissions", "value": [{"name": "run:update"}]}
    answer = await provider.patch("Roles", made["id"], add, If_Match=version)
    assert named(answer.json(), inherited=False) == {"run:create", "run:update"}
    refused(await provider.patch("Roles", made["id"], add, If_Match=version), 412)
    assert (await provider.send("GET", f"Roles/{made['id']}", If_None_Match=answer.headers["etag"])).status_code == 304
    take = {"op": "remove", "path": 'permissions[name eq "run:create"]'}
    answer = await provider.patch("Roles", made["id"], take, {"op": "replace", "path": "description", "value": "d"})
    assert (named(answer.json(), inherited=False), answer.json()["description"]) == ({"run:update"}, "d")
    parent = {"op": "Replace", "path": "inheritedFrom", "value": "member"}
    assert (await provider.patch("Roles", made["id"], parent)).json()["inheritedFrom"] == "member"


async def test_what_no_role_can_be_is_refused(provider):
    _, owner = await organization(provider)
    made = await role(provider, owner)
    await organization(provider)
    refused(await provider.send("POST", "Roles", {"name": made["name"], "organizationID": owner}), 409, "uniqueness")
    refused(await provider.send("POST", "Roles", {"name": fresh()}), 400, "invalidValue")
    refused(await provider.send("POST", "Roles", {"name": fresh(), "organizationID": "T3"}), 400, "invalidValue")
    refused(await provider.send("POST", "Roles", {"organizationID": owner}), 400, "invalidValue")
    for wrong in (
        {"inheritedFrom": "admin"},
        {"permissions": [{"name": "run:fly"}]},
        {"permissions": [{}]},
        {"name": "Viewer"},
    ):
        body = {"name": fresh(), "organizationID": owner} | wrong
        refused(await provider.send("POST", "Roles", body), 400, "invalidValue")
        operations = [{"op": "replace", "path": key, "value": value} for key, value in wrong.items()]
        refused(await provider.patch("Roles", made["id"], *operations), 400, "invalidValue")
    for method, body in (("PUT", {"name": "admin"}), ("DELETE", None)):
        refused(await provider.send(method, "Roles/admin", body), 400, "mutability")
    assert (await provider.send("GET", f"Roles/{made['id']}")).json() == made


async def test_a_role_is_given_by_its_name_in_a_team(provider):
    name, owner = await organization(provider)
    team = await provider.site.team(provider.admin, name)
    made, user = await role(provider, owner, permissions=[{"name": "run:create"}]), await provider.user()

    async def roles_after(operation: str, place: dict[str, str]) -> list[dict[str, str]]:
        answer = await provider.patch("Users", user["id"], {"op": operation, "path": "teamRoles", "value": [place]})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["teamRoles"])

    place = {"teamName": team, "roleName": made["name"]}
    assert await roles_after("add", place) == [place]
    assert await roles_after("replace", place | {"roleName": "ADMIN"}) == [place | {"roleName": "admin"}]
    assert await roles_after("replace", place) == [place]
    unknown = {"op": "replace", "path": "teamRoles", "value": [place | {"roleName": "nothing"}]}
    refused(await provider.patch("Users", user["id"], unknown), 400, "invalidValue")
    await provider.send("DELETE", f"Roles/{made['id']}")
    assert (await provider.send("GET", f"Users/{user['id']}")).json()["teamRoles"] == [place | {"roleName": "viewer"}]


# ---- what there is, and the form that scripts know -------------------------------------------------------------


async def test_it_tells_what_it_can(provider):
    config = (await provider.send("GET", "ServiceProviderConfig")).json()
    assert (config["patch"]["supported"], config["etag"]["supported"], config["bulk"]["supported"]) == (
        True,
        True,
        False,
    )
    types = (await provider.send("GET", "ResourceTypes")).json()["Resources"]
    assert {item["endpoint"] for item in types} == {"/Users", "/Groups", "/Roles"}
    schemas = (await provider.send("GET", "Schemas")).json()["Resources"]
    assert {item["id"] for item in schemas} == {USER, GROUP, ROLE}
    assert (await provider.send("GET", f"Schemas/{USER}")).json() in schemas
    refused(await provider.send("GET", "Schemas/urn:none"), 404)
    refused(await provider.send("GET", "Schemas?filter=x"), 403)


async def test_each_change_is_told_to_the_audit_log(provider):
    made = await provider.user()
    group = await provider.group("", made["id"])
    await provider.patch("Users", made["id"], {"op": "replace", "path": "displayName", "value": "x"})
    await provider.patch("Users", made["id"], {"op": "replace", "path": "active", "value": False})
    await provider.patch("Users", made["id"], {"op": "replace", "path": "active", "value": True})
    await provider.patch("Groups", group["id"], {"op": "remove", "path": f'members[value eq "{made["id"]}"]'})
    await provider.send("DELETE", f"Users/{made['id']}")
    await provider.send("DELETE", f"Groups/{group['id']}")
    answer = await provider.admin.send("GET", "/admin/audit_logs?startDate=2025-01-01&limit=20000&numDays=400")
    names = (made["userName"], group["displayName"])
    about = [line for line in answer.body["audit_logs"] if any(name in str(line) for name in names)]
    told = [line["action"] for line in about]
    for action in (
        "user:create",
        "team:create",
        "team:invite_user",
        "user:update",
        "user:deactivate",
        "user:reactivate",
        "team:uninvite",
        "user:permanently_delete",
        "team:delete",
    ):
        assert action in told, told
    assert {line["actor_user_id"] for line in about} != {None}


async def test_answers_have_the_form_of_the_other_server_unless_told_otherwise(engine, tmp_path):
    async for provider in open_provider(engine, tmp_path):
        made = await provider.user()
        address = f"{made['userName']}@example.org"
        assert made["emails"] == {"Value": address, "Display": address, "Type": "work", "Primary": True}
        group = await provider.group("", made["id"])
        assert [item["Value"] for item in group["members"]] == [made["id"]]
        assert set(group["members"][0]) == {"Value", "Ref", "Type", "Display"}
        assert (await provider.group())["members"] is None
