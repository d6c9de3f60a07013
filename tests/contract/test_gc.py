"""Bytes of deleted versions leave the store, as the operator sees it: `steelyard gc` beside a running server."""

import asyncio
import contextlib
import copy
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from steelyard.config.sources import load
from steelyard.opening import close_ports, open_ports
from tests.contract.runner import Programs
from tests.harness.client import Client
from tests.harness.server import Server
from tests.harness.shell import Shell, open_shell

# No address that was given out is good for longer than this, as these commands are told: no day has to be waited for.
AT_ONCE = {"STEELYARD_GC_GRACE_S": "0", "STEELYARD_GC_UNFINISHED_S": "1", "STEELYARD_OBJECTS_WRITE_TTL_S": "1"}
GONE_WITHIN_S = 60


@contextlib.contextmanager
def impatient(server: Server) -> Iterator[Callable[..., Any]]:
    """Yield `steelyard gc --json` for this server's data: a function of its options."""
    told = copy.copy(server)
    told.env = server.env | AT_ONCE
    with open_shell(told) as shell:

        def gc(*options: str) -> Any:
            done = shell("gc", *options, "--json")
            assert done.code == 0, done.err
            return done.json

        yield gc


def sizes(server: Server) -> dict[str, int]:
    """Return what the store has of artifacts' content, key by key."""

    async def look() -> dict[str, int]:
        ports = await open_ports(load({"data_dir": server.data_dir}, server.env).settings, migrate=False)
        found = {item.key: item.size_bytes async for item in ports.objects.list("artifacts/")}
        await close_ports(ports)
        return {key: size for key, size in found.items() if "/content/" in key}

    return asyncio.run(look())


def test_bytes_of_a_deleted_version_leave_the_store(
    start_server: Callable[..., Server], client_of: Callable[..., Client]
):
    server = start_server(STEELYARD_GC_ENABLED="false")
    user = server.create_user()
    files = {"first": {"a": 300_000, "both": 50_000}, "second": {"both": 50_000, "c": 70_000}}
    found = Programs(client_of(server, user=user), user).run("reclaim", project="reclaimed", **files)
    assert (found["made"], found["first_is_gone"]) == (["v0", "v1"], True)
    assert found["read"] == {"both": 200_000, "c": 70_000}
    stored = sizes(server)
    assert sorted(stored.values()) == [70_000, 200_000, 300_000], "each content once; deletion alone frees nothing yet"
    with impatient(server) as gc:
        check_collection(server, gc, stored)


def check_collection(server: Server, gc: Callable[..., Any], stored: dict[str, int]) -> None:
    until = time.monotonic() + GONE_WITHIN_S
    while (would := gc("--dry-run"))["contents"] == 0 and time.monotonic() < until:
        time.sleep(0.3)
    assert (would["dryRun"], would["contents"], would["sizeBytes"]) == (True, 1, 300_000)
    assert sizes(server) == stored, "a dry run deletes nothing"

    done = gc("--orphans")
    assert (done["contents"], done["manifests"]) == (1, would["manifests"])
    assert done["sizeBytes"] > 300_000, "manifests went too"
    assert sorted(sizes(server).values()) == [70_000, 200_000]
    assert done["orphans"]["objects"] == 0, "nothing is left behind"
    assert gc()["objects"] == 0
    runs = gc("--log")["runs"]
    assert [(run["state"], run["contents"]) for run in runs] == [("done", 0), ("done", 1)]


def test_the_command_speaks_to_people_and_refuses_what_makes_no_sense(server: Server):
    with open_shell(server) as shell:
        check_forms(shell)


def check_forms(shell: Shell) -> None:
    would = shell("gc", "--dry-run")
    assert would.code == 0, would.err
    assert would.out.startswith("would delete content of 0 objects (0 B)\n")
    found = shell("gc", "--dry-run", "--orphans")
    assert found.code == 0
    assert "have no row" in found.out
    assert shell("gc", "--dry-run", "--delete-orphans").code == 2
    assert shell("gc", "--delete-orphans", "--json").code == 2
    assert shell("gc", "--log").code == 0


def test_a_version_goes_with_its_bytes_when_its_time_is_over(
    start_server: Callable[..., Server], client_of: Callable[..., Client]
):
    """The team's versions live for a week unless they say otherwise; one says that it lives for two seconds."""
    server = start_server(STEELYARD_GC_ENABLED="false", STEELYARD_WORKER_INSIDE_SERVE="false")
    user = server.create_user()
    week = {"ttlSeconds": 7 * 86_400}
    changed = httpx.patch(
        f"{server.url}/app/entities/{user.name}/artifact-ttl", json=week, auth=("api", user.api_key), trust_env=False
    )
    assert changed.status_code == 200, changed.text
    programs = Programs(client_of(server, user=user), user)
    found = programs.run("time_to_live", project="timed", log={"brief": 2, "long": 86_400, "changed": None})
    assert found["logged"] == {"brief": 2, "long": 86_400, "changed": 7 * 86_400}
    assert found["saved"] == [3 * 3600, None, 7 * 86_400]
    assert sorted(sizes(server).values()) == [4000, 5000, 7000]
    with impatient(server) as gc:
        until = time.monotonic() + GONE_WITHIN_S
        while 5000 in (left := sorted(sizes(server).values())) and time.monotonic() < until:
            gc()
            time.sleep(0.3)
    assert left == [4000, 7000]
