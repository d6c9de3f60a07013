"""Cost of knowing and admitting a caller, in memory: python -m benchmarks.micro.bench_access"""

import asyncio
import base64
import tempfile
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

from benchmarks.measure import async_cpu_ms
from steelyard.config.sources import load
from steelyard.context import KeyRights
from steelyard.domains.accounts.identities import Authenticator
from steelyard.ingest.admission import Admission
from steelyard.opening import close_ports, open_ports
from tests.harness.site import Clock, Site

CALLS = 5000
PEER = "10.1.2.3"
RUN = 'mutation($n: String) { upsertBucket(input: {name: $n, modelName: "p"}) { bucket { id } } }'


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ports = await open_ports(load({"data_dir": Path(folder)}, {}).settings)
        site = Site(ports, Clock())
        owner = await site.user()
        await owner.graphql(RUN, n="r")
        bounds = {
            "rights": KeyRights.APPEND,
            "expires_at": ports.clock() + timedelta(days=1),
            "networks": (ip_network("192.168.0.0/16"), ip_network("10.0.0.0/8")),
        }
        authenticator = Authenticator(ports)
        admission = Admission(ports, authenticator)
        for what, caller in (("a plain key", owner), ("a key with bounds", await site.key(owner, **bounds))):
            header = "Basic " + base64.b64encode(f"api:{caller.key}".encode()).decode()

            async def look_up(header: str = header) -> None:
                for _ in range(CALLS):
                    await authenticator.by_header(header, PEER)

            async def admit(header: str = header) -> None:
                for _ in range(CALLS):
                    await admission.admit(header, PEER, (owner.name, "p", "r"))

            for name, call in (("known again", look_up), ("admitted to a run", admit)):
                cost_us = await async_cpu_ms(call) * 1000 / CALLS
                print(f"{what + ', ' + name:<48}{cost_us:>8.1f} µs")
        await site.http.aclose()
        await close_ports(ports)


if __name__ == "__main__":
    asyncio.run(main())
