"""A run's life from outside, through the public API: made pending, set to failed and back, refused changes, deleted.

entity, project; ids: of a run to be made and to be deleted.
"""

import wandb
from exchange import answer_with
from wandb.apis.public import Run


def attempt(work) -> str:
    try:
        return str(work())
    except Exception as error:  # noqa: BLE001 - what a user sees of any failure is the finding
        return f"{type(error).__name__}: {error}"


def control_runs(given: dict) -> dict:
    entity, project, run_id = given["entity"], given["project"], given["id"]
    api = wandb.Api(timeout=60)
    if hasattr(Run, "update_state"):
        made = Run.create(api, run_id, project, entity, **given.get("options", {}))
        path = f"{entity}/{project}/{run_id}"

        def state() -> str:
            return wandb.Api(timeout=60).run(path).state

        steps = [made.id, made.state, state()]
        for wanted in given["states"]:
            steps.append(attempt(lambda wanted=wanted: wandb.Api(timeout=60).run(path).update_state(wanted)))
            steps.append(state())
    else:
        api.create_run(project=project, entity=entity, run_id=run_id)
        steps = None
    run = wandb.Api(timeout=60).run(f"{entity}/{project}/{run_id}")
    author = run.user.username
    before = len(wandb.Api(timeout=60).runs(f"{entity}/{project}"))
    run.delete(delete_artifacts=given.get("delete_artifacts", False))
    after = len(wandb.Api(timeout=60).runs(f"{entity}/{project}"))
    return {
        "steps": steps,
        "author": author,
        "counts": [before, after],
        "gone": attempt(lambda: wandb.Api(timeout=60).run(f"{entity}/{project}/{run_id}")),
        "again": attempt(lambda: api.create_run(project=project, entity=entity, run_id=run_id)),
    }


answer_with(control_runs)
