"""Clients believe what the server says of itself, and work as well where an operator has switched capabilities off."""

from collections.abc import Callable
from pathlib import Path

import pytest

from steelyard.domains.admin.features import ON
from tests.contract.runner import Programs
from tests.contract.test_client_versions import work
from tests.harness.client import make_client
from tests.harness.server import Server

pytestmark = pytest.mark.compatibility("Every optional capability off")


def test_a_day_of_work_without_any_optional_capability(
    start_server: Callable[..., Server], client_version: str, tmp_path: Path
) -> None:
    server = start_server(STEELYARD_FEATURES_OFF=",".join(ON))
    user = server.create_user()
    programs = Programs(make_client(client_version, tmp_path / "home", server.url, user.api_key), user)
    path = work(programs)
    found = programs.run("read_run", path=path, ask={"rows": ["scan", {}], "files": ["files", {}]})
    assert len(found["rows"]) == 110
    assert found["files"]["output.log"]["size"] > 0
