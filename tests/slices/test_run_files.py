"""Files of a run as the public API lists them (docs/protocol/queries.md, run files)."""

import time
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from sqlalchemy import update

from steelyard.domains.files.tables import run_files
from tests.harness.site import Caller, Site
from tests.slices.streamed import START

pytestmark = pytest.mark.asyncio(loop_scope="module")

CREATE = """mutation C($e: String!, $r: String!, $f: [String!]!) {
  createRunFiles(input: {entityName: $e, projectName: "p", runName: $r, files: $f}) { files { uploadUrl } } }"""
LIST = """query F($e: String!, $r: String!, $n: Int, $c: String, $p: String) {
  project(name: "p", entityName: $e) { run(name: $r) { fileCount
    files(first: $n, after: $c, pattern: $p) { totalCount pageInfo { hasNextPage endCursor }
      edges { cursor node { id name } } } } } }"""
DELETE = "mutation D($f: [ID!]!) { deleteFiles(input: {files: $f, projectId: 1}) { success } }"
NAMES = ["A.txt", "a.txt", "a_b.txt", "a*b.txt", "a?b.txt", "a[b].txt", "aXb.txt", "deep/x.json", "ü.txt", "100%.txt"]


@pytest_asyncio.fixture(loop_scope="module")
async def ask(site, user):
    await user.graphql(START, name="r")
    made = (await user.graphql(CREATE, e=user.name, r="r", f=NAMES)).data["createRunFiles"]["files"]
    assert len(made) == len(NAMES)
    async with site.ports.database.write() as conn:  # the store of a bucket is not this test's matter
        await conn.execute(update(run_files).values(uploaded_at=site.clock(), size_bytes=1))

    async def ask(**given):
        return (await user.graphql(LIST, e=user.name, r="r", **given)).data["project"]["run"]

    return ask


ONE = """query F($e: String!) { project(name: "p", entityName: $e) { run(name: "r") {
  files(names: ["a.txt"]) { edges { node { url put: url(upload: true) } } } } } }"""


def term_of(url):
    """Return for how long a signed URL is good, ours or a bucket's, and who asked for it."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    ttl_s = int(query["X-Amz-Expires"]) if "X-Amz-Expires" in query else int(query["expires"]) - time.time()
    return ttl_s, query.get("X-User")


async def test_addresses_name_who_asked_and_end_after_an_hour_or_a_day(ask, user):
    del ask
    (edge,) = (await user.graphql(ONE, e=user.name)).data["project"]["run"]["files"]["edges"]
    read, write = term_of(edge["node"]["url"]), term_of(edge["node"]["put"])
    assert 2640 < read[0] <= 3600, (
        "those of our own end up to a quarter earlier, so that they stay the same for a while"
    )
    assert 86_340 < write[0] <= 86_400
    assert (read[1], write[1]) == (user.name, user.name)


async def test_who_asked_is_kept_from_the_bucket_where_settings_say_so(ask, user, site):
    del ask
    policy = replace(site.ports.policy, attributed=False)
    quiet = Caller(Site(replace(site.ports, policy=policy), site.clock), user.name, user.key)
    (edge,) = (await quiet.graphql(ONE, e=user.name)).data["project"]["run"]["files"]["edges"]
    assert [term_of(url)[1] for url in edge["node"].values()] == [None, None]
    await quiet.site.http.aclose()


def names(found):
    return [edge["node"]["name"] for edge in found["files"]["edges"]]


@pytest.mark.parametrize("by", ["edge", "page"])
async def test_pages_of_either_cursor_give_every_file_once(ask, by):
    seen, cursor, pages = [], None, 0
    while True:
        found = await ask(n=5, c=cursor)
        assert (found["fileCount"], found["files"]["totalCount"]) == (len(NAMES), len(NAMES))
        seen, pages = seen + names(found), pages + 1
        info = found["files"]["pageInfo"]
        cursor = info["endCursor"] if by == "page" else found["files"]["edges"][-1]["cursor"]
        if not info["hasNextPage"]:
            break
    assert (seen, pages) == (sorted(NAMES), 2), "the last full page says that nothing follows"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a%", [name for name in NAMES if name.startswith("a")]),
        ("a_b.txt", ["a_b.txt", "a*b.txt", "a?b.txt", "aXb.txt"]),
        ("a\\_b.txt", ["a_b.txt"]),
        ("a*b.txt", ["a*b.txt"]),
        ("a?b.txt", ["a?b.txt"]),
        ("a[b].txt", ["a[b].txt"]),
        ("100\\%%", ["100%.txt"]),
        ("%.json", ["deep/x.json"]),
        ("A%", ["A.txt"]),
        ("_.txt", ["A.txt", "a.txt", "ü.txt"]),
        ("none%", []),
        ("a\\", []),
    ],
)
async def test_patterns_mean_the_same_on_both_engines(ask, pattern, expected):
    found = await ask(p=pattern)
    assert names(found) == sorted(expected)
    assert (found["files"]["totalCount"], found["fileCount"]) == (len(expected), len(NAMES))


async def test_files_deleted_between_two_pages_hide_no_others(ask, user):
    first = await ask(n=4)
    gone = [edge["node"]["id"] for edge in first["files"]["edges"]]
    assert (await user.graphql(DELETE, f=gone)).data["deleteFiles"]["success"]
    rest = await ask(n=50, c=first["files"]["pageInfo"]["endCursor"])
    assert names(first) + names(rest) == sorted(NAMES)
    assert (await user.graphql(DELETE, f=gone)).status == 404


async def test_a_cursor_of_another_list_is_refused(ask, user):
    answer = await user.graphql(LIST, e=user.name, r="r", c="b2Zmc2V0OjE=")
    assert answer.message == "the cursor belongs to another query"
