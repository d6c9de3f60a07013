"""Cost of console lines: reading them, blocks, pages, order, search: python -m benchmarks.micro.bench_console"""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.load.console import line_of
from benchmarks.measure import cpu_ms
from steelyard.columnar.log_lines import pack_lines, unpack_lines
from steelyard.columnar.log_writer import BLOCK_LINES, LogWriter
from steelyard.domains.history.console.order import Merged, Stretch, carry_times
from steelyard.domains.history.console.pages import lines_of
from steelyard.domains.history.console.reading import Shown
from steelyard.domains.history.console.search import Query, compile_query, matching
from steelyard.domains.history.console.spans import Source, Span, Strip
from steelyard.domains.history.console.wire import read_lines

LINES = 100_000
PAGE = 1_000
WRITERS, BLOCKS_EACH = 50, 50


def show(title: str, cost_ms: float, lines: int) -> None:
    print(f"{title:<58}{cost_ms:>10.3f} ms{cost_ms / lines * 1000:>10.3f} µs a line")


def main() -> None:
    raw = [line_of(number).encode() for number in range(LINES)]
    lines = read_lines(raw)
    show("read lines as they came", cpu_ms(lambda: read_lines(raw), 5), LINES)

    def write() -> bytes:
        writer = LogWriter()
        writer.add("", 0, lines)
        return writer.finish()[0]

    show("write an object", cpu_ms(write, 5), LINES)
    print(f"  {len(write()) / LINES:.1f} bytes a line of {len(lines.text) / LINES:.1f}")
    block = pack_lines(lines.slice(0, BLOCK_LINES))
    show("open a block", cpu_ms(lambda: unpack_lines(block, lines.names)), BLOCK_LINES)
    page = Shown(np.arange(PAGE), lines.slice(500, 500 + PAGE))
    show("lines of a page", cpu_ms(lambda: lines_of(page)), PAGE)
    for text in ("diverged", "nothing of this"):
        pattern = compile_query(Query(text))
        show(f"search: {text}", cpu_ms(partial(matching, pattern, lines, LINES)), LINES)
    pattern = compile_query(Query("step \\d+:.*dive[a-r]ged$", is_regex=True))
    show("search: a pattern", cpu_ms(lambda: matching(pattern, lines, LINES)), LINES)
    blocks = 2_500
    sources = [Source(at, at * BLOCK_LINES, BLOCK_LINES) for at in range(blocks)]
    show("lay out a run of 5,000,000 lines, once", cpu_ms(lambda: laid_out(sources), 5), blocks * BLOCK_LINES)
    stretches = [stretch for writer in range(WRITERS) for stretch in of_writer(writer)]
    total = len(stretches) * BLOCK_LINES
    show(f"order of {WRITERS} writers, once", cpu_ms(lambda: Merged(stretches), 5), total)
    order = Merged(stretches)
    middle = order.total // 2
    print(f"  a page there is of {len(order.window(middle, middle + PAGE).stretches)} blocks")
    show("  find a page", cpu_ms(lambda: order.window(middle, middle + PAGE)), PAGE)


def laid_out(sources: list[Source]) -> Strip:
    strip = Strip()
    for source in sources:
        strip.lay_over(source)
    return strip


def of_writer(writer: int) -> list[Stretch]:
    """Blocks of one of many processes that print at the same pace."""
    found = []
    for block in range(BLOCKS_EACH):
        first, low = block * BLOCK_LINES, block * 1_000_000 + writer * 7
        source = Source((writer, block), first, BLOCK_LINES, low, low + 999_000)
        found.append(Stretch(writer, Span(first, first + BLOCK_LINES, source), BLOCK_LINES))
    return carry_times(found)


if __name__ == "__main__":
    main()
