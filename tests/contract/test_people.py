"""Accounts, teams and service accounts by the public API, and keys that end everywhere within seconds."""

import json
import secrets
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable

import pytest

from tests.contract.runner import Programs
from tests.faults.streaming import WITH_ACCOUNT
from tests.harness.client import Client
from tests.harness.engines import MYSQL_S3, Engine
from tests.harness.server import Server

# What a user may count on, whichever process they reach.
REVOKED_WITHIN_S = 5.0


@pytest.mark.compatibility("Public API: projects, people, files, edits")
def test_an_administrator_makes_people_teams_and_service_accounts(
    server: Server, client_of: Callable[..., Client], client_version: str
) -> None:
    admin, member = server.create_user(None, "--admin"), server.create_user()
    team, address = f"t{secrets.token_hex(4)}", f"x{secrets.token_hex(4)}@example.org"
    programs = Programs(client_of(server, client_version, user=admin), admin)
    found = programs.run("manage_team", team=team, address=address, member=member.name)
    made, service = address.partition("@")[0], found["service"]
    assert (found["made"], found["user"]) == ([address, False], address)
    assert found["invited"] == [True, False, True, False]
    assert found["roles"] == {
        admin.name: [True, "MEMBER", False],
        member.name: [False, "MEMBER", False],
        made: [False, "MEMBER", False],
        service: [False, "SERVICE", False],
    }
    assert found["unseen"] == [], "a key is shown once"
    assert found["logged"] == {"viewer": service, "entity": team, "user": member.name, "a": 1}
    assert found["removed"] == [True, True]
    assert sorted(found["left"]) == sorted([admin.name, made])


@pytest.mark.compatibility("Public API: projects, people, files, edits")
def test_a_program_with_a_role_that_only_logs_logs_and_deletes_nothing(
    server: Server, client_of: Callable[..., Client], client_version: str
) -> None:
    admin, program = server.create_user(None, "--admin"), server.create_user()
    organization, team = (f"{kind}{secrets.token_hex(4)}" for kind in "ot")
    server.run_command("org", "create", organization, "--admin", admin.name)
    server.run_command("team", "create", team, "--org", organization, "--admin", admin.name)
    words = [part for word in ("run:create", "artifact:create", "project:create") for part in ("--allow", word)]
    server.run_command("role", "create", "only logs", "--org", organization, *words)
    server.run_command("role", "give", "only logs", team, program.name)
    programs = Programs(client_of(server, client_version, user=program), program)
    found = programs.run("log_by_role", team=team)
    assert found["logged"] == {"a": 1, "artifact": "COMMITTED"}
    assert not found["administers"]
    for what, told in found["refused"].items():
        assert "permission denied" in told, (what, told)
    assert found["left"] == {"runs": 1, "versions": 1}


@pytest.mark.parametrize("ended", ["key revoke", "user deactivate"])
def test_what_ends_at_one_process_ends_at_the_other_within_seconds(
    start_server: Callable[..., Server], engine: Engine, tmp_path_factory: pytest.TempPathFactory, ended: str
) -> None:
    if engine.name != MYSQL_S3:
        pytest.skip("a folder belongs to one server")
    one = start_server(**WITH_ACCOUNT)
    two = Server(tmp_path_factory.mktemp("two") / "data", dict(one.env))
    try:
        two.start()
        user = one.create_user()
        made = json.loads(one.run_command("key", "create", user.name, "--json"))
        key = made["key"]
        assert [answered(server, key) for server in (one, two)] == [200, 200]
        one.run_command(*ended.split(), user.name if ended == "user deactivate" else made["id"])
        since = time.monotonic()
        while any(answered(server, key) == 200 for server in (one, two)):
            assert time.monotonic() - since < REVOKED_WITHIN_S
            time.sleep(0.1)
        assert [answered(server, key) for server in (one, two)] == [401, 401]
    finally:
        two.stop()


def answered(server: Server, key: str) -> int:
    request = urllib.request.Request(f"{server.url}/app/home")
    request.add_header("Authorization", "Basic " + b64encode(f"api:{key}".encode()).decode())
    try:
        return int(server.opener.open(request, timeout=30).status)
    except urllib.error.HTTPError as error:
        return error.code
