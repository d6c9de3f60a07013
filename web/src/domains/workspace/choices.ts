/**
 * What a reader has chosen on a project's workspace: which runs are drawn, how charts look, which sections are closed.
 * Kept in this browser per project; read back field by field, so that an older or damaged record does no harm.
 */
import { useSyncExternalStore } from "react";
import { DEFAULT_LINE_SPEC, type LineSpec, parseLineSpec } from "@/panels/line/spec";

/** "first": the first N of the list as it is sorted. "chosen": the eyes decide, run by run. */
export type EyeMode = "first" | "all" | "none";

export interface WorkspaceChoices {
  line: LineSpec;
  columns: number;
  eyes: EyeMode;
  firstN: number;
  /** runs whose eye differs from what the mode says */
  flipped: readonly string[];
  order: string;
  closed: readonly string[];
  opened: readonly string[];
  selectorWidth: number;
}

export const DEFAULT_CHOICES: WorkspaceChoices = {
  line: DEFAULT_LINE_SPEC,
  columns: 3,
  eyes: "first",
  firstN: 10,
  flipped: [],
  order: "-created_at",
  closed: [],
  opened: [],
  selectorWidth: 264,
};

export const SELECTOR_MIN_PX = 200;
export const SELECTOR_MAX_PX = 640;
export const FIRST_N_CHOICES = [5, 10, 20, 50] as const;

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
const whole = (value: unknown, min: number, max: number, otherwise: number): number =>
  typeof value === "number" && Number.isFinite(value) ? Math.min(Math.max(Math.round(value), min), max) : otherwise;

export function parseChoices(text: string | null): WorkspaceChoices {
  let kept: Record<string, unknown> = {};
  try {
    kept = (JSON.parse(text ?? "{}") as Record<string, unknown> | null) ?? {};
  } catch {
    // not ours, or cut off: start anew
  }
  const d = DEFAULT_CHOICES;
  return {
    line: parseLineSpec(kept.line),
    columns: whole(kept.columns, 1, 6, d.columns),
    eyes: (["first", "all", "none"] as const).find((mode) => mode === kept.eyes) ?? d.eyes,
    firstN: whole(kept.firstN, 1, 1000, d.firstN),
    flipped: strings(kept.flipped),
    order: typeof kept.order === "string" ? kept.order : d.order,
    closed: strings(kept.closed),
    opened: strings(kept.opened),
    selectorWidth: whole(kept.selectorWidth, SELECTOR_MIN_PX, SELECTOR_MAX_PX, d.selectorWidth),
  };
}

/** Whether each run of the list, in its order, is drawn. */
export function isVisible(
  { eyes, firstN, flipped }: Pick<WorkspaceChoices, "eyes" | "firstN" | "flipped">,
  run: string,
  position: number,
): boolean {
  const byMode = eyes === "all" || (eyes === "first" && position < firstN);
  return flipped.includes(run) ? !byMode : byMode;
}

type Listener = () => void;
const records = new Map<string, WorkspaceChoices>();
const listeners = new Map<string, Set<Listener>>();

function read(key: string): WorkspaceChoices {
  const known = records.get(key);
  if (known) return known;
  let text: string | null = null;
  try {
    text = localStorage.getItem(key);
  } catch {
    // storage is switched off: choices hold until the page is left
  }
  const choices = parseChoices(text);
  records.set(key, choices);
  return choices;
}

function write(key: string, choices: WorkspaceChoices): void {
  records.set(key, choices);
  try {
    localStorage.setItem(key, JSON.stringify(choices));
  } catch {
    // as above
  }
  for (const listener of listeners.get(key) ?? []) listener();
}

export type Choose = (
  change: Partial<WorkspaceChoices> | ((now: WorkspaceChoices) => Partial<WorkspaceChoices>),
) => void;

/** The choices of one view and how to change them; `view` names it, e.g. "workspace" or "run". */
export function useChoices(entity: string, project: string, view: string): [WorkspaceChoices, Choose] {
  const key = `steelyard.view.${JSON.stringify([entity, project, view])}`;
  const choices = useSyncExternalStore(
    (listener) => {
      const all = listeners.get(key) ?? new Set<Listener>();
      listeners.set(key, all.add(listener));
      return () => all.delete(listener);
    },
    () => read(key),
  );
  const choose: Choose = (change) => {
    const now = read(key);
    write(key, { ...now, ...(typeof change === "function" ? change(now) : change) });
  };
  return [choices, choose];
}
