"""Two tenants of one server: one whose every stored place holds a canary, one that asks for it."""

import json
from dataclasses import dataclass, field
from typing import Any

from steelyard.context import KeyRights
from tests.access.place import Place, Things, open_place
from tests.access.rules import ALLOWED
from tests.harness.site import Caller, Site
from tests.slices.artifact_wire import Logger

# In names, which an answer may repeat to who has sent them, and in what is stored under them, which it never may.
NAMED, STORED = "canary-of-a-name", "canary-of-a-value"
_PROJECT = f"{NAMED}-project"
_RUN = f"{NAMED}-run"
_START = """mutation U($i: UpsertBucketInput!) { m: upsertBucket(input: $i) { bucket { id project { id } } } }"""
_FILES = """mutation F($i: CreateRunFilesInput!) { m: createRunFiles(input: $i) {
  files { name uploadUrl } uploadHeaders } }"""


@dataclass
class Tenants:
    """`strangers` know every number and every name of `theirs`, and none of its keys."""

    site: Site
    own: Place
    theirs: Place
    strangers: dict[str, Caller]
    # Who sees the canary, or everything: asked to read, for the failures that it may cause.
    insiders: dict[str, Caller]
    planted: Things = field(default_factory=dict)
    # Strangers have things of their own by the name of the canary: it alone tells nothing any more.
    are_named_alike: bool = False

    def is_leak(self, asked: str, answer: str) -> bool:
        """Tell whether a stranger is answered what the other tenant has, and did not name it himself."""
        if STORED in answer and STORED not in asked:
            return True
        is_theirs = not self.are_named_alike or self.theirs.team in answer
        return NAMED in answer and NAMED not in asked and is_theirs

    def note_names(self, sent: str) -> None:
        """Take note of what a stranger has sent that may stay: a key or a project by a name of the other tenant."""
        self.are_named_alike |= NAMED in sent


async def open_tenants(site: Site) -> Tenants:
    theirs, own = await open_place(site, ["team"]), await open_place(site, ["team", "restricted"])
    strangers = {name: own.callers[name] for name in ("team admin", "team member", "team viewer", "service account")}
    strangers |= {name: own.callers[name] for name in ("anonymous", ALLOWED, "outsider")}
    strangers["read-only key"] = await site.key(own.callers["team admin"], rights=KeyRights.READ)
    insiders = {name: theirs.callers[name] for name in ("team member", "team admin", "server admin")}
    found = Tenants(site, own, theirs, strangers, insiders)
    await _plant(found)
    return found


async def _plant(tenants: Tenants) -> None:
    place, caller = tenants.theirs, tenants.theirs.callers["team admin"]
    value, names = json.dumps({"secret": STORED}), {"entityName": place.team, "modelName": _PROJECT, "name": _RUN}
    described = {
        "config": json.dumps({"secret": {"value": STORED}}),
        "summaryMetrics": value,
        "displayName": STORED,
        "notes": STORED,
        "tags": [STORED],
        "groupName": STORED,
        "jobType": STORED,
        "host": STORED,
        "program": STORED,
    }
    bucket = (await place.ask(_START, names | described))["bucket"]
    rows = [json.dumps({"_step": step, "secret": STORED, STORED: step}) for step in range(3)]
    files = {
        "wandb-history.jsonl": {"offset": 0, "content": rows},
        "wandb-summary.json": {"offset": 0, "content": [value]},
        "output.log": {"offset": 0, "content": [f"2025-06-01T12:00:00 {STORED}"]},
    }
    path = f"/files/{place.team}/{_PROJECT}/{_RUN}/file_stream"
    assert (await caller.send("POST", path, {"files": files})).status == 200
    logger = Logger(caller, place.team, _PROJECT)
    given = {"entityName": place.team, "projectName": _PROJECT, "runName": _RUN, "files": [f"{NAMED}.txt"]}
    slot = (await place.ask(_FILES, given))["files"][0]
    await logger.request("PUT", slot["uploadUrl"], content=STORED.encode())
    table = json.dumps({"columns": [STORED], "data": [[STORED]]}).encode()
    content = {f"{NAMED}.txt": STORED.encode(), "t.table.json": table}
    version = await logger.log(f"{NAMED}-data", content, description=STORED, metadata=value)
    described_view = {"type": "runs", "spec": value, "displayName": STORED, "description": STORED}
    view = await place.ask(
        "mutation V($i: UpsertViewInput!) { m: upsertView(input: $i) { view { id } } }", logger.place | described_view
    )
    chart = {"entity": place.team, "name": NAMED, "displayName": STORED, "type": "vega2", "access": "PRIVATE"}
    await place.ask(
        "mutation C($i: CreateCustomChartInput!) { m: createCustomChart(input: $i) { chart { id } } }",
        chart | {"spec": value},
    )
    sweep = await place.ask(
        "mutation S($i: UpsertSweepInput!) { m: upsertSweep(input: $i) { sweep { id name } } }",
        logger.place | {"config": f"method: random\nname: {STORED}\nparameters: {{lr: {{min: 0.0, max: 1.0}}}}\n"},
    )
    await place.ask(
        "mutation A($i: NotifyScriptableRunAlertInput!) { m: notifyScriptableRunAlert(input: $i) { success } }",
        logger.place | {"runName": _RUN, "title": STORED, "text": STORED},
    )
    for method, path, body in (
        ("POST", "/app/keys", {"name": STORED}),
        ("POST", f"/app/teams/{place.team}/invitations", {"email": f"{STORED}@example.org", "role": "member"}),
        ("POST", f"/app/teams/{place.team}/service-accounts", {"name": STORED}),
        ("PATCH", f"/app/projects/{place.team}/{_PROJECT}", {"description": STORED}),
    ):
        answer = await caller.send(method, path, body)
        assert answer.status in {200, 204}, answer.body
    tenants.planted = place.things["team"] | {
        "projectName": _PROJECT,
        "$project_name": _PROJECT,
        "$project": bucket["project"]["id"],
        "$run": bucket["id"],
        "$version": version,
        "$view": view["view"]["id"],
        "$sweep": sweep["sweep"]["id"],
        "$sweep_name": sweep["sweep"]["name"],
        "$source": _source(place, _PROJECT),
    }


def _source(place: Place, project: str) -> Any:
    named = {"type": "dataset", "collection": f"{NAMED}-data", "version": "v0", "path": "t.table.json"}
    return {"kind": "artifact", "entity": place.team, "project": project, **named}
