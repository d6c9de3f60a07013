"""What administrators of the server see of it: accounts, teams, projects, background work, settings."""

import secrets
from dataclasses import replace

import pytest

from steelyard.context import AccountPolicy
from steelyard.domains.accounts import people, service
from steelyard.domains.accounts.service import NewUser
from steelyard.jobs import mail
from steelyard.jobs.turns import TurnLog
from steelyard.kernel.errors import Unavailable
from steelyard.ports.mail import Mail, MailRefused
from tests.harness.site import Caller, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

RUN = 'mutation U($e: String!) { upsertBucket(input: {entityName: $e, modelName: "p", name: "r"}) { inserted } }'


async def ask(caller: Caller, path: str, status: int = 200) -> dict:
    answer = await caller.send("GET", f"/app/admin/{path}")
    assert answer.status == status, answer.body
    return answer.body


# ---- accounts -------------------------------------------------------------------------------------------------


async def test_a_thousand_accounts_come_by_pages_that_the_database_cuts(site: Site):
    admin, mark = await site.user(admin=True), secrets.token_hex(4)
    ctx = site.system
    async with ctx.database.write() as conn:
        for number in range(1000):
            await service.insert_user(ctx, conn, NewUser(f"{mark}-{number:04}", f"{mark}{number}@example.org"), None)
    names: list[str] = []
    for offset in range(0, 1000, 200):
        page = await ask(admin, f"users?search={mark}&offset={offset}&limit=200")
        assert page["total"] == 1000
        names += [user["username"] for user in page["users"]]
    assert names == [f"{mark}-{number:04}" for number in range(1000)]
    found = await ask(admin, f"users?search={mark}77@EXAMPLE.org")
    assert [user["username"] for user in found["users"]] == [f"{mark}-0077"]
    assert (await ask(admin, f"users?search={mark}%25"))["total"] == 0, "what is typed is no pattern"


async def test_accounts_are_told_apart_by_what_they_are(site: Site):
    admin, member, gone = await site.user(admin=True), await site.user(), await site.user()
    team = await site.team(admin, member=member)
    service_account = await site.service_account(team)
    await people.deactivate_user(site.system, gone.name)

    async def names(kind: str) -> set[str]:
        found: set[str] = set()
        while len(page := (await ask(admin, f"users?kind={kind}&limit=200&offset={len(found)}"))["users"]):
            found |= {user["username"] for user in page}
        return found

    assert {admin.name, member.name} <= await names("active")
    assert gone.name not in await names("active")
    assert gone.name in await names("ended")
    assert admin.name in await names("admins")
    assert member.name not in await names("admins")
    assert service_account.name in await names("services")
    assert {admin.name, member.name, gone.name, service_account.name} <= await names("all")
    (row,) = (await ask(admin, f"users?search={member.name}"))["users"]
    assert (row["teams"], row["keys"], row["lastSeenAt"]) == (1, 1, None)
    assert (await member.send("GET", "/app/home")).status == 200
    (row,) = (await ask(admin, f"users?search={member.name}"))["users"]
    assert row["lastSeenAt"] is not None


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "offset=-1", "offset=x", "kind=others", "limit=%D9%A1"])
async def test_an_unfit_page_is_told_so(site: Site, query: str):
    await ask(await site.user(admin=True), f"users?{query}", 422)


# ---- teams and projects ---------------------------------------------------------------------------------------


async def test_teams_tell_who_administers_them_and_what_they_own(site: Site):
    admin, lead, member = await site.user(admin=True), await site.user(), await site.user()
    organization = await site.organization(lead)
    team = await site.team(lead, organization, member=member)
    await site.service_account(team)
    assert (await member.graphql(RUN, e=team)).data
    (row,) = (await ask(admin, f"teams?search={team.upper()}"))["teams"]
    assert (row["name"], row["organization"], row["admins"]) == (team, organization, [lead.name])
    assert (row["members"], row["services"], row["projects"]) == (2, 1, 1)


async def test_a_team_is_made_and_removed_by_the_page(site: Site):
    admin, lead = await site.user(admin=True), await site.user()
    name = f"t{secrets.token_hex(4)}"
    made = await admin.send("POST", "/app/teams", {"name": name, "admin": lead.name})
    assert made.body == {"name": name}
    assert (await admin.send("POST", "/app/teams", {"name": name})).status == 409
    assert (await admin.send("POST", "/app/teams", {"name": "a b"})).status == 422
    assert (await lead.send("DELETE", f"/app/teams/{name}")).status == 204
    assert (await ask(admin, f"teams?search={name}"))["total"] == 0


async def test_projects_are_all_that_the_administrator_may_enter(site: Site):
    admin, lead = await site.user(admin=True), await site.user()
    team = await site.team(lead)
    assert (await lead.graphql(RUN, e=team)).data
    (row,) = (await ask(admin, f"projects?search={team}"))["projects"]
    assert (row["entity"], row["name"], row["runCount"]) == (team, "p", 1)
    before = site.ports
    kept_out = replace(before.policy, accounts=AccountPolicy(admins_enter_teams=False))
    site.use(replace(before, policy=kept_out))
    try:
        assert (await ask(admin, f"projects?search={team}"))["total"] == 0
    finally:
        site.use(before)


# ---- work -----------------------------------------------------------------------------------------------------


class Refusing:
    """A mail server that takes nothing."""

    async def send(self, message: Mail) -> None:
        raise MailRefused(f"no such mailbox: {message.recipient}")


async def test_work_that_fails_or_does_not_come_round_is_seen(site: Site):
    admin, log = await site.user(admin=True), TurnLog(site.system)
    await log.begin(["good work", "bad work", "slow work"])
    await log.note("slow work", 10.0)
    site.clock.move(400)
    await log.note("good work", 10.0)
    await log.note("bad work", 10.0, Unavailable("the store is away"))
    found = {item["name"]: item for item in (await ask(admin, "jobs"))["schedules"]}
    assert {name: item["state"] for name, item in found.items()} == {
        "good work": "good",
        "bad work": "failing",
        "slow work": "late",
    }
    assert found["bad work"]["failure"] == "Unavailable: the store is away"
    seen = await ask(admin, "overview")
    assert (seen["failing"], seen["late"]) == (["bad work"], ["slow work"])
    site.clock.move(1)
    await log.note("bad work", 10.0)
    assert (await ask(admin, "overview"))["failing"] == [], "the next good turn mends it at once"
    await log.begin(["good work"])
    assert [item["name"] for item in (await ask(admin, "jobs"))["schedules"]] == ["good work"]


async def test_turns_of_the_same_outcome_are_noted_about_once_a_minute(site: Site):
    admin, log = await site.user(admin=True), TurnLog(site.system)
    await log.begin(["often"])
    await log.note("often", 1.0)
    first = (await ask(admin, "jobs"))["schedules"][0]["doneAt"]
    site.clock.move(5)
    await log.note("often", 1.0)
    assert (await ask(admin, "jobs"))["schedules"][0]["doneAt"] == first


async def test_refused_mail_is_seen_and_sent_again(site: Site):
    admin = await site.user(admin=True)
    before, address = site.ports, f"{secrets.token_hex(4)}@example.org"
    assert (await ask(admin, "jobs"))["mail"] is None, "without a mail server there is no mail"
    site.use(replace(before, mail=Refusing()))
    try:
        async with site.ports.database.write() as conn:
            await mail.enqueue(conn, address, "hello", "a text that is nobody else's", site.clock())
        await mail.send_due_mail(site.system)
        shown = next(item for item in (await ask(admin, "jobs"))["mail"] if item["recipient"] == address)
        assert shown["refused"] is True
        assert "no such mailbox" in shown["error"]
        assert "nobody else" not in str(shown)
        assert (await ask(admin, "overview"))["refusedMail"] >= 1
        assert (await admin.send("POST", f"/app/admin/mail/{shown['id']}/again")).status == 204
        shown = next(item for item in (await ask(admin, "jobs"))["queues"] if item["name"] == "mail")
        assert shown["count"] >= 1
    finally:
        site.use(before)


# ---- the whole ------------------------------------------------------------------------------------------------


async def test_the_overview_counts_what_there_is(site: Site):
    admin = await site.user(admin=True)
    before = (await ask(admin, "overview"))["counts"]
    lead, gone = await site.user(), await site.user()
    await people.deactivate_user(site.system, gone.name)
    team = await site.team(lead)
    await site.service_account(team)
    assert (await lead.graphql(RUN, e=team)).data
    after = (await ask(admin, "overview"))["counts"]
    more = {name: after[name] - before[name] for name in after}
    expected = {"active": 1, "ended": 1, "services": 1, "teams": 1, "projects": 1, "runs": 1, "running": 1}
    assert more == expected


async def test_settings_tell_where_a_value_comes_from_and_hide_secrets(site: Site):
    found = {item["name"]: item for item in (await ask(await site.user(admin=True), "settings"))["settings"]}
    assert found["server.port"] | {"doc": ""} == {
        "name": "server.port",
        "value": 8080,
        "source": "default",
        "variable": "STEELYARD_SERVER_PORT",
        "doc": "",
    }
    assert found["data_dir"]["source"] == "flag"
    if not site.ports.database.is_sqlite:
        assert found["database.url"]["value"] == "***"
        assert found["database.url"]["source"] == "MYSQL"
