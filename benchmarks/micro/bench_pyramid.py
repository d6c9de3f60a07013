"""Cost of pyramids: building, and drawing with and without them: python -m benchmarks.micro.bench_pyramid"""

import numpy as np

from benchmarks.measure import cpu_ms, report
from steelyard.columnar.buckets import combine, node_buckets, raw_buckets
from steelyard.columnar.grouping import group_curves
from steelyard.columnar.plans import Axis, LevelShape, Plan, choose_level, plan_step_buckets, uniform_edges
from steelyard.columnar.pyramid import RowTimes, build_key_levels, build_row_set_levels

LONG = 1_000_000
RUNS, PARTS = 100, 8


def main() -> None:
    steps = np.arange(LONG)
    runtimes = steps.astype(np.float64) * 0.25
    times = RowTimes(steps, runtimes, runtimes + 1.7e9)
    values = np.random.default_rng(1).random(LONG)
    odd = np.where(steps % 1000 == 0, np.nan, values)
    report("pyramid: build a row set", cpu_ms(lambda: build_row_set_levels(steps, times)), LONG)
    rows = build_row_set_levels(steps, times)
    report("pyramid: build a key", cpu_ms(lambda: build_key_levels(rows, values)), LONG)
    report("pyramid: build a key with NaN", cpu_ms(lambda: build_key_levels(rows, odd)), LONG)
    keys = build_key_levels(rows, values)
    shapes = [LevelShape(level.width_log2, len(level)) for level in rows]

    def draw(title: str, plan: Plan) -> None:
        chosen = choose_level(plan, shapes, plan.x_min, plan.x_max)
        assert chosen is not None, "a million steps are drawn from nodes"
        cost = cpu_ms(lambda: node_buckets(rows[chosen], keys[chosen], plan))
        report(f"buckets: {plan.buckets} from {len(rows[chosen])} nodes over {title}", cost, LONG)

    draw("steps", plan_step_buckets(0, LONG - 1, 1000))
    draw("steps, worst width", plan_step_buckets(0, LONG - 1, 1600))
    draw("time", uniform_edges(Axis.RUNTIME, 0, float(times.runtime[-1]), 1000))
    plan = plan_step_buckets(0, LONG - 1, 1000)
    report("buckets: 1,000 from raw steps", cpu_ms(lambda: raw_buckets(steps, values, plan)), LONG)
    report("buckets: 1,000 from raw steps with NaN", cpu_ms(lambda: raw_buckets(steps, odd, plan)), LONG)
    curve = raw_buckets(steps, values, plan)
    parts = [raw_buckets(part, values[part], plan) for part in np.array_split(steps, PARTS)]
    report(f"buckets: combine {PARTS} parts", cpu_ms(lambda: combine(parts)), LONG)
    report(f"grouping: {RUNS} runs of 1,000 buckets", cpu_ms(lambda: group_curves([curve] * RUNS, plan)), RUNS * LONG)


if __name__ == "__main__":
    main()
