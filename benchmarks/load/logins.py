"""What people wait for who all sign in at the same moment: python -m benchmarks.load.logins

100 accounts, each from a browser of its own, send name and password at once. What a sign-in must cost is one check of a
password's hash, which is slow on purpose: how long those take one after another, shared by the processors there are, is
the row beside it.
"""

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.load.results import Figures, add_output, percentile, publish
from benchmarks.load.steelyard_server import Steelyard, add_choices, chosen
from steelyard.config.sources import load
from steelyard.domains.accounts import secrets, service
from steelyard.domains.accounts.service import NewUser
from steelyard.opening import close_ports, open_ports, system_context

PASSWORD = "correct horse battery"
CHECKS = 20
TIMEOUT_S = 120


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=100)
    add_choices(parser)
    add_output(parser)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> list[Figures]:
    given = parse(arguments)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for turn in chosen(given, Path(folder)):
            with turn as server:
                assert isinstance(server, Steelyard)
                rows.append(asyncio.run(measure(server, given.people)))
    rows.append(asyncio.run(hashes_alone(given.people)))
    publish("logins: all at the same moment", rows, given.output, work=f"{given.people} people")
    return rows


async def measure(server: Steelyard, people: int) -> Figures:
    names = [f"person-{number}" for number in range(people)]
    await make_accounts(server, names)
    async with httpx.AsyncClient(base_url=server.server.url, trust_env=False, timeout=TIMEOUT_S) as probe:
        assert (await probe.get("/app/session")).is_success
    before, began = server.usage(), time.perf_counter()
    waits_s = await asyncio.gather(*(sign_in(server.server.url, name) for name in names))
    took_s = time.perf_counter() - began
    after = server.usage()
    return {
        "server": server.name,
        "all in s": took_s,
        "p50 s": percentile(waits_s, 50),
        "p99 s": percentile(waits_s, 99),
        "CPU ms a sign-in": after.cpu_since(before) / people * 1000,
        "peak MB": after.peak_mb,
    }


async def make_accounts(server: Steelyard, names: list[str]) -> None:
    """Write the accounts with one hash for all: it is the checks that are measured."""
    ports = await open_ports(load({"data_dir": server.server.data_dir}, server.server.env).settings)
    try:
        ctx, password_hash = system_context(ports), await secrets.hash_password(PASSWORD)
        async with ports.database.write() as conn:
            for name in names:
                await service.insert_user(ctx, conn, NewUser(name), password_hash)
    finally:
        await close_ports(ports)


async def sign_in(url: str, name: str) -> float:
    """Return how long a browser waits for its session."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=TIMEOUT_S) as browser:
        began = time.perf_counter()
        answer = await browser.post("/app/session", json={"login": name, "password": PASSWORD})
        assert answer.status_code == 204, answer.text
        return time.perf_counter() - began


async def hashes_alone(people: int) -> Figures:
    """Return what the checks of the hashes alone take on all processors, measured one after another on one."""
    stored = await secrets.hash_password(PASSWORD)
    began, cpu = time.perf_counter(), time.process_time()
    for _ in range(CHECKS):
        assert await secrets.password_matches(stored, PASSWORD)
    each_s, cpu_s = (time.perf_counter() - began) / CHECKS, (time.process_time() - cpu) / CHECKS
    processors = len(os.sched_getaffinity(0))
    return {"server": "hashes alone", "all in s": each_s * people / processors, "CPU ms a sign-in": cpu_s * 1000}


if __name__ == "__main__":
    main()
