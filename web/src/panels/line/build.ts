/** From columns of points to a scene of typed arrays. Pure: no pixel, no component. */
import { type Range, xExtent, yExtent } from "@/chart/extent";
import type { ChartTheme, LineScene } from "@/chart/renderer";
import type { LineColumns, LineSeries } from "@/chart/series";
import { type Smoothing, smooth } from "@/chart/smoothing";
import type { AxisKind } from "@/chart/ticks";
import type { LineSpec } from "./spec";

/** One line as its panel is handed it; `columns` is null until they have come. */
export interface LineInput {
  id: string;
  label: string;
  color: string;
  dash: readonly number[];
  columns: LineColumns | null;
}

// a smoothed line is made once per answer and setting, not once per drawing
const smoothed = new WeakMap<LineColumns, { by: Smoothing; line: Float64Array | null }>();

function smoothOf(columns: LineColumns, by: Smoothing): Float64Array | null {
  const known = smoothed.get(columns);
  if (known && known.by.kind === by.kind && known.by.weight === by.weight) return known.line;
  const line = smooth(columns.x, columns.last, by);
  smoothed.set(columns, { by, line });
  return line;
}

export const hasPoints = ({ columns }: LineInput): boolean =>
  columns !== null && (columns.x.length > 0 || columns.nonFinite.length > 0);

/** The lines that have something to show. */
export const buildSeries = (lines: readonly LineInput[], spec: LineSpec): LineSeries[] =>
  lines
    .filter(hasPoints)
    .flatMap(({ columns, ...line }) =>
      columns ? [{ ...line, columns, smooth: smoothOf(columns, spec.smoothing) }] : [],
    );

export interface SceneInput {
  series: readonly LineSeries[];
  spec: LineSpec;
  xKind: AxisKind;
  /** what the reader zoomed to, or null to show all there is */
  zoom: Range | null;
  theme: ChartTheme;
}

/** Null when there is nothing to draw. */
export function buildScene({ series, spec, xKind, zoom, theme }: SceneInput): LineScene | null {
  const x = zoom ?? xExtent(series);
  if (!x) return null;
  const y = yExtent(series, { x, log: spec.logY, ignoreOutliers: spec.ignoreOutliers });
  return { series, x, y, xKind, logY: spec.logY, bands: spec.bands, theme };
}

/** The last finite value of a line, which legends and summaries name; NaN when it has none. */
export function lastValue({ columns }: { columns: LineColumns | null }): number {
  const value = columns?.last.findLast(Number.isFinite);
  if (value !== undefined) return value;
  return columns?.nonFinite.at(-1)?.value ?? Number.NaN;
}
