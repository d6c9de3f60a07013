/** The ranges that axes cover. */
import type { LineSeries } from "./series";

export type Range = readonly [min: number, max: number];

/** From the first to the last point of all lines, non-finite ones included; null when there is no point. */
export function xExtent(series: readonly LineSeries[]): Range | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const { columns } of series) {
    if (columns.x.length > 0) {
      min = Math.min(min, columns.x[0] as number);
      max = Math.max(max, columns.x.at(-1) as number);
    }
    for (const { x } of columns.nonFinite) {
      min = Math.min(min, x);
      max = Math.max(max, x);
    }
  }
  return min <= max ? widen(min, max) : null;
}

export interface YExtentOptions {
  x: Range;
  log: boolean;
  /** leave out the lowest and highest five percent of the values that the lines follow */
  ignoreOutliers: boolean;
}

const PADDING = 0.05;
const FALLBACK: Range = [0, 1];
const LOG_FALLBACK: Range = [0.1, 10];

/** Room for every line and band inside the x range, with a little air. A flat line gets room on both sides. */
export function yExtent(series: readonly LineSeries[], options: YExtentOptions): Range {
  const found = options.ignoreOutliers ? innerRange(series, options) : fullRange(series, options);
  if (!found) return options.log ? LOG_FALLBACK : FALLBACK;
  return options.log ? padLog(found) : padLinear(found);
}

function fullRange(series: readonly LineSeries[], { x, log }: YExtentOptions): Range | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const { columns } of series) {
    for (let i = 0; i < columns.x.length; i++) {
      const at = columns.x[i] as number;
      if (at < x[0] || at > x[1]) continue;
      const low = columns.min[i] as number;
      const high = columns.max[i] as number;
      if (low < min && (!log || low > 0)) min = low;
      if (log && !(low > 0) && (columns.last[i] as number) > 0) min = Math.min(min, columns.last[i] as number);
      if (high > max && (!log || high > 0)) max = high;
    }
  }
  return min <= max ? [min, max] : null;
}

function innerRange(series: readonly LineSeries[], { x, log }: YExtentOptions): Range | null {
  const values: number[] = [];
  for (const { columns } of series)
    for (let i = 0; i < columns.x.length; i++) {
      const at = columns.x[i] as number;
      const value = columns.last[i] as number;
      if (at >= x[0] && at <= x[1] && Number.isFinite(value) && (!log || value > 0)) values.push(value);
    }
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number;
  return [at(0.05), at(0.95)];
}

const widen = (min: number, max: number): Range => (max > min ? [min, max] : [min - 0.5, max + 0.5]);

function padLinear([min, max]: Range): Range {
  if (max === min) {
    const room = Math.abs(min) * 0.1 || 1;
    return [min - room, max + room];
  }
  const room = (max - min) * PADDING;
  return [min - room, max + room];
}

function padLog([min, max]: Range): Range {
  if (max === min) return [min / 2, max * 2];
  const room = (max / min) ** PADDING;
  return [min / room, max * room];
}
