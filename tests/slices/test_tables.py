"""Logged tables as the web app reads them: exact cells, questions answered as a plain reading would, who may look."""

import base64
import csv
import io
import json
import math
import random

import pytest

from steelyard.columnar.tables.conditions import Condition, Filter
from tests.harness.site import Site
from tests.slices.artifact_wire import Logger
from tests.slices.logged_tables import Table, in_version, put_file
from tests.unit.columnar import plain_tables as plain
from tests.unit.columnar.plain_tables import table_text

pytestmark = pytest.mark.asyncio(loop_scope="module")

IMAGE = {"_type": "image-file", "path": "media/images/a.png", "caption": "seven", "sha256": "ab", "size": 3}
EXACT = [
    [1, "a", 0.1, True, None],
    [2**53 + 1, "ü😀", math.nan, False, {"b": [1, None]}],
    [-(2**80), "x" * 3000, -math.inf, None, [0.5] * 2],
    [None, "", 1e-320, True, IMAGE],
]


async def test_cells_are_shown_exactly(user):
    table = await put_file(user, "r", "media/table/a_0_00.table.json", table_text(["n", "t", 3, "t", ""], EXACT))
    found = await table.get("describe")
    assert (found["rows"], [column["name"] for column in found["columns"]]) == (4, ["n", "t", "3", "t", ""])
    assert found["columns"][0]["kinds"] == {"number": 3, "null": 1}
    assert found["columns"][4] == {
        "name": "",
        "kinds": {"null": 1, "json": 2, "media": 1},
        "media": ["image-file"],
        "type": None,
    }
    assert await table.cells(columns=[0, 1, 2]) == [
        [1, "a", 0.1],
        [{"kind": "number", "text": str(2**53 + 1)}, "ü😀", {"kind": "number", "text": "NaN"}],
        [
            {"kind": "number", "text": str(-(2**80))},
            {"kind": "text", "text": "x" * 1000, "size": 3000},
            {"kind": "number", "text": "-Infinity"},
        ],
        [None, "", 1e-320],
    ]
    assert await table.cells(columns=[4, 3], offset=1) == [
        [{"kind": "json", "text": '{"b":[1,null]}'}, False],
        [{"kind": "json", "text": "[0.5,0.5]"}, None],
        [{"kind": "media", "value": IMAGE}, True],
    ]
    (whole,) = (await table.get("row", row=2))["rows"]
    assert (whole["row"], whole["cells"][1]) == (2, "x" * 3000)
    assert [row["row"] for row in (await table.get(sort=[{"column": 0, "descending": True}]))["rows"]] == [1, 0, 2, 3]
    assert (await table.ask("row", row=4)).status == 404


def some_cell(rng: random.Random, column: int) -> object:
    if rng.random() < 0.1:
        return None
    return [
        lambda: rng.choice(["cat", "Dog", "ant", "cat 7", ""]),
        lambda: rng.choice([rng.randrange(-5, 5), rng.random(), math.nan, 2**60 + rng.randrange(3)]),
        lambda: rng.randrange(20),
        lambda: rng.choice(["cat", "Dog", 3, 0.5, True, [1, "cat"], {"a": "dog"}, IMAGE, "7"]),
    ][column]()


def some_filter(rng: random.Random) -> Filter:
    values = ["cat", "dog", "3", "0.5", "NaN", "true", "7", "[", ""]
    conditions = []
    for _ in range(rng.randrange(3)):
        sign = rng.choice(plain.OPERATORS)
        other = rng.randrange(4) if sign in plain.COMPARE and rng.random() < 0.3 else None
        conditions.append(Condition(rng.randrange(4), sign, rng.choice(values), other))
    return Filter(tuple(conditions), rng.choice(["", "", "CAT", "7"]), (0, 1, 2, 3))


async def test_questions_are_answered_as_a_plain_reading_would(user):
    rng = random.Random(7)
    rows = [[some_cell(rng, column) for column in range(4)] for _ in range(500)]
    table = await put_file(user, "r", "random.table.json", table_text(["text", "number", "int", "any"], rows))
    for _ in range(60):
        asked = some_filter(rng)
        keys = [(column, rng.random() < 0.5) for column in rng.sample(range(4), rng.randrange(3))]
        found = await table.get(
            search=asked.search,
            filter=[vars_of(condition) for condition in asked.conditions],
            sort=[{"column": column, "descending": descends} for column, descends in keys],
            columns=[],
            limit=1000,
        )
        matching = [number for number, row in enumerate(rows) if plain.matches(row, asked)]
        expected = [matching[at] for at in plain.order([rows[number] for number in matching], keys)]
        assert (found["total"], found["matched"]) == (500, len(expected))
        assert [row["row"] for row in found["rows"]] == expected, (asked, keys)


def vars_of(condition: Condition) -> dict[str, object]:
    names = ("column", "operator", "value", "other")
    return {name: getattr(condition, name) for name in names}


async def test_a_column_is_summarized_for_the_rows_that_match(user):
    rows = [[number, ["a", "b", "a"][number % 3]] for number in range(90)]
    table = await put_file(user, "r", "sum.table.json", table_text(["n", "t"], rows))
    found = await table.get("summarize", column=1, values=1, filter=[{"column": 0, "operator": "<", "value": "30"}])
    assert (found["distinct"], found["values"], found["bins"]) == (2, [{"value": "a", "count": 20}], None)
    found = await table.get("summarize", column=0, search="b")
    assert (found["kinds"], sum(found["bins"]["counts"]), found["mean"]) == ({"number": 30}, 30, 44.5)


async def test_media_of_an_artifact_lead_to_its_files(site: Site):
    logger = Logger(await site.user())
    other = Logger(logger.caller, project="elsewhere")
    source = await other.log("pictures", {"deep/b.png": b"bbb"})
    hex_id = base64.b64decode(source).hex()
    cells = [IMAGE, IMAGE | {"path": f"wandb-artifact://{hex_id}/deep/b.png"}, IMAGE | {"path": "gone.png"}]
    body = table_text(["i"], [[cell] for cell in cells], _type="table")
    await logger.log("eval", {"t.table.json": body, "media/images/a.png": b"aaa"})
    table = in_version(logger, "eval", "t.table.json")
    urls = (await table.get())["urls"]
    assert urls.keys() == {cells[0]["path"], cells[1]["path"]}
    assert [await logger.get(urls[cell["path"]]) for cell in cells[:2]] == [b"aaa", b"bbb"]
    assert await table.cells(search="seven", limit=1) == [[{"kind": "media", "value": IMAGE}]]


async def test_tables_in_parts_joined_and_by_increments_are_one_table(site: Site):
    logger = Logger(await site.user())
    one, two = table_text(["k", "v"], [[1, "a"], [2, "b"]]), table_text(["k", "v"], [[3, "c"]])
    files = {
        "parts/1.table.json": one,
        "parts/2.table.json": two,
        "all.partitioned-table.json": json.dumps({"_type": "partitioned-table", "parts_path": "parts"}).encode(),
        "right.table.json": table_text(["key", "w"], [[2, True], [9, False]]),
        "both.joined-table.json": json.dumps(
            {"table1": "all.partitioned-table.json", "table2": "right.table.json", "join_key": ["k", "key"]}
        ).encode(),
        "odd/1.table.json": one,
        "odd/2.table.json": table_text(["k"], [[1]]),
        "odd.partitioned-table.json": json.dumps({"parts_path": "odd"}).encode(),
    }
    await logger.log("parts", files)
    table = in_version(logger, "parts", "all.partitioned-table.json")
    assert (await table.get("describe"))["files"] == 2
    assert await table.cells(sort=[{"column": 0, "descending": True}]) == [[3, "c"], [2, "b"], [1, "a"]]

    joined = in_version(logger, "parts", "both.joined-table.json")
    assert [column["name"] for column in (await joined.get("describe"))["columns"]] == ["0.k", "0.v", "1.key", "1.w"]
    every = [[1, "a", None, None], [2, "b", 2, True], [3, "c", None, None], [None, None, 9, False]]
    assert await joined.cells() == every
    unlike = {"column": 0, "operator": "!=", "other": 2}
    assert await joined.cells(filter=[unlike], columns=[2, 0]) == [[None, 1], [None, 3], [9, None]]
    rows = list(csv.reader(io.StringIO(await joined.csv(sort=[{"column": 2, "descending": True}]))))
    assert rows[1:3] == [["", "", "9", "false"], ["2", "b", "2", "true"]]

    refused = await in_version(logger, "parts", "odd.partitioned-table.json").ask()
    assert (refused.status, refused.body["error"]["message"]) == (422, "the parts of the table have different columns")

    steps = {"0-1700.key.table.json": one, "10-1702.key.table.json": two, "2-1701.key.table.json": two}
    await logger.log("run-r-incr-key", steps, artifactTypeName="wandb-run-incremental-table")
    entry = in_version(logger, "run-r-incr-key", "2-1701.key.table.json")
    entry.source["type"] = "wandb-run-incremental-table"
    assert await entry.cells(columns=[1]) == [["c"]]
    entry.source["whole"] = True
    assert (await entry.get("describe"))["rows"] == 4
    assert await entry.cells(columns=[1]) == [["a"], ["b"], ["c"], ["c"]]


async def test_a_table_is_found_by_what_a_run_logged_of_it(site: Site):
    logger = Logger(await site.user())
    body = table_text(["a"], [[1]])
    made = await logger.log("t", {"t.table.json": body}, clientID="client-1", sequenceClientID="sequence-1")
    hex_id = base64.b64decode(made).hex()
    for uri in ("wandb-client-artifact://client-1/t.table.json", f"wandb-artifact://{hex_id}/t.table.json"):
        table = Table(logger.caller, {"kind": "link", "uri": uri})
        assert await table.cells() == [[1]]
        assert (await table.seen_by(await site.user()).ask()).status == 404
    await logger.log("again", {"x.table.json": body, "y": b"y"})
    for uri in ("wandb-client-artifact://nobody/t", "https://example.org/t.table.json", "x"):
        assert (await Table(logger.caller, {"kind": "link", "uri": uri}).ask()).status == 404


async def test_who_may_not_see_the_file_may_not_see_the_table(site: Site):
    owner, stranger = await site.user(), await site.user()
    logger = Logger(owner)
    await logger.log("t", {"t.table.json": table_text(["a"], [[1]])})
    for table in (
        await put_file(owner, "r", "t.table.json", table_text(["a"], [[1]])),
        in_version(logger, "t", "t.table.json"),
    ):
        for what, question in (("describe", {}), ("query", {}), ("row", {"row": 0}), ("summarize", {"column": 0})):
            assert (await table.ask(what, **question)).status == 200
            assert (await table.seen_by(stranger).ask(what, **question)).status == 404
            assert (await table.seen_by(site.nobody()).ask(what, **question)).status == 401
        absent = Table(owner, table.source | {"path": "no.table.json"})
        assert (await absent.ask()).status == 404


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{}", "it has no list `data`"),
        (b'{"columns": ["a"], "data": [[1], [', "it is cut short"),
        (b'{"columns": ["a"], "data": ' + b"[" * 200, "nests deeper than"),
        (table_text([], [[0] * 10_001]), "10,001 columns"),
        (b"\x89PNG", "not JSON"),
    ],
)
async def test_what_is_no_table_is_told_once_and_for_all(user, body, message):
    table = await put_file(user, "r", "bad.table.json", body)
    for _ in range(2):
        answer = await table.ask("describe")
        assert answer.status == 422
        assert message in answer.body["error"]["message"]
    table = await put_file(user, "r", "bad.table.json", table_text(["a"], [[1]]))
    assert await table.cells() == [[1]], "another file of the name is another table"


@pytest.mark.parametrize(
    "question",
    [
        {"source": None},
        {"source": {"kind": "run"}},
        {"offset": -1},
        {"limit": 1001},
        {"columns": [1]},
        {"columns": "a"},
        {"sort": [{"column": "a"}]},
        {"filter": [{"column": 0, "operator": "~"}]},
        {"filter": [{"column": 0, "operator": "=", "value": 1}]},
        {"filter": [{"column": 0, "operator": "matches", "value": "a("}]},
        {"filter": [{"column": 0, "operator": "contains", "other": 0}]},
        {"search": 7},
    ],
)
async def test_questions_that_mean_nothing_are_refused(user, question):
    table = await put_file(user, "r", "q.table.json", table_text(["a"], [[1]]))
    answer = await table.ask(**question)
    assert answer.status == 422, answer.body


async def test_a_wide_table_is_read_by_columns(user):
    names = [f"c{number}" for number in range(10_000)]
    rows = [[number + column for column in range(10_000)] for number in range(40)]
    table = await put_file(user, "r", "wide.table.json", table_text(names, rows))
    assert len((await table.get("describe"))["columns"]) == 10_000
    assert (await table.ask(limit=40)).status == 422
    sort = [{"column": 9_999, "descending": True}]
    assert await table.cells(columns=[9_999, 0], sort=sort, limit=2) == [[10_038, 39], [10_037, 38]]


async def test_rows_are_exported_as_they_are_shown(user):
    rows = [[number, cell, number * 1000.5] for number, cell in enumerate(["=1+1", 'say "hi"', "-1", "a,b", "ü", None])]
    kinds = {"wb_type": "typedDict", "params": {"type_map": {"when": {"wb_type": "timestamp"}}}}
    body = table_text(["n", "t", "when"], rows, column_types=kinds)
    table = await put_file(user, "r", "csv.table.json", body)
    assert (await table.csv(columns=[0, 1])).splitlines() == [
        "n,t",
        "0,'=1+1",
        '1,"say ""hi"""',
        "2,-1",
        '3,"a,b"',
        "4,ü",
        "5,",
    ]
    down = [{"column": 0, "descending": True}]
    found = await table.csv(sort=down, filter=[{"column": 1, "operator": "present"}], search="a", columns=[0, 2])
    assert found.splitlines() == ["n,when", "3,1970-01-01T00:00:03.001500Z", "1,1970-01-01T00:00:01.000500Z"]
