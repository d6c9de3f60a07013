"""Cost of reading: blocks to a table, a curve of it, rows as texts: python -m benchmarks.micro.bench_columnar"""

import numpy as np

from benchmarks.measure import cpu_ms, report, row_texts
from steelyard.columnar.blocks import Block, append_block, decode_block
from steelyard.columnar.groups import encode_groups
from steelyard.columnar.plans import Axis
from steelyard.columnar.row_groups import group_rows
from steelyard.columnar.row_texts import render_rows
from steelyard.columnar.rows import parse_rows
from steelyard.columnar.table import Table
from steelyard.domains.history.curves.lines import Material, Points, draw_line
from steelyard.domains.history.curves.sources import Rows, plan_line
from steelyard.domains.history.curves.spec import Window

ROWS, METRICS = 1_000, 20
LONG = 1_000_000


def main() -> None:
    bodies = [encode_groups(group_rows(parse_rows(row_texts(ROWS, METRICS, i * ROWS))), ROWS) for i in range(200)]
    count = ROWS * METRICS
    report("blocks: decode into columns", cpu_ms(lambda: decode_block("", 0, ROWS, bodies[0])), count)
    blocks: list[Block] = []
    for index, body in enumerate(bodies):
        append_block(blocks, decode_block("", index * ROWS, ROWS, body))
    report("table of 200 chunks, one column", cpu_ms(lambda: Table(blocks).find_column("train/metric_3")), 200 * ROWS)
    table, page = Table(blocks), np.arange(1_000, 2_000)
    report("row texts: a page of 1,000 rows", cpu_ms(lambda: render_rows(table, page)), count)
    points = Points(np.arange(LONG), np.random.default_rng(1).random(LONG))
    window = Window("_step", 1_000, None, None, is_log=False)
    report(
        "a line of 1,000,000 raw points, 1,000 buckets",
        cpu_ms(lambda: draw_line(0, plan_line(window, Axis.STEP, [Rows(points)]), Material([points]))),
        LONG,
    )


def _draw(points: Points, window: Window) -> None:
    draw_line(0, plan_line(window, Axis.STEP, [Rows(points)]), Material([points]))


if __name__ == "__main__":
    main()
