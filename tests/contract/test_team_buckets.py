"""A real client logs into a team that has a bucket of its own: nothing of it lies in the main one."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from steelyard.adapters.objects.open import open_store
from steelyard.config.sources import load
from tests.contract.runner import PROGRAMS
from tests.harness.catalog import wait_until
from tests.harness.client import Client
from tests.harness.engines import Engine
from tests.harness.server import Server
from tests.harness.team_buckets import setting_of, team_bucket_urls


async def keys_of(server: Server, settings: dict[str, str]) -> list[str]:
    loaded = load({"data_dir": server.data_dir}, server.env | settings).settings
    store = open_store(loaded.objects, loaded.data_dir, "")
    try:
        return [item.key async for item in store.list("")]
    finally:
        await store.close()


def test_a_client_logs_into_the_bucket_of_a_team(
    start_server: Callable[..., Server], client_of: Callable[..., Client], engine: Engine, tmp_path: Path
) -> None:
    settings = setting_of(team_bucket_urls(engine, tmp_path, "lab"))
    server = start_server(STEELYARD_HISTORY_FLUSH_CHUNKS="2", **settings)
    user = server.create_user()
    server.run_command("org", "create", "acme", "--admin", user.name)
    refused = server.try_command("team", "create", "t", "--org", "acme", "--admin", user.name, "--bucket", "other")
    assert (refused.returncode, "the server offers lab" in refused.stderr) == (1, True), refused.stderr
    server.run_command("team", "create", "lab-team", "--org", "acme", "--admin", user.name, "--bucket", "lab")
    before = asyncio.run(keys_of(server, settings))
    told = client_of(server, user=user).run_json(PROGRAMS / "log_into_team.py", "lab-team", str(tmp_path))
    assert told == {"rows": 300, "artifact": True, "file": True}

    def kinds() -> set[str]:
        keys = set(asyncio.run(keys_of(server, settings))) - set(before)
        assert {key.split("/")[0] for key in keys} == {"@lab"}
        return {key.split("/")[1] for key in keys}

    wait_until(lambda: kinds() >= {"artifacts", "runs", "segments"}, "rows move to the bucket")

    server.stop()
    server.env.pop("STEELYARD_OBJECTS_TEAM_BUCKETS")
    server.start()
    assert "are not in STEELYARD_OBJECTS_TEAM_BUCKETS any more" in server.log_text()
