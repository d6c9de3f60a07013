"""Registries by the client's own surface: made, filled by runs, searched, used, shared, changed and deleted."""

import secrets
from collections.abc import Callable

import pytest

from tests.contract.runner import Programs
from tests.harness.server import Server

pytestmark = pytest.mark.compatibility("Registries")


@pytest.mark.parametrize("version", ["0.31.0", "0.28.2"])
def test_a_registry_from_its_first_to_its_last_day(
    server: Server, programs_for: Callable[[str], Programs], version: str
) -> None:
    programs, colleague = programs_for(version), server.create_user()
    organization, team, registry = (f"{kind}{secrets.token_hex(4)}" for kind in ("org", "team", "models"))
    server.run_command("org", "create", organization, "--admin", programs.user.name)
    server.run_command("org", "add-member", organization, colleague.name, "--role", "member")
    server.run_command("team", "create", team, "--org", organization, "--admin", programs.user.name)
    found = programs.run(
        "registries",
        organization=organization,
        entity=team,
        colleague=colleague.name,
        team=team,
        registry=registry,
        collection="nets",
        ordered=version == "0.31.0",
    )
    assert registry in found["missing"]
    assert found["made"] == [registry, f"wandb-registry-{registry}", "organization", "about", ["model"]]
    assert "exists" in found["again"]
    assert found["linked"] == ["nets:v0", "nets:v1"]
    ordered = found["search"].pop("ordered", ["nets:v0", "nets:v1"])
    assert ordered == ["nets:v0", "nets:v1"]
    assert found["search"] == {
        "all": [registry],
        "like": [registry],
        "none": [],
        "collections": ["nets"],
        "named": ["nets"],
        "prod": ["nets:v1"],
        "through": ["nets:v1"],
        "tagged": ["nets:v0"],
        "versions": ["nets:v0", "nets:v1"],
        "own": ["nets"],
    }
    used = found["used"]
    assert (used["text"], used["project"], used["source"]) == ("weights 1", f"wandb-registry-{registry}", "work")
    assert used["link"]
    assert used["url"].startswith(f"{server.url}/orgs/{organization}/registry/{registry}?")
    assert found["short"] == "nets:v0"
    assert "dataset" in found["wrong_type"], found["wrong_type"]
    assert found["share"] == {
        "users": {programs.user.name: "admin", colleague.name: "member"},
        "teams": {team: "admin"},
        "left": ["User"],
    }
    assert found["changed"] == {
        "name": f"{registry}-renamed",
        "description": "changed",
        "visibility": "restricted",
        "takes_all": False,
        "types": ["dataset", "model"],
        "entity": organization,
        "old": f"{registry}-renamed",
    }
    assert found["left"] == []
    assert found["source"] == "COMMITTED"
