/** One change for any number of runs, sent in portions that a request takes. */
import { appPath, post } from "@/api/client";
import type { BulkOutcome, BulkRequest } from "@/api/contract";

// a request of this many takes well below a second, so that the bar moves and an end comes soon
export const PORTION = 200;

export interface Progress {
  handled: number;
  total: number;
}

type Change = Omit<BulkRequest, "runs">;

/** Work through `runs`; stops between two portions when `signal` says so. What was done until then is in the answer. */
export async function changeRuns(
  place: { entity: string; project: string },
  change: Change,
  runs: readonly string[],
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<BulkOutcome> {
  const path = `${appPath("projects", place.entity, place.project)}/runs:bulk`;
  const all: BulkOutcome = { done: [], skipped: [], before: {} };
  onProgress({ handled: 0, total: runs.length });
  for (let at = 0; at < runs.length && !signal.aborted; at += PORTION) {
    const portion = runs.slice(at, at + PORTION);
    const answer = await post<BulkOutcome>(path, requestOf(change, portion));
    all.done.push(...answer.done);
    all.skipped.push(...answer.skipped);
    Object.assign(all.before, answer.before);
    onProgress({ handled: Math.min(at + PORTION, runs.length), total: runs.length });
  }
  return all;
}

function requestOf(change: Change, runs: readonly string[]): BulkRequest {
  if (!change.groups) return { ...change, runs: [...runs] };
  const groups = change.groups;
  return { ...change, runs: [...runs], groups: Object.fromEntries(runs.map((run) => [run, groups[run] ?? ""])) };
}

/** What takes a change back for the runs it was done to, and where they are now; null where nothing does. */
export function undoOf(
  place: { entity: string; project: string },
  change: Change,
  before: Record<string, string>,
): { place: { entity: string; project: string }; change: Change } | null {
  switch (change.action) {
    case "delete":
      return { place, change: { action: "restore" } };
    case "restore":
      return { place, change: { action: "delete" } };
    case "tag":
      return { place, change: { action: "tag", add: change.remove ?? [], remove: change.add ?? [] } };
    case "group":
      return { place, change: { action: "group", groups: before } };
    case "move":
      return change.to ? { place: change.to, change: { action: "move", to: place } } : null;
    default:
      return null;
  }
}
