/** Which points are under the pointer: binary search on x, then the nearest on y. */
import type { LineSeries } from "./series";

export interface Hit {
  /** index into the series asked about */
  series: number;
  point: number;
  x: number;
  /** what the line shows there: the smoothed value when there is one */
  y: number;
}

/** Index of the value nearest to `at` in rising `x`, or -1 in an empty column. */
export function nearestIndex(x: Float64Array, at: number): number {
  let low = 0;
  let high = x.length - 1;
  if (high < 0) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((x[middle] as number) <= at) low = middle;
    else high = middle;
  }
  return at - (x[low] as number) <= (x[high] as number) - at ? low : high;
}

/** Nearest index that has a finite value, within a few points of the nearest one; -1 when there is none. */
function nearestFinite(x: Float64Array, y: Float64Array, at: number): number {
  const start = nearestIndex(x, at);
  const reach = 8;
  for (let away = 0; away <= reach; away++) {
    for (const i of [start - away, start + away]) if (Number.isFinite(y[i])) return i;
  }
  return -1;
}

/**
 * The point of each line nearest to `at`, greatest value first.
 * A line whose points all lie further than `reach` (in x units) from there and beyond its ends has none.
 */
export function hitsAt(series: readonly LineSeries[], at: number, reach: number): Hit[] {
  const hits: Hit[] = [];
  series.forEach(({ columns, smooth }, index) => {
    const { x, last } = columns;
    if (x.length === 0 || at < (x[0] as number) - reach || at > (x.at(-1) as number) + reach) return;
    const point = nearestFinite(x, last, at);
    if (point < 0) return;
    hits.push({ series: index, point, x: x[point] as number, y: (smooth ?? last)[point] as number });
  });
  return hits.sort((a, b) => b.y - a.y);
}

/** The hit whose y is nearest to the pointer in pixels, or null when none is within `reachPx`. */
export function nearestHit(
  hits: readonly Hit[],
  toPx: (y: number) => number,
  pointerPx: number,
  reachPx: number,
): Hit | null {
  let best: Hit | null = null;
  let least = reachPx;
  for (const hit of hits) {
    const distance = Math.abs(toPx(hit.y) - pointerPx);
    if (distance <= least) {
      best = hit;
      least = distance;
    }
  }
  return best;
}
