"""Reports, workspaces and custom charts as stored documents (docs/protocol/queries.md)."""

import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

UPSERT = """mutation upsertView($input: UpsertViewInput!) { upsertView(input: $input) {
  view { id type name displayName description locked spec previewUrl updatedAt project { id name entityName }
    user { username } } inserted } }"""
VIEW = "query V($id: ID!) { view(id: $id) { id name displayName spec createdAt updatedAt } }"
LIST = """query L($e: String!, $type: String, $name: String, $by: String, $first: Int, $after: String) {
  project(name: "p", entityName: $e) { allViews(viewType: $type, viewName: $name, userName: $by, first: $first,
    after: $after) { edges { cursor node { id name spec } } pageInfo { endCursor hasNextPage } } } }"""
DELETE = """mutation D($id: ID!, $all: Boolean) { deleteView(input: {id: $id, deleteDrafts: $all}) {
  success pendingDrafts } }"""
CHART = """mutation C($input: CreateCustomChartInput!) { createCustomChart(input: $input) {
  chart { id name displayName } } }"""
# what no server would write this way: order, blanks, escapes, numbers beyond 64 bits, keys that nobody knows
ODD_SPEC = (
    '{ "version":5,\n"blocks" : [ {"type":"paragraph","children":[{"text":"n\\u00e4h \\ud83d\\ude00 ü 😀"}]} ],'
    '"x-unknown":{"b":1,"a":[1.0,1e3,12345678901234567890123,-0]},"width":"readable","a":NaN  }\t'
)


async def save(user, **given):
    answer = await user.graphql(UPSERT, input={"entityName": user.name, "projectName": "p"} | given)
    return answer.data["upsertView"]


async def listed(user, **given):
    return (await user.graphql(LIST, e=user.name, **given)).data["project"]["allViews"]


async def test_a_document_comes_back_byte_for_byte(user):
    made = await save(user, type="runs", name="n", displayName="Title", description="about", spec=ODD_SPEC)
    view = made["view"]
    assert made["inserted"]
    assert (view["spec"], view["type"], view["displayName"]) == (ODD_SPEC, "runs", "Title")
    assert (view["project"]["name"], view["user"]["username"], view["locked"]) == ("p", user.name, False)
    for address in (view["id"], view["id"].rstrip("=")):
        found = (await user.graphql(VIEW, id=address)).data["view"]
        assert (found["id"], found["spec"]) == (view["id"], ODD_SPEC)


async def test_what_a_change_does_not_name_stays(site, user):
    view = (await save(user, type="runs", displayName="Title", description="about", spec=ODD_SPEC))["view"]
    site.clock.move(60)
    changed = (await user.graphql(UPSERT, input={"id": view["id"].rstrip("="), "displayName": "New"})).data
    after = changed["upsertView"]["view"]
    assert changed["upsertView"]["inserted"] is False
    assert (after["id"], after["name"], after["displayName"]) == (view["id"], view["name"], "New")
    assert (after["description"], after["spec"]) == ("about", ODD_SPEC)
    assert after["updatedAt"] > view["updatedAt"]


async def test_a_request_that_is_sent_again_makes_no_second_document(user):
    given = {"type": "project-view", "name": "nw-abc-v", "spec": "{}"}
    first, second = await save(user, **given), await save(user, **given)
    assert (first["inserted"], second["inserted"]) == (True, False)
    assert first["view"]["id"] == second["view"]["id"]
    other = await save(user, **given | {"type": "runs"})
    assert other["inserted"], "a report of the same name is another document"


async def test_lists_by_type_name_and_author_page_by_page(user):
    for number in range(5):
        await save(user, type="runs", name=f"r{number}", spec=json.dumps({"n": number}))
    await save(user, type="runs/draft", name="d")
    await save(user, type="project-view", name="nw-x-v")
    seen, cursor = [], None
    while True:
        page = await listed(user, type="runs", first=2, after=cursor)
        seen += [edge["node"]["name"] for edge in page["edges"]]
        cursor = page["pageInfo"]["endCursor"]
        assert cursor == page["edges"][-1]["cursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == ["r4", "r3", "r2", "r1", "r0"]
    assert [edge["node"]["name"] for edge in (await listed(user, name="nw-x-v"))["edges"]] == ["nw-x-v"]
    assert len((await listed(user))["edges"]) == 7
    assert len((await listed(user, by=user.name))["edges"]) == 7
    nothing = await listed(user, by="somebody-else")
    assert nothing == {"edges": [], "pageInfo": {"endCursor": None, "hasNextPage": False}}
    refused = await user.graphql(LIST, e=user.name, after="b2Zmc2V0OjM=")
    assert "another query" in refused.message


async def test_a_page_ends_before_its_texts_grow_too_large(user):
    text = json.dumps({"text": "x" * (12 << 20)})
    for number in range(3):
        await save(user, type="runs", name=f"r{number}", spec=text)
    first = await listed(user, type="runs", first=10)
    assert (len(first["edges"]), first["pageInfo"]["hasNextPage"]) == (2, True)
    rest = await listed(user, type="runs", first=10, after=first["pageInfo"]["endCursor"])
    assert (len(rest["edges"]), rest["pageInfo"]["hasNextPage"]) == (1, False)
    assert rest["edges"][0]["node"]["spec"] == text


@pytest.mark.parametrize(
    "given",
    [
        {"spec": "not JSON"},
        {"spec": "[]"},
        {"spec": '{"a":' + "[" * 100_000},
        {"spec": json.dumps({"text": "x" * (17 << 20)})},
        {"name": " "},
        {"name": "n" * 256},
        {"displayName": "t" * 513},
        {"description": "d" * 70_000},
        {"type": "t" * 65},
    ],
    ids=lambda given: next(iter(given)),
)
async def test_unfit_documents_are_refused(user, given):
    answer = await user.graphql(UPSERT, input={"entityName": user.name, "projectName": "p"} | given)
    assert answer.status == 422
    assert answer.message


async def test_a_draft_keeps_its_report_from_being_deleted(user):
    report = (await save(user, type="runs", name="r"))["view"]["id"]
    draft = (await save(user, type="runs/draft", name="d", parentId=report))["view"]["id"]
    kept = await user.graphql(DELETE, id=report, all=False)
    assert kept.data["deleteView"] == {"success": False, "pendingDrafts": 1}
    gone = await user.graphql(DELETE, id=report.rstrip("="), all=True)
    assert gone.data["deleteView"] == {"success": True, "pendingDrafts": 0}
    for view in (report, draft):
        assert (await user.graphql(VIEW, id=view)).data["view"] is None
        assert (await user.graphql(DELETE, id=view)).status == 404
        assert (await user.graphql(UPSERT, input={"id": view, "displayName": "x"})).status == 404


async def test_the_id_of_a_deleted_document_is_never_given_again(user):
    gone = (await save(user, type="runs", name="last"))["view"]["id"]
    await user.graphql(DELETE, id=gone)
    assert (await save(user, type="runs", name="next"))["view"]["id"] != gone


async def test_a_name_that_another_document_has_is_refused(user):
    await save(user, type="runs", name="taken")
    other = (await save(user, type="runs", name="free"))["view"]["id"]
    assert (await user.graphql(UPSERT, input={"id": other, "name": "taken"})).status == 409


async def test_a_project_takes_its_documents_along(user):
    view = (await save(user, type="runs", name="r"))["view"]
    delete = "mutation D($id: String!) { deleteModel(input: {id: $id}) { success } }"
    await user.graphql(delete, id=view["project"]["id"])
    assert (await user.graphql(VIEW, id=view["id"])).data["view"] is None


async def test_ids_of_other_things_are_no_views(user):
    for odd in ("", "x", "UnVuOjE=", "====", "Vmlldzo5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"):
        assert (await user.graphql(VIEW, id=odd)).data["view"] is None


async def test_custom_charts(user):
    given = {"entity": user.name, "name": "bars", "displayName": "Bars", "type": "vega2", "access": "PRIVATE"}
    made = await user.graphql(CHART, input=given | {"spec": ODD_SPEC})
    assert made.data["createCustomChart"]["chart"] == {
        "id": f"{user.name}/bars",
        "name": "bars",
        "displayName": "Bars",
    }
    assert (await user.graphql(CHART, input=given | {"spec": ODD_SPEC})).status == 200, "sent again"
    assert (await user.graphql(CHART, input=given | {"spec": "{}"})).status == 409
    for wrong in ({"name": "a/b"}, {"access": "EVERYBODY"}, {"spec": "["}):
        assert (await user.graphql(CHART, input=given | {"spec": "{}"} | wrong)).status == 422
    shown = await user.send("GET", f"/app/entities/{user.name}/charts/bars")
    assert (shown.body["id"], shown.body["spec"]) == (f"{user.name}/bars", ODD_SPEC)


async def test_the_web_app_lists_documents_without_their_texts(site, user):
    made = (await save(user, type="runs", name="r", displayName="Report", spec=ODD_SPEC))["view"]
    site.clock.move(1)
    await save(user, type="project-view", name="nw-x-v", displayName="Workspace")
    base = f"/app/projects/{user.name}/p/views"
    rows = (await user.send("GET", base)).body["views"]
    assert [(row["type"], row["title"], row["author"]) for row in rows] == [
        ("project-view", "Workspace", user.name),
        ("runs", "Report", user.name),
    ]
    assert "spec" not in rows[1]
    assert rows[1]["id"] == made["id"].rstrip("=")
    assert (await user.send("GET", f"{base}/{rows[1]['id']}")).body["spec"] == ODD_SPEC
    assert (await user.send("GET", f"{base}/nothing")).status == 404
