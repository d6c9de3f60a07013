"""A server starts on every engine, keeps its accounts over a restart and a crash, and says when it is ready."""

import json
import urllib.request
from collections.abc import Callable

from tests.harness.server import Server, User


def get(server: Server, path: str) -> tuple[int, bytes]:
    with server.opener.open(f"{server.url}{path}", timeout=10) as answer:
        return answer.status, answer.read()


def viewer(server: Server, user: User) -> str | None:
    """The name that GraphQL gives the owner of the key."""
    body = json.dumps({"query": "query Viewer { viewer { username } }"}).encode()
    request = urllib.request.Request(f"{server.url}/graphql", body, {"Content-Type": "application/json"})
    request.add_header("Authorization", "Bearer " + user.api_key)
    with server.opener.open(request, timeout=10) as answer:
        found = json.load(answer)["data"]["viewer"]
    return found and found["username"]


def test_healthz_answers_once_the_server_is_up(server: Server) -> None:
    assert get(server, "/healthz")[0] == 200


def test_an_account_made_while_the_server_runs_can_use_its_key_at_once(server: Server, user: User) -> None:
    assert viewer(server, user) == user.name


def test_accounts_outlive_a_restart_and_a_crash(start_server: Callable[..., Server]) -> None:
    server = start_server()
    user = server.create_user()
    server.restart()
    assert viewer(server, user) == user.name
    server.kill9()
    server.start()
    assert viewer(server, user) == user.name
