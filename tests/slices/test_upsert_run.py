"""Making and changing runs as clients do (docs/protocol/ingest.md, upsert)."""

import asyncio
import json
import re

import pytest

from steelyard.domains.runs import progress
from steelyard.domains.runs.model import Progress
from steelyard.kernel.ids import decode_global_id
from tests.harness.site import Caller, Site
from tests.slices.streamed import Run

pytestmark = pytest.mark.asyncio(loop_scope="module")

UPSERT = """mutation UpsertBucket($id: String, $name: String, $project: String, $entity: String, $groupName: String,
  $displayName: String, $notes: String, $config: JSONString, $state: String, $sweep: String, $tags: [String!],
  $summaryMetrics: JSONString, $jobType: String, $host: String, $program: String) {
  upsertBucket(input: {id: $id, name: $name, modelName: $project, entityName: $entity, groupName: $groupName,
    displayName: $displayName, notes: $notes, config: $config, state: $state, sweep: $sweep, tags: $tags,
    summaryMetrics: $summaryMetrics, jobType: $jobType, host: $host, jobProgram: $program}) {
    bucket { id name displayName config sweepName summaryMetrics tags notes group jobType state exitcode stopped
      createdAt historyLineCount user { name username } project { id name entity { id name } } }
    inserted } }"""
RUN = """query Run($entity: String, $project: String!, $run: String!) { project(name: $project, entityName: $entity) {
  run(name: $run) { id state exitcode stopped displayName tags summaryMetrics } } }"""


async def upsert(caller: Caller, **given):
    answer = await caller.graphql(UPSERT, **given)
    found = answer.data["upsertBucket"]
    return found["bucket"], found["inserted"]


async def find(caller: Caller, project: str, run: str):
    answer = await caller.graphql(RUN, entity=caller.name, project=project, run=run)
    return (answer.data["project"] or {}).get("run")


async def stream(site: Site, run, **told):
    async with site.ports.database.write() as conn:
        number = decode_global_id("Run", run["id"])
        before = await progress.lock_conditions(conn, [number])
        after = await progress.record_progress(conn, before, [(number, Progress(**told))], site.clock())
        return after.get(number)


async def test_the_first_upsert_makes_project_and_run(user):
    run, inserted = await upsert(user, name="r1", project="p", entity=user.name, config='{"lr": {"value": 0.1}}')
    assert inserted
    assert (run["name"], run["state"], run["historyLineCount"]) == ("r1", "running", 0)
    assert run["project"]["name"] == "p"
    assert run["project"]["entity"]["name"] == user.name
    assert run["user"] == {"name": user.name, "username": user.name}
    assert re.fullmatch(r"[a-z]+-[a-z]+-1", run["displayName"])


async def test_missing_names_are_the_callers_defaults(user):
    run, inserted = await upsert(user)
    assert inserted
    assert re.fullmatch("[a-z0-9]{8}", run["name"])
    assert (run["project"]["name"], run["project"]["entity"]["name"]) == ("uncategorized", user.name)


async def test_generated_titles_count_the_runs_of_the_project(user):
    titles = [(await upsert(user, project="p", sweep=sweep))[0]["displayName"] for sweep in (None, "s1", None)]
    assert titles[1].endswith("-sweep-2")
    assert titles[2].endswith("-3")


async def test_null_leaves_and_an_empty_list_clears(user):
    given = {"name": "r", "project": "p", "tags": ["a", "b", "a"], "notes": "n", "groupName": "g", "jobType": "j"}
    first, _ = await upsert(user, **given, displayName="mine", config='{"a": {"value": 1}}')
    assert first["tags"] == ["a", "b"]
    second, inserted = await upsert(user, name="r", project="p", config='{"b": {"value": 2}}')
    assert not inserted
    kept = ("id", "displayName", "tags", "notes", "group", "jobType", "createdAt")
    assert [second[key] for key in kept] == [first[key] for key in kept]
    assert json.loads(second["config"]) == {"b": {"value": 2}}
    third, _ = await upsert(user, id=first["id"], tags=[])
    assert third["tags"] == []


async def test_documents_come_back_byte_for_byte(user):
    config = (
        '{"lr":{"value":1e-3,"desc":null}, "b":{"value":9007199254740993},"n":{"value":NaN},"u":{"value":"é–\\u00e9"}}'
    )
    summary = '{"loss":-Infinity,"_step":9}'
    run, _ = await upsert(user, project="p", config=config, summaryMetrics=summary)
    assert (run["config"], run["summaryMetrics"]) == (config, summary)


async def test_the_same_id_starts_a_new_attempt(site, user):
    run, _ = await upsert(user, name="again", project="p")
    await stream(site, run, complete=True, exit_code=1, summary='{"loss": 1}')
    failed = await find(user, "p", "again")
    assert (failed["state"], failed["exitcode"], failed["summaryMetrics"]) == ("failed", 1, '{"loss": 1}')
    second, inserted = await upsert(user, name="again", project="p")
    assert (inserted, second["id"], second["state"], second["exitcode"]) == (False, run["id"], "running", None)


async def test_an_edit_by_id_does_not_start_an_attempt(site, user):
    run, _ = await upsert(user, name="edited", project="p")
    await stream(site, run, complete=True, exit_code=0)
    edited, _ = await upsert(user, id=run["id"], summaryMetrics='{"best": 1}', displayName="renamed")
    assert (edited["state"], edited["exitcode"], edited["displayName"]) == ("finished", 0, "renamed")
    resumed, _ = await upsert(user, id=run["id"], name="edited", project="p")
    assert (resumed["state"], resumed["exitcode"]) == ("running", None)


async def test_a_run_made_in_advance_stays_pending_until_its_program_comes(user):
    made, _ = await upsert(user, name="later", project="p", state="pending")
    assert made["state"] == "pending"
    started, inserted = await upsert(user, name="later", project="p")
    assert (started["state"], inserted) == ("running", False)


async def test_a_deleted_run_is_gone_and_its_id_stays_taken(user):
    run, _ = await upsert(user, name="gone", project="p", displayName="title", tags=["tag"])
    delete = "mutation D($id: ID!) { deleteRun(input: {id: $id}) { clientMutationId } }"
    assert (await user.graphql(delete, id=run["id"])).status == 200
    assert await find(user, "p", "gone") is None
    for again in ({"name": "gone", "project": "p"}, {"id": run["id"]}):
        answer = await user.graphql(UPSERT, **again)
        assert answer.status == 410
        assert "try a new run name" in answer.message
    assert await stream_is_refused(user, "gone")


async def stream_is_refused(user: Caller, run: str) -> bool:
    answer = await user.send("POST", f"/files/{user.name}/p/{run}/file_stream", {})
    return answer.status in {404, 410}


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"entity": "nobody-of-this-name"}, 404),
        ({"name": "a:b"}, 422),
        ({"name": " a"}, 422),
        ({"name": "x" * 129}, 422),
        ({"project": "a/b"}, 422),
        ({"project": "x" * 129}, 422),
        ({"config": "[]"}, 422),
        ({"config": "{"}, 422),
        ({"config": "[" * 100_000}, 422),
        ({"summaryMetrics": "1"}, 422),
        ({"displayName": "x" * 513}, 422),
        ({"tags": ["x"] * 1001}, 422),
        ({"state": "sleeping"}, 422),
        ({"id": "UnVuOjk5OTk5OTk="}, 404),
        ({"id": "rubbish"}, 404),
    ],
    ids=str,
)
async def test_bad_input_is_refused_for_good_with_a_reason(user, given, status):
    answer = await user.graphql(UPSERT, **given)
    assert answer.status == status
    assert answer.message


async def test_names_with_blanks_percent_and_unicode_work(user):
    for name in ("a b", "50%", "käse-ö", "x" * 128, "日本語"):
        run, _ = await upsert(user, name=name, project="p ö")
        assert run["name"] == name


async def test_long_facts_of_the_machine_are_cut_instead_of_failing_the_run(user):
    run, inserted = await upsert(user, project="p", host="h" * 2000, program="p" * 5000)
    assert inserted
    assert run["name"]


async def test_two_upserts_at_once_make_one_run(user):
    answers = await asyncio.gather(*(upsert(user, name="same", project="new") for _ in range(8)))
    assert sum(inserted for _, inserted in answers) == 1
    assert len({run["id"] for run, _ in answers}) == 1


async def test_runs_made_at_once_have_numbers_of_their_own(user):
    answers = await asyncio.gather(*(upsert(user, name=f"r{n}", project="many") for n in range(8)))
    assert {int(run["displayName"].rsplit("-", 1)[1]) for run, _ in answers} == set(range(1, 9))


async def test_configs_of_several_writers_are_merged(user):
    shared = {"X-WANDB-USE-ASYNC-FILESTREAM": "true"}
    for writer in ("w1", "w2"):
        config = {writer: {"value": 1}, "_wandb": {"value": {"e": {writer: {"os": "x"}}, "t": {"1": [1]}}}}
        answer = await user.graphql(UPSERT, shared, name="shared", project="p", config=json.dumps(config))
    merged = json.loads(answer.data["upsertBucket"]["bucket"]["config"])
    assert {"w1", "w2"} <= merged.keys()
    assert merged["_wandb"]["value"]["e"].keys() == {"w1", "w2"}


STOP = "mutation S($id: ID!) { stopRun(input: {id: $id}) { success clientMutationId } }"


async def test_a_stop_reaches_the_stream_and_ends_the_run_as_killed(site, user):
    run, _ = await upsert(user, name="stopped", project="p")
    for _ in range(2):
        assert (await user.graphql(STOP, id=run["id"])).data["stopRun"]["success"]
    assert (await find(user, "p", "stopped"))["stopped"]
    condition = await stream(site, run, has_rows=True)
    assert condition.stop_requested
    await stream(site, run, complete=True, exit_code=255)
    assert (await find(user, "p", "stopped"))["state"] == "killed"


SET_STATE = "mutation S($id: ID!, $state: String!) { updateRunState(input: {id: $id, state: $state}) { success } }"


async def test_states_are_set_by_hand_within_the_rules(site, user):
    run, _ = await upsert(user, name="byhand", project="p")
    assert (await user.graphql(SET_STATE, id=run["id"], state="pending")).data["updateRunState"]["success"]
    assert (await find(user, "p", "byhand"))["state"] == "pending"
    await stream(site, run, complete=True, exit_code=0)
    answer = await user.graphql(SET_STATE, id=run["id"], state="failed")
    assert answer.status == 422
    assert (await find(user, "p", "byhand"))["state"] == "finished"


async def test_silent_runs_end_after_the_grace_and_come_back_with_a_sign_of_life(site, user):
    run, _ = await upsert(user, name="silent", project="p")
    preempted, _ = await upsert(user, name="preempted", project="p")
    await upsert(user, name="waiting", project="p", state="pending")
    await stream(site, preempted, preempting=True)
    site.clock.move(299)
    await progress.end_silent_runs(site.system)
    assert (await find(user, "p", "silent"))["state"] == "running"
    site.clock.move(2)
    await progress.end_silent_runs(site.system)
    states = [(await find(user, "p", name))["state"] for name in ("silent", "preempted", "waiting")]
    assert states == ["crashed", "preempted", "pending"]
    await stream(site, run)
    assert (await find(user, "p", "silent"))["state"] == "running"


async def test_the_resume_question_is_answered_for_runs_that_never_started(user):
    document = """query R($project: String, $entity: String, $name: String!) {
      model(name: $project, entityName: $entity) { id name entity { id name } bucket(name: $name, missingOk: true) {
        id name summaryMetrics displayName logLineCount historyLineCount eventsLineCount historyTail eventsTail config
        tags notes wandbConfig(keys: ["t"]) } } }"""
    answer = await user.graphql(document, project="nowhere", entity=user.name, name="x")
    assert answer.data == {"model": None}
    config = '{"_wandb": {"value": {"t": {"1": [5]}, "m": []}}}'
    await upsert(user, name="r", project="p", config=config)
    assert (await user.graphql(document, project="p", entity=user.name, name="x")).data["model"]["bucket"] is None
    found = (await user.graphql(document, project="p", entity=user.name, name="r")).data["model"]["bucket"]
    assert json.loads(found["wandbConfig"]) == {"t": {"1": [5]}}
    assert (found["historyLineCount"], found["historyTail"], found["summaryMetrics"]) == (0, "[]", "{}")


async def test_runs_of_one_project_change_at_the_same_time(user, site):
    """Changes and streamed progress note themselves for browsers: locks taken in two orders would deadlock."""
    names = [f"busy-{number}" for number in range(6)]
    runs = [(await upsert(user, name=name, project="busy"))[0] for name in names]
    for turn in range(5):
        changed = [upsert(user, name=name, project="busy", notes=f"{turn}") for name in names]
        streamed = [stream(site, run, summary=f'{{"turn": {turn}}}') for run in runs]
        answers = await asyncio.gather(*changed, *streamed)
        assert [run["notes"] for run, _ in answers[: len(names)]] == [str(turn)] * len(names)


async def test_each_process_of_a_shared_run_numbers_its_own_lines(user):
    """What the others have logged must not become the offset of a new process: it would be farther ahead each time."""
    start = """mutation { upsertBucket(input: {name: "shared", modelName: "p"}) {
      bucket { historyLineCount eventsLineCount logLineCount } } }"""
    run = Run(user, "shared")
    for number in range(3):
        client = f"client-{number}"
        headers = {"X-WANDB-USE-ASYNC-FILESTREAM": "true", "X-WANDB-CLIENT-ID": client}
        for expected in (0, 2):
            counts = (await user.graphql(start, headers)).data["upsertBucket"]["bucket"]
            assert counts == {"historyLineCount": expected, "eventsLineCount": 0, "logLineCount": 0}
            await run.send(0, [{"v": 1}, {"v": 2}], ASYNC_CLIENT_ID=client)
    assert (await run.ask("historyLineCount"))["historyLineCount"] == 6, "readers see them all"
