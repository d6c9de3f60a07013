"""The release before the newest migration is replaced by this one, server by server, under load: no request fails."""

import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from steelyard.migrations import head_revision
from tests.deployment.load import BETWEEN_S, Load, is_ready
from tests.harness.deployment import Deployment
from tests.harness.engines import MYSQL_S3, Engine
from tests.harness.server import ROOT
from tests.services.proxy import proxy

KINDS = ["nginx", "haproxy"]
MIGRATIONS = "steelyard/migrations/versions"


def git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip()


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """The sources as they were before the newest migration."""
    (newest,) = (ROOT / MIGRATIONS).glob(f"{head_revision()}_*.py")
    added = git("log", "--diff-filter=A", "--format=%H", "-1", "--", f"{MIGRATIONS}/{newest.name}")
    if not added or not git("rev-parse", "--verify", "--quiet", f"{added}^"):
        pytest.skip("needs the history of the repository: this is a copy, or a shallow clone")
    archive, sources = tmp_path / "before.tar", tmp_path / "before"
    git("archive", "--output", str(archive), f"{added}^", "steelyard")
    shutil.unpack_archive(archive, sources, filter="data")
    return sources


def revision(deployment: Deployment) -> str:
    """The schema that the database has."""
    return deployment.servers[0].run_command("migrate")


def test_no_request_fails_while_servers_are_upgraded(
    before: Path, engine: Engine, tmp_path: Path, authority: Path
) -> None:
    if engine.name != MYSQL_S3:
        pytest.skip("a folder belongs to one server")
    with ExitStack() as stack:
        env = stack.enter_context(engine.fresh())
        deployment = Deployment(tmp_path, env, servers=2, workers=1, sources=before)
        stack.enter_context(deployment.running())
        assert head_revision() not in revision(deployment)
        users = [deployment.servers[0].create_user() for _ in KINDS]
        urls = [stack.enter_context(proxy(kind, deployment.ports)) for kind in KINDS]
        loads = [Load(url, user, authority) for url, user in zip(urls, users, strict=True)]
        with ExitStack() as under_way:
            for load in loads:
                under_way.enter_context(load.running())
            for server in deployment.servers:
                server.cwd = ROOT
                server.restart()
                assert is_ready(server)
                time.sleep(BETWEEN_S)
        assert head_revision() in revision(deployment)
    assert [load.failures for load in loads] == [[] for _ in KINDS]
    assert all(load.rows > 20 for load in loads)
