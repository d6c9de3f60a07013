"""Cost of a request until it waits for its commit: python -m benchmarks.micro.bench_ingest"""

import asyncio
import json
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.measure import async_cpu_ms, cpu_ms, report, row_texts
from steelyard.columnar.groups import decode_groups, encode_groups
from steelyard.columnar.row_groups import group_rows
from steelyard.columnar.rows import parse_rows
from steelyard.config.sources import load
from steelyard.ingest.frames import decode_frame
from steelyard.ingest.journal import Entry, Journal
from steelyard.opening import close_ports, open_ports
from tests.harness.site import Clock, Site

ROWS, METRICS = 80, 20
POINTS = ROWS * METRICS
GROUP = 32


def frames() -> None:
    rows = row_texts(ROWS, METRICS)
    body = json.dumps({"files": {"wandb-history.jsonl": {"offset": 0, "content": rows}}}).encode()
    print(f"request of {len(body) // 1000} kB, {POINTS} points")
    parsed = parse_rows(rows)
    block = encode_groups(group_rows(parsed), ROWS)
    report("rows: parse and check", cpu_ms(lambda: parse_rows(rows)), POINTS)
    report("groups: to columns and bytes", cpu_ms(lambda: encode_groups(group_rows(parsed), ROWS)), POINTS)
    report(
        f"groups: from bytes ({len(block) / POINTS:.1f} bytes a point)",
        cpu_ms(lambda: decode_groups(block, ROWS)),
        POINTS,
    )
    report("frames: decode the whole request", cpu_ms(lambda: decode_frame(body)), POINTS)
    nan = [row[:-1] + ',"diverged":NaN}' for row in rows]
    report("rows: parse and check, with NaN", cpu_ms(lambda: parse_rows(nan)), POINTS)


async def journal() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ports = await open_ports(load({"data_dir": Path(folder)}, {}).settings)
        site = Site(ports, Clock())
        caller = await site.user()
        document = 'mutation($n: String) { upsertBucket(input: {name: $n, modelName: "p"}) { bucket { id } } }'
        for run in range(GROUP):
            await caller.graphql(document, n=f"r{run}")
        own, sent = Journal(ports), 0

        async def group(size: int) -> None:
            nonlocal sent
            rows = row_texts(ROWS, METRICS, sent * ROWS)
            content = {"offset": sent * ROWS, "content": rows}
            frame = decode_frame(json.dumps({"files": {"wandb-history.jsonl": content}}).encode())
            sent += 1
            await asyncio.gather(*(own.append(Entry(run + 1, 1, "", frame)) for run in range(size)))

        for size in (1, 8, GROUP):
            cost = await async_cpu_ms(partial(group, size))
            report(f"journal: one commit of {size} requests (a request of it)", cost / size, POINTS)
        await close_ports(ports)


if __name__ == "__main__":
    frames()
    asyncio.run(journal())
