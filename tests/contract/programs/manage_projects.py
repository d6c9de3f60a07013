"""Projects through the public API: make, list page by page, look one up.

entity; names: made in this order.
"""

import wandb
from exchange import answer_with


def describe(project) -> dict:
    owner = project.owner  # loads all of it in newer clients
    return {
        "name": project.name,
        "entity": project.entity,
        "path": list(project.path),
        "url": project.url,
        "benchmark": project._attrs.get("isBenchmark", project._attrs.get("is_benchmark")),
        "created": bool(project._attrs.get("createdAt", project._attrs.get("created_at"))),
        "owner": owner.username,
    }


def manage_projects(given: dict) -> dict:
    entity = given["entity"]
    api = wandb.Api(timeout=60)
    for name in given["names"]:
        api.create_project(name, entity)
        api.create_project(name, entity)  # asking twice makes one
    listed = list(wandb.Api(timeout=60).projects(entity, per_page=2))
    try:
        missing = api.project("no-such-project", entity).owner.username
    except Exception as error:  # noqa: BLE001 - what a user sees of any failure is the finding
        missing = f"{type(error).__name__}: {error}"
    return {
        "listed": [project.name for project in listed],
        "one": describe(api.project(given["names"][0], entity)),
        "missing": missing,
        "runs": len(api.runs(f"{entity}/{given['names'][0]}")),
        "default_entity": api.default_entity,
    }


answer_with(manage_projects)
