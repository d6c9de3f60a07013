"""A directory and the server as they run: a person signs in; the doctor is asked by its command."""

import json
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.harness.server import Server
from tests.services.ldap import PASSWORD, READER_PASSWORD, Ldap, Tree
from tests.services.processes import ServiceError


@pytest.fixture(scope="module")
def tree() -> Iterator[Tree]:
    ldap = Ldap()
    try:
        yield Tree(ldap.acquire())
    finally:
        ldap.release()


def test_a_person_of_the_directory_signs_in_at_a_running_server(
    tree: Tree, start_server: Callable[..., Server]
) -> None:
    encrypted = {"LOCAL_LDAP_ADDRESS": f"ldaps://localhost:{tree.encrypted}", "STEELYARD_LDAP_CA": tree.authority}
    env = {f"LOCAL_{name}": value for name, value in tree.settings.items()} | encrypted
    server = start_server(**env)
    name = tree.person()
    with httpx.Client(base_url=server.url, trust_env=False) as window:
        refused = window.post("/app/session", json={"login": name, "password": "wrong"})
        assert refused.status_code == 401
        assert window.post("/app/session", json={"login": name, "password": PASSWORD}).status_code == 403
        server.create_user("root", "--admin")
        assert window.post("/app/session", json={"login": name, "password": PASSWORD}).status_code == 204
        assert window.get("/app/session").json()["user"]["username"] == name
    found = json.loads(server.run_command("doctor", "--only", "ldap", "--json"))
    assert {item["id"]: item["level"] for item in found["findings"]} == {"ldap.server": "ok", "ldap.people": "ok"}
    log = server.log.read_text()
    assert PASSWORD not in log
    assert READER_PASSWORD not in log


def test_half_a_setting_ends_the_start_and_is_named(tree: Tree, start_server: Callable[..., Server]) -> None:
    with pytest.raises(ServiceError, match="LDAP_BASE_DN"):
        start_server(**(tree.settings | {"LDAP_BASE_DN": ""}))
