"""A registry by the public API: made, filled by a run, searched, read, shared, changed, deleted.

organization; entity: a team in it; colleague, team: whom to let in; registry, collection; ordered: versions have orders
"""

from pathlib import Path

import wandb
from exchange import answer_with

SILENT = wandb.Settings(silent=True)


def fill(given: dict, target: str) -> list[str]:
    """Log two models and link them by a run; return the versions they have in the registry."""
    made = []
    with wandb.init(entity=given["entity"], project="work", settings=SILENT) as run:
        for number in range(2):
            path = Path(f"net{number}.txt")
            path.write_text(f"weights {number}", encoding="utf-8")
            model = wandb.Artifact("net", type="model", metadata={"loss": 0.5 - number / 4})
            model.add_file(str(path), name="net.txt")
            run.log_artifact(model).wait()
            linked = run.link_artifact(model, target, aliases=["prod"] if number else ["old"])
            made.append(linked.name)
    return made


def refuse(call, *args, **kwargs) -> str:
    try:
        call(*args, **kwargs)
    except (ValueError, wandb.errors.CommError) as error:
        return f"{error} {error.__cause__ or ''}"
    return ""


def use(given: dict, name: str) -> dict:
    with wandb.init(entity=given["entity"], project="work", settings=SILENT) as run:
        used = run.use_artifact(name)
        folder = Path(used.download())
        text = (folder / "net.txt").read_text(encoding="utf-8")
    return {"text": text, "project": used.project, "source": used.source_project, "link": used.is_link, "url": used.url}


def search(api, given: dict) -> dict:
    organization, name = given["organization"], given["registry"]
    prod = {"$or": [{"alias": "prod"}, {"tag": "nothing"}]}
    everywhere = api.registries(organization=organization)
    found = {
        "all": [item.name for item in everywhere],
        "like": [item.name for item in api.registries(organization, filter={"name": {"$regex": name[:4]}})],
        "none": [item.name for item in api.registries(organization, filter={"name": "no-such"})],
        "collections": [item.name for item in api.registries(organization).collections()],
        "named": [
            item.name
            for item in api.registries(organization, filter={"name": name}).collections(
                filter={"name": {"$regex": "n"}}
            )
        ],
        "prod": [item.name for item in api.registries(organization).versions(filter=prod)],
        "through": [
            item.name
            for item in api.registries(organization).collections().versions(filter={"metadata.loss": {"$lt": 0.4}})
        ],
        "tagged": [item.name for item in api.registries(organization).versions(filter={"tag": "kept"})],
        "versions": sorted(item.name for item in api.registry(name, organization).versions()),
        "own": [item.name for item in api.registry(name, organization).collections()],
    }
    if given["ordered"]:
        asked = api.registry(name, organization).versions(order="+linked_at")
        found["ordered"] = [item.name for item in asked]
    return found


def as_text(name) -> str:
    return str(getattr(name, "value", name))


def share(api, registry, given: dict) -> dict:
    colleague, team = api.user(given["colleague"]), api.team(given["team"])
    registry.add_members(colleague, team)
    registry.update_member(colleague, "member")
    registry.update_member(team, "admin")
    users = {item.user.username: as_text(item.role) for item in registry.user_members()}
    teams = {item.team.name: as_text(item.role) for item in registry.team_members()}
    registry.remove_members(colleague, team)
    return {"users": users, "teams": teams, "left": [as_text(item.kind) for item in registry.members()]}


def change(api, given: dict) -> dict:
    registry = api.registry(given["registry"], given["organization"])
    registry.description = "changed"
    registry.visibility = "restricted"
    registry.allow_all_artifact_types = False
    registry.artifact_types.append("dataset")
    registry.name = given["registry"] + "-renamed"
    registry.save()
    again = api.registry(registry.name, given["organization"])
    again.load()
    return {
        "name": again.name,
        "description": again.description,
        "visibility": again.visibility,
        "takes_all": again.allow_all_artifact_types,
        "types": sorted(again.artifact_types),
        "entity": again.entity,
        "old": api.registry(given["registry"], given["organization"]).name,
    }


def registries(given: dict) -> dict:
    api = wandb.Api(timeout=60)
    organization, name = given["organization"], given["registry"]
    target = f"wandb-registry-{name}/{given['collection']}"
    found = {"missing": refuse(api.registry, name, organization)}
    made = api.create_registry(name, "organization", organization, "about", ["model"])
    found["made"] = [made.name, made.full_name, made.visibility, made.description, list(made.artifact_types)]
    found["again"] = refuse(api.create_registry, name, "organization", organization)
    found["linked"] = fill(given, target)
    version = api.artifact(f"{organization}/{target}:old")
    version.tags = ["kept"]
    version.save()
    found["search"] = search(api, given)
    found["used"] = use(given, f"{organization}/{target}:prod")
    found["short"] = api.artifact(f"{target}:v0").name
    found["wrong_type"] = refuse(link_data, given, target)
    found["share"] = share(api, made, given)
    found["changed"] = change(api, given)
    api.registry(found["changed"]["name"], organization).delete()
    found["left"] = [item.name for item in api.registries(organization)]
    found["source"] = api.artifact(f"{given['entity']}/work/net:v0").state
    return found


def link_data(given: dict, target: str) -> None:
    with wandb.init(entity=given["entity"], project="work", settings=SILENT) as run:
        data = wandb.Artifact("rows", type="dataset")
        Path("rows.txt").write_text("1", encoding="utf-8")
        data.add_file("rows.txt")
        run.log_artifact(data).wait()
        data.link(target.rpartition("/")[0] + "/rows")


answer_with(registries)
