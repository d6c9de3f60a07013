"""Goes on with runs, with versions of an artifact and with questions until the server has refused one of each.

`limits` is where the server tells how often each rate refused, `key` an administrator's.
"""

import base64
import json
import time
import urllib.request

import wandb
from exchange import answer_with

AT_MOST_S = 60


def hurry(given: dict) -> dict:
    def goes_on(rate: str) -> bool:
        request = urllib.request.Request(given["limits"])
        request.add_header("Authorization", "Basic " + base64.b64encode(f"api:{given['key']}".encode()).decode())
        found = json.loads(urllib.request.urlopen(request, timeout=30).read())["rates"]
        (refused,) = [item["refused"] for item in found if item["name"] == rate]
        return not refused and time.monotonic() < until

    until, logged, changed = time.monotonic() + AT_MOST_S, 0, 0
    settings = wandb.Settings(x_disable_stats=True, x_disable_meta=True, console="off")
    with wandb.init(project="hurry", settings=settings) as run:
        run.log({"v": 1})
        while goes_on("project_artifacts"):
            artifact = wandb.Artifact("data", type="dataset")
            with artifact.new_file("number.txt") as file:
                file.write(str(logged))
            run.log_artifact(artifact)
            logged += 1
            time.sleep(0.1)
    place, api = f"{run.entity}/{run.project}", wandb.Api()
    mine = api.run(f"{place}/{run.id}")
    while goes_on("project_run_changes"):
        changed += 1
        mine.config["changed"] = changed
        mine.update()
    while goes_on("user_query_seconds"):
        for _ in range(20):
            wandb.Api().run(f"{place}/{run.id}")
    with wandb.init(project="hurry", settings=settings) as second:
        second.log({"v": 2})
    found = {one.id: one.summary.get("v") for one in api.runs(place)}
    versions = [version.version for version in api.artifacts("dataset", f"{place}/data")]
    config = api.run(f"{place}/{run.id}").config
    return {
        "complete": found == {run.id: 1, second.id: 2},
        "versions": [sorted(versions), logged],
        "changed": [config.get("changed"), changed],
    }


answer_with(hurry)
