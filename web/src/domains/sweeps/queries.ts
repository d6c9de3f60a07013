/** Questions about sweeps. */
import { queryOptions } from "@tanstack/react-query";
import { appPath, get } from "@/api/client";
import type { RunsQuery, SweepList, SweepRow } from "@/api/contract";
import { keys } from "@/api/keys";

// the live stream tells of runs, not of sweeps; counts of one under way are worth asking for more often
const BUSY_MS = 5_000;
const QUIET_MS = 20_000;

export const sweepsQuery = (entity: string, project: string) =>
  queryOptions({
    queryKey: keys.sweeps(entity, project),
    queryFn: ({ signal }) => get<SweepList>(appPath("projects", entity, project, "sweeps"), signal),
    refetchInterval: ({ state }) =>
      state.data?.sweeps.some(({ state: now }) => now === "RUNNING") ? BUSY_MS : QUIET_MS,
  });

/** The runs of a sweep with what it varies and what it searches for; the best first, or the newest. */
export function sweepRunsQuery(sweep: SweepRow, limit: number): RunsQuery {
  const { metric, goal } = sweep;
  const byMetric = metric === null ? [] : [`${goal === "minimize" ? "+" : "-"}summary_metrics.${metric}`];
  return {
    filters: { sweep: sweep.id },
    order: [...byMetric, "-created_at"],
    columns: [...(metric === null ? [] : [`summary.${metric}`]), ...sweep.parameters.map((name) => `config.${name}`)],
    offset: 0,
    limit,
  };
}
