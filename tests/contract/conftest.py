"""Fixtures of the contract tests: users, and programs run by a real client in their name."""

from collections.abc import Callable

import pytest

from tests.contract.runner import Programs
from tests.harness.client import Client, make_client
from tests.harness.engines import SQLITE, Engine
from tests.harness.server import Server, User
from tests.services.clients import NEWEST


@pytest.fixture
def stranger(server: Server) -> User:
    """Another user, who shares nothing with the others."""
    return server.create_user()


@pytest.fixture
def programs_for(client: Callable[..., Client], user: User) -> Callable[[str], Programs]:
    """`programs_for(version)`: that client's programs, run as `user`."""
    return lambda version: Programs(client(version), user)


@pytest.fixture
def programs(programs_for: Callable[[str], Programs]) -> Programs:
    return programs_for(NEWEST)


@pytest.fixture(scope="module")
def module_user(server: Server) -> User:
    """One user for all tests of a module."""
    return server.create_user()


@pytest.fixture(scope="module")
def module_programs(server: Server, module_user: User, tmp_path_factory: pytest.TempPathFactory) -> Programs:
    """One user and one home for all tests of a module that only read."""
    home = tmp_path_factory.mktemp("home")
    return Programs(make_client(NEWEST, home, server.url, module_user.api_key), module_user)


@pytest.fixture(scope="module")
def sqlite_only(engine: Engine) -> None:
    """For what takes minutes and does not depend on the engine; the test's module says why."""
    if engine.name != SQLITE:
        pytest.skip("runs on SQLite only, see the module")
