"""Cost of segments: lines to a file, columns and levels from it: python -m benchmarks.micro.bench_segments"""

import asyncio
from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.measure import async_cpu_ms, cpu_ms, report
from steelyard.columnar.columns import Column
from steelyard.columnar.directory import Directory
from steelyard.columnar.lines import Lines
from steelyard.columnar.segment_reader import SegmentReader
from steelyard.columnar.segment_writer import Segment, write_segment

# A sealed segment of an ordinary run: 4,000,000 values of metrics.
ROWS, METRICS = 400_000, 10
WIDE_ROWS, WIDE_METRICS = 1_000, 10_000
REPEATS = 5


def lines_of(rows: int, metrics: int) -> Lines:
    """Return what a run with random metrics logs: the worst there is to compress."""
    generator = np.random.default_rng(1)
    every = np.arange(rows)
    columns = {
        "_step": Column(every, every.astype(np.float64), np.ones(rows, np.bool_)),
        "_runtime": Column(every, np.cumsum(generator.random(rows))),
        "_timestamp": Column(every, np.round(np.cumsum(generator.random(rows)), 6) + np.float64(1.7e9)),
    } | {f"train/metric_{number}": Column(every, generator.random(rows)) for number in range(metrics)}
    return Lines(every, ("",), np.zeros(rows, np.int64), every, columns)


def reader_of(segment: Segment, directory: Directory) -> SegmentReader:
    async def read(ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        return [segment.body[start:end] for start, end in ranges]

    return SegmentReader(directory, read)


async def measure(rows: int, metrics: int) -> None:
    lines = lines_of(rows, metrics)
    points = rows * metrics
    segment = write_segment(lines)
    directory = segment.directory.to_bytes()
    pyramids = segment.directory.blob_ends[-1] - segment.directory.blobs_start
    print(
        f"{rows:,} rows of {metrics:,} random metrics, three clocks: {len(segment.body) / points:.2f} bytes per point"
    )
    print(f"  of it pyramids {pyramids / points:.2f}; the directory has {len(directory):,} bytes")
    report("  write the segment", cpu_ms(lambda: write_segment(lines), REPEATS), points)
    report("  read its directory", cpu_ms(lambda: Directory.from_bytes(directory), REPEATS), points)
    key = f"train/metric_{metrics // 2}"
    parsed = Directory.from_bytes(directory)

    async def read_level(at: int) -> object:
        return await reader_of(segment, parsed).levels([(key, at)])

    for at, level in enumerate(parsed.row_sets[0].levels[:3]):
        cost = await async_cpu_ms(partial(read_level, at), REPEATS)
        report(f"  read a level of {level.nodes:,} nodes", cost, rows)
    report("  read a column, footer too", await async_cpu_ms(lambda: reader_of(segment, parsed).columns([key])), rows)
    reader = reader_of(segment, parsed)
    report("  read a column again", await async_cpu_ms(lambda: reader.columns([key])), rows)
    report("  read all lines", await async_cpu_ms(lambda: reader.lines(lines.columns), REPEATS), points)


async def main() -> None:
    await measure(ROWS, METRICS)
    await measure(WIDE_ROWS, WIDE_METRICS)


if __name__ == "__main__":
    asyncio.run(main())
