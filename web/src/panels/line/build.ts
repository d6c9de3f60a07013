/** From the server's columns to a scene of typed arrays. Pure: no pixel, no component. */
import type { SeriesData } from "@/api/contract";
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

type Cell = number | string | null;

/** Non-finite numbers travel as words; null stands for no value. */
export function readNumber(cell: Cell): number {
  if (typeof cell === "number") return cell;
  if (cell === "Infinity") return Number.POSITIVE_INFINITY;
  if (cell === "-Infinity") return Number.NEGATIVE_INFINITY;
  return Number.NaN;
}

const column = (cells: readonly Cell[]): Float64Array => Float64Array.from(cells, readNumber);

/** Decodes one answer. Points come out in rising x, whatever order a custom x axis was logged in. */
export function decodeColumns(data: SeriesData): LineColumns {
  const columns: LineColumns = {
    x: column(data.x),
    last: column(data.last),
    min: column(data.min),
    max: column(data.max),
    nonFinite: data.nonFinite.map(([x, value]) => ({ x, value: readNumber(value) })),
    total: data.total,
    raw: data.raw,
  };
  return isRising(columns.x) ? columns : inOrder(columns);
}

function isRising(x: Float64Array): boolean {
  for (let i = 1; i < x.length; i++) if (!((x[i] as number) >= (x[i - 1] as number))) return false;
  return x.length === 0 || Number.isFinite(x[0]);
}

function inOrder(columns: LineColumns): LineColumns {
  const order = [...columns.x.keys()]
    .filter((i) => Number.isFinite(columns.x[i]))
    .sort((a, b) => (columns.x[a] as number) - (columns.x[b] as number));
  const pick = (from: Float64Array) => Float64Array.from(order, (i) => from[i] as number);
  const { x, last, min, max } = columns;
  return { ...columns, x: pick(x), last: pick(last), min: pick(min), max: pick(max) };
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
