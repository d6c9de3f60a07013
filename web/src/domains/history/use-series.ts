import { useCallback, useMemo, useRef, useSyncExternalStore } from "react";
import type { Change } from "@/api/contract";
import type { LineColumns } from "@/chart/series";
import { useLiveChanges } from "@/domains/projects/live";
import { type SeriesRequest, type SeriesState, seriesId, seriesStore } from "./series-store";

/**
 * The state of each series, in the order asked, kept fresh while mounted; those of `rank` 0 are asked for before those
 * of 1. While a new range or resolution of a line is on its way, the columns it had before stay.
 */
export function useSeries(requests: readonly SeriesRequest[], rank: number): readonly SeriesState[] {
  const ids = requests.map(seriesId).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `ids` stands for what `requests` says
  const stable = useMemo(() => requests, [ids]);
  const last = useRef<readonly SeriesState[]>([]);

  const subscribe = useCallback(
    (tell: () => void) => {
      const leave = stable.map((request) => seriesStore.listen(request, tell, rank));
      return () => {
        for (const off of leave) off();
      };
    },
    [stable, rank],
  );
  const snapshot = useCallback(() => {
    const now = stable.map((request) => seriesStore.peek(request));
    const same = now.length === last.current.length && now.every((state, index) => state === last.current[index]);
    if (!same) last.current = now;
    return last.current;
  }, [stable]);
  const states = useSyncExternalStore(subscribe, snapshot);
  return useKeptColumns(stable, states);
}

function useKeptColumns(requests: readonly SeriesRequest[], states: readonly SeriesState[]): readonly SeriesState[] {
  const shown = useRef(new Map<string, LineColumns>());
  return useMemo(() => {
    const next = new Map<string, LineColumns>();
    const kept = states.map((state, index) => {
      const { run, key, x } = requests[index] as SeriesRequest;
      const line = JSON.stringify([run, key, x]);
      const columns = state.columns ?? (state.error ? null : (shown.current.get(line) ?? null));
      if (columns) next.set(line, columns);
      return columns === state.columns ? state : { ...state, columns };
    });
    shown.current = next;
    return kept;
  }, [requests, states]);
}

/** Hands the project's news to the series; mount once per page that has charts. */
export function useLiveSeries(entity: string, project: string): void {
  const listener = useCallback(
    (change: Change) => {
      for (const one of change.runs) seriesStore.invalidate(entity, project, one);
    },
    [entity, project],
  );
  useLiveChanges(listener);
}
