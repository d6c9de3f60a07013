"""A bounded server slows real clients down, and nothing is lost."""

import json
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.runner import Programs
from tests.harness.client import Client
from tests.harness.server import Server, User

pytestmark = pytest.mark.compatibility("Rate limits")
ROWS, PAUSE_S = 60, 0.1


def rates(server: Server, admin: User) -> dict[str, Any]:
    request = urllib.request.Request(f"{server.url}/app/admin/limits")
    request.add_header("Authorization", "Basic " + b64encode(f"api:{admin.api_key}".encode()).decode())
    found = json.loads(server.opener.open(request, timeout=30).read())
    return {item["name"]: item for item in found["rates"]}


@pytest.mark.parametrize(("version", "rate"), [("0.31.0", "run_requests"), ("0.28.2", "project_requests")])
def test_a_client_that_is_slowed_down_loses_nothing(
    start_server: Callable[..., Server], client_of: Callable[..., Client], version: str, rate: str
) -> None:
    server = start_server(**{f"STEELYARD_LIMITS_{rate.upper()}": "1"})
    admin, user = server.create_user(None, "--admin"), server.create_user()
    programs = Programs(client_of(server, version, user=user), user)
    done = programs.run("steady", init={"project": "limits"}, rows=ROWS, pause_s=PAUSE_S)
    found = programs.run("read_run", path=done["path"], ask={"rows": ["scan", {}], "facts": ["facts", {}]})
    assert [row["v"] for row in found["rows"]] == list(range(ROWS))
    assert found["facts"]["state"] == "finished"
    used = rates(server, admin)[rate]
    assert used["perSecond"] == 1
    assert 0 < used["passed"] <= done["seconds"] + 5, "no more than the rate and one burst"


def test_a_client_in_a_hurry_waits_for_what_is_bounded_by_project_and_account(
    start_server: Callable[..., Server], client_of: Callable[..., Client]
) -> None:
    """The rates are those of one of twenty processes: small enough to be met by one client."""
    bounds = {"PROJECT_RUN_CHANGES": 12, "PROJECT_ARTIFACTS": 12, "USER_QUERY_SECONDS": 4, "PROCESSES": 20}
    server = start_server(**{f"STEELYARD_LIMITS_{name}": str(value) for name, value in bounds.items()})
    admin, user = server.create_user(None, "--admin"), server.create_user()
    programs = Programs(client_of(server, user=user), user)
    done = programs.run("hurry", limits=f"{server.url}/app/admin/limits", key=admin.api_key)
    assert done["complete"]
    versions, logged = done["versions"]
    assert versions == sorted(f"v{number}" for number in range(logged))
    assert done["changed"][0] == done["changed"][1]
    used = rates(server, admin)
    assert all(used[name]["refused"] for name in ("project_run_changes", "project_artifacts", "user_query_seconds"))
