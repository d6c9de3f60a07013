"""The audit log: who did what, from where; written with the change or not at all; read, kept, copied, forgotten."""

import json
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from steelyard.context import AuditPolicy
from steelyard.domains.accounts import people, service, teams
from steelyard.domains.accounts.model import Role
from steelyard.domains.accounts.service import NewUser
from steelyard.domains.admin.audit import jobs
from steelyard.domains.admin.audit import service as log
from steelyard.domains.audit import recording
from steelyard.domains.audit.model import Action
from steelyard.kernel.errors import Conflict
from tests.harness.server import PASSWORD
from tests.harness.site import Caller, Site
from tests.harness.visitor import open_visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRETS = (PASSWORD, "a wrong password")


async def export(site: Site, admin: Caller, query: str = "") -> list[dict[str, Any]]:
    """Return the JSON lines as an administrator gets them."""
    answer = await site.http.get(f"/admin/audit_logs?numDays=2{query}", auth=("api", admin.key))
    assert answer.status_code == 200, answer.text
    assert not any(text in answer.text for text in (*SECRETS, admin.key))
    return [json.loads(line) for line in answer.text.splitlines()]


async def told_of(site: Site, admin: Caller, username: str) -> list[dict[str, Any]]:
    return [
        line for line in await export(site, admin) if username in {line.get("username"), line.get("actor_username")}
    ]


async def person(site: Site) -> str:
    name = f"u{secrets.token_hex(4)}"
    await service.create_user(site.system, NewUser(name, f"{name}@example.org", password=PASSWORD))
    return name


async def test_a_line_says_who_what_where_from_and_by_which_key(site):
    admin, member = await site.user(admin=True), await site.user()
    team = await site.team(admin)
    away = replace(admin, address="10.1.2.3")
    answer = await away.send("POST", f"/app/teams/{team}/members", {"username": member.name, "role": "viewer"})
    assert answer.status == 204
    line = (await told_of(site, admin, member.name))[-1]
    assert line["action"] == "team:invite_user"
    assert (line["actor_username"], line["username"], line["entity_name"]) == (admin.name, member.name, team)
    assert (line["actor_ip"], line["response_code"], line["detail"]) == ("10.1.2.3", 200, {"role": "viewer"})
    assert line["actor_api_key"] == f"…{admin.key[-4:]}"
    assert line["timestamp"] == "2025-06-01T12:00:00Z"


async def test_sign_ins_are_told_refused_ones_too(site):
    admin, name = await site.user(admin=True), await person(site)
    async with open_visitor(site) as window:
        wrong = await window.post("/app/session", login=name, password="a wrong password")
        assert wrong.status_code == 401
        assert (await window.post("/app/session", login=name, password=PASSWORD)).status_code == 204
        await window.reload()
        changed = await window.post("/app/password", current=PASSWORD, new=f"{PASSWORD}!")
        assert changed.status_code == 204
        assert (await window.delete("/app/session")).status_code == 204
    told = await told_of(site, admin, name)
    found = [(line["action"], line["response_code"]) for line in told]
    assert [line.get("actor_username") for line in told] == [None, None, name, name, name]
    assert found == [
        ("user:create", 200),
        ("user:login", 401),
        ("user:login", 200),
        ("user:change_password", 200),
        ("user:logout", 200),
    ]


async def test_what_is_typed_as_a_name_is_not_kept_unless_it_is_one(site):
    admin = await site.user(admin=True)
    async with open_visitor(site) as window:
        typed = "a wrong password"
        assert (await window.post("/app/session", login=typed, password="x")).status_code == 401
    line = (await export(site, admin))[-1]
    assert (line["action"], line["response_code"]) == ("user:login", 401)
    assert "username" not in line


async def test_a_change_that_is_rolled_back_leaves_no_line(site):
    admin = await site.user(admin=True)
    before = len(await export(site, admin))

    async def change() -> None:
        async with site.ports.database.write() as conn:
            await recording.note(site.system, conn, Action.TEAM_CREATE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change()
    team = f"t{secrets.token_hex(4)}"
    document = "mutation T($n: String!) { createTeam(input: {teamName: $n}) { entity { id } } }"
    assert (await admin.graphql(document, n=team)).status == 200
    assert (await admin.graphql(document, n=team)).status == 409
    assert len(await export(site, admin)) == before + 1


async def test_a_service_account_says_for_whom_it_works(site):
    admin = await site.user(admin=True)
    program = await site.service_account(await site.team(admin))
    start = "mutation U($n: String!) { upsertBucket(input: {modelName: $n}) { bucket { id } } }"
    stop = "mutation S($id: ID!) { stopRun(input: {id: $id}) { success } }"
    made = (await program.graphql(start, n="demo")).data["upsertBucket"]["bucket"]
    answer = await program.graphql(stop, {"X-WANDB-USERNAME": "somebody"}, id=made["id"])
    assert answer.status == 200
    line = (await told_of(site, admin, program.name))[-1]
    assert (line["action"], line["acting_for"], line["project_name"]) == ("run:stop", "somebody", "demo")


async def test_pages_follow_each_other_and_hold_each_line_once(site):
    admin = await site.user(admin=True)
    for _ in range(5):
        await person(site)
    whole = [line["id"] for line in await export(site, admin)]
    seen: list[int] = []
    cursor = ""
    while True:
        page = await admin.send("GET", f"/admin/audit_logs?numDays=2&limit=3{cursor}")
        body = page.body
        assert body["count"] == len(body["audit_logs"]) <= 3
        seen += [line["id"] for line in body["audit_logs"]]
        if body["next_cursor"] is None:
            break
        cursor = f"&cursor={body['next_cursor']}"
    assert seen == whole
    assert (body["range_start_time"], body["range_end_time"]) == ("2025-05-31T00:00:00Z", "2025-06-02T00:00:00Z")
    shown = await admin.send("GET", "/app/admin/audit?numDays=2&action=user:create")
    assert [line["id"] for line in shown.body["lines"]] == sorted(
        (line["id"] for line in shown.body["lines"]), reverse=True
    )
    assert {line["action"] for line in shown.body["lines"]} == {"user:create"}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=20001",
        "limit=x",
        "numDays=0",
        "numDays=1&endDate=2025-01-01",
        "startDate=never",
        "startDate=0001-01-01&numDays=3650&limit=%2B5",
        "limit=1&cursor=AAAA",
        "limit=1&cursor=%C3%A9",
        "endDate=0001-01-01",
        "startDate=9999-12-31",
        "startDate=0001-01-01T00:00:00%2B23:59",
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(site, query):
    admin = await site.user(admin=True)
    assert (await admin.send("GET", f"/admin/audit_logs?{query}")).status == 422


async def test_only_administrators_of_the_server_read_it(site, user):
    assert (await user.send("GET", "/admin/audit_logs")).status == 403
    assert (await site.nobody().send("GET", "/admin/audit_logs")).status == 401


async def test_without_names_it_holds_numbers_alone(site):
    admin, name = await site.user(admin=True), await person(site)
    await teams.set_member(site.system, await site.team(admin), name, Role.MEMBER)
    await people.deactivate_user(site.system, name)
    answer = await site.http.get("/admin/audit_logs?anonymize=true", auth=("api", admin.key))
    assert "team:invite_user" in answer.text
    assert not any(text in answer.text for text in (name, admin.name, "127.0.0.1", "example.org"))


async def test_a_person_is_forgotten_and_what_was_done_stays(site):
    admin, name = await site.user(admin=True), await person(site)
    async with open_visitor(site) as window:
        await window.post("/app/session", login=name, password=PASSWORD)
        await window.reload()
        await window.post("/app/keys", name=f"key of {name}")
    with pytest.raises(Conflict, match="in use"):
        await log.forget_person(site.system, name)
    await service.delete_user(site.system, name)
    before = len(await export(site, admin))
    await log.forget_person(site.system, name)
    answer = await site.http.get("/admin/audit_logs?numDays=2", auth=("api", admin.key))
    assert name not in answer.text
    assert len(await export(site, admin)) == before + 1


async def test_switched_off_it_holds_nothing(site):
    admin = await site.user(admin=True)
    before = len(await export(site, admin))
    policy = replace(site.ports.policy, audit=AuditPolicy(collect=False))
    ctx = replace(site.system, ports=replace(site.ports, policy=policy))
    await service.create_user(ctx, NewUser(f"u{secrets.token_hex(4)}"))
    assert len(await export(site, admin)) == before


async def test_days_are_copied_without_names_and_old_lines_go(site):
    admin, name = await site.user(admin=True), await person(site)
    policy = replace(site.ports.policy, audit=AuditPolicy(days=30, copies=True))
    ctx = replace(site.system, ports=replace(site.ports, policy=policy))
    await jobs.copy_days(ctx)
    assert await site.ports.objects.stat("audit/2025-06-01.jsonl") is None, "the day is not over"
    site.clock.move(timedelta(days=1).total_seconds())
    await jobs.copy_days(ctx)
    await jobs.copy_days(ctx)
    text = b"".join([part async for part in site.ports.objects.get("audit/2025-06-01.jsonl")]).decode()
    lines = [json.loads(line) for line in text.splitlines()]
    assert "user:create" in {line["action"] for line in lines}
    assert not any(found in text for found in (name, admin.name, "example.org"))
    assert await export(site, admin)
    site.clock.move(timedelta(days=30).total_seconds())
    await jobs.forget_old_lines(ctx)
    left = await site.http.get("/admin/audit_logs?startDate=2025-05-01&numDays=60", auth=("api", admin.key))
    assert left.text == ""
