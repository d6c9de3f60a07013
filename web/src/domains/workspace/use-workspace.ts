import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { appPath, post } from "@/api/client";
import type { Metric, RunRow } from "@/api/contract";
import { keys } from "@/api/keys";
import { runLooks } from "@/domains/runs/run-colors";
import { useAppearance } from "@/lib/theme";
import { isVisible, type WorkspaceChoices } from "./choices";
import type { DrawnRun } from "./line-view";

const METRIC_RUNS = 1000;

/** What the given runs have logged. Earlier answers stay while the set of runs changes. */
export function useMetrics(entity: string, project: string, runs: readonly string[]) {
  return useQuery({
    queryKey: [...keys.metrics(entity, project), runs],
    queryFn: async ({ signal }) => {
      const path = `${appPath("projects", entity, project)}/metrics`;
      return (await post<{ metrics: Metric[] }>(path, { runs: runs.slice(0, METRIC_RUNS) }, signal)).metrics;
    },
    enabled: runs.length > 0,
    placeholderData: (previous) => previous,
  });
}

/** The visible runs in list order, each with its colour. The same object as long as nothing about it changes. */
export function useDrawnRuns(
  rows: readonly RunRow[],
  choices: Pick<WorkspaceChoices, "eyes" | "firstN" | "flipped">,
): DrawnRun[] {
  const theme = useAppearance((state) => state.theme);
  const { eyes, firstN, flipped } = choices;
  const visible = rows.filter((row, at) => isVisible({ eyes, firstN, flipped }, row.id, at));
  // rows are new objects with every refresh; charts need only know of these
  const fingerprint = JSON.stringify(visible.map(({ id, title, colorIndex }) => [id, title, colorIndex]));
  // biome-ignore lint/correctness/useExhaustiveDependencies: `fingerprint` stands for `visible`
  return useMemo(() => {
    const looks = runLooks(visible, theme);
    return visible.flatMap(({ id, title, entity, project }) => {
      const look = looks.get(id);
      return look ? [{ id, title, entity, project, look }] : [];
    });
  }, [fingerprint, theme]);
}
