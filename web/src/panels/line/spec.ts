/** What a reader may set on line charts. Kept as JSON; read back through `parseLineSpec`, which trusts nothing. */
import { NO_SMOOTHING, type Smoothing, WEIGHT_MAX } from "@/chart/smoothing";
import type { AxisKind } from "@/chart/ticks";

/** "auto": each metric's own step metric where the run defined one, else the step. */
export type XAxis = "auto" | "_step" | "_runtime" | "_timestamp";

export interface LineSpec {
  xAxis: XAxis;
  smoothing: Smoothing;
  logY: boolean;
  ignoreOutliers: boolean;
  /** shade the least to greatest value of each bucket */
  bands: boolean;
  /** most lines in one chart */
  maxRuns: number;
}

export const DEFAULT_LINE_SPEC: LineSpec = {
  xAxis: "auto",
  smoothing: NO_SMOOTHING,
  logY: false,
  ignoreOutliers: false,
  bands: true,
  maxRuns: 100,
};

export const X_AXES: readonly XAxis[] = ["auto", "_step", "_runtime", "_timestamp"];
export const MAX_RUNS_CHOICES = [10, 50, 100, 300] as const;

/** Reads a kept spec; whatever is missing or of a wrong type takes its default. */
export function parseLineSpec(kept: unknown): LineSpec {
  const from = isRecord(kept) ? kept : {};
  const smoothing = isRecord(from.smoothing) ? from.smoothing : {};
  const kind = Object.keys(WEIGHT_MAX).find((name) => name === smoothing.kind) as Smoothing["kind"] | undefined;
  return {
    xAxis: X_AXES.find((axis) => axis === from.xAxis) ?? DEFAULT_LINE_SPEC.xAxis,
    smoothing: kind ? { kind, weight: within(smoothing.weight, WEIGHT_MAX[kind]) } : NO_SMOOTHING,
    logY: from.logY === true,
    ignoreOutliers: from.ignoreOutliers === true,
    bands: from.bands !== false,
    maxRuns: MAX_RUNS_CHOICES.find((count) => count === from.maxRuns) ?? DEFAULT_LINE_SPEC.maxRuns,
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const within = (value: unknown, max: number): number =>
  typeof value === "number" && Number.isFinite(value) ? Math.min(Math.max(value, 0), max) : 0;

/** The history key that gives x, and what kind of axis it makes. */
export function xOf(axis: XAxis, stepMetric: string | null): { key: string; kind: AxisKind } {
  const key = axis === "auto" ? (stepMetric ?? "_step") : axis;
  if (key === "_runtime") return { key, kind: "duration" };
  if (key === "_timestamp") return { key, kind: "time" };
  return { key, kind: "number" };
}
