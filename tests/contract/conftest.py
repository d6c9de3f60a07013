"""Fixtures of the contract tests: users, and programs run by a real client in their name."""

from collections.abc import Callable

import pytest

from tests.contract.runner import Programs
from tests.harness.client import Client, make_client
from tests.harness.compatibility import MARKER
from tests.harness.engines import SQLITE, Engine
from tests.harness.server import Server, User
from tests.services.clients import NEWEST, VERSIONS

FULLY_TESTED = VERSIONS[:2]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run marked tests with every fully tested client when the matrix is made; else with the newest."""
    marked = metafunc.definition.get_closest_marker(MARKER) is not None
    if marked and "client_version" in metafunc.fixturenames and metafunc.config.getoption("--compatibility"):
        metafunc.parametrize("client_version", FULLY_TESTED, scope="module")


@pytest.fixture
def stranger(server: Server) -> User:
    """Another user, who shares nothing with the others."""
    return server.create_user()


@pytest.fixture
def programs_for(client: Callable[..., Client], user: User) -> Callable[[str], Programs]:
    """`programs_for(version)`: that client's programs, run as `user`."""
    return lambda version: Programs(client(version), user)


@pytest.fixture(scope="module")
def client_version() -> str:
    """The newest client; the matrix runs what uses `programs` with each of `FULLY_TESTED`."""
    return NEWEST


@pytest.fixture
def programs(programs_for: Callable[[str], Programs], client_version: str) -> Programs:
    return programs_for(client_version)


@pytest.fixture(scope="module")
def module_user(server: Server, client_version: str) -> User:
    """One user for all tests of a module, with one client."""
    del client_version
    return server.create_user()


@pytest.fixture(scope="module")
def module_programs(
    server: Server, module_user: User, tmp_path_factory: pytest.TempPathFactory, client_version: str
) -> Programs:
    """One user and one home for all tests of a module that only read."""
    home = tmp_path_factory.mktemp("home")
    return Programs(make_client(client_version, home, server.url, module_user.api_key), module_user)


@pytest.fixture(scope="module")
def sqlite_only(engine: Engine) -> None:
    """For what takes minutes and does not depend on the engine; the test's module says why."""
    if engine.name != SQLITE:
        pytest.skip("runs on SQLite only, see the module")
