import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { BulkOutcome, BulkRequest } from "@/api/contract";
import { keys } from "@/api/keys";
import { changeRuns, type Progress, undoOf } from "./portions";

type Change = Omit<BulkRequest, "runs">;

/** What is said of a change that has ended, with the way back where there is one. */
export interface Done {
  outcome: BulkOutcome;
  undo: (() => Promise<void>) | null;
}

/** Changes of many runs of a project: how far the one under way is, and what became of the last one. */
export function useBulk(entity: string, project: string) {
  const client = useQueryClient();
  const [progress, setProgress] = useState<Progress | null>(null);
  const [done, setDone] = useState<Done | null>(null);
  const [error, setError] = useState<unknown>(null);
  const stop = useRef(new AbortController());

  const run = async (
    place: { entity: string; project: string },
    change: Change,
    runs: readonly string[],
  ): Promise<BulkOutcome> => {
    stop.current = new AbortController();
    setDone(null);
    setError(null);
    try {
      return await changeRuns(place, change, runs, setProgress, stop.current.signal);
    } finally {
      setProgress(null);
      // everything of either project may show other runs now
      void client.invalidateQueries({ queryKey: keys.project(place.entity, place.project) });
      if (change.to) void client.invalidateQueries({ queryKey: keys.project(change.to.entity, change.to.project) });
    }
  };

  const start = async (change: Change, runs: readonly string[]): Promise<void> => {
    const place = { entity, project };
    try {
      const outcome = await run(place, change, runs);
      const back = outcome.done.length > 0 ? undoOf(place, change, outcome.before) : null;
      const undo = back && (() => finish(back, outcome.done));
      setDone({ outcome, undo });
    } catch (failure) {
      setError(failure);
    }
  };

  const finish = async (back: NonNullable<ReturnType<typeof undoOf>>, runs: readonly string[]): Promise<void> => {
    try {
      setDone({ outcome: await run(back.place, back.change, runs), undo: null });
    } catch (failure) {
      setError(failure);
    }
  };

  return { progress, done, error, start, stop: () => stop.current.abort(), dismiss: () => setDone(null) };
}
