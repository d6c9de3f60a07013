"""A backup, restored onto the other database and the other store: every run, point, file and artifact is the same."""

import asyncio
import hashlib
import json
import random
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from steelyard.adapters.objects.open import open_place
from steelyard.backup.model import POOL
from steelyard.config.groups.places import ObjectSettings
from tests.contract.runner import PROGRAMS
from tests.harness.client import Client
from tests.harness.engines import MYSQL_S3, SQLITE, Engine, installed_engines, open_engine
from tests.harness.server import Server

# Rows reach the store as well as the journal.
SETTINGS = {"STEELYARD_HISTORY_FLUSH_CHUNKS": "2"}


def other_than(engine: Engine) -> str:
    """The engine to restore onto; SQLite again where nothing else is installed."""
    return MYSQL_S3 if engine.name == SQLITE and MYSQL_S3 in installed_engines() else SQLITE


def read_all(client: Client) -> dict[str, Any]:
    told: dict[str, Any] = client.run_json(PROGRAMS / "read_for_backup.py")
    return told


def log_run(client: Client, name: str) -> None:
    client.run(PROGRAMS / "log_for_backup.py", name)


def command(server: Server, *arguments: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(server.run_command(*arguments, "--json"))
    return told


async def pool_keys(place: Path) -> list[str]:
    store = open_place(str(place), ObjectSettings())
    try:
        return sorted([item.key async for item in store.list(POOL) if item.size_bytes > 1000])
    finally:
        await store.close()


def pool_files(place: Path) -> list[Path]:
    """The files that hold objects of the pool of a folder, but for tiny ones."""
    names = [hashlib.sha256(key.encode()).hexdigest() for key in asyncio.run(pool_keys(place))]
    return [next(place.rglob(f"{name[2:]}.object")) for name in names]


def test_a_snapshot_is_restored_onto_the_other_engine(
    start_server: Callable[..., Server],
    client_of: Callable[..., Client],
    engine: Engine,
    tmp_path: Path,
) -> None:
    server = start_server(**SETTINGS)
    user = server.create_user()
    client = client_of(server, user=user)
    place = str(tmp_path / "backup")
    log_run(client, "first")
    first = command(server, "backup", place)
    assert first["newObjects"] == first["objects"] > 0
    log_run(client, "second")
    second = command(server, "backup", place)
    assert 0 < second["newObjects"] < second["objects"], "only what is new is copied"
    assert second["missing"] == 0
    checked = command(server, "verify-backup", place, "--deep")
    assert (checked["ok"], checked["snapshots"]) == (True, [first["snapshot"], second["snapshot"]])
    assert (checked["rows"], checked["objects"]) == (second["rows"], second["objects"])

    expected = read_all(client)
    log_run(client, "later-than-both")
    with ExitStack() as stack:
        target = stack.enter_context(open_engine(other_than(engine)))
        env = stack.enter_context(target.fresh()) | SETTINGS
        restored = Server(tmp_path / "restored" / "data", env)
        told = command(restored, "restore", place)
        assert (told["rows"], told["objects"]) == (second["rows"], second["objects"])
        assert restored.try_command("restore", place).returncode == 3, "never over what is there"
        stack.callback(restored.stop)
        restored.start()
        kept = read_all(client_of(restored, user=user))
        assert set(kept) == {"first", "second"}
        for name, run in kept.items():
            assert run == expected[name], name
            assert len(run["history"]) > 300
            assert len(run["artifacts"]) >= 2
        log_run(client_of(restored, user=user), "third")
        went_on = read_all(client_of(restored, user=user))
        assert "dataset:v2" in went_on["third"]["artifacts"], "it goes on where it was"


def test_damage_is_found(start_server: Callable[..., Server], client_of: Callable[..., Client], tmp_path: Path) -> None:
    server = start_server(**SETTINGS)
    log_run(client_of(server), "only")
    place = tmp_path / "backup"
    server.run_command("backup", str(place))
    damaged, lost = random.Random(1).sample(pool_files(place), 2)
    content = bytearray(damaged.read_bytes())
    content[100] ^= 1
    damaged.write_bytes(content)
    lost.unlink()
    quick = server.try_command("verify-backup", str(place), "--json")
    deep = server.try_command("verify-backup", str(place), "--deep", "--json")
    assert (quick.returncode, json.loads(quick.stdout)["faultCount"]) == (1, 1)
    assert (deep.returncode, json.loads(deep.stdout)["faultCount"]) == (1, 2)
    assert server.try_command("verify-backup", str(tmp_path / "nowhere")).returncode == 3
