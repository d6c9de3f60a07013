/** A project's live updates for its pages: refreshes what is cached, and lets a panel listen for itself. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { Change } from "@/api/contract";
import { keys } from "@/api/keys";
import { type LiveStatus, ProjectLive } from "@/api/live";

// at most two refreshes a second, however many rows arrive
const BATCH_MS = 500;

const LiveContext = createContext<ProjectLive | null>(null);

interface ProviderProps {
  entity: string;
  project: string;
  children: ReactNode;
}

/** Holds the one stream of the project while any of its pages is open. Give it a `key` per project. */
export function ProjectLiveProvider({ entity, project, children }: ProviderProps) {
  const client = useQueryClient();
  const [live] = useState(() => new ProjectLive(entity, project));
  useEffect(() => {
    const batch = batched((changes) => refresh(client, entity, project, changes));
    const off = live.onChange(batch.add);
    live.start();
    return () => {
      off();
      batch.cancel();
      live.stop();
    };
  }, [live, client, entity, project]);
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

/** The stream of the project around, or null outside of one. */
export const useProjectLive = (): ProjectLive | null => useContext(LiveContext);

const NEVER: LiveStatus = { state: "offline", heardAt: null };
const never = () => () => undefined;

/** For the pill in the top bar. */
export function useLiveStatus(live: ProjectLive | null): LiveStatus {
  return useSyncExternalStore(live?.onStatus ?? never, live?.getStatus ?? (() => NEVER));
}

/** Calls `listener` with each change while mounted; `listener` should be stable (useCallback). */
export function useLiveChanges(listener: (change: Change) => void): void {
  const live = useProjectLive();
  useEffect(() => live?.onChange(listener), [live, listener]);
}

/** What is read through the query cache is asked again; panels that append rows listen with `useLiveChanges`. */
function refresh(client: QueryClient, entity: string, project: string, changes: Change[]): void {
  const runs = new Map<string, Set<string>>();
  for (const change of changes)
    for (const { run, kinds } of change.runs) {
      const known = runs.get(run) ?? new Set<string>();
      for (const kind of kinds) known.add(kind);
      runs.set(run, known);
    }
  const seen = new Set([...runs.values()].flatMap((kinds) => [...kinds]));
  if (seen.has("run") || seen.has("history")) {
    void client.invalidateQueries({ queryKey: keys.runs(entity, project) });
    void client.invalidateQueries({ queryKey: keys.columns(entity, project) });
    void client.invalidateQueries({ queryKey: keys.metrics(entity, project) });
  }
  if (seen.has("run")) void client.invalidateQueries({ queryKey: keys.projectDetail(entity, project) });
  if (seen.has("artifacts")) void client.invalidateQueries({ queryKey: keys.artifacts(entity, project) });
  for (const run of runs.keys()) void client.invalidateQueries({ queryKey: keys.run(entity, project, run) });
}

/** Gathers what arrives within half a second into one call; the first of a quiet time goes at once. */
function batched(flush: (changes: Change[]) => void): { add: (change: Change) => void; cancel: () => void } {
  let waiting: Change[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = () => {
    timer = undefined;
    if (waiting.length === 0) return;
    const changes = waiting;
    waiting = [];
    timer = setTimeout(run, BATCH_MS);
    flush(changes);
  };
  return {
    add: (change) => {
      waiting.push(change);
      if (timer === undefined) run();
    },
    cancel: () => clearTimeout(timer),
  };
}
