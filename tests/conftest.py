"""Fixtures for all tests: the engine, real servers on it, users, real clients and a browser.

`--engine sqlite|mysql_s3|both` chooses what servers keep their data in; the default is all that is installed here
(`make services` installs everything).
"""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.harness import compatibility
from tests.harness.client import Client, make_client
from tests.harness.engines import ENGINES, Engine, installed_engines, open_engine
from tests.harness.network import close_network
from tests.harness.server import Server, User
from tests.services.clients import NEWEST
from tests.services.proxy import proxy
from tests.services.tls import ensure_certificates

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LOG_TAIL_LINES = 60
ROOT = Path(__file__).parent
# Tests with whole programs that are not ours and have time limits of their own (clients, browser): a busy machine may
# fail one, so each has a second chance. The summary counts what needed it.
OUTSIDE_OUR_HANDS = {"contract", "deployment", "e2e"}
# Fixtures of servers that the tests of a module share.
SHARED = {"server", "world"}

# No test is timed: a busy machine is no fault of the code. The same commit is tried with the same examples every time;
# `make properties` looks for new ones.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("thorough", settings.get_profile("steady"), derandomize=False, max_examples=2000)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=[*ENGINES, "both"], help="database and object store of servers under test")
    parser.addoption(
        "--compatibility",
        action="store_true",
        help="run marked contract tests with both newest clients, and write what they find to docs/compatibility.md",
    )


def pytest_configure(config: pytest.Config) -> None:
    close_network()
    config.addinivalue_line("markers", f"{compatibility.MARKER}(area): counts in docs/compatibility.md under that area")
    if config.getoption("--compatibility") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(compatibility.Collector())


def pytest_report_header(config: pytest.Config) -> str:
    chosen = _engines(config)
    advice = "" if len(chosen) > 1 or config.getoption("--engine") else " (`make services` fetches MySQL and S3)"
    return f"engines: {', '.join(chosen)}{advice}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", _engines(metafunc.config), indirect=True, scope="session")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share a server in one worker process, so that each module starts one per engine only."""
    for item in items:
        if item.path.relative_to(ROOT).parts[0] in OUTSIDE_OUR_HANDS:
            item.add_marker(pytest.mark.flaky(reruns=1))
        if SHARED.intersection(getattr(item, "fixturenames", ())) and not item.get_closest_marker("xdist_group"):
            engine = item.callspec.params.get("engine") if hasattr(item, "callspec") else None
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}-{engine}"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """A failed test shows the end of its servers' logs; a marked one says what it was about."""
    report = yield
    compatibility.note_result(item, report)
    if report.failed:
        for server in {value for value in getattr(item, "funcargs", {}).values() if isinstance(value, Server)}:
            tail = "\n".join(server.log_text().splitlines()[-LOG_TAIL_LINES:])
            report.sections.append((f"log of the server {server.url}", tail))
    return report


def _engines(config: pytest.Config) -> list[str]:
    chosen = config.getoption("--engine")
    if chosen is None:
        return installed_engines()
    return list(ENGINES) if chosen == "both" else [chosen]


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Database and object store to test on; a test that uses it, or a server, runs once per engine."""
    with open_engine(request.param) as opened:
        yield opened


@contextlib.contextmanager
def _running_server(engine: Engine, folder: Path, env: dict[str, str]) -> Iterator[Server]:
    with engine.fresh() as settings:
        server = Server(folder / "data", settings | env)
        try:
            yield server.start()
        finally:
            server.stop()


@pytest.fixture(scope="module")
def server(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server process that the tests of a module share: each makes users of its own."""
    with _running_server(engine, tmp_path_factory.mktemp("server"), {}) as running:
        yield running


@pytest.fixture
def start_server(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """`start_server(NAME=value, …)` starts an empty server of the test's own, with those environment settings."""
    with contextlib.ExitStack() as stack:

        def start(**env: str) -> Server:
            return stack.enter_context(_running_server(engine, tmp_path_factory.mktemp("server"), env))

        yield start


@pytest.fixture
def user(server: Server) -> User:
    """A new user of the shared server, with a personal entity of the same name."""
    return server.create_user()


@pytest.fixture
def client_of(tmp_path: Path) -> Callable[..., Client]:
    """`client_of(server, version, user=…)` is a real client of that server, with a home of its own.

    A new user is made unless one is given. `base_url` overrides the address (a proxy), `logged_in=False` gives no key.
    """
    homes = itertools.count()

    def make(
        server: Server,
        version: str = NEWEST,
        *,
        user: User | None = None,
        base_url: str | None = None,
        logged_in: bool = True,
    ) -> Client:
        api_key = (user or server.create_user()).api_key if logged_in else None
        return make_client(version, tmp_path / f"client-{next(homes)}", base_url or server.url, api_key)

    return make


@pytest.fixture
def client(server: Server, user: User, client_of: Callable[..., Client]) -> Callable[..., Client]:
    """`client(version)` is a real client of the shared server, logged in as `user`; the newest version by default."""

    def make(version: str = NEWEST, **options: Any) -> Client:
        return client_of(server, version, **{"user": user} | options)

    return make


@pytest.fixture
def tls_proxy() -> Iterator[Callable[..., str]]:
    """`tls_proxy(server, kind="nginx")` is the https URL of a proxy in front of a server, with a private authority."""
    with contextlib.ExitStack() as stack:

        def start(server: Server, kind: str = "nginx") -> str:
            return stack.enter_context(proxy(kind, [server.port]))

        yield start


@pytest.fixture(scope="session")
def authority() -> Path:
    """The certificate that a client must trust to reach a `tls_proxy`."""
    return ensure_certificates().authority


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A real Chromium; a module that uses it has no async tests, since Playwright brings an event loop of its own."""
    from tests.services.browser import chromium

    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A fresh browser profile with one empty page, 1280 by 800."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, ignore_https_errors=True)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()
