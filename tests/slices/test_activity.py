"""On which days people were active: noted with what they do anyway, once a day, shown to administrators alone."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from steelyard.domains.accounts import activity, people
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.activity_queries import last_days
from steelyard.domains.accounts.service import set_password
from steelyard.domains.admin.audit import service as audit
from tests.harness.site import Caller, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
DAY_S = 86_400


async def days_of(site: Site, caller: Caller) -> list[str]:
    query = select(t.active_days.c.day).join(t.users, t.users.c.id == t.active_days.c.user_id)
    async with site.ports.database.read() as conn:
        return sorted((await conn.execute(query.where(t.users.c.username == caller.name))).scalars())


async def use(site: Site, caller: Caller) -> None:
    """Ask by a new key: the use of each is written at once."""
    await site.settle(caller)
    assert (await caller.graphql("{ viewer { id } }")).status == 200


async def sign_in(site: Site, caller: Caller) -> str:
    await set_password(site.system, caller.name, "correct horse battery")
    given = {"login": caller.name, "password": "correct horse battery"}
    answer = await site.http.post("/app/session", json=given)
    assert answer.status_code == 204
    return str(answer.headers["set-cookie"].split(";")[0])


async def provisioned(operator: Caller, name: str) -> dict[str, Any]:
    """Return somebody as SCIM tells of them."""
    query = {"filter": f'userName eq "{name}"'}
    answer = await operator.site.http.get("/scim/Users", params=query, auth=("api", operator.key or ""))
    found: dict[str, Any] = answer.json()["Resources"][0]
    return found


def off(site: Site) -> Site:
    policy = site.ports.policy
    accounts = replace(policy.accounts, activity=False)
    return Site(replace(site.ports, policy=replace(policy, accounts=accounts)), site.clock)


async def test_a_day_is_written_once_however_often_somebody_comes(site: Site, user: Caller):
    for _ in range(3):
        await use(site, user)
    today = last_days(site.clock(), 1)
    assert await days_of(site, user) == today
    again = Site(site.ports, site.clock)  # another process knows nothing of that
    await use(site, Caller(again, user.name, user.key))
    assert await days_of(site, user) == today
    site.clock.move(DAY_S)
    await use(site, user)
    assert await days_of(site, user) == last_days(site.clock(), 2)


async def test_hot_requests_cost_no_statement_more(site: Site, user: Caller):
    await use(site, user)
    async with site.ports.database.read() as conn:
        before = (await conn.execute(select(func.count()).select_from(t.active_days))).scalar_one()
    site.clock.move(DAY_S)  # another day, and the key was used a moment ago
    assert (await user.graphql("{ viewer { id } }")).status == 200
    async with site.ports.database.read() as conn:
        assert (await conn.execute(select(func.count()).select_from(t.active_days))).scalar_one() == before


async def test_a_sign_in_and_an_open_page_count_each_day(site: Site, user: Caller):
    cookie = await sign_in(site, user)
    assert await days_of(site, user) == last_days(site.clock(), 1)
    site.clock.move(DAY_S)
    answer = await site.http.get("/app/session", headers={"cookie": cookie})
    assert answer.json()["user"]["username"] == user.name
    assert await days_of(site, user) == last_days(site.clock(), 2)


async def test_a_service_account_is_no_person(site: Site, user: Caller):
    service = await site.service_account(await site.team(user))
    assert (await service.graphql("{ viewer { id } }")).status == 200
    assert await days_of(site, service) == []


async def test_administrators_of_an_organization_see_its_people(site: Site):
    head, busy, idle, other = [await site.user() for _ in range(4)]
    name = await site.organization(head, member=busy, viewer=idle)
    for _ in range(3):
        await use(site, busy)
        site.clock.move(DAY_S)
    await use(site, head)
    await use(site, other)
    path = f"/app/organizations/{name}/activity"
    shown = (await head.send("GET", f"{path}?days=5")).body
    people_shown = {item["username"]: item for item in shown["people"]}
    assert set(people_shown) == {head.name, busy.name, idle.name}
    assert people_shown[busy.name]["daysActive"] == 3
    assert people_shown[idle.name] | {"name": ""} == {
        "username": idle.name,
        "name": "",
        "role": "viewer",
        "daysActive": 0,
        "lastActiveAt": None,
    }
    assert [item["people"] for item in shown["days"]] == [0, 1, 1, 1, 1]
    assert [item["day"] for item in shown["days"]] == last_days(site.clock(), 5)
    assert (await head.send("GET", f"/app/organizations/{name}")).body["activity"] is True
    assert (await busy.send("GET", f"/app/organizations/{name}")).body["activity"] is False
    assert (await busy.send("GET", path)).status == 403
    assert (await other.send("GET", path)).status == 404
    assert len((await head.send("GET", path)).body["days"]) == 30
    for bad in ("0", "367", "x", "-1", "99999999999999999999", "٣"):
        assert (await head.send("GET", f"{path}?days={bad}")).status == 422


async def test_who_has_no_key_any_more_was_active_on_a_day(site: Site):
    head, gone = await site.user(), await site.user()
    name = await site.organization(head, member=gone)
    await use(site, gone)
    today = last_days(site.clock(), 1)[0]
    operator = await site.user(admin=True)
    for key in (await gone.send("GET", "/app/keys")).body["keys"]:
        await gone.send("DELETE", f"/app/keys/{key['id']}")
    shown = (await head.send("GET", f"/app/organizations/{name}/activity")).body["people"]
    found = next(item for item in shown if item["username"] == gone.name)
    assert found["lastActiveAt"] == f"{today}T00:00:00Z"
    listed = (await operator.send("GET", f"/app/admin/users?search={gone.name}")).body["users"]
    assert [(item["daysActive"], item["lastSeenAt"]) for item in listed] == [(1, f"{today}T00:00:00Z")]


async def test_scim_tells_of_it_and_its_versions_do_not_change_by_it(site: Site, user: Caller):
    operator = await site.user(admin=True)
    before = await provisioned(operator, user.name)
    assert "daysActive" not in before
    await use(site, user)
    after = await provisioned(operator, user.name)
    assert after["daysActive"] == 1
    assert datetime.fromisoformat(after["lastActiveAt"]) == site.clock().astimezone(UTC)
    assert after["meta"]["version"] == before["meta"]["version"]
    sent = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}
    change = {"op": "replace", "path": "daysActive", "value": 30}
    answer = await operator.send("PATCH", f"/scim/Users/{after['id']}", sent | {"Operations": [change]})
    assert answer.status in {200, 400}
    assert (await provisioned(operator, user.name))["daysActive"] == 1


async def test_old_days_go_and_a_forgotten_person_has_none(site: Site, user: Caller):
    await use(site, user)
    site.clock.move((activity.KEPT_DAYS + 1) * DAY_S)
    await use(site, user)
    assert len(await days_of(site, user)) == 2
    await activity.forget_old_days(site.system)
    assert await days_of(site, user) == last_days(site.clock(), 1)
    await people.deactivate_user(site.system, user.name)
    assert len(await days_of(site, user)) == 1
    await audit.forget_person(site.system, user.name)
    assert await days_of(site, user) == []


async def test_where_it_is_switched_off_nothing_is_written_and_nothing_shown(site: Site):
    quiet = off(site)
    head = Caller(quiet, (made := await site.user()).name, made.key)
    name = await site.organization(made)
    await use(quiet, head)
    await sign_in(quiet, head)
    assert await days_of(site, head) == []
    assert (await head.send("GET", f"/app/organizations/{name}/activity")).status == 404
    assert (await head.send("GET", f"/app/organizations/{name}")).body["activity"] is False
    operator = Caller(quiet, (other := await site.user(admin=True)).name, other.key)
    listed = (await operator.send("GET", f"/app/admin/users?search={head.name}")).body["users"]
    assert [item["daysActive"] for item in listed] == [None]
    found = await provisioned(operator, head.name)
    assert not {"daysActive", "lastActiveAt"} & set(found)


async def test_a_day_that_cannot_be_written_is_written_later(site: Site, user: Caller):
    """Two processes at once: the row is there already, and the request goes on."""
    async with site.ports.database.write() as conn:
        number = (await conn.execute(select(t.users.c.id).where(t.users.c.username == user.name))).scalar_one()
        await conn.execute(insert(t.active_days).values(user_id=number, day=last_days(site.clock(), 1)[0]))
    await use(site, user)
    assert len(await days_of(site, user)) == 1
