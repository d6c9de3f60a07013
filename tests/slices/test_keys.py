"""API keys with bounds: what each opens on every way in, how they are made and shown, and that they end."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
import pytest_asyncio

from steelyard.context import KeyRights
from steelyard.domains.projects import queries
from tests.harness.site import Answer, Caller, Site
from tests.slices.artifact_wire import Logger

pytestmark = pytest.mark.asyncio(loop_scope="module")

RUN = """mutation U($e: String!, $p: String!, $r: String!) {
  upsertBucket(input: {entityName: $e, modelName: $p, name: $r}) { bucket { id project { id } } } }"""
UPLOAD = """mutation C($e: String!, $p: String!, $r: String!) {
  createRunFiles(input: {entityName: $e, projectName: $p, runName: $r, files: ["a.txt"]}) { files { uploadUrl } } }"""
READ = """query Q($e: String!, $p: String!) { project(name: $p, entityName: $e) {
  readOnly run(name: "r") { id files { edges { node { url(upload: true) } } } } } }"""
DELETE = "mutation D($id: ID!) { deleteRun(input: {id: $id}) { clientMutationId } }"
PROJECTS = "{ viewer { projects { edges { node { name } } } } }"


@pytest_asyncio.fixture(loop_scope="module")
async def owner(site: Site) -> Caller:
    """A person with the projects `p` and `q`, of one run `r` each."""
    made = await site.user()
    for project in ("p", "q"):
        assert (await start(made, project)).data
    return made


async def start(caller: Caller, project: str = "p", run: str = "r") -> Answer:
    return await caller.graphql(RUN, e=caller.name, p=project, r=run)


async def stream(caller: Caller, project: str = "p") -> Answer:
    body = {"files": {"wandb-history.jsonl": {"offset": 0, "content": ['{"a":1}']}}}
    return await caller.send("POST", f"/files/{caller.name}/{project}/r/file_stream", body)


async def project_id(caller: Caller, project: str) -> int:
    async with caller.site.ports.database.read() as conn:
        found = await queries.find_project(conn, caller.name, project)
    assert found is not None
    return found.id


async def test_a_key_that_only_reads_changes_nothing_by_any_way(site, owner):
    key = await site.key(owner, rights=KeyRights.READ)
    found = await key.graphql(READ, e=owner.name, p="p")
    assert found.data["project"]["readOnly"] is True
    run = found.data["project"]["run"]["id"]
    for answer in (
        await start(key, "p", "other"),
        await stream(key),
        await key.graphql(UPLOAD, e=owner.name, p="p", r="r"),
        await key.graphql(DELETE, id=run),
        await key.send("PATCH", f"/app/runs/{owner.name}/p/r", {"notes": "x"}),
        await key.send("DELETE", f"/app/projects/{owner.name}/p"),
        await key.send("POST", "/app/keys", {"name": "more"}),
        await key.send("PATCH", "/app/alert-preferences", {"byMail": False}),
    ):
        assert answer.status == 403, answer.body
    assert (await key.send("POST", f"/app/projects/{owner.name}/p/runs:query", {})).status == 200


async def test_a_key_that_only_adds_logs_whole_runs_and_takes_nothing_away(site, owner):
    key = await site.key(owner, rights=KeyRights.APPEND)
    made = await start(key, "p", "added")
    assert made.data
    assert (await start(key, "fresh", "r")).data
    assert (await stream(key)).status == 200
    assert (await key.graphql(UPLOAD, e=owner.name, p="p", r="r")).data["createRunFiles"]["files"][0]["uploadUrl"]
    assert await Logger(key, owner.name, "p").log("data", {"a": b"a"})
    run = made.data["upsertBucket"]["bucket"]
    refused = [
        await key.graphql(DELETE, id=run["id"]),
        await key.graphql(
            "mutation M($id: String!) { deleteModel(input: {id: $id}) { success } }", id=run["project"]["id"]
        ),
        await key.send("DELETE", f"/app/runs/{owner.name}/p/added"),
        await key.send("PATCH", f"/app/runs/{owner.name}/p/added", {"notes": "x"}),
        await key.send("POST", f"/app/projects/{owner.name}/p/runs:bulk", {"action": "delete", "runs": ["added"]}),
        await key.send("DELETE", f"/app/projects/{owner.name}/p/artifacts/dataset/data"),
        await key.send("POST", "/app/keys", {"name": "more"}),
    ]
    assert [answer.status for answer in refused] == [403] * len(refused), [answer.body for answer in refused]


async def test_a_key_of_one_project_sees_no_other(site, owner):
    key = await site.key(owner, project_ids=frozenset({await project_id(owner, "p")}))
    assert (await start(key, "p", "more")).data
    assert (await stream(key)).status == 200
    assert (await stream(key, "q")).status == 404
    assert (await key.graphql(READ, e=owner.name, p="q")).data["project"] is None
    assert (await start(key, "q", "more")).status == 403
    assert (await start(key, "fresh", "r")).status == 403
    listed = (await key.graphql(PROJECTS)).data["viewer"]["projects"]["edges"]
    assert [edge["node"]["name"] for edge in listed] == ["p"]
    assert (await key.send("GET", f"/app/projects/{owner.name}/q")).status == 404
    assert (await key.send("POST", "/app/keys", {"name": "more"})).status == 403


async def test_a_key_whose_project_is_gone_opens_nothing(site, owner):
    key = await site.key(owner, project_ids=frozenset({await project_id(owner, "q")}))
    assert (await owner.send("DELETE", f"/app/projects/{owner.name}/q")).status == 204
    for project in ("p", "q"):
        assert (await key.graphql(READ, e=owner.name, p=project)).data["project"] is None


async def test_a_key_expires_to_the_second_though_it_is_remembered(site, owner):
    key = await site.key(owner, expires_at=site.clock() + timedelta(seconds=60))
    assert (await stream(key)).status == 200
    site.clock.move(61)
    refused = await stream(key)
    assert (refused.status, "expired" in str(refused.body)) == (401, True)
    assert (await key.graphql("{ viewer { id } }")).status == 401
    assert (await key.send("GET", "/app/home")).status == 401


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("10.1.2.3", 200),
        ("::ffff:10.1.2.3", 200),
        ("10.2.0.1", 403),
        ("2001:db8::1", 200),
        ("2001:db9::1", 403),
        ("", 403),
    ],
)
async def test_a_key_works_from_its_address_ranges_only(site, owner, address, status):
    key = await site.key(owner, networks=(ip_network("10.1.0.0/16"), ip_network("2001:db8::/32")))
    key.address = address
    for answer in (await stream(key), await key.graphql("{ viewer { id } }"), await key.send("GET", "/app/home")):
        assert answer.status == status, answer.body


async def test_bounds_are_made_and_shown_by_the_page(site, owner):
    given = {"name": "ci", "rights": "append", "projects": [f"{owner.name}/p"], "days": 30, "networks": ["10.0.0.7/8"]}
    made = (await owner.send("POST", "/app/keys", given)).body
    (listed,) = [key for key in (await owner.send("GET", "/app/keys")).body["keys"] if key["id"] == made["id"]]
    assert listed == {key: value for key, value in made.items() if key != "secret"}
    assert (listed["rights"], listed["projects"], listed["networks"]) == ("append", [f"{owner.name}/p"], ["10.0.0.0/8"])
    assert listed["expiresAt"].startswith((site.clock() + timedelta(days=30)).strftime("%Y-%m-%d"))


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"rights": "some"}, 422),
        ({"networks": ["here"]}, 422),
        ({"days": 0}, 422),
        ({"days": "7"}, 422),
        ({"projects": ["p"]}, 422),
        ({"projects": ["nobody/p"]}, 404),
    ],
)
async def test_bounds_that_make_no_sense_are_refused(owner, given, status):
    assert (await owner.send("POST", "/app/keys", {"name": "k"} | given)).status == status
